"""The list of policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.console.listing import listing
from daypass.console.policies.named import TYPES
from daypass.console.routing import get

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page


async def show_all(page: Page) -> Response:
    """List the policies there are, all or those of a type."""
    kind = page.query.word("type")
    only = {"PolicyType": kind} if kind in TYPES else {}
    found = await listing(
        page,
        "Ram",
        "ListPolicies",
        at=("Policies", "Policy"),
        shown=lambda policy: f"{policy['PolicyName']} {policy.get('Description', '')}",
        keep={"type": kind} if only else {},
        **only,
    )
    return await page.render(
        "policies/list.html",
        policies=found,
        kind=kind if only else "",
        refusal=await page.may("Ram", "CreatePolicy"),
    )


ROUTES: Final = [get("/policies", show_all)]
