"""An OIDC identity provider: registering, showing, changing and deleting it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from daypass.console.calls import Call, call, fragment, run, shown
from daypass.console.page import address
from daypass.console.routing import ask, get, post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.calls import Call, call, fragment, run, shown
from daypass.console.page import Page

_LIST: Final = "/identity-providers"
_PATH: Final = f"{_LIST}/oidc/{{name}}"
_NEW: Final = f"{_LIST}/oidc-new"
_SPOKEN: Final = ("InvalidParameter", "MissingParameter", "EntityAlreadyExists", "LimitExceeded")
_PARTS: Final = {
    "add-client": ("AddClientIdToOIDCProvider", "ClientId"),
    "remove-client": ("RemoveClientIdFromOIDCProvider", "ClientId"),
    "add-thumbprint": ("AddFingerprintToOIDCProvider", "Fingerprint"),
    "remove-thumbprint": ("RemoveFingerprintFromOIDCProvider", "Fingerprint"),
}
"""Changes of one entry: by the name of the button, the operation and what it takes."""


def _url(name: str) -> str:
    return address(f"{_LIST}/oidc/{name}")


def _several(text: str) -> str | None:
    """Return entries that stand on lines, or with commas between, as the API takes them."""
    entries = [entry.strip() for entry in text.replace("\n", ",").split(",")]
    return ",".join(entry for entry in entries if entry) or None


def _thumbprints(text: str) -> str | None:
    """Return thumbprints without the colons that some programs print."""
    return _several(text.replace(":", ""))


async def new(page: Page) -> Response:
    """Show the form for a new provider."""
    return await _form(page)


async def create(page: Page) -> Response:
    """Register a provider."""
    name = page.form.word("name")
    try:
        await run(page, _creation(page))
    except ApiError as error:
        if not error.code.startswith(_SPOKEN):
            raise
        return await _form(page, error)
    return page.done(_url(name), page.t("Identity provider {name} is created.").format(name=name))


async def creation_snippets(page: Page) -> Response:
    """Say for people who script what the form would do as it stands."""
    return await fragment(page, [_creation(page)])


def _creation(page: Page) -> Call:
    form = page.form
    return call(
        "Ims",
        "CreateOIDCProvider",
        OIDCProviderName=form.word("name") or None,
        IssuerUrl=form.word("issuer") or None,
        ClientIds=_several(form["clients"]),
        Fingerprints=_thumbprints(form["thumbprints"]),
        IssuanceLimitTime=form.word("limit") or None,
        Description=form.word("description") or None,
    )


async def _form(page: Page, error: ApiError | None = None) -> Response:
    return await page.render(
        "identity_providers/oidc_new.html",
        status=200 if error is None else error.status,
        error=error,
        form=page.form,
        snippets=shown(page, [_creation(page)]),
        refusal=await page.may("Ims", "CreateOIDCProvider"),
    )


async def show(page: Page) -> Response:
    """Show a provider."""
    return await _shown(page)


async def _shown(page: Page, error: ApiError | None = None) -> Response:
    provider = await _provider(page)
    name = provider["OIDCProviderName"]
    return await page.render(
        "identity_providers/oidc.html",
        status=200 if error is None else error.status,
        provider=provider,
        clients=_entries(provider, "ClientIds"),
        thumbprints=_entries(provider, "Fingerprints"),
        url=_url(name),
        error=error,
        snippets=shown(page, [_update(page)]),
        may_create_role=await page.may("Ram", "CreateRole"),
        may_update=await page.may("Ims", "UpdateOIDCProvider", OIDCProviderName=name),
        may_delete=await page.may("Ims", "DeleteOIDCProvider", OIDCProviderName=name),
        may_change={
            change: await page.may("Ims", operation, OIDCProviderName=name)
            for change, (operation, _) in _PARTS.items()
        },
    )


def _entries(provider: dict[str, Any], member: str) -> list[str]:
    return [entry for entry in provider.get(member, "").split(",") if entry]


async def _provider(page: Page) -> dict[str, Any]:
    answer = await page.call("Ims", "GetOIDCProvider", OIDCProviderName=page.segment("name"))
    provider: dict[str, Any] = answer["OIDCProvider"]
    return provider


async def update(page: Page) -> Response:
    """Change a provider's description and how old its tokens may be."""
    return await _changed(page, _update(page))


async def update_snippets(page: Page) -> Response:
    """Say for people who script what the form would do as it stands."""
    return await fragment(page, [_update(page)])


def _update(page: Page) -> Call:
    return call(
        "Ims",
        "UpdateOIDCProvider",
        OIDCProviderName=page.segment("name"),
        IssuanceLimitTime=page.form.word("limit") or None,
        NewDescription=page.form.word("description"),
    )


async def change(page: Page) -> Response:
    """Add or remove one client ID or thumbprint."""
    name = page.segment("name")
    for button, (operation, parameter) in _PARTS.items():
        if button in page.form:
            given = page.form.word(button) if button.startswith("remove") else page.form.word(parameter)
            value = given.replace(":", "") if parameter == "Fingerprint" else given
            asked = call("Ims", operation, **{"OIDCProviderName": name, parameter: value})
            return await _changed(page, asked)
    return page.done(_url(name))


async def _changed(page: Page, asked: Call) -> Response:
    try:
        await run(page, asked)
    except ApiError as error:
        if not error.code.startswith(_SPOKEN):
            raise
        return await _shown(page, error)
    return page.done(_url(page.segment("name")), page.t("The identity provider is changed."))


def _deletion_of(name: str) -> Call:
    return call("Ims", "DeleteOIDCProvider", OIDCProviderName=name)


async def ask_to_delete(page: Page) -> Response:
    """Ask for the name of what is to be deleted."""
    return await _deletion(page)


async def _deletion(page: Page, error: str = "") -> Response:
    provider = await _provider(page)
    name = provider["OIDCProviderName"]
    return await page.render(
        "identity_providers/delete.html",
        status=400 if error else 200,
        name=name,
        arn=provider["Arn"],
        url=_url(name),
        error=error,
        snippets=shown(page, [_deletion_of(name)]),
        refusal=await page.may("Ims", "DeleteOIDCProvider", OIDCProviderName=name),
    )


async def delete(page: Page) -> Response:
    """Delete a provider, once its name was typed."""
    name = page.segment("name")
    if page.form.word("confirm") != name:
        return await _deletion(page, page.t("This is not the name."))
    await run(page, _deletion_of(name))
    words = page.t("Identity provider {name} is deleted.")
    return page.done(address(_LIST, tab="oidc"), words.format(name=name))


ROUTES: Final = [
    get(_NEW, new),
    post(_NEW, create),
    ask(f"{_NEW}/snippets", creation_snippets),
    get(_PATH, show),
    post(_PATH, update),
    ask(f"{_PATH}/snippets", update_snippets),
    post(f"{_PATH}/entries", change),
    get(f"{_PATH}/delete", ask_to_delete),
    post(f"{_PATH}/delete", delete),
]
