"""What the processes of one machine tell each other of a database that is far away."""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from typing import TYPE_CHECKING, Final, final

from daypass.directory.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

_NUMBER: Final = struct.Struct("<Q")


@final
class Bell:
    """The number of the last change committed from this machine, in a file that its processes share.

    So a change made through one worker is heeded by the next request to any other, as with a
    database on the machine itself.

    Args:
        path: the file; made if it is not there.

    Raises:
        StoreError: it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file: Final = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if os.fstat(self._file).st_size < _NUMBER.size:
                os.ftruncate(self._file, _NUMBER.size)
            self._shared: Final = mmap.mmap(self._file, _NUMBER.size)
        except OSError as fault:
            raise StoreError(f"cannot use {path}: {fault.strerror}") from fault

    def last(self) -> int:
        """Return the highest number rung."""
        return int(_NUMBER.unpack_from(self._shared)[0])

    def ring(self, number: int) -> None:
        """Let the others know of a commit, before anyone is told that it happened."""
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            if number > self.last():
                _NUMBER.pack_into(self._shared, 0, number)
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)

    def reset(self, number: int) -> None:
        """Take numbers back that the database, restored to an earlier moment, does not know any more."""
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            _NUMBER.pack_into(self._shared, 0, number)
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the file back."""
        self._shared.close()
        os.close(self._file)
