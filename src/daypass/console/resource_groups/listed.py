"""Resource groups: the list, and making one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.console.calls import Call, call, fragment, run, shown
from daypass.console.numbered import numbered
from daypass.console.page import address
from daypass.console.routing import ask, get, post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

PATH: Final = "/resource-groups"
_PRODUCT: Final = "ResourceManager"
_FORBIDDEN: Final = 403


async def show(page: Page) -> Response:
    """List the account's resource groups."""
    part = page.query.word("q")
    listing = await numbered(
        page,
        "ListResourceGroups",
        ("ResourceGroups", "ResourceGroup"),
        keep={"q": part},
        DisplayName=part or None,
    )
    return await page.render(
        "resource_groups/list.html",
        listing=listing,
        part=part,
        refusal=await page.may(_PRODUCT, "CreateResourceGroup"),
    )


async def new(page: Page) -> Response:
    """Show the form for a new resource group."""
    return await _form(page)


async def create(page: Page) -> Response:
    """Create a resource group."""
    try:
        answer = await run(page, _creation(page))
    except ApiError as error:
        if error.status == _FORBIDDEN:
            raise
        return await _form(page, error)
    group = answer["ResourceGroup"]
    words = page.t("Resource group {name} is created.")
    return page.done(address(f"{PATH}/{group['Id']}"), words.format(name=group["DisplayName"]))


async def snippets(page: Page) -> Response:
    """Say for people who script what the form would do as it stands."""
    return await fragment(page, [_creation(page)])


def _creation(page: Page) -> Call:
    name, for_people = page.form.word("Name"), page.form.word("DisplayName")
    return call(_PRODUCT, "CreateResourceGroup", Name=name or None, DisplayName=for_people or name or None)


async def _form(page: Page, error: ApiError | None = None) -> Response:
    return await page.render(
        "resource_groups/new.html",
        status=200 if error is None else error.status,
        error=error,
        form=page.form,
        snippets=shown(page, [_creation(page)]),
        refusal=await page.may(_PRODUCT, "CreateResourceGroup"),
    )


ROUTES: Final = [
    get(PATH, show),
    get(f"{PATH}/new", new),
    post(f"{PATH}/new", create),
    ask(f"{PATH}/new/snippets", snippets),
]
