"""Encrypted archives, in the format of age.

The file is an armoured age message for the passphrase, followed by a binary age message.
The first holds the identity, made for this archive alone, that opens the second, and the
SHA-256 of the second; the second is the archive. Both can be opened with the tools of
age. Nobody who does not know the passphrase can make a first part that opens, so an
archive that opens was made by somebody who knew it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec
import pyrage
from pyrage import passphrase as by_passphrase

from daypass.host.snapshots.archive import DAMAGED, SnapshotError

if TYPE_CHECKING:
    from pathlib import Path

    from daypass.secret import Secret

BEGIN: Final = b"-----BEGIN AGE ENCRYPTED FILE-----"
END: Final = b"-----END AGE ENCRYPTED FILE-----\n"

_LONGEST_HEAD: Final = 1 << 14
_PIECE: Final = 1 << 20


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the first part says: the identity that opens the second, and the digest of that."""

    identity: str
    sha256: str


def is_encrypted(path: Path) -> bool:
    """Whether a file starts as encrypted archives do."""
    with path.open("rb") as file:
        return file.read(len(BEGIN)) == BEGIN


def encrypt(source: Path, target: BinaryIO, passphrase: Secret, body: Path) -> None:
    """Encrypt an archive.

    Args:
        source: the archive.
        target: where to.
        passphrase: that opens it.
        body: a file that is not there, for the second part until the first is written.
    """
    identity = pyrage.x25519.Identity.generate()
    with source.open("rb") as plain, body.open("xb") as sealed:
        pyrage.encrypt_io(plain, sealed, [identity.to_public()])
    head = msgspec.json.encode(_Head(str(identity), _digest(body)))
    armoured = by_passphrase.encrypt(head, passphrase.reveal(), armored=True)
    target.write(armoured.rstrip(b"\n") + b"\n")
    with body.open("rb") as sealed:
        while piece := sealed.read(_PIECE):
            target.write(piece)


def decrypt(source: Path, target: Path, passphrase: Secret, body: Path) -> None:
    """Decrypt an archive.

    Args:
        source: the encrypted archive.
        target: where to; must not be there.
        passphrase: that opens it.
        body: a file that is not there, for the second part.

    Raises:
        SnapshotError: it does not open, or is damaged.
    """
    with source.open("rb") as file:
        armoured = file.read(_LONGEST_HEAD).partition(END)
        if not armoured[1]:
            raise SnapshotError(DAMAGED)
        head = _opened(armoured[0] + END, passphrase)
        file.seek(len(armoured[0]) + len(END))
        with body.open("xb") as sealed:
            while piece := file.read(_PIECE):
                sealed.write(piece)
    if _digest(body) != head.sha256:
        raise SnapshotError(DAMAGED)
    try:
        identity = pyrage.x25519.Identity.from_str(head.identity)
        with body.open("rb") as sealed, target.open("xb") as plain:
            target.chmod(0o600)
            pyrage.decrypt_io(sealed, plain, [identity])
    except (pyrage.DecryptError, pyrage.IdentityError):
        raise SnapshotError(DAMAGED) from None


def _opened(armoured: bytes, passphrase: Secret) -> _Head:
    try:
        return msgspec.json.decode(by_passphrase.decrypt(armoured, passphrase.reveal()), type=_Head)
    except (pyrage.DecryptError, msgspec.MsgspecError):
        raise SnapshotError("it does not open: the passphrase is another one, or it was altered") from None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
