"""Tags of roles, policies and resource groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, exists, select

from daypass.directory.errors import TOO_MANY
from daypass.directory.schema import tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Column, ColumnElement

    from daypass.directory.context import Context
    from daypass.directory.records import TagList


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

    def remove(self, entity_id: str, keys: Sequence[str] | None = None) -> None:
        """Remove the tags with those keys, or all."""
        where = [tags.c.entity_id == entity_id]
        if keys is not None:
            where.append(tags.c.tag_key.in_(keys))
        self._context.run(delete(tags).where(*where))


def tagged(
    entity_id: Column[str], wanted: Iterable[tuple[str, str | None]]
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of carrying all those tags; a value of None is any value."""
    return tuple(_carries(entity_id, key, value) for key, value in wanted)


def _carries(entity_id: Column[str], key: str, value: str | None) -> ColumnElement[bool]:
    carries = exists().where(tags.c.entity_id == entity_id, tags.c.tag_key == key)
    return carries if value is None else carries.where(tags.c.tag_value == value)
