"""A resource group: its resources, what is granted in it, changing and deleting it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from daypass.console.calls import Call, call, fragment, run, shown
from daypass.console.grants.grant import Grant, refusals
from daypass.console.numbered import numbered
from daypass.console.page import address
from daypass.console.resource_groups.names import every_group
from daypass.console.routing import ask, get, post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

_LIST: Final = "/resource-groups"
_PATH: Final = f"{_LIST}/{{id}}"
_PRODUCT: Final = "ResourceManager"
_MEMBERS: Final = ("Service", "RegionId", "ResourceType", "ResourceId")
_AT_ONCE: Final = 10
"""The most resources that MoveResources takes."""


def _url(page: Page, tab: str = "") -> str:
    return address(f"{_LIST}/{page.segment('id')}", tab=tab)


async def _group(page: Page) -> dict[str, Any]:
    answer = await page.call(_PRODUCT, "GetResourceGroup", ResourceGroupId=page.segment("id"))
    group: dict[str, Any] = answer["ResourceGroup"]
    return group


async def show(page: Page) -> Response:
    """Show a resource group."""
    tab = page.query.word("tab")
    return await {"resources": _resources, "grants": _grants}.get(tab, _information)(page)


async def _information(page: Page, error: ApiError | None = None) -> Response:
    group_id = page.segment("id")
    group = await _group(page)
    return await page.render(
        "resource_groups/information.html",
        status=200 if error is None else error.status,
        group=group,
        url=_url(page),
        error=error,
        shown_name=page.form["NewDisplayName"] if error else group["DisplayName"],
        snippets=shown(page, [_renaming(page, group["DisplayName"])]),
        may_update=await page.may(
            _PRODUCT, "UpdateResourceGroup", ResourceGroupId=group_id, NewDisplayName=group["DisplayName"]
        ),
        may_delete=await page.may(_PRODUCT, "DeleteResourceGroup", ResourceGroupId=group_id),
    )


async def _resources(page: Page) -> Response:
    group = await _group(page)
    listing = await numbered(
        page,
        "ListResources",
        ("Resources", "Resource"),
        keep={"tab": "resources"},
        ResourceGroupId=group["Id"],
    )
    others = {key: name for key, name in (await every_group(page)).items() if key != group["Id"]}
    return await page.render(
        "resource_groups/resources.html",
        group=group,
        url=_url(page),
        listing=listing,
        entries=[(resource, _written(resource)) for resource in listing.items],
        others=others,
        most=_AT_ONCE,
        may_move=await page.may(_PRODUCT, "MoveResources"),
    )


async def _grants(page: Page) -> Response:
    group = await _group(page)
    listing = await numbered(
        page,
        "ListPolicyAttachments",
        ("PolicyAttachments", "PolicyAttachment"),
        keep={"tab": "grants"},
        ResourceGroupId=group["Id"],
    )
    grants = [Grant.of_wire(each, page.who.account_id) for each in listing.items]
    return await page.render(
        "resource_groups/grants.html",
        group=group,
        url=_url(page),
        listing=listing,
        grants=grants,
        groups={group["Id"]: group["DisplayName"]},
        refusals=await refusals(page, grants),
    )


async def rename(page: Page) -> Response:
    """Give it another display name."""
    try:
        await run(page, _renaming(page, ""))
    except ApiError as error:
        if not error.code.startswith(("InvalidParameter", "MissingParameter")):
            raise
        return await _information(page, error)
    return page.done(_url(page), page.t("The display name is changed."))


async def snippets(page: Page) -> Response:
    """Say for people who script what the form would do as it stands."""
    return await fragment(page, [_renaming(page, "")])


def _renaming(page: Page, given: str) -> Call:
    name = page.form.word("NewDisplayName") or given
    return call(
        _PRODUCT, "UpdateResourceGroup", ResourceGroupId=page.segment("id"), NewDisplayName=name or None
    )


def _deleting(page: Page) -> Call:
    return call(_PRODUCT, "DeleteResourceGroup", ResourceGroupId=page.segment("id"))


async def move(page: Page) -> Response:
    """Move resources to another resource group."""
    chosen = [resource for text in page.form.all("resource") if (resource := _read(text)) is not None]
    target = page.form.word("to")
    back = _url(page, "resources")
    if not chosen or not target:
        return page.done(back, page.t("Choose resources, and the resource group they go to."), "warning")
    if len(chosen) > _AT_ONCE:
        words = page.t("Choose at most {most} resources at once. Nothing was moved.")
        return page.done(back, words.format(most=_AT_ONCE), "warning")
    answer = await page.call(_PRODUCT, "MoveResources", ResourceGroupId=target, Resources=json.dumps(chosen))
    failed = [each["ErrorMsg"] for each in answer["Responses"] if each["Status"] != "SUCCESS"]
    if failed:
        return page.done(back, " ".join(failed), "error")
    said = page.t("The resource is moved.") if len(chosen) == 1 else page.t("{count} resources are moved.")
    return page.done(back, said.format(count=len(chosen)))


async def ask_to_delete(page: Page) -> Response:
    """Show what deleting it takes away, and ask for its name."""
    return await _deletion(page)


async def _deletion(page: Page, error: str = "", status: int = 200) -> Response:
    group = await _group(page)
    attached = await page.call(_PRODUCT, "ListPolicyAttachments", ResourceGroupId=group["Id"], PageSize=1)
    held = await page.call(_PRODUCT, "ListResources", ResourceGroupId=group["Id"], PageSize=1)
    return await page.render(
        "resource_groups/delete.html",
        status=status,
        group=group,
        url=_url(page),
        error=error,
        grants=attached["TotalCount"],
        resources=held["TotalCount"],
        snippets=shown(page, [_deleting(page)]),
        refusal=await page.may(_PRODUCT, "DeleteResourceGroup", ResourceGroupId=group["Id"]),
    )


async def delete(page: Page) -> Response:
    """Delete it, once its name was typed."""
    group = await _group(page)
    if page.form.word("confirm") != group["Name"]:
        return await _deletion(page, page.t("This is not the name."), status=400)
    try:
        await run(page, _deleting(page))
    except ApiError as error:
        if not error.code.startswith("DeleteConflict"):
            raise
        return await _deletion(page, error.message, status=error.status)
    words = page.t("Resource group {name} is deleted.")
    return page.done(_LIST, words.format(name=group["DisplayName"]))


def _written(resource: dict[str, Any]) -> str:
    """Return a resource as a form has it."""
    return "|".join(resource[member] for member in _MEMBERS)


def _read(text: str) -> dict[str, str] | None:
    parts = text.split("|")
    return dict(zip(_MEMBERS, parts, strict=True)) if len(parts) == len(_MEMBERS) else None


ROUTES: Final = [
    get(_PATH, show),
    post(f"{_PATH}/name", rename),
    ask(f"{_PATH}/name/snippets", snippets),
    post(f"{_PATH}/move", move),
    get(f"{_PATH}/delete", ask_to_delete),
    post(f"{_PATH}/delete", delete),
]
