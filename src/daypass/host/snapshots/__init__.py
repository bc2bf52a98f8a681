"""Snapshots of a data directory, taken while servers run, and their restoration."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from daypass.directory.database import Database
from daypass.directory.errors import StoreError
from daypass.directory.master_key import KeyFile, KeyText
from daypass.directory.sealing import Entropy, Sealer
from daypass.host.record import record
from daypass.host.snapshots import encryption
from daypass.host.snapshots.archive import (
    DATABASE,
    MASTER_KEY,
    SEAL_PLACE,
    Packed,
    SnapshotError,
    pack,
    unpacking,
)
from daypass.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daypass.directory.database import Clock
    from daypass.directory.master_key import MasterKeySource

__all__ = ["SnapshotError", "restore", "snapshot"]

_LONGEST_KEYS: Final = 1 << 14
_NONCE_MARK: Final = "nonce-store"
_LOST: Final = "restored"
"""Stands where a nonce store's id would: there was one, and it is lost."""


def snapshot(
    database: Database, data: Path, target: Path, *, passphrase: Secret | None, with_decisions: bool
) -> None:
    """Take a snapshot; every change that was acknowledged before the call is in it.

    Args:
        database: the store.
        data: the data directory.
        target: the archive to make; must not be there.
        passphrase: encrypts the archive, and then the master key's file and TLS keys go into it.
        with_decisions: take the decision log too.

    Raises:
        SnapshotError: the archive cannot be written.
    """
    with database.write() as txn:
        made_at = txn.now
        record(txn, "", "Snapshot", "installation")
    with _scratch(data) as scratch, _new(target) as file:
        copy = scratch / DATABASE
        database.copy_to(copy)
        files = {DATABASE: copy}
        if passphrase is not None:
            files |= _named(data, (MASTER_KEY, "tls/*.pem"))
        if with_decisions:
            files |= _named(data, ("decisions.jsonl", "decisions.jsonl.*"))
        packed = scratch / "archive"
        with database.read() as txn:
            pack(packed, files, made_at, lambda digest: txn.seal(*SEAL_PLACE, digest))
        if passphrase is not None:
            encryption.encrypt(packed, file, passphrase, scratch / "body")
        else:
            with packed.open("rb") as plain:
                shutil.copyfileobj(plain, file)


def restore(
    source: Path,
    data: Path,
    *,
    passphrase: Secret | None,
    master_key: MasterKeySource | None,
    clock: Clock,
    entropy: Entropy,
) -> None:
    """Make a data directory from an archive; it appears whole, or not at all.

    Args:
        source: the archive.
        data: the directory; must not be there, or be empty.
        passphrase: opens an encrypted archive.
        master_key: where the master key comes from if the archive does not hold it.
        clock: epoch seconds.
        entropy: random bytes.

    Raises:
        SnapshotError: the archive is refused, or the directory is not empty; one line.
    """
    _require_empty(data)
    with _scratch(data.parent) as scratch:
        try:
            archive = _plain(source, scratch, passphrase)
            with unpacking(archive) as packed:
                made = scratch / "data"
                made.mkdir(mode=0o700)
                _fill(packed, made, master_key, entropy)
        except SnapshotError as refusal:
            raise SnapshotError(f"{source} is refused: {refusal}") from None
        (made / _NONCE_MARK).write_text(_LOST, encoding="ascii")
        _settle(made, master_key, clock, entropy)
        _put_in_place(made, data)


def _plain(source: Path, scratch: Path, passphrase: Secret | None) -> Path:
    """Return where the archive is to be read, decrypted if it has to be."""
    encrypted = encryption.is_encrypted(source)
    if encrypted and passphrase is None:
        raise SnapshotError("it is encrypted; say with --passphrase-file what opens it")
    if not encrypted and passphrase is not None:
        raise SnapshotError("it is not encrypted, though a passphrase was given")
    if passphrase is None:
        return source
    archive = scratch / "archive"
    encryption.decrypt(source, archive, passphrase, scratch / "body")
    return archive


def _fill(packed: Packed, made: Path, master_key: MasterKeySource | None, entropy: Entropy) -> None:
    files = packed.manifest.files
    keys: MasterKeySource | None = master_key
    if keys is None and MASTER_KEY in files:
        keys = KeyText(Secret(packed.text(MASTER_KEY, _LONGEST_KEYS)), "the archive")
    if keys is None:
        raise SnapshotError(
            "it does not hold the master key; give it with --master-key or in DAYPASS_MASTER_KEY"
        )
    packed.prove(Sealer(keys.load, entropy))
    if DATABASE not in files:
        raise SnapshotError(f"it holds no {DATABASE}")
    for name in files:
        target = made / name
        target.parent.mkdir(mode=0o700, exist_ok=True)
        packed.extract(name, target)
    if MASTER_KEY not in files and isinstance(keys, KeyFile):
        KeyFile(made / MASTER_KEY).write_copy(keys)


def _settle(made: Path, master_key: MasterKeySource | None, clock: Clock, entropy: Entropy) -> None:
    """Open the restored store, which shows that it can be, and put the restoration on record.

    Console sessions end: among them may be some that were ended after the snapshot.
    """
    own = KeyFile(made / MASTER_KEY)
    source = own if own.load() or master_key is None else master_key
    try:
        with (
            Database.open(
                f"sqlite:///{made / DATABASE}", master_key=source, clock=clock, entropy=entropy
            ) as database,
            database.write() as txn,
        ):
            record(txn, "", "Restore", "installation")
            txn.console_sessions.forget()
    except StoreError as fault:
        raise SnapshotError(f"the restored store cannot be used: {fault}") from None


def _named(data: Path, patterns: tuple[str, ...]) -> dict[str, Path]:
    found = (path for pattern in patterns for path in sorted(data.glob(pattern)) if path.is_file())
    return {path.relative_to(data).as_posix(): path for path in found}


def _require_empty(data: Path) -> None:
    try:
        if any(data.iterdir()):
            raise SnapshotError(f"{data} is not empty; restore into a new directory")
    except FileNotFoundError:
        data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except NotADirectoryError:
        raise SnapshotError(f"{data} is no directory") from None


def _put_in_place(made: Path, data: Path) -> None:
    for path in (*made.rglob("*"), made):
        _sync(path)
    made.rename(data)
    _sync(data.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """Give a directory that only its owner can read, and remove it."""
    with tempfile.TemporaryDirectory(prefix=".daypass-", dir=folder, ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def _new(target: Path) -> Iterator[BinaryIO]:
    """Open a file that is not there, readable by its owner alone; remove it if it does not get whole."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    _sync(target.parent)
