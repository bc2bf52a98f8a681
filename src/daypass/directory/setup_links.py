"""One-use links that make an account's first administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update

from daypass.directory.records import SetupLink
from daypass.directory.rows import columns
from daypass.directory.schema import setup_links

if TYPE_CHECKING:
    from daypass.directory.context import Context

VALID_SECONDS: Final = 10 * 60
_KEPT_SECONDS: Final = 7 * 24 * 3600
"""For so long it is told of a link that it was used or is too old, rather than that there is none."""

_COLUMNS: Final = columns(setup_links, SetupLink)


class SetupLinks:
    """The links of all accounts, by the digest of what makes them good; one of an account is."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def create(self, account_id: str, digest: str) -> SetupLink:
        """Make a link; those before it are good no more."""
        context = self._context
        context.run(delete(setup_links).where(setup_links.c.created_at <= context.now - _KEPT_SECONDS))
        open_ones = (setup_links.c.account_id == account_id, setup_links.c.expires_at > context.now)
        context.run(update(setup_links).where(*open_ones).values(expires_at=context.now))
        link = SetupLink(digest, account_id, context.now, context.now + VALID_SECONDS)
        context.add(
            setup_links,
            {
                "digest": digest,
                "account_id": account_id,
                "created_at": link.created_at,
                "expires_at": link.expires_at,
                "used_at": None,
            },
        )
        return link

    def find(self, digest: str) -> SetupLink | None:
        """Return a link, or None."""
        row = self._context.first(select(*_COLUMNS).where(setup_links.c.digest == digest))
        return None if row is None else SetupLink(*row)

    def use(self, digest: str) -> bool:
        """Use a link up; tell whether it was good."""
        now = self._context.now
        good = (
            setup_links.c.digest == digest,
            setup_links.c.used_at.is_(None),
            setup_links.c.expires_at > now,
        )
        return bool(self._context.run(update(setup_links).where(*good).values(used_at=now)))
