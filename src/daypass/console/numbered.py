"""Lists of ResourceManager's, which counts its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from daypass.console.page import address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daypass.console.page import Page

PAGE_SIZE: Final = 50
_LONGEST: Final = 6
"""Digits of a page's number."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A page of a list, and the ways on.

    Attributes:
        total: how many entries there are on all pages.
    """

    items: list[dict[str, Any]]
    total: int
    first_url: str = ""
    next_url: str = ""


async def numbered(
    page: Page,
    operation: str,
    at: tuple[str, str],
    *,
    keep: Mapping[str, str],
    **parameters: str | None,
) -> Numbered:
    """Return the page of a list that the address asks for.

    Args:
        page: its query may have ``page``, from 1.
        operation: of ResourceManager.
        at: where the entries are in its answer.
        keep: of the query, for the ways on.
        parameters: of the operation.
    """
    number = _number(page.query.word("page"))
    answer = await page.call(
        "ResourceManager", operation, PageNumber=number, PageSize=PAGE_SIZE, **parameters
    )
    more = number * PAGE_SIZE < answer["TotalCount"]
    return Numbered(
        answer[at[0]][at[1]],
        answer["TotalCount"],
        address(page.path, **keep) if number > 1 else "",
        address(page.path, **keep, page=str(number + 1)) if more else "",
    )


def _number(text: str) -> int:
    known = text.isascii() and text.isdigit() and len(text) <= _LONGEST
    return max(1, int(text)) if known else 1
