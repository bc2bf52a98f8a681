"""My account: one's own password, MFA device, AccessKeys and sessions."""

from __future__ import annotations

from typing import Final

from daypass.console.account import access_keys, device, password, sessions, showing

ROUTES: Final = [
    *showing.ROUTES,
    *password.ROUTES,
    *device.ROUTES,
    *access_keys.ROUTES,
    *sessions.ROUTES,
]
