"""New passwords: what they are measured by, and their hashes; for operations and for sign-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from daypass.authn.passwords import hash_of, matches, weaknesses
from daypass.directory.records import KeptPassword
from daypass.directory.settings import PasswordPolicy

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.directory.database import Transaction
    from daypass.directory.records import User
    from daypass.errors import ErrorCode
    from daypass.secret import Secret


class Measure(msgspec.Struct, frozen=True):
    """What a user's new password is measured by.

    Attributes:
        policy: the account's.
        before: the passwords that may not be used again, and at least the newest.
    """

    policy: PasswordPolicy
    before: tuple[KeptPassword, ...]

    @classmethod
    def of(cls, txn: Transaction, user: User) -> Measure:
        """Return what counts for a user now."""
        policy = txn.settings.get(user.account_id, PasswordPolicy)
        return cls(policy, txn.passwords.newest(user.id, policy.password_reuse_prevention or 1))

    def hash(
        self,
        user_name: str,
        password: Secret,
        entropy: Callable[[int], bytes],
        *,
        weak: ErrorCode,
        reused: ErrorCode,
    ) -> Secret:
        """Return the hash of a password that is good enough; takes tens of milliseconds and more.

        Raises:
            ApiError: ``weak`` with a ``reason``, or ``reused`` with a ``count``.
        """
        for weakness in weaknesses(self.policy, password, user_name):
            raise weak(reason=weakness)
        count = self.policy.password_reuse_prevention
        if any(matches(old.password_hash, password) for old in self.before[:count]):
            raise reused(count=count)
        return hash_of(password, entropy)
