"""Groups of users: the list, and one of them with its members and permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from daypass.console.history import history
from daypass.console.listing import listing
from daypass.console.page import address
from daypass.console.parts import part
from daypass.console.revoking import GROUPS
from daypass.console.routing import get

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

TABS: Final = ("members", "permissions", "events")
_PATH: Final = "/groups/{name}"


async def show_all(page: Page) -> Response:
    """List the account's groups."""
    found = await listing(
        page,
        "Ram",
        "ListGroups",
        at=("Groups", "Group"),
        shown=lambda group: f"{group['GroupName']} {group.get('Comments', '')}",
    )
    return await page.render("groups/list.html", groups=found, refusal=await page.may("Ram", "CreateGroup"))


async def show(page: Page) -> Response:
    """Show one group."""
    name = page.segment("name")
    group = (await page.call("Ram", "GetGroup", GroupName=name))["Group"]
    name = group["GroupName"]
    tab = page.query["tab"] if page.query["tab"] in TABS else TABS[0]
    return await page.render(
        f"groups/{tab}.html",
        group=group,
        tab=tab,
        tabs=(
            ("members", page.t("Members")),
            ("permissions", page.t("Permissions")),
            ("events", page.t("Events")),
        ),
        refusals={
            action: await page.may("Ram", action, GroupName=name)
            for action in (
                "UpdateGroup",
                "DeleteGroup",
                "AddUserToGroup",
                "RemoveUserFromGroup",
                "AttachPolicyToGroup",
                "DetachPolicyFromGroup",
            )
        },
        **await _TABS[tab](page, name),
    )


async def _members(page: Page, name: str) -> dict[str, Any]:
    marker = page.query.word("marker")
    members = await part(page, "Ram", "ListUsersForGroup", GroupName=name, Marker=marker or None, MaxItems=50)
    after = members.body.get("Marker", "") if members.body.get("IsTruncated") else ""
    return {
        "members": members,
        "next_url": address(page.path, marker=after) if after else "",
        "first_url": address(page.path) if marker else "",
    }


async def _permissions(page: Page, name: str) -> dict[str, Any]:
    return {"own": await GROUPS.granted(page, name)}


async def _events(page: Page, name: str) -> dict[str, Any]:
    return {"events": await history(page, "group", name)}


_TABS: Final = {"members": _members, "permissions": _permissions, "events": _events}

ROUTES: Final = [get("/groups", show_all), get(_PATH, show), *GROUPS.routes()]
