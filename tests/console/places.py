"""Where every page of the console is, on the account that tests of all pages look at."""

from __future__ import annotations

from typing import Final

from daypass.console.routing import Route, routes

PLACES: Final[dict[str, str]] = {
    "/roles/{name}": "/roles/reader",
    "/roles/{name}/edit": "/roles/reader/edit",
    "/roles/{name}/revoke": "/roles/reader/revoke?type=System&policy=ReadOnlyAccess",
    "/roles/{name}/delete": "/roles/reader/delete",
    "/roles/{name}/trust": "/roles/reader/trust",
    "/roles/{name}/admit": "/roles/reader/admit?user=alice",
    "/account/access-keys/{key}/status": "/account/access-keys/LTAI0/status",
    "/account/access-keys/{key}/delete": "/account/access-keys/LTAI0/delete",
    "/users/{name}": "/users/alice",
    "/users/{name}/edit": "/users/alice/edit",
    "/users/{name}/delete": "/users/alice/delete",
    "/users/{name}/console-logon": "/users/alice/console-logon",
    "/users/{name}/console-logon/delete": "/users/alice/console-logon/delete",
    "/users/{name}/mfa": "/users/alice/mfa",
    "/users/{name}/sign-out": "/users/alice/sign-out",
    "/users/{name}/revoke": "/users/alice/revoke?type=System&policy=AliyunIOTReadOnlyAccess",
    "/users/{name}/access-keys": "/users/alice/access-keys",
    "/users/{name}/access-keys/create": "/users/alice/access-keys/create",
    "/users/{name}/access-keys/{key}/status": "/users/alice/access-keys/LTAI0/status",
    "/users/{name}/access-keys/{key}/delete": "/users/alice/access-keys/LTAI0/delete",
    "/groups/{name}": "/groups/devs",
    "/groups/{name}/edit": "/groups/devs/edit",
    "/groups/{name}/revoke": "/groups/devs/revoke?type=System&policy=AliyunIOTReadOnlyAccess",
    "/groups/{name}/delete": "/groups/devs/delete",
    "/policies/{type}/{name}": "/policies/Custom/iot",
    "/policies/{type}/{name}/detach": "/policies/Custom/iot/detach?PrincipalType=IMSGroup&PrincipalName=devs",
    "/policies/Custom/{name}/edit": "/policies/Custom/iot/edit",
    "/policies/Custom/{name}/description": "/policies/Custom/iot/description",
    "/policies/Custom/{name}/delete": "/policies/Custom/iot/delete",
    "/policies/Custom/{name}/versions/{version}/default": "/policies/Custom/iot/versions/v2/default",
    "/policies/Custom/{name}/versions/{version}/delete": "/policies/Custom/iot/versions/v2/delete",
    "/identity-providers/oidc/{name}": "/identity-providers/oidc/seen",
    "/identity-providers/oidc/{name}/delete": "/identity-providers/oidc/seen/delete",
    "/identity-providers/saml/{name}": "/identity-providers/saml/seen",
    "/identity-providers/saml/{name}/delete": "/identity-providers/saml/seen/delete",
    "/resource-groups/{id}": "/resource-groups/rg-seen",
    "/resource-groups/{id}/delete": "/resource-groups/rg-seen/delete",
}
"""For paths with variable parts: the page of something that tests/console/test_pages.py puts there."""

REQUEST: Final = "AAAAAAAA-0000-0000-0000-00000000000E"
"""Id of a request that is on record."""

PLACES["/audit/{request}"] = f"/audit/{REQUEST}"


def pages() -> list[str]:
    """Return an address of every page, in the order of their routes."""
    return [PLACES.get(route.path, route.path) for route in page_routes()]


def page_routes() -> list[Route]:
    """Return the routes of all pages, in their order."""
    return [route for route in routes() if route.method == "GET" and route.is_page]


def guarded() -> list[str]:
    """Return an address of every page that only signed-in users see."""
    return [PLACES.get(route.path, route.path) for route in page_routes() if route.signed_in]
