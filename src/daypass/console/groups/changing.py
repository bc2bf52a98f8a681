"""A group is made, edited, or deleted with all that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from daypass.console import calls
from daypass.console.calls import Call, call
from daypass.console.confirming import confirmation
from daypass.console.page import address
from daypass.console.parts import part
from daypass.console.revoking import GROUPS
from daypass.console.routing import ask, get, post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

CREATE: Final = "/create-group"
_PATH: Final = "/groups/{name}"
_MANY: Final = 1000
_WRONG: Final = frozenset({400, 409})


def _creation(page: Page) -> Call:
    return call(
        "Ram",
        "CreateGroup",
        GroupName=page.form.word("GroupName") or None,
        Comments=page.form.word("Comments") or None,
    )


async def ask_create(page: Page) -> Response:
    """Show the form."""
    return await _creation_form(page)


async def create_snippets(page: Page) -> Response:
    """Show what the form would do, for people who script."""
    return await calls.fragment(page, [_creation(page)])


async def create(page: Page) -> Response:
    """Create a group."""
    if not page.form.word("GroupName"):
        return await _creation_form(page, page.t("Enter a group name."))
    try:
        answer = await calls.run(page, _creation(page))
    except ApiError as error:
        if error.status not in _WRONG:
            raise
        return await _creation_form(page, error.message)
    return page.done(address(f"/groups/{answer['Group']['GroupName']}"), page.t("The group was created."))


async def _creation_form(page: Page, error: str = "") -> Response:
    return await page.render(
        "groups/create.html",
        status=400 if error else 200,
        error=error,
        refusal=await page.may("Ram", "CreateGroup"),
        snippets=calls.shown(page, [_creation(page)]),
    )


def _home(page: Page) -> str:
    return address(f"/groups/{page.segment('name')}")


def _update(page: Page) -> Call:
    """Return the call for what the form changes of what it showed at first."""
    changed = {
        f"New{name}": page.form.word(name)
        for name in ("GroupName", "Comments")
        if page.form.word(name) != page.form[f"was-{name}"]
    }
    return call("Ram", "UpdateGroup", GroupName=page.segment("name"), **changed)


async def ask_edit(page: Page) -> Response:
    """Show the form."""
    group = (await page.call("Ram", "GetGroup", GroupName=page.segment("name")))["Group"]
    known = {name: group.get(name, "") for name in ("GroupName", "Comments")}
    return await _edit_form(page, known, known)


async def edit_snippets(page: Page) -> Response:
    """Show what the form would do, for people who script."""
    return await calls.fragment(page, [_update(page)])


async def edit(page: Page) -> Response:
    """Change what was changed in the form, and nothing else."""
    wanted = _update(page)
    if len(wanted.parameters) == 1:
        return page.done(_home(page), page.t("Nothing was changed."), "warning")
    try:
        answer = await calls.run(page, wanted)
    except ApiError as error:
        if error.status not in _WRONG:
            raise
        names = ("GroupName", "Comments")
        group, was = ({name: page.form[f"{kind}{name}"] for name in names} for kind in ("", "was-"))
        return await _edit_form(page, group, was, error.message)
    return page.done(address(f"/groups/{answer['Group']['GroupName']}"), page.t("The group was changed."))


async def _edit_form(page: Page, group: dict[str, str], was: dict[str, str], error: str = "") -> Response:
    name = page.segment("name")
    return await page.render(
        "groups/edit.html",
        status=400 if error else 200,
        name=name,
        group=group,
        was=was,
        error=error,
        refusal=await page.may("Ram", "UpdateGroup", GroupName=name),
        snippets=calls.shown(page, [_update(page) if error else call("Ram", "UpdateGroup", GroupName=name)]),
        home=_home(page),
    )


async def _deletion(page: Page) -> tuple[list[Call], dict[str, Any]]:
    """Return what deletes the group and all it has, and what it has."""
    name, account = page.segment("name"), page.who.account_id
    members = await part(page, "Ram", "ListUsersForGroup", GroupName=name, MaxItems=_MANY)
    granted = await GROUPS.granted(page, name)
    users = [each["UserName"] for each in members.body.get("Users", {}).get("User", ())]
    policies = granted.body.get("PolicyAttachments", {}).get("PolicyAttachment", ())
    made = [
        call(
            "Ram",
            "DetachPolicyFromGroup",
            GroupName=name,
            PolicyType=each["PolicyType"],
            PolicyName=each["PolicyName"],
            ResourceGroupId=None if each["ResourceGroupId"] == account else each["ResourceGroupId"],
        )
        for each in policies
    ]
    made += [call("Ram", "RemoveUserFromGroup", UserName=user, GroupName=name) for user in users]
    denied = [each.denied for each in (members, granted) if each.denied]
    return [*made, call("Ram", "DeleteGroup", GroupName=name)], {
        "users": users,
        "policies": policies,
        "denied": denied,
    }


async def ask_delete(page: Page) -> Response:
    """Show what goes with the group, and ask for its name."""
    await page.call("Ram", "GetGroup", GroupName=page.segment("name"))
    return await _deletion_form(page)


async def delete(page: Page) -> Response:
    """Delete what the group has, then the group."""
    if page.form.word("confirm") != page.segment("name"):
        return await _deletion_form(page, wrong=page.t("This is not the group's name."))
    wanted, _ = await _deletion(page)
    for each in wanted:
        try:
            await calls.run(page, each)
        except ApiError as error:
            if error.code.startswith("EntityNotExist.") and each.action != "DeleteGroup":
                continue  # somebody else was faster
            if error.status not in {*_WRONG, 403}:
                raise
            return await _deletion_form(page, failed=error.message)
    return page.done("/groups", page.t("The group was deleted."))


async def _deletion_form(page: Page, *, wrong: str = "", failed: str = "") -> Response:
    wanted, references = await _deletion(page)
    return await confirmation(
        page,
        page.t("Delete Group"),
        (page.t("Its members stay; they lose the permissions that come from this group alone."),),
        wanted,
        template="groups/delete.html",
        trail=(("/groups", page.t("Groups")), (_home(page), page.segment("name"))),
        refusal=await page.may("Ram", "DeleteGroup", GroupName=page.segment("name")),
        name=page.segment("name"),
        name_label=page.t("Group Name"),
        wrong=wrong,
        failed=failed,
        references=references,
    )


ROUTES: Final = [
    get(CREATE, ask_create),
    ask(f"{CREATE}/snippets", create_snippets),
    post(CREATE, create),
    get(f"{_PATH}/edit", ask_edit),
    ask(f"{_PATH}/edit/snippets", edit_snippets),
    post(f"{_PATH}/edit", edit),
    get(f"{_PATH}/delete", ask_delete),
    post(f"{_PATH}/delete", delete),
]
