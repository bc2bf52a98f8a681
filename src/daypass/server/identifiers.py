"""Request ids, in the form the cloud prints them."""

from __future__ import annotations

import os
from typing import Final

_POOL_BYTES: Final = 16 * 256


class RequestIds:
    """Makes request ids: 32 random hexadecimal digits, grouped like a UUID, in upper case.

    Randomness is drawn from the system in blocks, since each request needs some.
    """

    def __init__(self) -> None:
        self._pool = ""
        self._at = 0

    def __call__(self) -> str:
        """Return a new id."""
        at = self._at
        if at >= len(self._pool):
            self._pool = os.urandom(_POOL_BYTES).hex().upper()
            at = 0
        self._at = at + 32
        text = self._pool[at : at + 32]
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


new_request_id: Final = RequestIds()
