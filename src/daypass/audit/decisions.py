"""Decision records: who asked for what, what was decided and by which statement.

Records are appended to ``decisions.jsonl`` in batches, at the latest after a second, so
the caller never waits for the disk; a crash may lose that last second. Changes to the
directory have their record in the store, in the change's own transaction, and lose
nothing. Several processes append to one file: each batch is one ``write`` of whole lines
to a file opened for appending. A full file is renamed to ``decisions.jsonl.1`` and so on.
"""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from pathlib import Path


class DecisionRecord(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel", gc=False):
    """One request's outcome. Holds no secret and no parameter values.

    Attributes:
        time: UTC, seconds, as on the wire.
        request_id: as in the answer.
        outcome: ``allow``, ``explicit deny``, ``implicit deny``, or ``refused`` when it
            ended before or after the decision with an error.
        code: the error code of the answer, if it was one.
        principal: ARN of the caller; absent if it did not authenticate.
        account: of the caller.
        access_key_id: that signed, or claimed to where there is no principal.
        session_id: of a session.
        product: as in ``Ram``.
        action: that was authorized, or the Action asked for.
        operation: the Action asked for, where that is not the last part of ``action``.
        resource: ARN that was authorized.
        policy_type: RAM's name of the layer that denied.
        statements: ``layer:policy@version#index`` of the statements that decided.
        source_ip: of the connection, or of a trusted proxy's header.
        user_agent: as the client calls itself; not of what was allowed without waiting.
        diagnostic: of a denial, its whole explanation, sealed, as the caller got it.
    """

    time: str
    request_id: str
    outcome: str
    code: str = ""
    principal: str = ""
    account: str = ""
    access_key_id: str = ""
    session_id: str = ""
    source_identity: str = ""
    product: str = ""
    action: str = ""
    operation: str = ""
    resource: str = ""
    policy_type: str = ""
    statements: tuple[str, ...] = ()
    source_ip: str = ""
    user_agent: str = ""
    diagnostic: str = ""


class DecisionLog:
    """Appends records to a rotating file.

    Args:
        path: the file; its directory must exist.
        max_bytes: size at which it is rotated.
        keep: rotated files that are kept.
        batch: bytes gathered before a write happens without waiting for :meth:`flush`.
    """

    def __init__(
        self, path: Path, *, max_bytes: int = 256 * 1024 * 1024, keep: int = 8, batch: int = 256 * 1024
    ) -> None:
        self._path: Final = path
        self._max_bytes: Final = max_bytes
        self._keep: Final = keep
        self._batch: Final = batch
        self._buffer = bytearray()
        self._encode: Final = msgspec.json.Encoder().encode_into
        self._file = self._open()

    @property
    def backlog(self) -> int:
        """Bytes that wait to be written."""
        return len(self._buffer)

    def append(self, record: DecisionRecord) -> None:
        """Add a record; the disk sees it with the next batch or :meth:`flush`."""
        buffer = self._buffer
        self._encode(record, buffer, -1)
        buffer += b"\n"
        if len(buffer) >= self._batch:
            self.flush()

    def flush(self) -> None:
        """Write what is gathered, then rotate if the file has grown past its size.

        Raises:
            OSError: the disk refused; the batch is kept for the next attempt, up to a bound.
        """
        if not self._buffer:
            return
        self._follow_rotation()
        while self._buffer:
            written = os.write(self._file, self._buffer)
            del self._buffer[:written]
        if os.fstat(self._file).st_size >= self._max_bytes:
            self._rotate()

    def close(self) -> None:
        """Write what is left and close the file.

        Raises:
            OSError: the disk refused what was left.
        """
        try:
            self.flush()
        finally:
            os.close(self._file)

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def _follow_rotation(self) -> None:
        """Reopen if another process renamed the file."""
        if not self._is_current():
            os.close(self._file)
            self._file = self._open()

    def _is_current(self) -> bool:
        """Whether the open file is the one that has the name; nothing has it just after a renaming."""
        try:
            return self._path.stat().st_ino == os.fstat(self._file).st_ino
        except FileNotFoundError:
            return False

    def _rotate(self) -> None:
        lock = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._is_current():
                for number in range(self._keep - 1, 0, -1):
                    older = self._rotated(number)
                    if older.exists():
                        older.replace(self._rotated(number + 1))
                self._path.replace(self._rotated(1))
        finally:
            os.close(lock)
        self._follow_rotation()

    def _rotated(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
