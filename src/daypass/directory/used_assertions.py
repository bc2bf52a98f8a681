"""SAML assertions that have been used, kept until they expire: each counts once.

They are in the store because every worker, on whatever machine, has to know of them, and
because the use of an assertion goes on record in the same transaction. An account can
only fill its own part.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete

from daypass.directory.errors import ASSERTION_USED, ASSERTIONS_FULL
from daypass.directory.schema import used_assertions

if TYPE_CHECKING:
    from daypass.directory.context import Context

_MARGIN: Final = 60
"""Seconds more that a use is remembered, as clocks of workers on several machines may differ."""

MOST: Final = 100_000
"""Assertions of one account that have been used and have not expired."""


class UsedAssertions:
    """The used assertions of all accounts."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def use(self, account_id: str, issuer: str, assertion_id: str, expires_at: int) -> None:
        """Use an assertion up.

        Args:
            account_id: of the identity provider and the role.
            issuer: the entity id of the identity provider, which gives ids to its assertions.
            assertion_id: given by it.
            expires_at: the first second the assertion is refused for its age.

        Raises:
            ApiError: ``AuthenticationFail.SAMLAssertion.Invalid``, it was used before;
                ``Throttling.User``, the account has used too many.
        """
        context = self._context
        digest = hashlib.sha256(f"{len(issuer)}:{issuer}{assertion_id}".encode()).hexdigest()
        of_account = used_assertions.c.account_id == account_id
        if context.exists(used_assertions, of_account, used_assertions.c.digest == digest):
            raise ASSERTION_USED()
        context.run(delete(used_assertions).where(of_account, used_assertions.c.expires_at <= context.now))
        if context.count(used_assertions, of_account) >= MOST:
            raise ASSERTIONS_FULL()
        row = {"account_id": account_id, "digest": digest, "expires_at": expires_at + _MARGIN}
        context.add(used_assertions, row)
