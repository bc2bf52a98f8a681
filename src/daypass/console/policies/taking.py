"""What takes something from somebody: another version in force, a version or the policy deleted, a detach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from daypass.console import calls
from daypass.console.calls import Call, call
from daypass.console.confirming import confirmation
from daypass.console.parts import part
from daypass.console.policies.named import CUSTOM_PATH, PATH, home, kind, policy_of, text_of, trail
from daypass.console.policy_editor import difference, review
from daypass.console.routing import get, post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

_VERSION: Final = f"{CUSTOM_PATH}/versions/{{version}}"
_FAULT: Final = 500
_MOST: Final = 100
_ATTACHMENT: Final = ("PrincipalType", "PrincipalName", "ResourceGroupId")
KINDS: Final = {"IMSUser": "User", "IMSGroup": "Group", "ServiceRole": "Role"}


def _on_version(page: Page, action: str) -> Call:
    return call("Ram", action, PolicyName=page.segment("name"), VersionId=page.segment("version"))


async def ask_default(page: Page) -> Response:
    """Ask before another version comes in force."""
    return await _default_page(page)


async def set_default(page: Page) -> Response:
    """Put a version in force."""
    try:
        await calls.run(page, _on_version(page, "SetDefaultPolicyVersion"))
    except ApiError as error:
        if error.status >= _FAULT:
            raise
        return await _default_page(page, error.message)
    return page.done(home(page, "versions"), page.t("The version is in force."))


async def _default_page(page: Page, failed: str = "") -> Response:
    found = await policy_of(page)
    text = await text_of(page, page.segment("version"))
    wanted = _on_version(page, "SetDefaultPolicyVersion")
    return await confirmation(
        page,
        page.t("Set as Default"),
        [page.t("This version comes in force at once, for live sessions too.")],
        [wanted],
        trail=trail(page),
        refusal=await page.may(wanted.product, wanted.action, **wanted.parameters),
        failed=failed,
        template="policies/default.html",
        difference=difference(found["DefaultPolicyVersion"]["PolicyDocument"], text),
        review=await review(page, text, policy_name=page.segment("name")),
    )


async def ask_delete_version(page: Page) -> Response:
    """Ask before a version is deleted."""
    return await _delete_version_page(page)


async def delete_version(page: Page) -> Response:
    """Delete a version."""
    try:
        await calls.run(page, _on_version(page, "DeletePolicyVersion"))
    except ApiError as error:
        if error.status >= _FAULT:
            raise
        return await _delete_version_page(page, error.message)
    return page.done(home(page, "versions"), page.t("The version was deleted."))


async def _delete_version_page(page: Page, failed: str = "") -> Response:
    wanted = _on_version(page, "DeletePolicyVersion")
    return await confirmation(
        page,
        page.t("Delete Version"),
        [page.t("The text of this version is gone then. What is in force does not change.")],
        [wanted],
        trail=trail(page),
        refusal=await page.may(wanted.product, wanted.action, **wanted.parameters),
        failed=failed,
        template="policies/version.html",
        document=await text_of(page, page.segment("version")),
        version=page.segment("version"),
    )


async def ask_delete(page: Page) -> Response:
    """Ask before the policy is deleted; show who has it."""
    return await _delete_page(page)


async def delete(page: Page) -> Response:
    """Detach the policy from all who have it, if that is asked for, and delete it with its versions."""
    name = page.segment("name")
    if page.form.word("confirm") != name:
        return await _delete_page(page, wrong=page.t("This is not the policy's name."))
    try:
        if page.form.word("detach") == "true":
            for attached in await _attached(page):
                await calls.run(page, _detaching(page, attached))
        await calls.run(page, _deletion(name))
    except ApiError as error:
        if error.status >= _FAULT:
            raise
        return await _delete_page(page, failed=error.message)
    return page.done("/policies", page.t("The policy was deleted."))


def _deletion(name: str) -> Call:
    return call("Ram", "DeletePolicy", PolicyName=name, CascadingDelete=True)


async def _attached(page: Page) -> list[dict[str, Any]]:
    """Return all who have the policy, as far as the user may see them."""
    found: list[dict[str, Any]] = []
    while True:
        answer = await part(
            page,
            "ResourceManager",
            "ListPolicyAttachments",
            PolicyType=kind(page),
            PolicyName=page.segment("name"),
            PageNumber=len(found) // _MOST + 1,
            PageSize=_MOST,
        )
        found += answer.body.get("PolicyAttachments", {}).get("PolicyAttachment", [])
        if len(found) >= answer.body.get("TotalCount", 0):
            return found


async def _delete_page(page: Page, *, wrong: str = "", failed: str = "") -> Response:
    name = page.segment("name")
    found = await policy_of(page)
    attached = await _attached(page)
    wanted = [*(_detaching(page, each) for each in attached), _deletion(name)]
    return await confirmation(
        page,
        page.t("Delete Policy"),
        [page.t("The policy goes with all its versions. This cannot be taken back.")],
        wanted,
        trail=trail(page),
        refusal=await page.may("Ram", "DeletePolicy", PolicyName=name),
        name=name,
        name_label=page.t("Policy Name"),
        wrong=wrong,
        failed=failed,
        template="policies/delete.html",
        attached=attached,
        count=found["Policy"]["AttachmentCount"],
    )


def _detaching(page: Page, attached: dict[str, Any]) -> Call:
    """Return the call that takes the policy from somebody."""
    policy = {"PolicyType": kind(page), "PolicyName": page.segment("name")}
    principal, scope = attached["PrincipalType"], attached["ResourceGroupId"]
    short = attached["PrincipalName"].partition("@")[0]
    if scope in {"", page.who.account_id} and principal in KINDS:
        of = KINDS[principal]
        return call("Ram", f"DetachPolicyFrom{of}", **policy, **{f"{of}Name": short})
    named = {"PrincipalType": principal, "PrincipalName": attached["PrincipalName"]}
    return call("ResourceManager", "DetachPolicy", **policy, **named, ResourceGroupId=scope)


async def ask_detach(page: Page) -> Response:
    """Ask before the policy is taken from somebody."""
    return await _detach_page(page, {name: page.query.word(name) for name in _ATTACHMENT})


async def detach(page: Page) -> Response:
    """Take the policy from somebody."""
    attached = {name: page.form.word(name) for name in _ATTACHMENT}
    try:
        await calls.run(page, _detaching(page, attached))
    except ApiError as error:
        if error.status >= _FAULT:
            raise
        return await _detach_page(page, attached, error.message)
    return page.done(home(page, "references"), page.t("The policy was detached."))


async def _detach_page(page: Page, attached: dict[str, str], failed: str = "") -> Response:
    await policy_of(page)
    wanted = _detaching(page, attached)
    sentence = page.t("{name} loses what this policy allows, and live sessions do too.")
    return await confirmation(
        page,
        page.t("Detach"),
        [sentence.format(name=attached["PrincipalName"].partition("@")[0])],
        [wanted],
        trail=trail(page),
        refusal=await page.may(wanted.product, wanted.action, **wanted.parameters),
        failed=failed,
        hidden=attached,
    )


ROUTES: Final = [
    get(f"{_VERSION}/default", ask_default),
    post(f"{_VERSION}/default", set_default),
    get(f"{_VERSION}/delete", ask_delete_version),
    post(f"{_VERSION}/delete", delete_version),
    get(f"{CUSTOM_PATH}/delete", ask_delete),
    post(f"{CUSTOM_PATH}/delete", delete),
    get(f"{PATH}/detach", ask_detach),
    post(f"{PATH}/detach", detach),
]
