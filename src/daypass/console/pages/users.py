"""RAM users."""

from __future__ import annotations

from typing import Final

from daypass.console.users import access_keys, changing, creating, logon, showing

ROUTES: Final = [
    *showing.ROUTES,
    *creating.ROUTES,
    *changing.ROUTES,
    *logon.ROUTES,
    *access_keys.ROUTES,
]
