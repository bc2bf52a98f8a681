"""Decision records: who asked for what, what was decided and by which statement.

Records are appended to ``decisions.jsonl`` in batches, at the latest after a second and on a
thread of their own, so the caller never waits for the disk; a crash may lose that last second. Changes to the
directory have their record in the store, in the change's own transaction, and lose
nothing. Several processes append to one file: each batch is one ``write`` of whole lines
to a file opened for appending. A full file is renamed to ``decisions.jsonl.1`` and so on.
"""

from __future__ import annotations

import fcntl
import os
from collections import deque
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable
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
        batch: records gathered before a write happens without waiting for :meth:`flush`.
        when_full: called when so many are gathered; it sees to a flush. By default that is done at
            once. One thread appends, another may flush.
    """

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int = 256 * 1024 * 1024,
        keep: int = 8,
        batch: int = 512,
        when_full: Callable[[], object] | None = None,
    ) -> None:
        self._path: Final = path
        self._max_bytes: Final = max_bytes
        self._keep: Final = keep
        self._batch: Final = batch
        self._records: Final[deque[DecisionRecord]] = deque()
        self._lines = bytearray()  # of records taken from there; the thread's that flushes
        self._appended = 0  # each count has one thread that adds to it
        self._taken = 0
        self._written = 0
        self._when_full: Final = when_full or self.flush
        self._encode: Final = msgspec.json.Encoder().encode_into
        self._file = self._open()

    @property
    def backlog(self) -> int:
        """Records that wait to be written."""
        return self._appended - self._written

    def append(self, record: DecisionRecord) -> None:
        """Add a record; the disk sees it with the next batch or :meth:`flush`."""
        self._records.append(record)
        self._appended += 1
        if self._appended - self._written >= self._batch:
            self._when_full()

    def flush(self) -> None:
        """Write what is gathered, then rotate if the file has grown past its size.

        Raises:
            OSError: the disk refused; the batch is kept for the next attempt, up to a bound.
        """
        lines = self._lines
        for _ in range(len(self._records)):
            self._taken += 1
            self._encode(self._records.popleft(), lines, -1)
            lines += b"\n"
        if not lines:
            return
        self._follow_rotation()
        while lines:
            written = os.write(self._file, lines)
            del lines[:written]
        self._written = self._taken
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
