"""Accounts and their aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import structs
from sqlalchemy import select, update

from daypass.directory import identifiers, scopes
from daypass.directory.errors import ACCOUNT_EXISTS, ACCOUNT_MISSING, ALIAS_EXISTS
from daypass.directory.pages import Page, page_of, read_marker, within
from daypass.directory.records import Account
from daypass.directory.resource_groups import ResourceGroups
from daypass.directory.rows import columns
from daypass.directory.schema import accounts

if TYPE_CHECKING:
    from daypass.directory.context import Context

_COLUMNS: Final = columns(accounts, Account)
_LISTING: Final = "accounts"


class Accounts:
    """The accounts of this installation."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def create(self, account_id: str | None = None) -> Account:
        """Create an account with its default resource group.

        Args:
            account_id: 16 digits; a new one if not given.

        Raises:
            ApiError: ``EntityAlreadyExists.Account``, ``….AccountAlias``: the id is another account's alias.
        """
        context = self._context
        account = Account(account_id or identifiers.account_id(context.entropy), None, context.now)
        if self.find(account.id) is not None:
            raise ACCOUNT_EXISTS(account=account.id)
        if self.by_alias(account.id) is not None:
            raise ALIAS_EXISTS(alias=account.id)
        context.add(accounts, structs.asdict(account))
        ResourceGroups(context).create_default(account.id)
        context.changed(scopes.account(account.id))
        return account

    def find(self, account_id: str) -> Account | None:
        """Return an account, or None."""
        row = self._context.first(select(*_COLUMNS).where(accounts.c.id == account_id))
        return None if row is None else Account(*row)

    def get(self, account_id: str) -> Account:
        """Return an account.

        Raises:
            ApiError: ``EntityNotExist.Account``.
        """
        account = self.find(account_id)
        if account is None:
            raise ACCOUNT_MISSING(account=account_id)
        return account

    def by_alias(self, alias: str) -> Account | None:
        """Return the account with that alias, or whose id it is; this is how domains are read."""
        row = self._context.first(select(*_COLUMNS).where(accounts.c.alias == alias))
        return Account(*row) if row is not None else self.find(alias)

    def set_alias(self, account_id: str, alias: str | None) -> None:
        """Set or clear the alias.

        Raises:
            ApiError: ``EntityAlreadyExists.AccountAlias``, ``EntityNotExist.Account``.
        """
        self.get(account_id)
        if alias is not None:
            holder = self.by_alias(alias)
            if holder is not None and holder.id != account_id:
                raise ALIAS_EXISTS(alias=alias)
        self._context.run(update(accounts).where(accounts.c.id == account_id).values(alias=alias))
        self._context.changed(scopes.account(account_id))

    def list(self, *, marker: str | None = None, limit: int = 100) -> Page[Account]:
        """Return accounts in the order of their ids."""
        after = read_marker(_LISTING, marker)
        limit = within(limit)
        statement = select(*_COLUMNS).order_by(accounts.c.id).limit(limit + 1)
        if after is not None:
            statement = statement.where(accounts.c.id > after)
        found = [Account(*row) for row in self._context.all(statement)]
        return page_of(_LISTING, found, limit, lambda account: account.id)
