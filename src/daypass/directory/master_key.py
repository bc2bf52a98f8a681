"""Where the master key comes from: a file, or a text someone passes in."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final, Protocol, final

from daypass.directory.errors import MasterKeyError
from daypass.directory.sealing import MASTER_KEY_BYTES, Entropy, MasterKey
from daypass.secret import Secret

_OPEN_TO_ALL: Final = stat.S_IRWXO


class MasterKeySource(Protocol):
    """Gives the master keys, the current one first."""

    def load(self) -> tuple[MasterKey, ...]:
        """Return the keys; empty if none has been made yet.

        Raises:
            MasterKeyError: there is something, but it is no usable key.
        """
        ...

    def create(self, entropy: Entropy) -> tuple[MasterKey, ...]:
        """Make the first key. Called for an empty database only.

        Raises:
            MasterKeyError: this source cannot make one.
        """
        ...

    def __str__(self) -> str:
        """Name the place, for people."""
        ...


@final
class KeyText:
    """Keys passed in as text (an environment variable), separated by spaces."""

    def __init__(self, text: Secret, where: str = "the environment") -> None:
        self._text: Final = text
        self._where: Final = where

    def load(self) -> tuple[MasterKey, ...]:
        """Read the keys."""
        return _read(self._text.reveal())

    def create(self, entropy: Entropy) -> tuple[MasterKey, ...]:
        """Refuse: whoever passes the key in makes it."""
        del entropy
        raise MasterKeyError(f"{self._where} holds no master key")

    def __str__(self) -> str:
        return self._where


@final
class KeyFile:
    """Keys in a file, one a line, the current one first; mode 0600."""

    def __init__(self, path: Path) -> None:
        self._path: Final = path

    def load(self) -> tuple[MasterKey, ...]:
        """Read the file, if it is there and not open to everyone."""
        try:
            with self._path.open(encoding="ascii") as file:
                if os.fstat(file.fileno()).st_mode & _OPEN_TO_ALL:
                    raise MasterKeyError(f"{self} is readable by everyone; run: chmod 600 {self}")
                return _read(file.read())
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError) as error:
            raise MasterKeyError(f"cannot read the master key in {self}: {error}") from error

    def create(self, entropy: Entropy) -> tuple[MasterKey, ...]:
        """Write a new key; never over an existing file."""
        key = MasterKey(entropy(MASTER_KEY_BYTES))
        self._write((key,), os.O_EXCL)
        return (key,)

    def replace(self, keys: tuple[MasterKey, ...]) -> None:
        """Write these keys in place of those in the file, in one step."""
        successor = KeyFile(self._path.with_name(self._path.name + ".new"))
        successor._write(keys, os.O_TRUNC)
        successor._path.replace(self._path)

    def write_copy(self, other: KeyFile) -> None:
        """Write the keys of another file; never over an existing one."""
        self._write(other.load(), os.O_EXCL)

    def _write(self, keys: tuple[MasterKey, ...], flag: int) -> None:
        text = "".join(key.to_text() + "\n" for key in keys)
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | flag, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            _sync_directory(self._path.parent)
        except OSError as error:
            raise MasterKeyError(f"cannot write the master key to {self}: {error}") from error

    def __str__(self) -> str:
        return str(self._path)


def _read(text: str) -> tuple[MasterKey, ...]:
    return tuple(MasterKey.from_text(part) for part in text.split())


def _sync_directory(path: Path) -> None:
    """Make a new name in a directory survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
