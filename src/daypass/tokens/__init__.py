"""Session tokens: sealed records of who a session is, and the keys that seal them.

Issuing stores nothing. :func:`mint` seals a :class:`Session` under the primary key of
a :class:`KeyRing`; :func:`open_token` opens it with the ring alone and derives the
session's secret anew. Pure: the clock and the entropy are arguments.
"""

from __future__ import annotations

from daypass.tokens.keys import KEY_BYTES, KeyRing, KeyState, TokenKey
from daypass.tokens.seal import ENTROPY_BYTES, MAX_TOKEN, mint, open_token
from daypass.tokens.session import Credentials, Kind, Opened, Session

__all__ = [
    "ENTROPY_BYTES",
    "KEY_BYTES",
    "MAX_TOKEN",
    "Credentials",
    "KeyRing",
    "KeyState",
    "Kind",
    "Opened",
    "Session",
    "TokenKey",
    "mint",
    "open_token",
]
