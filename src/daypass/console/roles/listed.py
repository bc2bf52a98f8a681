"""The list of roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.console.listing import listing
from daypass.console.routing import get

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page


async def show_all(page: Page) -> Response:
    """List the account's roles."""
    found = await listing(
        page,
        "Ram",
        "ListRoles",
        at=("Roles", "Role"),
        shown=lambda role: " ".join(
            role.get(name, "") for name in ("RoleName", "Description", "Arn", "RoleId")
        ),
    )
    return await page.render(
        "roles/list.html",
        roles=found,
        creating=await page.may("Ram", "CreateRole"),
        granting=await page.may("Ram", "AttachPolicyToRole", PolicyType="Custom"),
        deleting=await page.may("Ram", "DeleteRole"),
    )


ROUTES: Final = [get("/roles", show_all)]
