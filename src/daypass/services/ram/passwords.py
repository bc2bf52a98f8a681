"""Console passwords: how strong they must be, and the hash that is kept of them.

RAM's default password policy wants 8 characters at least and 32 at most. As long as the
policy cannot be set, two of the four kinds of characters are wanted too, since a short
word of one kind is no password. Source: RAM's page on the password policy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from argon2 import PasswordHasher

from daypass.errors import ErrorCode
from daypass.secret import Secret
from daypass.service.params import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

LEAST_CHARS: Final = 8
MOST_CHARS: Final = 32
LEAST_KINDS: Final = 2

TOO_WEAK: Final = ErrorCode(
    "InvalidParameter.Password.TooWeak",
    400,
    "A password has {least} to {most} characters, of at least {kinds} of the kinds "
    "lower case, upper case, digits and signs.",
)

_KINDS: Final = tuple(re.compile(kind) for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]"))
_SALT_BYTES: Final = 16
# Argon2id with 19 MiB and two passes: a server that is meant to be small can afford it for each logon.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Password(Kind):
    """A new password, which must be strong enough."""

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the one error."""
        return (TOO_WEAK,)

    def read(self, text: str) -> Secret:
        """Check the strength."""
        kinds = sum(kind.search(text) is not None for kind in _KINDS)
        if not LEAST_CHARS <= len(text) <= MOST_CHARS or kinds < LEAST_KINDS:
            raise TOO_WEAK(least=LEAST_CHARS, most=MOST_CHARS, kinds=LEAST_KINDS)
        return Secret(text)


def hash_of(password: Secret, entropy: Callable[[int], bytes]) -> Secret:
    """Return the Argon2id hash of a password, in its usual text form; takes tens of milliseconds."""
    return Secret(_HASHER.hash(password.reveal(), salt=entropy(_SALT_BYTES)))
