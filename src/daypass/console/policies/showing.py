"""One policy: its document with what it means, its versions, and who has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from daypass.console.history import history
from daypass.console.page import address
from daypass.console.parts import part
from daypass.console.policies.named import PATH, home, kind, number, policy_of, text_of, versions_of
from daypass.console.policy_editor import difference, review
from daypass.console.routing import get

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.door import Refusal
    from daypass.console.page import Page

PAGE_ITEMS: Final = 50


async def show(page: Page) -> Response:
    """Show one policy."""
    found = await policy_of(page)
    tab = page.query["tab"] if page.query["tab"] in _TABS else "document"
    shown = await _TABS[tab](page, found)
    return await page.render(
        f"policies/{tab}.html",
        policy=found["Policy"],
        home=home(page),
        arn=_arn(page),
        tab=tab,
        tabs=(
            ("document", page.t("Policy Document")),
            ("versions", page.t("Versions")),
            ("references", page.t("References")),
            ("events", page.t("Events")),
        ),
        refusals=await _refusals(page),
        **shown,
    )


def _arn(page: Page) -> str:
    account = page.who.account_id if kind(page) == "Custom" else "system"
    return f"acs:ram:*:{account}:policy/{page.segment('name')}"


async def _document(page: Page, found: dict[str, Any]) -> dict[str, Any]:
    version = page.query.word("version")
    text = await text_of(page, version) if version else found["DefaultPolicyVersion"]["PolicyDocument"]
    shown = version or found["Policy"]["DefaultVersion"]
    return {"document": text, "version": shown, "review": await review(page, text)}


async def _versions(page: Page, found: dict[str, Any]) -> dict[str, Any]:
    versions = await versions_of(page)
    ids = [version["VersionId"] for version in versions]
    default = found["Policy"]["DefaultVersion"]
    others = [version for version in ids if version != default]
    old = page.query.word("old") or (others[0] if others else default)
    new = page.query.word("new") or default
    compared = None
    if "old" in page.query:
        texts = {version["VersionId"]: version["PolicyDocument"] for version in versions}
        for each in (old, new):
            if each not in texts:
                texts[each] = await text_of(page, each)
        compared = difference(texts[old], texts[new])
    choices = [(each, each) for each in ids]
    return {"versions": versions, "choices": choices, "old": old, "new": new, "compared": compared}


async def _references(page: Page, _: dict[str, Any]) -> dict[str, Any]:
    shown = max(1, number(page.query.word("page", "1")))
    answer = await part(
        page,
        "ResourceManager",
        "ListPolicyAttachments",
        PolicyType=kind(page),
        PolicyName=page.segment("name"),
        PageNumber=shown,
        PageSize=PAGE_ITEMS,
    )
    total = answer.body.get("TotalCount", 0)
    here = f"/policies/{kind(page)}/{page.segment('name')}"
    return {
        "attachments": answer,
        "next_url": address(here, tab="references", page=str(shown + 1))
        if shown * PAGE_ITEMS < total
        else "",
        "first_url": address(here, tab="references") if shown > 1 else "",
    }


async def _events(page: Page, _: dict[str, Any]) -> dict[str, Any]:
    return {"events": await history(page, "policy", page.segment("name"))}


async def _refusals(page: Page) -> dict[str, Refusal | None]:
    """Return why the user may not do what the page offers."""
    name = page.segment("name")
    refusals: dict[str, Refusal | None] = {
        "CreatePolicy": await page.may("Ram", "CreatePolicy"),
        "AttachPolicy": await page.may(
            "ResourceManager", "AttachPolicy", PolicyType=kind(page), PolicyName=name
        ),
        "DetachPolicy": await page.may(
            "ResourceManager", "DetachPolicy", PolicyType=kind(page), PolicyName=name
        ),
    }
    if kind(page) == "Custom":
        for action in (
            "CreatePolicyVersion",
            "SetDefaultPolicyVersion",
            "DeletePolicyVersion",
            "UpdatePolicyDescription",
            "DeletePolicy",
        ):
            refusals[action] = await page.may("Ram", action, PolicyName=name)
    return refusals


_TABS: Final = {
    "document": _document,
    "versions": _versions,
    "references": _references,
    "events": _events,
}

ROUTES: Final = [get(PATH, show)]
