"""What happened to one thing, for the page about it.

A page asks :func:`history` and hands what comes back to the macro of ``audit/history.html``::

    {% from "audit/history.html" import history %}
    {{ history(events) }}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from daypass.console.page import address
from daypass.errors import ApiError

if TYPE_CHECKING:
    from daypass.console.page import Page

_SHOWN: Final = 20

TYPES: Final = {
    "user": "ACS::RAM::User",
    "group": "ACS::RAM::Group",
    "role": "ACS::RAM::Role",
    "policy": "ACS::RAM::Policy",
    "resource-group": "ACS::ResourceManager::ResourceGroup",
    "oidc-provider": "ACS::RAM::OIDCProvider",
    "saml-provider": "ACS::RAM::SAMLProvider",
}
"""Kinds of things, as the audit page and ActionTrail name them."""


@dataclass(frozen=True)
class History:
    """The last events about one thing.

    Attributes:
        events: as ActionTrail tells them, the newest first.
        url: of all of them, on the audit page.
        more: whether there may be more than these.
        refusal: why the user is not told, in words; "" if he is.
    """

    events: tuple[dict[str, Any], ...]
    url: str
    more: bool
    refusal: str = ""


async def history(page: Page, kind: str, name: str) -> History:
    """Return what happened to a thing in the last seven days: who changed it, assumed it, was denied.

    Args:
        page: whose user asks.
        kind: ``user``, ``group``, ``role``, ``policy``, ``resource-group`` …, see :data:`TYPES`.
        name: of the thing.
    """
    url = address("/audit", kind=kind, resource=name)
    try:
        found = await page.call(
            "Actiontrail",
            "LookupEvents",
            MaxResults=_SHOWN,
            **{
                "LookupAttribute.1.Key": "ResourceType",
                "LookupAttribute.1.Value": TYPES[kind],
                "LookupAttribute.2.Key": "ResourceName",
                "LookupAttribute.2.Value": name,
                "LookupAttribute.3.Key": "Noteworthy",
                "LookupAttribute.3.Value": "true",
            },
        )
    except ApiError as refusal:
        return History((), url, more=False, refusal=refusal.message)
    return History(tuple(found["Events"]), url, more="NextToken" in found)
