"""A role is edited, loses a permission, or is deleted with what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from daypass.console import calls
from daypass.console.calls import Call, call
from daypass.console.confirming import confirmation
from daypass.console.page import address
from daypass.console.roles.showing import assumers, attachments, role_of
from daypass.console.routing import ask, get, post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

_PATH: Final = "/roles/{name}"
_WRONG: Final = frozenset((400, 403, 409))


def home(page: Page, tab: str = "") -> str:
    """Return the address of the role's page."""
    return address(f"/roles/{page.segment('name')}", tab=tab)


def trail(page: Page, tab: str = "") -> tuple[tuple[str, str], ...]:
    """Return the pages above one about the role."""
    return ("/roles", page.t("Roles")), (home(page, tab), page.segment("name"))


def _update(page: Page) -> Call:
    """Return the call for what the form changes of what it showed at first."""
    changed = {
        f"New{name}": page.form.word(name)
        for name in ("Description", "MaxSessionDuration")
        if page.form.word(name) != page.form[f"was-{name}"]
    }
    return call("Ram", "UpdateRole", RoleName=page.segment("name"), **changed)


async def ask_edit(page: Page) -> Response:
    """Show the form for description and longest session."""
    role = await role_of(page)
    shown = {
        "Description": role.get("Description", ""),
        "MaxSessionDuration": str(role["MaxSessionDuration"]),
    }
    return await _edit_form(page, shown, shown)


async def edit_snippets(page: Page) -> Response:
    """Show what the form would do, for people who script."""
    return await calls.fragment(page, [_update(page)])


async def edit(page: Page) -> Response:
    """Change what was changed in the form, and nothing else."""
    wanted = _update(page)
    if len(wanted.parameters) == 1:
        return page.done(home(page), page.t("Nothing was changed."), "warning")
    try:
        await calls.run(page, wanted)
    except ApiError as error:
        if error.status not in _WRONG - {403}:
            raise
        shown = {name: page.form.word(name) for name in ("Description", "MaxSessionDuration")}
        was = {name: page.form[f"was-{name}"] for name in shown}
        return await _edit_form(page, shown, was, error.message)
    return page.done(home(page), page.t("The role was changed."))


async def _edit_form(page: Page, shown: dict[str, str], was: dict[str, str], error: str = "") -> Response:
    name = page.segment("name")
    return await page.render(
        "roles/edit.html",
        status=400 if error else 200,
        name=name,
        shown=shown,
        was=was,
        error=error,
        trail=trail(page),
        home=home(page),
        refusal=await page.may("Ram", "UpdateRole", RoleName=name),
        snippets=calls.shown(page, [_update(page) if error else call("Ram", "UpdateRole", RoleName=name)]),
    )


def _detaching(page: Page, attachment: dict[str, Any]) -> Call:
    scope = attachment["ResourceGroupId"]
    return call(
        "ResourceManager" if scope != page.who.account_id else "Ram",
        "DetachPolicy" if scope != page.who.account_id else "DetachPolicyFromRole",
        **_named(page, scope),
        PolicyType=attachment["PolicyType"],
        PolicyName=attachment["PolicyName"],
    )


def _named(page: Page, scope: str) -> dict[str, str]:
    name = page.segment("name")
    if scope == page.who.account_id:
        return {"RoleName": name}
    full = f"{name}@role.{page.who.account_id}.onaliyunservice.com"
    return {"ResourceGroupId": scope, "PrincipalType": "ServiceRole", "PrincipalName": full}


def _asked(page: Page) -> dict[str, str]:
    fields = page.form if page.request.method == "POST" else page.query
    return {
        "PolicyType": fields.word("type", "Custom"),
        "PolicyName": fields.word("policy"),
        "ResourceGroupId": fields.word("scope", page.who.account_id),
    }


async def ask_detach(page: Page) -> Response:
    """Show what is about to be taken from the role."""
    return await _detach_form(page)


async def detach(page: Page) -> Response:
    """Take a policy from the role."""
    try:
        await calls.run(page, _detaching(page, _asked(page)))
    except ApiError as error:
        if error.status not in _WRONG and not error.code.startswith("EntityNotExist"):
            raise
        return await _detach_form(page, error.message)
    return page.done(home(page, "permissions"), page.t("The permission was revoked."))


async def _detach_form(page: Page, failed: str = "") -> Response:
    asked = _asked(page)
    wanted = _detaching(page, asked)
    said = page.t("{policy} will no longer be granted to {role}. Sessions that exist lose it at once.")
    return await confirmation(
        page,
        page.t("Revoke Permission"),
        (said.format(policy=asked["PolicyName"], role=page.segment("name")),),
        [wanted],
        trail=trail(page, "permissions"),
        refusal=await page.may(wanted.product, wanted.action, **wanted.parameters),
        failed=failed,
        hidden={
            "type": asked["PolicyType"],
            "policy": asked["PolicyName"],
            "scope": asked["ResourceGroupId"],
        },
    )


async def ask_delete(page: Page) -> Response:
    """Show what goes with the role, and ask for its name."""
    await role_of(page)
    return await _delete_form(page)


async def delete(page: Page) -> Response:
    """Take the role's policies from it, then delete it."""
    name = page.segment("name")
    if page.form.word("confirm") != name:
        return await _delete_form(page, wrong=page.t("This is not the role's name."))
    for each in await _deleting(page):
        try:
            await calls.run(page, each)
        except ApiError as error:
            if error.code.startswith("EntityNotExist.Role.Policy"):
                continue  # somebody else was faster
            if error.status not in _WRONG:
                raise
            return await _delete_form(page, failed=error.message)
    return page.done("/roles", page.t("The role was deleted. Its sessions have ended."))


async def _deleting(page: Page) -> list[Call]:
    name = page.segment("name")
    granted = (await attachments(page, name)).body.get("PolicyAttachments", {}).get("PolicyAttachment", ())
    return [*(_detaching(page, each) for each in granted), call("Ram", "DeleteRole", RoleName=name)]


async def _delete_form(page: Page, *, wrong: str = "", failed: str = "") -> Response:
    name = page.segment("name")
    return await confirmation(
        page,
        page.t("Delete Role"),
        (page.t("All sessions of the role end at once. A new role of the same name is another role."),),
        await _deleting(page),
        template="roles/delete.html",
        trail=trail(page),
        refusal=await page.may("Ram", "DeleteRole", RoleName=name),
        name=name,
        name_label=page.t("Role Name"),
        wrong=wrong,
        failed=failed,
        granted=await attachments(page, name),
        assumers=await assumers(page, name),
    )


ROUTES: Final = [
    get(f"{_PATH}/edit", ask_edit),
    ask(f"{_PATH}/edit/snippets", edit_snippets),
    post(f"{_PATH}/edit", edit),
    get(f"{_PATH}/revoke", ask_detach),
    post(f"{_PATH}/revoke", detach),
    get(f"{_PATH}/delete", ask_delete),
    post(f"{_PATH}/delete", delete),
]
