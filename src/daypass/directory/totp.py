"""Time-based one-time passwords (RFC 6238): six digits, a new code every thirty seconds.

Pure: seed, code and time come in as arguments.
"""

from __future__ import annotations

import base64
import hmac
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SEED_BYTES: Final = 20
STEP_SECONDS: Final = 30
DIGITS: Final = 6
DRIFT: Final = 1
"""How many steps a device's clock may be off, either way."""


def code_at(seed: bytes, step: int) -> str:
    """Return the code of a time step; step 0 began with the epoch."""
    return _totp(seed).generate(step * STEP_SECONDS).decode()


def step_of(seed: bytes, code: str, now: int, after: int | None = None) -> int | None:
    """Return the time step around now that a code is of, or None.

    Args:
        seed: the device's secret.
        code: six digits.
        now: epoch seconds.
        after: a step; its code and those before it are used up.
    """
    for step in _around(now):
        if (after is None or step > after) and _equal(code_at(seed, step), code):
            return step
    return None


def step_of_two(seed: bytes, first: str, second: str, now: int, after: int | None = None) -> int | None:
    """Return the step of the second of two codes that follow each other, or None; see :func:`step_of`."""
    for step in _around(now):
        both = _equal(code_at(seed, step - 1), first) & _equal(code_at(seed, step), second)
        if both and (after is None or step - 1 > after):
            return step
    return None


def seed_text(seed: bytes) -> str:
    """Return a seed as people type it into a device: base32."""
    return base64.b32encode(seed).decode()


def provisioning_uri(seed: bytes, holder: str, issuer: str) -> str:
    """Return the ``otpauth://`` address that devices read from a QR code."""
    return _totp(seed).get_provisioning_uri(holder, issuer)


def _totp(seed: bytes) -> TOTP:
    return TOTP(seed, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 (what devices speak)


def _around(now: int) -> range:
    step = now // STEP_SECONDS
    return range(max(1, step - DRIFT), step + DRIFT + 1)


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
