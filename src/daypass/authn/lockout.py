"""Slowing down whoever guesses: each failure in a row doubles the wait before the next attempt.

Counted are names, known or not, and addresses; what is counted stands in the store, so that
all workers see it. The wait ends by itself: nobody is locked out for good by a stranger.
"""

from __future__ import annotations

import hashlib
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Final

from daypass.errors import ErrorCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daypass.directory.database import Transaction

FREE_FOR_A_NAME: Final = 3
FREE_FROM_AN_ADDRESS: Final = 10
"""An address may be a whole office's."""
LONGEST_SECONDS: Final = 15 * 60
_NETWORK_BITS: Final = 64
"""Of an IPv6 address: whoever has one has them all."""

TOO_MANY_ATTEMPTS: Final = ErrorCode(
    "SignIn.TooManyAttempts", 429, "There were too many failed attempts. Try again in {seconds} seconds."
)


def name_subject(kind: str, name: str) -> str:
    """Return what attempts on a name are counted under; the name itself may be a mistyped password."""
    return f"{kind}:{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()}"


def address_subject(address: str) -> str:
    """Return what attempts from an address are counted under."""
    try:
        found = ip_address(address)
    except ValueError:
        return "address:unknown"
    if isinstance(found, IPv6Address):
        return f"address:{ip_network((found, _NETWORK_BITS), strict=False)}"
    return f"address:{found}"


def wait_after(failures: int, free: int) -> int:
    """Return how many seconds have to go by after so many failures in a row."""
    over = failures - free
    return 0 if over <= 0 else min(2 ** min(over, 16), LONGEST_SECONDS)


def check(txn: Transaction, subjects: Mapping[str, int]) -> None:
    """Check that an attempt may be made now.

    Args:
        txn: sees the failures so far.
        subjects: with the failures that each has free.

    Raises:
        ApiError: :data:`TOO_MANY_ATTEMPTS`.
    """
    longest = 0
    for subject, free in subjects.items():
        before = txn.sign_in_attempts.find(subject)
        if before is not None:
            left = before.failed_at + wait_after(before.failures, free) - txn.now
            longest = max(longest, left)
    if longest > 0:
        raise TOO_MANY_ATTEMPTS(seconds=longest)
