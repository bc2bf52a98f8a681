"""AccessKeys of a user: created, with the secret shown once; disabled, enabled, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.console import calls
from daypass.console.calls import Call, call
from daypass.console.confirming import confirmation
from daypass.console.page import address
from daypass.console.routing import get, post
from daypass.console.users.showing import access_keys

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

_PATH: Final = "/users/{name}/access-keys"
_KEY: Final = f"{_PATH}/{{key}}"


def _home(page: Page) -> str:
    """Return the tab of the user's page that the keys are on."""
    return address(f"/users/{page.segment('name')}")


def _call(page: Page, action: str, **parameters: str) -> Call:
    return call(
        "Ram", action, UserName=page.segment("name"), UserAccessKeyId=page.segment("key"), **parameters
    )


async def show_all(page: Page) -> Response:
    """Go where the keys are shown."""
    return page.done(_home(page))


async def ask_create(page: Page) -> Response:
    """Say what is about to be created."""
    name = page.segment("name")
    made = call("Ram", "CreateAccessKey", UserName=name)
    refusal = await page.may("Ram", "CreateAccessKey", UserName=name)
    return await page.render(
        "users/create_key.html", name=name, refusal=refusal, snippets=calls.shown(page, [made])
    )


async def create(page: Page) -> Response:
    """Create a key and show its secret, in this answer and no other."""
    name = page.segment("name")
    made = await calls.run(page, call("Ram", "CreateAccessKey", UserName=name))
    return await page.render("users/key.html", name=name, key=made["AccessKey"], home=_home(page))


async def again(page: Page) -> Response:
    """Say why a form that was sent before shows nothing: a secret is shown once."""
    note = page.t(
        "The AccessKey was created already; its secret cannot be shown again. "
        "If you have not kept it, delete the AccessKey and create a new one."
    )
    return page.done(_home(page), note, "warning")


async def ask_status(page: Page) -> Response:
    """Say what disabling a key means."""
    about = page.t("Requests that are signed with it are refused until it is enabled again.")
    return await _confirm(page, "UpdateAccessKey", page.t("Disable AccessKey"), about, Status="Inactive")


async def set_status(page: Page) -> Response:
    """Disable or enable a key."""
    status = "Active" if page.form["Status"] == "Active" else "Inactive"
    await calls.run(page, _call(page, "UpdateAccessKey", Status=status))
    done = page.t("The AccessKey is enabled.") if status == "Active" else page.t("The AccessKey is disabled.")
    return page.done(_home(page), done)


async def ask_delete(page: Page) -> Response:
    """Say what deleting a key means, and ask for its id."""
    return await _deletion(page)


async def delete(page: Page) -> Response:
    """Delete a key whose id was typed."""
    if page.form.word("confirm") != page.segment("key"):
        return await _deletion(page, wrong=page.t("This is not the AccessKey ID."))
    await calls.run(page, _call(page, "DeleteAccessKey"))
    return page.done(_home(page), page.t("The AccessKey was deleted."))


async def _deletion(page: Page, wrong: str = "") -> Response:
    about = page.t("A deleted AccessKey does not come back. Whatever still uses it stops working.")
    return await _confirm(
        page, "DeleteAccessKey", page.t("Delete AccessKey"), about, name=page.segment("key"), wrong=wrong
    )


async def _confirm(
    page: Page, action: str, title: str, about: str, *, name: str = "", wrong: str = "", **parameters: str
) -> Response:
    key_id = page.segment("key")
    keys = (await access_keys(page, page.segment("name"))).body.get("AccessKeys", {}).get("AccessKey", ())
    key = next((each for each in keys if each["AccessKeyId"] == key_id), None)
    if key is None:
        return page.done(_home(page), page.t("The user has no such AccessKey any more."), "warning")
    wanted = _call(page, action, **parameters)
    return await confirmation(
        page,
        title,
        (key_id, _last_used(page, key), about),
        [wanted],
        trail=(("/users", page.t("Users")), (_home(page), page.segment("name"))),
        refusal=await page.may("Ram", action, **wanted.parameters),
        name=name,
        name_label=page.t("AccessKey ID"),
        wrong=wrong,
        hidden=parameters,
    )


def _last_used(page: Page, key: dict[str, str]) -> str:
    if key["use_denied"]:
        return page.t("You may not see when it was last used.")
    if not key["used"]:
        return page.t("It has never been used.")
    return page.t("It was last used at {moment}.").format(moment=key["used"])


ROUTES: Final = [
    get(_PATH, show_all),
    post(_PATH, create, again=again),
    get(f"{_PATH}/create", ask_create),
    get(f"{_KEY}/status", ask_status),
    post(f"{_KEY}/status", set_status),
    get(f"{_KEY}/delete", ask_delete),
    post(f"{_KEY}/delete", delete),
]
