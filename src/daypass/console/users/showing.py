"""RAM users: the list, and one of them with its ways to log on, its groups and its permissions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from daypass.console.history import history
from daypass.console.listing import listing
from daypass.console.parts import Part, part
from daypass.console.revoking import USERS
from daypass.console.routing import get

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.door import Refusal
    from daypass.console.page import Page

TABS: Final = ("authentication", "groups", "permissions", "events")
MANY: Final = 1000


def full_name(page: Page, name: str) -> str:
    """Return a user's name with the account's domain, as Ims reads it; the id is as good as the alias."""
    return f"{name}@{page.who.account_id}.onaliyun.com"


def resource(page: Page, name: str) -> str:
    """Return a user's ARN."""
    return f"acs:ram::{page.who.account_id}:user/{name}"


async def show_all(page: Page) -> Response:
    """List the account's users."""
    found = await listing(
        page,
        "Ram",
        "ListUsers",
        at=("Users", "User"),
        shown=lambda user: " ".join(
            user.get(name, "") for name in ("UserName", "DisplayName", "Comments", "UserId")
        ),
    )
    return await page.render(
        "users/list.html",
        users=found,
        refusal=await page.may("Ram", "CreateUser"),
        join_refusal=await page.may("Ram", "AddUserToGroup"),
        grant_refusal=await page.may("Ram", "AttachPolicyToUser"),
    )


async def show(page: Page) -> Response:
    """Show one user."""
    name = page.segment("name")
    user = (await page.call("Ims", "GetUser", UserPrincipalName=full_name(page, name)))["User"]
    tab = page.query["tab"] if page.query["tab"] in TABS else TABS[0]
    shown = await _TABS[tab](page, user["UserName"])
    return await page.render(
        f"users/{tab}.html",
        user=user,
        arn=resource(page, user["UserName"]),
        tab=tab,
        tabs=(
            ("authentication", page.t("Authentication")),
            ("groups", page.t("Groups")),
            ("permissions", page.t("Permissions")),
            ("events", page.t("Events")),
        ),
        refusals=await _refusals(page, user["UserName"]),
        **shown,
    )


async def _authentication(page: Page, name: str) -> dict[str, Any]:
    sign_out = await page.may("Daypass", "EndConsoleSessions", UserName=name)
    full = full_name(page, name)
    logon = await part(
        page, "Ims", "GetLoginProfile", UserPrincipalName=full, absent="EntityNotExist.User.LoginProfile"
    )
    device = await part(page, "Ims", "GetUserMFAInfo", UserPrincipalName=full)
    keys = await access_keys(page, name)
    return {
        "logon": logon,
        "device": device,
        "keys": keys,
        "most_keys": await most_keys(page),
        "sign_out": sign_out,
    }


async def access_keys(page: Page, name: str) -> Part:
    """Return a user's AccessKeys, each with when it was last used, if that may be seen."""
    keys = await part(page, "Ram", "ListAccessKeys", UserName=name)
    for key in keys.body.get("AccessKeys", {}).get("AccessKey", ()):
        use = await part(
            page, "Ram", "GetAccessKeyLastUsed", UserName=name, UserAccessKeyId=key["AccessKeyId"]
        )
        key["used"] = use.body.get("AccessKeyLastUsed", {}).get("LastUsedDate", "")
        key["use_denied"] = use.denied
    return keys


async def most_keys(page: Page) -> int:
    """Return how many AccessKeys a user may have; 0 if that may not be seen."""
    summary = await part(page, "Ims", "GetAccountSummary")
    return int(summary.body.get("SummaryMap", {}).get("AccessKeysPerUserQuota", 0))


async def _groups(page: Page, name: str) -> dict[str, Any]:
    return {"groups": await part(page, "Ram", "ListGroupsForUser", UserName=name)}


async def _permissions(page: Page, name: str) -> dict[str, Any]:
    return {
        "own": await USERS.granted(page, name),
        "through": await _through_groups(page, name),
    }


async def _events(page: Page, name: str) -> dict[str, Any]:
    return {"events": await history(page, "user", name)}


async def _through_groups(page: Page, name: str) -> list[tuple[str, Part]]:
    """Return what each of a user's groups gives it."""
    groups = await part(page, "Ram", "ListGroupsForUser", UserName=name)
    names = [group["GroupName"] for group in groups.body.get("Groups", {}).get("Group", ())]
    parts = await asyncio.gather(
        *(part(page, "Ram", "ListPoliciesForGroup", GroupName=each) for each in names)
    )
    return list(zip(names, parts, strict=True))


async def _refusals(page: Page, name: str) -> dict[str, Refusal | None]:
    """Return why the user may not do what the page offers."""
    return {
        action: await page.may("Ram", action, UserName=name)
        for action in (
            "UpdateUser",
            "DeleteUser",
            "CreateLoginProfile",
            "UpdateLoginProfile",
            "DeleteLoginProfile",
            "UnbindMFADevice",
            "CreateAccessKey",
            "UpdateAccessKey",
            "DeleteAccessKey",
            "AddUserToGroup",
            "RemoveUserFromGroup",
            "AttachPolicyToUser",
            "DetachPolicyFromUser",
        )
    }


_TABS: Final = {
    "authentication": _authentication,
    "groups": _groups,
    "permissions": _permissions,
    "events": _events,
}

ROUTES: Final = [get("/users", show_all), get("/users/{name}", show), *USERS.routes()]
