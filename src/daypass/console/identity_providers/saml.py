"""A SAML identity provider: registering, showing, changing and deleting it."""

from __future__ import annotations

import base64
import binascii
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
_PATH: Final = f"{_LIST}/saml/{{name}}"
_NEW: Final = f"{_LIST}/saml-new"
ALGORITHMS: Final = ("rsa-sha256", "rsa-sha1")
_SPOKEN: Final = ("InvalidParameter", "MissingParameter", "EntityAlreadyExists", "LimitExceeded")


def _url(name: str) -> str:
    return address(f"{_LIST}/saml/{name}")


def _metadata(page: Page) -> str:
    """Return the metadata that was uploaded, else pasted, as the API takes it; empty for none."""
    sent = page.form.file("metadata") or page.form.word("pasted").encode()
    return base64.b64encode(sent).decode()


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
    return call(
        "Ims",
        "CreateSAMLProvider",
        SAMLProviderName=page.form.word("name") or None,
        EncodedSAMLMetadataDocument=_metadata(page) or None,
        AuthnSignAlgo=page.form.word("algorithm") or None,
        Description=page.form.word("description") or None,
    )


async def _form(page: Page, error: ApiError | None = None) -> Response:
    return await page.render(
        "identity_providers/saml_new.html",
        status=200 if error is None else error.status,
        error=error,
        form=page.form,
        snippets=shown(page, [_creation(page)]),
        algorithms=ALGORITHMS,
        refusal=await page.may("Ims", "CreateSAMLProvider"),
    )


async def show(page: Page) -> Response:
    """Show a provider."""
    return await _shown(page)


async def _shown(page: Page, error: ApiError | None = None) -> Response:
    provider = await _provider(page)
    name = provider["SAMLProviderName"]
    return await page.render(
        "identity_providers/saml.html",
        status=200 if error is None else error.status,
        provider=provider,
        metadata=_text(provider["EncodedSAMLMetadataDocument"]),
        url=_url(name),
        error=error,
        snippets=shown(page, [_change(page)]),
        algorithms=ALGORITHMS,
        may_create_role=await page.may("Ram", "CreateRole"),
        may_update=await page.may("Ims", "UpdateSAMLProvider", SAMLProviderName=name),
        may_delete=await page.may("Ims", "DeleteSAMLProvider", SAMLProviderName=name),
    )


async def _provider(page: Page) -> dict[str, Any]:
    answer = await page.call("Ims", "GetSAMLProvider", SAMLProviderName=page.segment("name"))
    provider: dict[str, Any] = answer["SAMLProvider"]
    return provider


async def update(page: Page) -> Response:
    """Change a provider."""
    try:
        await run(page, _change(page))
    except ApiError as error:
        if not error.code.startswith(_SPOKEN):
            raise
        return await _shown(page, error)
    return page.done(_url(page.segment("name")), page.t("The identity provider is changed."))


async def change_snippets(page: Page) -> Response:
    """Say for people who script what the form would do as it stands."""
    return await fragment(page, [_change(page)])


def _change(page: Page) -> Call:
    return call(
        "Ims",
        "UpdateSAMLProvider",
        SAMLProviderName=page.segment("name"),
        NewEncodedSAMLMetadataDocument=_metadata(page) or None,
        AuthnSignAlgo=page.form.word("algorithm") or None,
        NewDescription=page.form.word("description"),
    )


def _deletion_of(name: str) -> Call:
    return call("Ims", "DeleteSAMLProvider", SAMLProviderName=name)


async def ask_to_delete(page: Page) -> Response:
    """Ask for the name of what is to be deleted."""
    return await _deletion(page)


async def _deletion(page: Page, error: str = "") -> Response:
    provider = await _provider(page)
    name = provider["SAMLProviderName"]
    return await page.render(
        "identity_providers/delete.html",
        status=400 if error else 200,
        name=name,
        arn=provider["Arn"],
        url=_url(name),
        error=error,
        snippets=shown(page, [_deletion_of(name)]),
        refusal=await page.may("Ims", "DeleteSAMLProvider", SAMLProviderName=name),
    )


async def delete(page: Page) -> Response:
    """Delete a provider, once its name was typed."""
    name = page.segment("name")
    if page.form.word("confirm") != name:
        return await _deletion(page, page.t("This is not the name."))
    await run(page, _deletion_of(name))
    return page.done(_LIST, page.t("Identity provider {name} is deleted.").format(name=name))


def _text(encoded: str) -> str:
    """Return metadata as people read it."""
    try:
        return base64.b64decode(encoded).decode(errors="replace")
    except binascii.Error:
        return encoded


ROUTES: Final = [
    get(_NEW, new),
    post(_NEW, create),
    ask(f"{_NEW}/snippets", creation_snippets),
    get(_PATH, show),
    post(_PATH, update),
    ask(f"{_PATH}/snippets", change_snippets),
    get(f"{_PATH}/delete", ask_to_delete),
    post(f"{_PATH}/delete", delete),
]
