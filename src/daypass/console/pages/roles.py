"""Roles: the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.console.listing import listing
from daypass.console.routing import get

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page


async def roles(page: Page) -> Response:
    """List the account's roles."""
    found = await listing(
        page,
        "Ram",
        "ListRoles",
        at=("Roles", "Role"),
        shown=lambda role: f"{role['RoleName']} {role.get('Description', '')}",
    )
    return await page.render("roles/list.html", roles=found)


ROUTES = [get("/roles", roles)]
