"""Randomness for requests, drawn from the system in blocks, and request ids made of it.

A system call for each draw costs more than its microsecond: what the processor had
learned of the code around it is lost. A process must not fork once it has drawn.
"""

from __future__ import annotations

import os
import threading
from typing import Final, final


@final
class RandomBytes:
    """Random bytes from the system's generator; none is handed out twice. Safe for threads."""

    _BLOCK: Final = 8192

    def __init__(self) -> None:
        self._lock: Final = threading.Lock()
        self._block = b""
        self._at = 0

    def __call__(self, count: int) -> bytes:
        """Return that many bytes."""
        if count > self._BLOCK:
            return os.urandom(count)
        with self._lock:
            at = self._at
            if at + count > len(self._block):
                self._block = os.urandom(self._BLOCK)
                at = 0
            self._at = at + count
            return self._block[at : at + count]


random_bytes: Final = RandomBytes()


_AT_ONCE: Final = 64
_made: Final[list[str]] = []


def new_request_id() -> str:
    """Return a new request id: 32 random hexadecimal digits, grouped like a UUID, in upper case."""
    try:
        return _made.pop()  # a single step, whichever threads ask
    except IndexError:
        digits = random_bytes(_AT_ONCE * 16).hex().upper()
        made = [_grouped(digits[at : at + 32]) for at in range(0, len(digits), 32)]
        _made.extend(made[1:])
        return made[0]


def _grouped(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
