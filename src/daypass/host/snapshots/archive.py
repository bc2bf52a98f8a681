"""The archive of a snapshot: a zip file of known names, a manifest, and the manifest's seal.

The manifest lists every file with its size and SHA-256. Its own SHA-256 is sealed under
the master key, as secrets in the store are, so whoever does not hold that key cannot
make or change an archive that is accepted. Nothing is taken from an archive before its
manifest is known to be genuine, and no name in it is ever used as a path: what is wanted
is asked for by the names that are known here.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from daypass.directory.errors import MasterKeyError, StoreError
from daypass.errors import DaypassError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from daypass.directory.sealing import Sealer

FORMAT: Final = 1
DATABASE: Final = "daypass.db"
MASTER_KEY: Final = "master.key"
MANIFEST: Final = "manifest.json"
SEAL: Final = "manifest.seal"
SEAL_PLACE: Final = ("snapshots", "manifest", "1")

FILES: Final = re.compile(
    r"daypass\.db|master\.key|decisions\.jsonl(\.[0-9]{1,6})?|tls/[a-z-]{1,32}\.pem", re.ASCII
)
"""What an archive may hold besides its manifest and the manifest's seal."""

_LONGEST_MANIFEST: Final = 1 << 20
_LONGEST_SEAL: Final = 1 << 10
_PIECE: Final = 1 << 20
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class SnapshotError(DaypassError):
    """A snapshot cannot be taken or restored; one line."""


DAMAGED: Final = "it is no snapshot, or it was cut short or altered"


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file in the manifest."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an archive holds.

    Attributes:
        made_at: epoch seconds.
        files: by name.
    """

    format: Literal[1]
    made_at: int
    files: dict[str, Listed]


def pack(path: Path, files: dict[str, Path], made_at: int, seal: Callable[[bytes], bytes]) -> None:
    """Write an archive.

    Args:
        path: where.
        files: name in the archive -> file.
        made_at: epoch seconds.
        seal: seals a few bytes under the master key.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        listed = {name: _add(archive, name, file) for name, file in files.items()}
        manifest = msgspec.json.encode(Manifest(FORMAT, made_at, listed))
        archive.writestr(MANIFEST, manifest)
        archive.writestr(SEAL, seal(hashlib.sha256(manifest).digest()))


def _add(archive: zipfile.ZipFile, name: str, file: Path) -> Listed:
    """Add one file, as long as it is when it is opened: it may be appended to meanwhile."""
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        left = file.stat().st_size
        while piece := source.read(min(_PIECE, left)):
            digest.update(piece)
            target.write(piece)
            size, left = size + len(piece), left - len(piece)
    return Listed(size, digest.hexdigest())


@contextmanager
def unpacking(path: Path) -> Iterator[Packed]:
    """Open an archive.

    Raises:
        SnapshotError: it is damaged, or holds what a snapshot does not.
    """
    with damage(), zipfile.ZipFile(path) as archive:
        yield Packed(archive)


@contextmanager
def damage() -> Iterator[None]:
    """Say in one line that an archive is damaged, however that shows."""
    try:
        yield
    except _DAMAGE:
        raise SnapshotError(DAMAGED) from None


class Packed:
    """An archive that is open for reading."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive: Final = archive
        self._manifest: Final = self._read(MANIFEST, _LONGEST_MANIFEST)
        self._seal: Final = self._read(SEAL, _LONGEST_SEAL)
        self.manifest: Final = _decoded(self._manifest)
        names = archive.namelist()
        if sorted(names) != sorted({*self.manifest.files, MANIFEST, SEAL}):
            raise SnapshotError("it holds other files than its manifest lists")
        if not all(FILES.fullmatch(name) for name in self.manifest.files):
            raise SnapshotError("it holds files that no snapshot has")

    def prove(self, sealer: Sealer) -> None:
        """Show that the archive was made by a holder of the master key and not changed since.

        Raises:
            SnapshotError: it was not.
        """
        try:
            genuine = sealer.unseal(*SEAL_PLACE, self._seal) == hashlib.sha256(self._manifest).digest()
        except MasterKeyError:
            raise SnapshotError("it was made under another master key") from None
        except StoreError:
            genuine = False
        if not genuine:
            raise SnapshotError(DAMAGED)

    def text(self, name: str, limit: int) -> str:
        """Return a small text file, unproved."""
        return self._read(name, limit).decode("ascii")

    def extract(self, name: str, target: Path) -> None:
        """Write a file of the manifest to a path, which must not be there.

        Raises:
            SnapshotError: it is not what the manifest says.
        """
        listed = self.manifest.files[name]
        digest, left = hashlib.sha256(), listed.size
        with self._open(name) as source, target.open("xb") as file:
            target.chmod(0o600)
            # A byte more than is wanted, so that there is no such byte.
            while piece := source.read(min(_PIECE, left + 1)):
                left -= len(piece)
                if left < 0:
                    break
                digest.update(piece)
                file.write(piece)
        if left or digest.hexdigest() != listed.sha256:
            raise SnapshotError(DAMAGED)

    def _read(self, name: str, limit: int) -> bytes:
        with self._open(name) as source:
            content: bytes = source.read(limit + 1)
        if len(content) > limit:
            raise SnapshotError(f"{name} in it is longer than {limit} bytes")
        return content

    def _open(self, name: str) -> zipfile.ZipExtFile:
        try:
            entry = self._archive.getinfo(name)
        except KeyError:
            raise SnapshotError(f"it holds no {name}") from None
        if entry.compress_type not in _METHODS:
            raise SnapshotError(DAMAGED)
        return self._archive.open(entry)  # type: ignore[return-value] # what it returns for reading


def _decoded(text: bytes) -> Manifest:
    try:
        return msgspec.json.decode(text, type=Manifest)
    except (msgspec.MsgspecError, RecursionError):
        raise SnapshotError("its manifest is not of a form that this version knows") from None
