"""The trust policy of a role is edited: with a review, and with the difference before it is saved.

The form carries a mark of the text it began with. If the policy in force is another one by
then, somebody else has changed it meanwhile: what he wrote is shown beside what was about
to be saved, and nothing of either is lost.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

from daypass.console import calls
from daypass.console.calls import Call, call
from daypass.console.policy_editor import difference, review
from daypass.console.roles.changing import home, trail
from daypass.console.roles.showing import role_of
from daypass.console.roles.trust_documents import mark
from daypass.console.routing import ask, get, post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

_PATH: Final = "/roles/{name}/trust"
_FIELD: Final = "NewAssumeRolePolicyDocument"
_WRONG: Final = frozenset((400, 409))
_SAVING: Final[WeakValueDictionary[tuple[str, str], asyncio.Lock]] = WeakValueDictionary()


def _update(page: Page) -> Call:
    return call("Ram", "UpdateRole", RoleName=page.segment("name"), **{_FIELD: page.form[_FIELD]})


async def ask_edit(page: Page) -> Response:
    """Show the trust policy in the editor."""
    document = (await role_of(page))["AssumeRolePolicyDocument"]
    return await _editor(page, document, mark(document))


async def again(page: Page) -> Response:
    """Show the editor with what the form holds."""
    return await _editor(page, page.form["fix"] or page.form[_FIELD], page.form["was"])


async def check(page: Page) -> Response:
    """Show what would be saved beside what is in force."""
    role = await role_of(page)
    document = page.form[_FIELD]
    reviewed = await review(page, document, kind="Trust", role_name=role["RoleName"])
    if reviewed.refused or reviewed.error or reviewed.empty:
        said = page.t("The trust policy has errors; correct them first.")
        return await _editor(page, document, page.form["was"], said)
    return await _preview(page, role, reviewed)


async def save(page: Page) -> Response:
    """Save the trust policy, unless somebody else has changed it meanwhile."""
    async with _one_at_a_time(page):
        return await _save(page)


def _one_at_a_time(page: Page) -> asyncio.Lock:
    """Return what keeps two who save the same role's trust policy at once one after the other.

    It holds for this process; between two of them a few milliseconds stay in which the second
    is not told.
    """
    key = page.who.account_id, page.segment("name").lower()
    return _SAVING.setdefault(key, asyncio.Lock())


async def _save(page: Page) -> Response:
    role = await role_of(page)
    in_force = role["AssumeRolePolicyDocument"]
    if page.form["was"] != mark(in_force) and page.form[_FIELD] != in_force:
        reviewed = await review(page, page.form[_FIELD], kind="Trust", role_name=role["RoleName"])
        return await _preview(page, role, reviewed, status=409)
    try:
        await calls.run(page, _update(page))
    except ApiError as error:
        if error.status not in _WRONG:
            raise
        return await _editor(page, page.form[_FIELD], page.form["was"], error.message)
    return page.done(home(page, "trust"), page.t("The trust policy was saved."))


async def _editor(page: Page, document: str, was: str, error: str = "") -> Response:
    name = page.segment("name")
    return await page.render(
        "roles/trust_edit.html",
        status=400 if error else 200,
        name=name,
        document=document,
        was=was,
        error=error,
        review=await review(page, document, kind="Trust", role_name=name),
        refusal=await page.may("Ram", "UpdateRole", RoleName=name),
        trail=trail(page, "trust"),
        back=home(page, "trust"),
    )


async def _preview(page: Page, role: dict[str, Any], reviewed: Any, status: int = 200) -> Response:
    in_force = role["AssumeRolePolicyDocument"]
    return await page.render(
        "roles/trust_preview.html",
        status=status,
        name=role["RoleName"],
        document=page.form[_FIELD],
        was=mark(in_force),
        changed_meanwhile=page.form["was"] != mark(in_force),
        difference=difference(in_force, page.form[_FIELD]),
        review=reviewed,
        refusal=await page.may("Ram", "UpdateRole", RoleName=role["RoleName"]),
        snippets=calls.shown(page, [_update(page)]),
        trail=trail(page, "trust"),
        back=home(page, "trust"),
    )


ROUTES: Final = [
    get(_PATH, ask_edit),
    ask(f"{_PATH}/again", again),
    ask(f"{_PATH}/check", check),
    post(_PATH, save),
]
