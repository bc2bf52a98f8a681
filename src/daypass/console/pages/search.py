"""Search, from the box at the top of every page: names, ARNs, AccessKeys and request ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from daypass.console.page import address
from daypass.console.routing import get

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

_MOST: Final = 20


async def search(page: Page) -> Response:
    """Show what begins with a text, or go there if it is one thing's own name."""
    wanted = page.query.word("q")
    if not wanted:
        return await page.render("search/search.html", wanted="", kinds={}, hidden=[])
    answer = await page.call("Daypass", "Search", Text=wanted, MaxItems=_MOST)
    found = [{**entry, "href": place(entry)} for entry in answer.get("Results", [])]
    if len(found) == 1 and _is_meant(found[0], wanted) and not page.is_fragment:
        return page.done(found[0]["href"])
    kinds: dict[str, list[dict[str, Any]]] = {}
    for entry in found:
        kinds.setdefault(entry["Kind"], []).append(entry)
    return await page.render(
        "search/search.html", wanted=wanted, kinds=kinds, hidden=answer.get("NotPermitted", [])
    )


def place(found: dict[str, Any]) -> str:
    """Return the page about something that was found."""
    kind, name = found["Kind"], found["Name"]
    if kind == "AccessKey":
        owner = found.get("UserName")
        return address(f"/users/{owner}") if owner else "/account"
    if kind == "Request":
        return address(f"/audit/{name}")
    if kind == "Policy":
        return address(f"/policies/{found['PolicyType']}/{name}")
    if kind == "ResourceGroup":
        return address("/resource-groups", q=name)
    if kind in {"OIDCProvider", "SAMLProvider"}:
        return address("/identity-providers", q=name)
    return address(f"/{kind.lower()}s/{name}")


def _is_meant(found: dict[str, Any], wanted: str) -> bool:
    return wanted.startswith("acs:") or wanted.casefold() == found["Name"].casefold()


ROUTES = [get("/search", search)]
