"""Identity providers: SAML and OIDC, a list each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from daypass.console.listing import listing
from daypass.console.routing import get

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

PATH: Final = "/identity-providers"


async def show(page: Page) -> Response:
    """List the identity providers of a kind."""
    if page.query.word("tab") == "oidc":
        return await _list(page, "OIDC", _oidc_text, keep={"tab": "oidc"})
    return await _list(page, "SAML", _saml_text, keep={})


async def _list(page: Page, kind: str, shown: Any, *, keep: dict[str, str]) -> Response:
    found = await listing(
        page,
        "Ims",
        f"List{kind}Providers",
        at=(f"{kind}Providers", f"{kind}Provider"),
        shown=shown,
        keep=keep,
    )
    return await page.render(
        "identity_providers/list.html",
        kind=kind,
        name=f"{kind}ProviderName",
        path=f"{PATH}/{kind.lower()}",
        tab=kind.lower(),
        listing=found,
        refusal=await page.may("Ims", f"Create{kind}Provider"),
    )


def _saml_text(provider: dict[str, Any]) -> str:
    return f"{provider['SAMLProviderName']} {provider.get('Description', '')}"


def _oidc_text(provider: dict[str, Any]) -> str:
    about = provider.get("Description", "")
    return f"{provider['OIDCProviderName']} {provider['IssuerUrl']} {about}"


ROUTES: Final = [get(PATH, show)]
