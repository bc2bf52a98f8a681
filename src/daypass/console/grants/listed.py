"""Grants: all of the account's, with filters; revoking one or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.console.calls import shown
from daypass.console.grants.grant import Grant, Outcome, detach, refusal, refusals
from daypass.console.grants.principals import KINDS, Principal
from daypass.console.numbered import Numbered, numbered
from daypass.console.resource_groups.names import every_group
from daypass.console.routing import ask, get, post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

PATH: Final = "/grants"
_FILTERS: Final = ("kind", "principal", "type", "policy", "scope")


async def show(page: Page) -> Response:
    """List the account's grants."""
    filters = {name: page.query.word(name) for name in _FILTERS}
    listing = await _listing(page, filters)
    grants = [Grant.of_wire(each, page.who.account_id) for each in listing.items]
    nameless = filters["principal"] and not filters["kind"]
    return await page.render(
        "grants/list.html",
        filters=filters,
        filtered=any(filters.values()),
        hint=page.t("Choose the principal type too.") if nameless else "",
        listing=listing,
        grants=grants,
        groups=await every_group(page),
        refusal=await refusal(page),
        refusals=await refusals(page, grants),
    )


async def _listing(page: Page, filters: dict[str, str]) -> Numbered:
    account, kind, scope = page.who.account_id, filters["kind"], filters["scope"]
    principal = Principal(kind, filters["principal"]) if kind in KINDS and filters["principal"] else None
    try:
        return await numbered(
            page,
            "ListPolicyAttachments",
            ("PolicyAttachments", "PolicyAttachment"),
            keep=filters,
            PolicyType=filters["type"] or None,
            PolicyName=filters["policy"] or None,
            PrincipalType=KINDS[kind].wire if kind in KINDS else None,
            PrincipalName=principal.full_name(account) if principal else None,
            ResourceGroupId=account if scope == "account" else scope or None,
        )
    except ApiError as error:
        if not error.code.startswith(("EntityNotExist", "InvalidParameter")):
            raise
        return Numbered([], 0)  # what is looked for is the name of nothing


def _chosen(page: Page) -> list[Grant]:
    """Return the grants that a form names: the one whose own button was pressed, else those ticked."""
    named = page.form.all("only") or page.form.all("grant")
    return [grant for text in dict.fromkeys(named) if (grant := Grant.read(text)) is not None]


async def confirm(page: Page) -> Response:
    """Show what revoking would take away."""
    grants = _chosen(page)
    if not grants:
        return page.done(PATH, page.t("Choose the grants to revoke first."), "warning")
    return await page.render(
        "grants/revoke.html",
        grants=grants,
        groups=await every_group(page),
        back=page.form.word("back", PATH),
        snippets=shown(page, [grant.detach for grant in grants]),
    )


async def revoke(page: Page) -> Response:
    """Revoke grants; tell of each what became of it, unless all went well."""
    outcomes = await detach(page, _chosen(page))
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    back = page.form.word("back", PATH)
    if failed:
        return await page.render(
            "grants/result.html",
            title=page.t("Revoked"),
            outcomes=outcomes,
            groups=await every_group(page),
            words=_words(page),
            failed=len(failed),
            back=back,
        )
    return page.done(back, _said(page, outcomes))


def _words(page: Page) -> dict[str, str]:
    return {"done": page.t("Revoked"), "before": page.t("Was not granted"), "failed": page.t("Failed")}


def _said(page: Page, outcomes: list[Outcome]) -> str:
    if len(outcomes) == 1:
        grant = outcomes[0].grant
        sentence = page.t("{policy} is no longer granted to {principal}.")
        return sentence.format(policy=grant.policy.name, principal=grant.principal.name)
    return page.t("{count} grants are revoked.").format(count=len(outcomes))


ROUTES: Final = [
    get(PATH, show),
    ask(f"{PATH}/revoke", confirm),
    post(f"{PATH}/revoked", revoke),
]
