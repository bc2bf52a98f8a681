"""One's own AccessKeys: created, with the secret shown once; disabled, enabled, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.console import calls
from daypass.console.account.showing import HOME
from daypass.console.calls import call
from daypass.console.confirming import confirmation
from daypass.console.routing import get, post

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.calls import Call
    from daypass.console.page import Page

_PATH: Final = "/account/access-keys"
_KEY: Final = f"{_PATH}/{{key}}"


async def ask_create(page: Page) -> Response:
    """Say what is about to be created."""
    return await page.render(
        "account/create_key.html",
        refusal=await page.may("Ram", "CreateAccessKey"),
        snippets=calls.shown(page, [call("Ram", "CreateAccessKey")]),
    )


async def create(page: Page) -> Response:
    """Create a key and show its secret, in this answer and no other."""
    made = await calls.run(page, call("Ram", "CreateAccessKey"))
    return await page.render("account/key.html", key=made["AccessKey"])


async def again(page: Page) -> Response:
    """Say why a form that was sent before shows nothing: a secret is shown once."""
    note = page.t(
        "The AccessKey was created already; its secret cannot be shown again. "
        "If you have not kept it, delete the AccessKey and create a new one."
    )
    return page.done(HOME, note, "warning")


async def set_status(page: Page) -> Response:
    """Disable or enable a key."""
    status = "Active" if page.form["Status"] == "Active" else "Inactive"
    await calls.run(page, _call(page, "UpdateAccessKey", Status=status))
    done = page.t("The AccessKey is enabled.") if status == "Active" else page.t("The AccessKey is disabled.")
    return page.done(HOME, done)


async def ask_status(page: Page) -> Response:
    """Say what disabling a key means."""
    about = page.t("Requests that are signed with it are refused until it is enabled again.")
    wanted = _call(page, "UpdateAccessKey", Status="Inactive")
    return await _confirm(page, wanted, page.t("Disable AccessKey"), about, hidden={"Status": "Inactive"})


async def ask_delete(page: Page) -> Response:
    """Say what deleting a key means, and ask for its id."""
    return await _deletion(page)


async def delete(page: Page) -> Response:
    """Delete a key whose id was typed."""
    if page.form.word("confirm") != page.segment("key"):
        return await _deletion(page, page.t("This is not the AccessKey ID."))
    await calls.run(page, _call(page, "DeleteAccessKey"))
    return page.done(HOME, page.t("The AccessKey was deleted."))


async def _deletion(page: Page, wrong: str = "") -> Response:
    about = page.t("A deleted AccessKey does not come back. Whatever still uses it stops working.")
    wanted, title = _call(page, "DeleteAccessKey"), page.t("Delete AccessKey")
    return await _confirm(page, wanted, title, about, name=page.segment("key"), wrong=wrong)


async def _confirm(
    page: Page,
    wanted: Call,
    title: str,
    about: str,
    *,
    name: str = "",
    wrong: str = "",
    hidden: dict[str, str] | None = None,
) -> Response:
    return await confirmation(
        page,
        title,
        (page.segment("key"), about),
        [wanted],
        trail=((HOME, page.t("My account")),),
        refusal=await page.may(wanted.product, wanted.action, **wanted.parameters),
        name=name,
        name_label=page.t("AccessKey ID"),
        wrong=wrong,
        hidden=hidden,
    )


def _call(page: Page, action: str, **parameters: str) -> Call:
    return call("Ram", action, UserAccessKeyId=page.segment("key"), **parameters)


ROUTES: Final = [
    post(_PATH, create, again=again),
    get(f"{_PATH}/create", ask_create),
    get(f"{_KEY}/status", ask_status),
    post(f"{_KEY}/status", set_status),
    get(f"{_KEY}/delete", ask_delete),
    post(f"{_KEY}/delete", delete),
]
