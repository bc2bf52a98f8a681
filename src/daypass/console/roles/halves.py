"""Letting somebody assume a role: whatever half is missing is shown before it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from daypass.console import calls
from daypass.console.calls import Call, call
from daypass.console.policy_editor import Difference, difference
from daypass.console.roles.changing import home, trail
from daypass.console.roles.showing import role_of
from daypass.console.roles.trust_documents import admitting, mark, permission, spread
from daypass.console.routing import get, post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.door import Refusal
    from daypass.console.page import Page

_PATH: Final = "/roles/{name}/admit"
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9-]")
_LONGEST: Final = 128
_WRONG: Final = frozenset((400, 403, 409))


@dataclass(frozen=True, slots=True)
class Missing:
    """What somebody lacks, and what would be written.

    Attributes:
        assumer: as ListRoleAssumers tells of him.
        was: mark of the trust policy in force.
        trust: the trust policy to come; empty if it trusts him already.
        changes: how it differs from the one in force, line breaks aside.
        policy: name of the policy that would be granted; empty if he has a permission.
        document: its text, if it has to be made first.
        calls: what writes all of it.
        hindrance: what no further statement helps against, in words.
    """

    assumer: dict[str, Any]
    was: str
    trust: str
    changes: Difference | None
    policy: str
    document: str
    calls: list[Call]
    hindrance: str


async def show(page: Page) -> Response:
    """Show what somebody lacks to assume the role, and what would be written."""
    return await _form(page, _principal(page, page.query.word("principal"), page.query.word("user")))


async def admit(page: Page) -> Response:
    """Write what is missing, unless the trust policy was changed meanwhile."""
    principal = page.form.word("principal")
    missing = await _missing(page, principal)
    if page.form["was"] != missing.was:
        changed = page.t(
            "Somebody else has changed the trust policy meanwhile. This is what would be written now."
        )
        return await _form(page, principal, changed)
    for each in missing.calls:
        try:
            await calls.run(page, each)
        except ApiError as error:
            if error.status not in _WRONG:
                raise
            return await _form(page, principal, error.message)
    said = page.t("{name} can assume the role now.").format(name=missing.assumer["Name"])
    return page.done(home(page), said)


def _principal(page: Page, principal: str, user: str) -> str:
    """Return whom the address means: a principal, or a user of the account by its name."""
    return principal or f"acs:ram::{page.who.account_id}:user/{user}"


async def _missing(page: Page, principal: str) -> Missing:
    role = await role_of(page)
    in_force = role["AssumeRolePolicyDocument"]
    answer = await page.call(
        "Daypass",
        "ListRoleAssumers",
        RoleName=role["RoleName"],
        Principal=principal,
        Language=page.language[:2],
    )
    (assumer,) = answer["Assumers"]["Assumer"]
    lacks_trust = assumer["Trust"]["Answer"] == "No"
    lacks_permission = assumer["Permission"]["Answer"] == "No"
    trust = admitting(in_force, assumer["Principal"]) if lacks_trust else ""
    policy, document = await _policy(page, role) if lacks_permission else ("", "")
    made = [] if not trust else [_trusting(role["RoleName"], trust)]
    if policy:
        made += [call("Ram", "CreatePolicy", PolicyName=policy, PolicyDocument=document)] if document else []
        made.append(_granting(assumer, policy))
    return Missing(
        assumer,
        mark(in_force),
        trust,
        difference(spread(in_force), trust) if trust else None,
        policy,
        document,
        made,
        _hindrance(page, assumer),
    )


def _trusting(name: str, document: str) -> Call:
    return call("Ram", "UpdateRole", RoleName=name, NewAssumeRolePolicyDocument=document)


def _granting(assumer: dict[str, Any], policy: str) -> Call:
    kind = assumer["PrincipalType"]
    named = {f"{kind}Name": assumer["Name"]}
    return call("Ram", f"AttachPolicyTo{kind}", PolicyType="Custom", PolicyName=policy, **named)


def _hindrance(page: Page, assumer: dict[str, Any]) -> str:
    """Return what stands against it that a further Allow does not change."""
    if not assumer["Exists"] or assumer["PrincipalType"] not in {"User", "Role"}:
        return page.t("There is no such user or role in this account.")
    for half in ("Trust", "Permission"):
        for policy in assumer[half]["Policies"]:
            if policy["Effect"] == "Deny" and assumer[half]["Answer"] == "No":
                if half == "Trust":
                    return page.t("The trust policy denies it explicitly. Edit the trust policy.")
                said = page.t("The policy {policy} denies it explicitly. Change or revoke that policy.")
                return said.format(policy=policy["PolicyName"])
    if assumer.get("Control", {}).get("Answer") == "No":
        return page.t("A control policy of the resource directory does not allow it.")
    return ""


async def _policy(page: Page, role: dict[str, Any]) -> tuple[str, str]:
    """Return the policy that lets its holder assume the role; without a text if it is there already."""
    wanted = permission(role["Arn"])
    base = _NOT_IN_NAMES.sub("-", f"assume-{role['RoleName']}")[: _LONGEST - 3]
    for name in (base, *(f"{base}-{number}" for number in range(2, 100))):
        try:
            found = await page.call("Ram", "GetPolicy", PolicyType="Custom", PolicyName=name)
        except ApiError as error:
            if error.code == "EntityNotExist.Policy":
                return name, wanted
            raise
        if found["DefaultPolicyVersion"]["PolicyDocument"] == wanted:
            return name, ""
    raise LookupError(f"a hundred policies are called {base}")


async def _form(page: Page, principal: str, failed: str = "") -> Response:
    missing = await _missing(page, principal)
    refusals: list[Refusal] = []
    for each in missing.calls:
        refusal = await page.may(each.product, each.action, **each.parameters)
        if refusal is not None:
            refusals.append(refusal)
    return await page.render(
        "roles/admit.html",
        status=400 if failed else 200,
        failed=failed,
        missing=missing,
        name=page.segment("name"),
        principal=principal,
        refusal=refusals[0] if refusals else None,
        snippets=calls.shown(page, missing.calls) if missing.calls else None,
        trail=trail(page),
        home=home(page),
    )


ROUTES: Final = [get(_PATH, show), post(_PATH, admit)]
