"""A user is edited, or deleted with all that it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from daypass.console import calls
from daypass.console.calls import Call, call
from daypass.console.confirming import confirmation
from daypass.console.page import address
from daypass.console.parts import Part, part
from daypass.console.revoking import USERS
from daypass.console.routing import ask, get, post
from daypass.console.users.showing import full_name
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

_PATH: Final = "/users/{name}"
_MEMBERS: Final = ("UserName", "DisplayName", "Email", "MobilePhone", "Comments")


def _home(page: Page) -> str:
    return address(f"/users/{page.segment('name')}")


async def _user(page: Page) -> dict[str, str]:
    """Return what can be edited of the user."""
    found = (await page.call("Ram", "GetUser", UserName=page.segment("name")))["User"]
    return {name: found.get(name, "") for name in _MEMBERS}


def _update(page: Page) -> Call:
    """Return the call for what the form changes of what it showed at first."""
    changed = {
        f"New{name}": page.form.word(name)
        for name in _MEMBERS
        if page.form.word(name) != page.form[f"was-{name}"]
    }
    return call("Ram", "UpdateUser", UserName=page.segment("name"), **changed)


async def ask_edit(page: Page) -> Response:
    """Show the form."""
    user = await _user(page)
    return await _edit_form(page, user, user)


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
        if error.status not in {400, 409}:
            raise
        user = {name: page.form.word(name) for name in _MEMBERS}
        was = {name: page.form[f"was-{name}"] for name in _MEMBERS}
        return await _edit_form(page, user, was, error.message)
    return page.done(address(f"/users/{answer['User']['UserName']}"), page.t("The user was changed."))


async def _edit_form(page: Page, user: dict[str, str], was: dict[str, str], error: str = "") -> Response:
    name = page.segment("name")
    wanted = call("Ram", "UpdateUser", UserName=name)
    return await page.render(
        "users/edit.html",
        status=400 if error else 200,
        name=name,
        user=user,
        was=was,
        error=error,
        refusal=await page.may("Ram", "UpdateUser", UserName=name),
        snippets=calls.shown(page, [_update(page) if error else wanted]),
        home=_home(page),
    )


@dataclass(frozen=True, slots=True)
class References:
    """What a user has; it goes with the user."""

    attachments: Part
    groups: Part
    keys: Part
    logon: Part
    device: Part

    @property
    def denied(self) -> list[str]:
        """Why some of it may not be seen."""
        parts = (self.attachments, self.groups, self.keys, self.logon, self.device)
        return [each.denied for each in parts if each.denied]

    def calls(self, name: str, account: str) -> list[Call]:
        """Return what deletes all of it, and the user."""
        made = [_detaching(each, name, account) for each in self.policies]
        made += [
            call("Ram", "RemoveUserFromGroup", UserName=name, GroupName=each["GroupName"])
            for each in self.of_groups
        ]
        made += [
            call("Ram", "DeleteAccessKey", UserName=name, UserAccessKeyId=each["AccessKeyId"])
            for each in self.access_keys
        ]
        if self.logon:
            made.append(call("Ram", "DeleteLoginProfile", UserName=name))
        if self.has_device:
            made.append(call("Ram", "UnbindMFADevice", UserName=name))
        return [*made, call("Ram", "DeleteUser", UserName=name)]

    @property
    def policies(self) -> list[dict[str, Any]]:
        """Attachments, as ResourceManager lists them."""
        return list(self.attachments.body.get("PolicyAttachments", {}).get("PolicyAttachment", ()))

    @property
    def of_groups(self) -> list[dict[str, Any]]:
        """The groups it is in."""
        return list(self.groups.body.get("Groups", {}).get("Group", ()))

    @property
    def access_keys(self) -> list[dict[str, Any]]:
        """Its AccessKeys."""
        return list(self.keys.body.get("AccessKeys", {}).get("AccessKey", ()))

    @property
    def has_device(self) -> bool:
        """Whether an MFA device is bound to it."""
        return bool(self.device.body.get("IsMFAEnable"))

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.policies or self.of_groups or self.access_keys or self.logon or self.has_device)


def _detaching(attachment: dict[str, Any], name: str, account: str) -> Call:
    scope = attachment["ResourceGroupId"]
    return call(
        "Ram",
        "DetachPolicyFromUser",
        UserName=name,
        PolicyType=attachment["PolicyType"],
        PolicyName=attachment["PolicyName"],
        ResourceGroupId=None if scope == account else scope,
    )


async def _references(page: Page) -> References:
    name, full = page.segment("name"), full_name(page, page.segment("name"))
    absent = "EntityNotExist.User.LoginProfile"
    return References(
        await USERS.granted(page, name),
        await part(page, "Ram", "ListGroupsForUser", UserName=name),
        await part(page, "Ram", "ListAccessKeys", UserName=name),
        await part(page, "Ram", "GetLoginProfile", UserName=name, absent=absent),
        await part(page, "Ims", "GetUserMFAInfo", UserPrincipalName=full),
    )


async def ask_delete(page: Page) -> Response:
    """Show what goes with the user, and ask for its name."""
    await _user(page)
    return await _delete_form(page)


async def delete(page: Page) -> Response:
    """Delete what the user has, then the user."""
    name = page.segment("name")
    if page.form.word("confirm") != name:
        return await _delete_form(page, wrong=page.t("This is not the user's name."))
    for each in (await _references(page)).calls(name, page.who.account_id):
        try:
            await calls.run(page, each)
        except ApiError as error:
            if error.code.startswith("EntityNotExist.") and each.action != "DeleteUser":
                continue  # somebody else was faster
            if error.status not in {400, 403, 409}:
                raise
            return await _delete_form(page, failed=error.message)
    return page.done("/users", page.t("The user was deleted."))


async def _delete_form(page: Page, *, wrong: str = "", failed: str = "") -> Response:
    name = page.segment("name")
    references = await _references(page)
    return await confirmation(
        page,
        page.t("Delete User"),
        (page.t("A deleted user does not come back; a new one of the same name is another user."),),
        references.calls(name, page.who.account_id),
        template="users/delete.html",
        trail=(("/users", page.t("Users")), (_home(page), name)),
        refusal=await page.may("Ram", "DeleteUser", UserName=name),
        name=name,
        name_label=page.t("Logon Name"),
        wrong=wrong,
        failed=failed,
        references=references,
    )


ROUTES: Final = [
    get(f"{_PATH}/edit", ask_edit),
    ask(f"{_PATH}/edit/snippets", edit_snippets),
    post(f"{_PATH}/edit", edit),
    get(f"{_PATH}/delete", ask_delete),
    post(f"{_PATH}/delete", delete),
]
