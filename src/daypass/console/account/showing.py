"""One's own credentials on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from daypass.console.account.browsers import browser_name
from daypass.console.parts import Part, part
from daypass.console.routing import get

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

HOME: Final = "/account"


async def account(page: Page) -> Response:
    """Show the password, the device, the keys and the sessions of who is signed in."""
    root = page.who.is_root
    keys = await part(page, "Ram", "ListAccessKeys")
    found = [await _with_use(page, key) for key in keys.body.get("AccessKeys", {}).get("AccessKey", ())]
    return await page.render(
        "account/account.html",
        root=root,
        domain=await part(page, "Ims", "GetDefaultDomain"),
        device=Part() if root else await own_device(page),
        keys=keys,
        found=found,
        sessions=await part(page, "Daypass", "ListConsoleSessions"),
        refusals=await _refusals(page),
        browser_name=browser_name,
    )


async def own_device(page: Page) -> Part:
    """Return the user's device; nothing if there is none."""
    name = page.who.user_name
    return await part(page, "Ram", "GetUserMFAInfo", absent="EntityNotExist.User.MFADevice", UserName=name)


async def _with_use(page: Page, key: dict[str, Any]) -> dict[str, Any]:
    """Return a key and when it was last used."""
    use = await part(page, "Ram", "GetAccessKeyLastUsed", UserAccessKeyId=key["AccessKeyId"])
    return {**key, "used": use.body.get("AccessKeyLastUsed", {}).get("LastUsedDate", "")}


async def _refusals(page: Page) -> dict[str, Any]:
    """Return why the user may not do what there are buttons for."""
    name = page.who.user_name
    wanted: dict[str, tuple[str, dict[str, str]]] = {
        "CreateAccessKey": ("Ram", {}),
        "UpdateAccessKey": ("Ram", {}),
        "DeleteAccessKey": ("Ram", {}),
    }
    if not page.who.is_root:
        wanted |= {
            "ChangePassword": ("Ims", {}),
            "CreateVirtualMFADevice": ("Ram", {"VirtualMFADeviceName": device_name(page)}),
            "UnbindMFADevice": ("Ram", {"UserName": name}),
        }
    return {
        action: await page.may(product, action, **parameters)
        for action, (product, parameters) in wanted.items()
    }


def device_name(page: Page) -> str:
    """Return what a user's own device is called."""
    return page.who.user_name.replace("_", "-")


ROUTES: Final = [get(HOME, account)]
