"""A user changes his own password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.console import calls
from daypass.console.account.showing import HOME
from daypass.console.calls import call
from daypass.console.routing import get, post
from daypass.console.signing_in.sayings import reused, too_weak
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

_WRONG: Final = 400


async def ask_password(page: Page) -> Response:
    """Ask for the old and the new password."""
    return await _asked(page)


async def change_password(page: Page) -> Response:
    """Change it; other sessions of the user end."""
    new = page.form["NewPassword"]
    if new != page.form["again"]:
        return await _asked(page, again=page.t("The two passwords are not the same."))
    wanted = call("Ims", "ChangePassword", OldPassword=page.form["OldPassword"], NewPassword=new)
    try:
        await calls.run(page, wanted)
    except ApiError as error:
        if error.status != _WRONG:
            raise
        return await _asked(page, **_said(page, error))
    note = page.t("The password was changed. You are signed out everywhere but here.")
    return page.done(HOME, note)


def _said(page: Page, error: ApiError) -> dict[str, str]:
    """Return what is wrong, by the field it is about."""
    if error.code.startswith("InvalidParameter.OldPassword"):
        return {"old": page.t("The old password is wrong, or cannot be used any more.")}
    if error.code == "MissingParameter.OldPassword":
        return {"old": page.t("Type the old password.")}
    if error.code.endswith(".ReusePrevention"):
        return {"new": reused(str(error.details.get("count", "")))}
    if error.code.endswith(".TooWeak"):
        return {"new": too_weak(str(error.details.get("reason", "")))}
    return {"new": error.message}


async def _asked(page: Page, *, old: str = "", new: str = "", again: str = "") -> Response:
    return await page.render(
        "account/password.html",
        status=_WRONG if old or new or again else 200,
        old=old,
        new=new,
        again=again,
        refusal=await page.may("Ims", "ChangePassword"),
        snippets=calls.shown(page, [call("Ims", "ChangePassword", OldPassword="", NewPassword="")]),
    )


ROUTES: Final = [get("/account/password", ask_password), post("/account/password", change_password)]
