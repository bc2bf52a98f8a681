"""The calls that a form makes: run when it is sent, worded as snippets while it is filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response

    from daypass.console.page import Page
    from daypass.console.snippets import Snippets


class Call(NamedTuple):
    """An operation with its parameters as on the wire."""

    product: str
    action: str
    parameters: Mapping[str, str]


def call(product: str, action: str, **parameters: str | int | bool | None) -> Call:
    """Return a call; parameters that are None are left out."""
    return Call(
        product, action, {name: _text(value) for name, value in parameters.items() if value is not None}
    )


async def run(page: Page, asked: Call) -> dict[str, Any]:
    """Make a call as the signed-in user.

    Raises:
        ApiError: as a client gets it.
    """
    return await page.call(asked.product, asked.action, **asked.parameters)


def shown(page: Page, calls: Sequence[Call]) -> Snippets:
    """Return the same calls for people who script."""
    return page.console.wordings.of(calls)


async def fragment(page: Page, calls: Sequence[Call]) -> Response:
    """Answer a form that is being filled in with the snippets as it stands."""
    return await page.render("snippets.html", snippets=shown(page, calls))


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
