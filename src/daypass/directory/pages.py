"""Lists in pages: by marker (RAM, IMS) and by number (ResourceManager).

A marker names the last entry a page showed, not a position, so pages neither repeat
nor skip what stays in place while others come and go.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from msgspec import Struct
from sqlalchemy import literal, select, tuple_

from daypass.directory.errors import BAD_MARKER

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Row, Select

    from daypass.directory.context import Context
    from daypass.errors import ErrorCode

T = TypeVar("T")

MAX_PAGE = 1000
"""The most entries any list gives at once."""


class Page(Struct, Generic[T], frozen=True, gc=False):
    """Part of a list.

    Attributes:
        marker: where to go on, or None if this was the end.
    """

    items: tuple[T, ...]
    marker: str | None

    @property
    def is_truncated(self) -> bool:
        """Whether there is more."""
        return self.marker is not None


class NumberedPage(Struct, Generic[T], frozen=True, gc=False):
    """Part of a list, with how many entries there are in all."""

    items: tuple[T, ...]
    total: int


def make_marker(listing: str, key: str) -> str:
    """Return the url-safe marker that goes on after ``key`` in the list named ``listing``."""
    return base64.urlsafe_b64encode(f"{listing}\n{key}".encode()).decode().rstrip("=")


def read_marker(listing: str, marker: str | None, wrong: ErrorCode = BAD_MARKER) -> str | None:
    """Return the key to go on after; None starts from the beginning.

    Raises:
        ApiError: ``wrong``, it is not a marker of that list.
    """
    if marker is None:
        return None
    try:
        text = base64.urlsafe_b64decode(marker + "=" * (-len(marker) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise wrong() from error
    name, separator, key = text.partition("\n")
    if not separator or name != listing or make_marker(name, key) != marker:
        raise wrong()
    return key


def page_of(listing: str, found: Sequence[T], limit: int, key: Callable[[T], str]) -> Page[T]:
    """Cut a page of ``limit`` entries from what was read with one entry to spare."""
    shown = tuple(found[:limit])
    more = len(found) > limit
    return Page(shown, make_marker(listing, key(shown[-1])) if more else None)


def within(limit: int) -> int:
    """Return a page size kept between 1 and :data:`MAX_PAGE`."""
    return max(1, min(limit, MAX_PAGE))


def onwards(
    context: Context,
    order: Sequence[Column[Any]],
    where: Sequence[ColumnElement[bool]],
    *,
    position: int,
    total: int,
) -> ColumnElement[bool]:
    """Return the condition of standing at a position of a list, from 0, or after it.

    Pages by number have to count what they pass over. Here that is done in the index alone
    (``order`` with what ``where`` asks of it), and from the nearer end, so that no page passes
    over more than half the list; the entries themselves are read from the position on.

    Args:
        context: the transaction.
        order: what the list is ordered by; together unique.
        where: which entries are in the list.
        position: before ``total``.
        total: how many there are.
    """
    statement = select(*order).where(*where).limit(1)
    if position <= total // 2:
        found = context.all(statement.order_by(*order).offset(position))
    else:
        backwards = [column.desc() for column in order]
        found = context.all(statement.order_by(*backwards).offset(total - 1 - position))
    (key,) = found
    if len(order) > 1:
        return tuple_(*order) >= tuple_(*(literal(value) for value in key))
    there: ColumnElement[bool] = order[0] >= key[0]
    return there


def numbered(
    context: Context,
    statement: Select[*tuple[Any, ...]],
    order: Sequence[Column[Any]],
    where: Sequence[ColumnElement[bool]],
    *,
    page: int,
    size: int,
) -> NumberedPage[Row[*tuple[Any, ...]]]:
    """Return a page of rows by its number, from 1.

    Args:
        context: the transaction.
        statement: what is read of each, without conditions.
        order: as in :func:`onwards`; of the table that is listed.
        where: likewise.
        page: which page.
        size: how long pages are.
    """
    size, total = within(size), context.count(order[0].table, *where)
    start = (max(page, 1) - 1) * size
    if start >= total:
        return NumberedPage((), total)
    there = onwards(context, order, where, position=start, total=total)
    rows = context.all(statement.where(*where, there).order_by(*order).limit(size))
    return NumberedPage(tuple(rows), total)
