"""Create Role: whom it trusts first, its name last."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from daypass.console import calls
from daypass.console.calls import Call, call
from daypass.console.page import address
from daypass.console.parts import part
from daypass.console.policy_editor import review
from daypass.console.roles.trust_documents import Trusted
from daypass.console.routing import ask, get, post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

PATH: Final = "/create-role"
SERVICES: Final = (
    "ecs.aliyuncs.com",
    "fc.aliyuncs.com",
    "iot.aliyuncs.com",
    "log.aliyuncs.com",
    "mns.aliyuncs.com",
    "oss.aliyuncs.com",
    "ots.aliyuncs.com",
    "rds.aliyuncs.com",
)
_DURATION: Final = "3600"
_WRONG: Final = frozenset((400, 409))


async def show(page: Page) -> Response:
    """Show the first step."""
    return await _principal_form(page, Trusted.read(page.query))


async def go_back(page: Page) -> Response:
    """Show the first step as the form was."""
    return await _principal_form(page, Trusted.read(page.form))


async def reviewed(page: Page) -> Response:
    """Show the trust policy that the form stands for, and what it means."""
    return await page.render("roles/create_review.html", **await _review(page, Trusted.read(page.form)))


async def edit(page: Page) -> Response:
    """Switch to the policy editor, with the trust policy that the form stands for."""
    written = page.form["fix"] or page.form["AssumeRolePolicyDocument"]
    if not written:
        trusted = Trusted.read(page.form)
        if not trusted.check(page):
            return await _principal_form(page, trusted)
        written = trusted.document(page.who.account_id)
    return await _editor(page, written)


async def name(page: Page) -> Response:
    """Ask for the name of the role, last."""
    document = page.form["AssumeRolePolicyDocument"]
    if document:
        found = await review(page, document, kind="Trust")
        if found.refused or found.error or found.empty:
            return await _editor(page, document, page.t("The trust policy has errors; correct them first."))
        return await _name_form(page, document, edited=True)
    trusted = Trusted.read(page.form)
    if not trusted.check(page):
        return await _principal_form(page, trusted)
    return await _name_form(page, trusted.document(page.who.account_id), edited=False)


async def snippets(page: Page) -> Response:
    """Show what the form would do, for people who script."""
    return await calls.fragment(page, [_create(page)])


async def create(page: Page) -> Response:
    """Create the role."""
    document = page.form["AssumeRolePolicyDocument"]
    try:
        answer = await calls.run(page, _create(page))
    except ApiError as error:
        if error.status not in _WRONG:
            raise
        return await _name_form(page, document, edited=True, error=error)
    made = answer["Role"]["RoleName"]
    return page.done(address(f"/roles/{made}"), page.t("The role was created. It has no permissions yet."))


def _create(page: Page) -> Call:
    return call(
        "Ram",
        "CreateRole",
        RoleName=page.form.word("RoleName", "ROLE_NAME"),
        Description=page.form.word("Description") or None,
        MaxSessionDuration=_duration(page),
        AssumeRolePolicyDocument=page.form["AssumeRolePolicyDocument"],
    )


def _duration(page: Page) -> str | None:
    given = page.form.word("MaxSessionDuration", _DURATION)
    return None if given == _DURATION else given


async def _principal_form(page: Page, trusted: Trusted) -> Response:
    return await page.render(
        "roles/create.html",
        status=400 if trusted.errors else 200,
        trusted=trusted,
        services=SERVICES,
        providers=await _providers(page),
        refusal=await page.may("Ram", "CreateRole"),
        **await _review(page, trusted),
    )


async def _review(page: Page, trusted: Trusted) -> dict[str, Any]:
    complete = Trusted(
        trusted.type, trusted.account, trusted.other, trusted.service, trusted.provider, trusted.subject
    ).check(page)
    document = trusted.document(page.who.account_id) if complete else ""
    return {"document": document, "review": await review(page, document, kind="Trust")}


async def _providers(page: Page) -> list[tuple[str, str]]:
    """Return the account's identity providers, ARN and name, as far as the user may see them."""
    saml, oidc = await asyncio.gather(
        part(page, "Ims", "ListSAMLProviders"), part(page, "Ims", "ListOIDCProviders")
    )
    found = [
        *(("SAML", each) for each in saml.body.get("SAMLProviders", {}).get("SAMLProvider", ())),
        *(("OIDC", each) for each in oidc.body.get("OIDCProviders", {}).get("OIDCProvider", ())),
    ]
    return [(each["Arn"], f"{kind}: {each['Arn'].rpartition('/')[2]}") for kind, each in found]


async def _editor(page: Page, document: str, error: str = "") -> Response:
    return await page.render(
        "roles/create_editor.html",
        status=400 if error else 200,
        document=document,
        review=await review(page, document, kind="Trust"),
        error=error,
        trusted=Trusted.read(page.form),
        refusal=await page.may("Ram", "CreateRole"),
    )


async def _name_form(page: Page, document: str, *, edited: bool, error: ApiError | None = None) -> Response:
    named = error is not None and ("RoleName" in error.code or error.code == "EntityAlreadyExists.Role")
    form = {
        "RoleName": page.form.word("RoleName"),
        "Description": page.form.word("Description"),
        "MaxSessionDuration": page.form.word("MaxSessionDuration", _DURATION),
    }
    wanted = call(
        "Ram",
        "CreateRole",
        RoleName=form["RoleName"] or "ROLE_NAME",
        AssumeRolePolicyDocument=document,
    )
    return await page.render(
        "roles/create_name.html",
        status=400 if error is not None else 200,
        document=document,
        edited=edited,
        form=form,
        name_error=error.message if error is not None and named else "",
        error=error.message if error is not None and not named else "",
        refusal=await page.may("Ram", "CreateRole"),
        snippets=calls.shown(page, [wanted]),
        trusted=Trusted.read(page.form),
    )


ROUTES: Final = [
    get(PATH, show),
    ask(f"{PATH}/principal", go_back),
    ask(f"{PATH}/review", reviewed),
    ask(f"{PATH}/editor", edit),
    ask(f"{PATH}/name", name),
    ask(f"{PATH}/snippets", snippets),
    post(PATH, create),
]
