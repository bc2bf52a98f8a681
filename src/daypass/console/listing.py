"""Lists with a filter and pages, over operations that page by marker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from daypass.console.page import address

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from daypass.console.page import Page

PAGE_ITEMS: Final = 50
_SCANNED: Final = 1000
"""How many entries one call gives while a filter looks through them."""


@dataclass(frozen=True)
class Listing:
    """Part of a list.

    Attributes:
        items: as the operation gives them.
        filter: what was asked for.
        next_url: of the page after, empty for the last.
        first_url: of the first page, empty on it.
    """

    items: list[dict[str, Any]]
    filter: str
    next_url: str
    first_url: str

    def __bool__(self) -> bool:
        """Whether there is anything on this page."""
        return bool(self.items)


async def listing(
    page: Page,
    product: str,
    operation: str,
    *,
    at: tuple[str, str],
    shown: Callable[[dict[str, Any]], str],
    keep: dict[str, str] | None = None,
    **parameters: str,
) -> Listing:
    """Return the part of a list that the page's address asks for.

    Without a filter it is one call. With one, entries are looked through in order, until the
    page is full.

    Args:
        page: its ``q`` is the filter and its ``marker`` where to go on.
        product: of the operation.
        operation: takes ``Marker`` and ``MaxItems``.
        at: where the entries stand in its answer, as ``("Roles", "Role")``.
        shown: the text of an entry that the filter is looked for in.
        keep: what else the address of the next page has to say.
        parameters: further ones of the operation.
    """
    wanted, marker = page.query.word("q"), page.query.word("marker")

    async def part(marker: str, items: int) -> tuple[list[dict[str, Any]], str]:
        answer = await page.call(product, operation, Marker=marker or None, MaxItems=items, **parameters)
        return answer[at[0]][at[1]], answer.get("Marker", "") if answer["IsTruncated"] else ""

    if wanted:
        found, after = await _filtered(part, lambda entry: wanted.lower() in shown(entry).lower(), marker)
    else:
        found, after = await part(marker, PAGE_ITEMS)
    here = {"q": wanted, **(keep or {})}
    return Listing(
        found,
        wanted,
        address(page.path, **here, marker=after) if after else "",
        address(page.path, **here) if marker else "",
    )


async def _filtered(
    part: Callable[[str, int], Awaitable[tuple[list[dict[str, Any]], str]]],
    matches: Callable[[dict[str, Any]], bool],
    marker: str,
) -> tuple[list[dict[str, Any]], str]:
    """Return a page of entries that match, and where to go on."""
    found: list[dict[str, Any]] = []
    while True:
        entries, after = await part(marker, _SCANNED)
        places = [at for at, entry in enumerate(entries) if matches(entry)]
        room = PAGE_ITEMS - len(found)
        if len(places) > room:  # ask again for so many that the page after goes on behind the last one shown
            entries, after = await part(marker, places[room - 1] + 1)
        found += filter(matches, entries)
        if not after or len(found) >= PAGE_ITEMS:
            return found, after
        marker = after
