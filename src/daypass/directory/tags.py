"""Tags of users, roles, policies and resource groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct
from sqlalchemy import delete, exists, or_, select

from daypass.directory import scopes
from daypass.directory.errors import BAD_NEXT_TOKEN, TOO_MANY
from daypass.directory.pages import Page, page_of, read_marker, within
from daypass.directory.schema import tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Column, ColumnElement, Select, Table

    from daypass.directory.context import Context
    from daypass.directory.records import TagList

_LISTING: Final = "tags"


class CarriedTag(Struct, frozen=True, gc=False):
    """A tag, and the id and the name of what carries it."""

    entity_id: str
    entity_name: str
    key: str
    value: str


class Tags:
    """Tags by the id of what carries them; ids are unique across kinds."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def of(self, entity_ids: Sequence[str]) -> dict[str, TagList]:
        """Return the tags of several entities, in the order of their keys; none is absent."""
        found: dict[str, TagList] = {}
        statement = select(tags).where(tags.c.entity_id.in_(entity_ids)).order_by(tags.c.tag_key)
        for entity_id, key, value in self._context.all(statement):
            found[entity_id] = (*found.get(entity_id, ()), (key, value))
        return found

    def put(self, account_id: str, entity_id: str, given: Iterable[tuple[str, str]]) -> None:
        """Set tags; a key that is there gets the new value.

        Raises:
            ApiError: ``LimitExceeded.Tag``.
        """
        wanted = dict(given)
        if not wanted:
            return
        context = self._context
        own = tags.c.entity_id == entity_id
        limit = context.quotas(account_id).tags_per_resource
        if context.count(tags, own, tags.c.tag_key.not_in(wanted)) + len(wanted) > limit:
            raise TOO_MANY.of("Tag")(limit=limit)
        context.run(delete(tags).where(own, tags.c.tag_key.in_(wanted)))
        rows = [{"entity_id": entity_id, "tag_key": key, "tag_value": wanted[key]} for key in wanted]
        context.add(tags, *rows)
        context.changed(scopes.tags(account_id))

    def remove(self, account_id: str, entity_id: str, keys: Sequence[str] | None = None) -> None:
        """Remove the tags with those keys, or all."""
        where = [tags.c.entity_id == entity_id]
        if keys is not None:
            where.append(tags.c.tag_key.in_(keys))
        if self._context.run(delete(tags).where(*where)):
            self._context.changed(scopes.tags(account_id))

    def list(
        self,
        table: Table,
        account_id: str,
        *,
        own: ColumnElement[bool] | None = None,
        ids: Sequence[str] | None = None,
        wanted: Sequence[tuple[str, str | None]] = (),
        marker: str | None = None,
        limit: int = 100,
    ) -> Page[CarriedTag]:
        """Return tags in the order of the names of what carries them, and of their keys.

        Args:
            table: what carries them: users, roles, policies, resource groups or members.
            account_id: whose.
            own: which rows of the table are the account's, if that is not told by ``account_id``.
            ids: of these only; None for all.
            wanted: of what carries all of these only, and only these; a value of None is any.
            marker: from the page before.
            limit: at most this many.

        Raises:
            ApiError: ``InvalidParameter.NextToken``.
        """
        after = read_marker(_LISTING, marker, BAD_NEXT_TOKEN)
        limit = within(limit)
        entity = table.c
        statement = (
            select(entity.id, entity.name, tags.c.tag_key, tags.c.tag_value)
            .join_from(table, tags, tags.c.entity_id == entity.id)
            .where(_own(table, account_id, own), *tagged(entity.id, wanted))
            .order_by(entity.name_key, tags.c.tag_key)
            .limit(limit + 1)
        )
        if ids is not None:
            statement = statement.where(entity.id.in_(ids))
        if wanted:
            statement = statement.where(tags.c.tag_key.in_([key for key, _ in wanted]))
        if after is not None:
            name, _, key = after.partition("\n")
            onwards = or_(entity.name_key > name, tags.c.tag_key > key)
            statement = statement.where(entity.name_key >= name, onwards)
        found = [CarriedTag(*row) for row in self._context.all(statement)]
        return page_of(_LISTING, found, limit, lambda tag: f"{tag.entity_name.lower()}\n{tag.key}")

    def keys(
        self,
        table: Table,
        account_id: str,
        *,
        own: ColumnElement[bool] | None = None,
        part: str | None = None,
        marker: str | None = None,
        limit: int = 100,
    ) -> Page[str]:
        """Return the keys of the tags that anything of the table carries, in their order.

        Args:
            table: as in :meth:`list`.
            account_id: whose.
            own: as in :meth:`list`.
            part: of the keys; None is any.
            marker: from the page before.
            limit: at most this many.

        Raises:
            ApiError: ``InvalidParameter.NextToken``.
        """
        column = tags.c.tag_key
        statement = _carried(column, table, _own(table, account_id, own))
        return self._distinct("tag keys", statement, column, part=part, marker=marker, limit=limit)

    def values(
        self,
        table: Table,
        account_id: str,
        key: str,
        *,
        own: ColumnElement[bool] | None = None,
        part: str | None = None,
        marker: str | None = None,
        limit: int = 100,
    ) -> Page[str]:
        """Return the values that a key has on anything of the table, in their order.

        Args:
            table: as in :meth:`list`.
            account_id: whose.
            key: of the tags.
            own: as in :meth:`list`.
            part: of the values; None is any.
            marker: from the page before.
            limit: at most this many.

        Raises:
            ApiError: ``InvalidParameter.NextToken``.
        """
        column = tags.c.tag_value
        statement = _carried(column, table, _own(table, account_id, own)).where(tags.c.tag_key == key)
        return self._distinct("tag values", statement, column, part=part, marker=marker, limit=limit)

    def _distinct(
        self,
        listing: str,
        statement: Select[*tuple[str]],
        column: Column[str],
        *,
        part: str | None,
        marker: str | None,
        limit: int,
    ) -> Page[str]:
        after = read_marker(listing, marker, BAD_NEXT_TOKEN)
        statement = statement.distinct().order_by(column).limit(within(limit) + 1)
        if part is not None:
            statement = statement.where(column.contains(part, autoescape=True))
        if after is not None:
            statement = statement.where(column > after)
        found = [str(row[0]) for row in self._context.all(statement)]
        return page_of(listing, found, within(limit), lambda text: text)


def _carried(column: Column[str], table: Table, own: ColumnElement[bool]) -> Select[*tuple[str]]:
    return select(column).join_from(table, tags, tags.c.entity_id == table.c.id).where(own)


def _own(table: Table, account_id: str, own: ColumnElement[bool] | None) -> ColumnElement[bool]:
    return table.c.account_id == account_id if own is None else own


def tagged(
    entity_id: Column[str], wanted: Iterable[tuple[str, str | None]]
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of carrying all those tags; a value of None is any value."""
    return tuple(_carries(entity_id, key, value) for key, value in wanted)


def _carries(entity_id: Column[str], key: str, value: str | None) -> ColumnElement[bool]:
    own = tags.alias().c  # apart from the tags that a statement lists
    carries = exists().where(own.entity_id == entity_id, own.tag_key == key)
    return carries if value is None else carries.where(own.tag_value == value)
