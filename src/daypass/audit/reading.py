"""Reading decision records back, newest or oldest first, a bounded number of bytes at a time.

The files of a log are read in blocks, from a position on that outlives rotation: a file keeps
its inode when it is renamed. Blocks that do not hold what is looked for are passed over
without a line of them being decoded. Where a time is asked for, it is found by bisection:
records stand in the order in which requests ended, which is that of their times but for
:data:`SLACK` seconds.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from daypass.audit.decisions import DecisionRecord

if TYPE_CHECKING:
    from pathlib import Path

BLOCK: Final = 256 * 1024
"""Bytes looked at in one go: less than a millisecond, so that a server's other threads get their turn."""

_LINE: Final = 4096
"""Bytes looked at for a line at first."""

BUDGET: Final = 64 * 1024 * 1024
"""Bytes that one look through a log reads at most."""

SLACK: Final = 120
"""Seconds by which a record may stand before or after others of its time."""

_TIME: Final = slice(len(b'{"time":"'), len(b'{"time":"2026-01-01T00:00:00Z'))
_TIME_FORM: Final = "%Y-%m-%dT%H:%M:%SZ"
_MOST_FILES: Final = 1000


class Position(NamedTuple):
    """A place between two records: the file's inode, and bytes from its beginning."""

    file: int
    at: int


class Found(NamedTuple):
    """A record, and the position on its far side as seen from where the reading began."""

    record: DecisionRecord
    beyond: Position


class Want(NamedTuple):
    """What is looked for.

    Attributes:
        texts: that the line of a record must hold, whatever their case.
        since: UTC as on the wire; no records before it.
        until: likewise, none after it.
    """

    texts: tuple[str, ...] = ()
    since: str = ""
    until: str = ""


class _File(NamedTuple):
    handle: int
    inode: int
    size: int


