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


def new_request_id() -> str:
    """Return a new request id: 32 random hexadecimal digits, grouped like a UUID, in upper case."""
    text = random_bytes(16).hex().upper()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
