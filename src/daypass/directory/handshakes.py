"""Invitations of accounts to resource directories.

One is pending until the invited account accepts or declines it, the inviting one cancels it,
or its time is over. Only the invited account can make itself a member.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import structs
from sqlalchemy import select, update

from daypass.directory import identifiers
from daypass.directory.accounts import Accounts
from daypass.directory.errors import (
    HANDSHAKE_EXISTS,
    HANDSHAKE_MISSING,
    HANDSHAKE_OVER,
    IN_ANOTHER_DIRECTORY,
    MEMBER_MISSING,
    TOO_MANY,
)
from daypass.directory.members import Members
from daypass.directory.pages import NumberedPage, numbered
from daypass.directory.records import Handshake, HandshakeStatus, ResourceDirectory, TagList
from daypass.directory.resource_directories import ResourceDirectories
from daypass.directory.rows import columns
from daypass.directory.schema import handshakes

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Row

    from daypass.directory.context import Context

LIFE_SECONDS: Final = 14 * 24 * 3600

_COLUMNS: Final = columns(handshakes, Handshake)
_ORDER: Final = (handshakes.c.created_at, handshakes.c.id)


class Handshakes:
    """The invitations of all accounts."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def invite(
        self, directory: ResourceDirectory, target_id: str, *, note: str = "", tags: TagList = ()
    ) -> Handshake:
        """Invite an account, which has two weeks to answer.

        Raises:
            ApiError: ``EntityNotExists.Account``,
                ``NotSupport.AccountInAnotherResourceDirectory`` also for one that is in this one,
                ``EntityAlreadyExists.Handshake``, ``LimitExceeded.Handshake``.
        """
        context = self._context
        if Accounts(context).find(target_id) is None:
            raise MEMBER_MISSING(account=target_id)
        if ResourceDirectories(context).of(target_id) is not None:
            raise IN_ANOTHER_DIRECTORY()
        pending = (
            handshakes.c.manager_id == directory.account_id,
            handshakes.c.status == "Pending",
            handshakes.c.expires_at > context.now,
        )
        if context.exists(handshakes, *pending, handshakes.c.target_id == target_id):
            raise HANDSHAKE_EXISTS(account=target_id)
        limit = context.quotas(directory.account_id).members
        if context.count(handshakes, *pending) >= limit:
            raise TOO_MANY.of("Handshake")(limit=limit)
        handshake = Handshake(
            identifiers.handshake_id(context.entropy),
            directory.id,
            directory.account_id,
            target_id,
            note,
            "Pending",
            context.now,
            context.now,
            context.now + LIFE_SECONDS,
            tags,
        )
        values = {**structs.asdict(handshake), "tags": msgspec.json.encode(tags).decode()}
        context.add(handshakes, values)
        return handshake

    def get(self, account_id: str, handshake_id: str) -> Handshake:
        """Return an invitation that an account has made or got.

        Raises:
            ApiError: ``EntityNotExists.Handshake``.
        """
        row = self._context.first(select(*_COLUMNS).where(handshakes.c.id == handshake_id))
        handshake = None if row is None else self._record(row)
        if handshake is None or account_id not in {handshake.manager_id, handshake.target_id}:
            raise HANDSHAKE_MISSING(handshake=handshake_id[:64])
        return handshake

    def _record(self, row: Row[*tuple[Any, ...]]) -> Handshake:
        read = Handshake(*row)
        tags = msgspec.json.decode(row.tags, type=tuple[tuple[str, str], ...])
        over = read.status == "Pending" and read.expires_at <= self._context.now
        return structs.replace(read, tags=tags, status="Expired" if over else read.status)

    def made_by(self, account_id: str, *, page: int = 1, size: int = 10) -> NumberedPage[Handshake]:
        """Return a page of the invitations an account has made, oldest first, by its number, from 1."""
        return self._numbered(handshakes.c.manager_id == account_id, page, size)

    def got_by(self, account_id: str, *, page: int = 1, size: int = 10) -> NumberedPage[Handshake]:
        """Return a page of the invitations an account has got, oldest first, by its number, from 1."""
        return self._numbered(handshakes.c.target_id == account_id, page, size)

    def _numbered(self, where: ColumnElement[bool], page: int, size: int) -> NumberedPage[Handshake]:
        order: tuple[Column[Any], ...] = _ORDER
        found = numbered(self._context, select(*_COLUMNS), order, [where], page=page, size=size)
        return NumberedPage(tuple(map(self._record, found.items)), found.total)

    def accept(self, account_id: str, handshake_id: str) -> Handshake:
        """Make the invited account a member; control policies limit it from the next decision on.

        Raises:
            ApiError: ``EntityNotExists.Handshake``, ``HandshakeStatusMismatch``, and what
                :meth:`Members.join` raises.
        """
        handshake = self._pending(account_id, handshake_id, mine="target_id")
        directory = ResourceDirectories(self._context).of(handshake.manager_id)
        if directory is None or directory.id != handshake.directory_id:
            raise HANDSHAKE_MISSING(handshake=handshake.id)
        Members(self._context).join(directory, handshake.target_id, tags=handshake.tags)
        return self._finish(handshake, "Accepted")

    def decline(self, account_id: str, handshake_id: str) -> Handshake:
        """Turn an invitation down, as the account that got it.

        Raises:
            ApiError: ``EntityNotExists.Handshake``, ``HandshakeStatusMismatch``.
        """
        return self._finish(self._pending(account_id, handshake_id, mine="target_id"), "Declined")

    def cancel(self, account_id: str, handshake_id: str) -> Handshake:
        """Take an invitation back, as the account that made it.

        Raises:
            ApiError: ``EntityNotExists.Handshake``, ``HandshakeStatusMismatch``.
        """
        return self._finish(self._pending(account_id, handshake_id, mine="manager_id"), "Cancelled")

    def _pending(self, account_id: str, handshake_id: str, *, mine: str) -> Handshake:
        handshake = self.get(account_id, handshake_id)
        if getattr(handshake, mine) != account_id:
            raise HANDSHAKE_MISSING(handshake=handshake.id)
        if handshake.status != "Pending":
            raise HANDSHAKE_OVER(status=handshake.status)
        return handshake

    def _finish(self, handshake: Handshake, status: HandshakeStatus) -> Handshake:
        now = self._context.now
        own = handshakes.c.id == handshake.id
        self._context.run(update(handshakes).where(own).values(status=status, updated_at=now))
        return structs.replace(handshake, status=status, updated_at=now)