class DecisionReader:
    """Reads the files of a decision log.

    Args:
        path: of the newest file.
    """

    def __init__(self, path: Path) -> None:
        self._path: Final = path

    def backwards(self, want: Want, start: Position | None = None, budget: int = BUDGET) -> Scan:
        """Return a look through the log from a position, or the newest record wanted, to older ones."""
        return _Backwards(self, want, start, budget)

    def forwards(self, want: Want, start: Position | None = None, budget: int = BUDGET) -> Scan:
        """Return a look through the log from a position, or the oldest record wanted, to newer ones."""
        return _Forwards(self, want, start, budget)

    def end(self) -> Position | None:
        """Return the place behind the newest record; None where there is no log yet."""
        with self.files() as files:
            return Position(files[0].inode, files[0].size) if files else None

    @contextmanager
    def files(self) -> Iterator[list[_File]]:
        """Open all files there are, newest first; a rotation waits until they are."""
        opened: list[_File] = []
        try:
            lock = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_SH)
                opened.extend(self._opened())
            finally:
                os.close(lock)
            yield opened
        finally:
            for file in opened:
                os.close(file.handle)

    def _opened(self) -> Iterator[_File]:
        for number in range(_MOST_FILES):
            name = self._path.name if number == 0 else f"{self._path.name}.{number}"
            try:
                handle = os.open(self._path.with_name(name), os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                if number == 0:
                    continue  # just renamed: the next to write makes a new one
                return
            state = os.fstat(handle)
            yield _File(handle, state.st_ino, state.st_size)


class Scan:
    """One look through a log; iterating does it.

    Attributes:
        position: where another look would go on. Going backwards there is none at the end.
        over: whether there was nothing more that could be wanted.
    """

    def __init__(self, reader: DecisionReader, want: Want, start: Position | None, budget: int) -> None:
        self.position = start
        self.over = False
        self._reader: Final = reader
        self._start: Final = start
        self._budget = budget
        self._texts: Final = tuple(_spelt(text) for text in want.texts if text)
        self._want: Final = want
        self._since: Final = _moved(want.since, -SLACK)
        self._until: Final = _moved(want.until, SLACK)

    def __iter__(self) -> Iterator[Found]:
        with self._reader.files() as files:
            yield from self._through(files)

    def _through(self, files: list[_File]) -> Iterator[Found]:
        raise NotImplementedError

    def _timely(self, record: DecisionRecord) -> bool:
        want = self._want
        return want.since <= record.time and (not want.until or record.time <= want.until)

    def _lines(self, block: bytes) -> list[tuple[int, int]]:
        """Return where the lines of a block are that hold all that is looked for, in order."""
        if not self._texts:
            return list(_all_lines(block))
        folded = block.lower()
        if not all(text in folded for text in self._texts):
            return []
        return list(_lines_with(folded, self._texts))


class _Backwards(Scan):
    def _through(self, files: list[_File]) -> Iterator[Found]:
        for file, end in self._ends(files):
            at = end
            while at > 0:
                if self._budget <= 0:
                    self.position = Position(file.inode, at)
                    return
                begin, block = _block_before(file, at)
                self._budget -= len(block)
                for start, stop in reversed(self._lines(block)):
                    record = _decoded(block[start:stop])
                    if record is not None and self._timely(record):
                        yield Found(record, Position(file.inode, begin + start))
                if self._since and _time(block) < self._since:
                    self.position, self.over = None, True
                    return
                at = begin
        self.position, self.over = None, True

    def _ends(self, files: list[_File]) -> Iterator[tuple[_File, int]]:
        """Yield the files that are left to read, and where each is left to read from."""
        if self._start is not None:
            reached = _index(files, self._start.file)
            if reached is not None:
                yield files[reached], min(self._start.at, files[reached].size)
                yield from ((file, file.size) for file in files[reached + 1 :])
            return
        for number, file in enumerate(files):
            end = _bisect(file, self._until) if self._until else file.size
            if end:
                yield file, end
                yield from ((older, older.size) for older in files[number + 1 :])
                return


class _Forwards(Scan):
    def _through(self, files: list[_File]) -> Iterator[Found]:
        for file, begin in self._begins(files[::-1]):
            at = begin
            while at < file.size:
                if self._budget <= 0:
                    self.position = Position(file.inode, at)
                    return
                block = _block_after(file, at)
                if not block:
                    break  # a line that is still being written
                self._budget -= len(block)
                for start, stop in self._lines(block):
                    record = _decoded(block[start:stop])
                    if record is not None and self._timely(record):
                        yield Found(record, Position(file.inode, at + stop + 1))
                at += len(block)
                if self._until and _last_time(block) > self._until:
                    self.over = True
                    return
            self.position = Position(file.inode, at)
        self.over = True

    def _begins(self, files: list[_File]) -> Iterator[tuple[_File, int]]:
        if self._start is not None:
            reached = _index(files, self._start.file)
            first = 0 if reached is None else reached
            for file in files[first:]:
                yield file, self._start.at if file.inode == self._start.file else 0
            return
        for file in files:
            yield file, _bisect(file, self._since) if self._since else 0


def _spelt(text: str) -> bytes:
    """Return a text as it stands in a line, in lower case."""
    return msgspec.json.encode(text)[1:-1].lower()


def _moved(time: str, seconds: int) -> str:
    if not time:
        return ""
    moment = datetime.strptime(time, _TIME_FORM)  # noqa: DTZ007 (only compared with others of its form)
    return (moment + timedelta(seconds=seconds)).strftime(_TIME_FORM)


def _index(files: Sequence[_File], inode: int) -> int | None:
    return next((number for number, file in enumerate(files) if file.inode == inode), None)


def _all_lines(block: bytes) -> Iterator[tuple[int, int]]:
    start = 0
    while (stop := block.find(b"\n", start)) >= 0:
        yield start, stop
        start = stop + 1


def _lines_with(block: bytes, texts: tuple[bytes, ...]) -> Iterator[tuple[int, int]]:
    first, start = texts[0], 0
    while (found := block.find(first, start)) >= 0:
        begin = block.rfind(b"\n", start, found) + 1 or start
        stop = block.find(b"\n", found)
        if stop < 0:
            return
        if all(block.find(text, begin, stop) >= 0 for text in texts):
            yield begin, stop
        start = stop + 1


def _decoded(line: bytes) -> DecisionRecord | None:
    """Read a line; None for one that is damaged: the disk was full, or the machine stopped amid it."""
    try:
        return msgspec.json.decode(line, type=DecisionRecord)
    except msgspec.MsgspecError:
        return None


def _block_before(file: _File, end: int) -> tuple[int, bytes]:
    """Return whole lines that end at a place, and where they begin."""
    size = BLOCK
    while True:
        begin = max(0, end - size)
        block = os.pread(file.handle, end - begin, begin)
        if begin == 0:
            return 0, block
        newline = block.find(b"\n", 0, len(block) - 1)
        if newline >= 0:
            return begin + newline + 1, block[newline + 1 :]
        size *= 2


def _block_after(file: _File, begin: int, size: int = BLOCK) -> bytes:
    """Return whole lines from a place on; none if the one there has no end yet."""
    while True:
        block = os.pread(file.handle, min(size, file.size - begin), begin)
        newline = block.rfind(b"\n")
        if newline >= 0 or begin + size >= file.size:
            return block[: newline + 1]
        size *= 2


def _last_time(block: bytes) -> str:
    last = block.rfind(b"\n", 0, len(block) - 1) + 1
    return _time(block[last:])


def _time(line: bytes) -> str:
    return line[_TIME].decode("ascii", "replace")


def _bisect(file: _File, time: str) -> int:
    """Return where the first line begins whose time is after one; where the lines end if there is none."""
    low, high = 0, file.size
    while low < high:
        middle = (low + high) // 2
        begin, line = _line_at(file, middle)
        if line and _time(line) <= time:
            low = begin + len(line)
        else:
            high = middle
    return low


def _line_at(file: _File, at: int) -> tuple[int, bytes]:
    """Return the first line that begins at a place or after it, and where; nothing if there is none."""
    begin = at
    if at > 0:
        rest = _block_after(file, at - 1, _LINE)
        begin = at - 1 + rest.find(b"\n") + 1
        if not rest:
            return file.size, b""
    line = _block_after(file, begin, _LINE)
    return begin, line[: line.find(b"\n") + 1]
