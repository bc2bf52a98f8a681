"""One role: what it is, who can assume it, its permissions, its trust policy, and the way to use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from daypass.console.history import history
from daypass.console.page import address
from daypass.console.parts import Part, part
from daypass.console.policy_editor import review
from daypass.console.roles.session_forms import session_form
from daypass.console.routing import get

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.door import Refusal
    from daypass.console.page import Page

TABS: Final = ("information", "permissions", "trust", "sessions", "events")
MANY: Final = 100
_ASSUMERS: Final = 20


def full_name(page: Page, name: str) -> str:
    """Return a role's name with the account's domain, as ResourceManager reads it."""
    return f"{name}@role.{page.who.account_id}.onaliyunservice.com"


async def role_of(page: Page) -> dict[str, Any]:
    """Return the role that the address names."""
    found: dict[str, Any] = (await page.call("Ram", "GetRole", RoleName=page.segment("name")))["Role"]
    return found


async def show(page: Page) -> Response:
    """Show the role, by tabs."""
    role = await role_of(page)
    tab = page.query["tab"] if page.query["tab"] in TABS else TABS[0]
    return await tab_of(page, role, tab, await _TABS[tab](page, role))


async def tab_of(page: Page, role: dict[str, Any], tab: str, values: dict[str, Any]) -> Response:
    """Show one tab of a role's page."""
    name = role["RoleName"]
    return await page.render(
        f"roles/{tab}.html",
        role=role,
        tab=tab,
        tabs=(
            ("information", page.t("Basic Information")),
            ("permissions", page.t("Permissions")),
            ("trust", page.t("Trust Policy")),
            ("sessions", page.t("Sessions")),
            ("events", page.t("Events")),
        ),
        home=address(f"/roles/{name}"),
        refusals=await _refusals(page, name),
        **values,
    )


async def _refusals(page: Page, name: str) -> dict[str, Refusal | None]:
    return {
        action: await page.may("Ram", action, RoleName=name)
        for action in ("UpdateRole", "DeleteRole", "AttachPolicyToRole", "DetachPolicyFromRole")
    }


async def _information(page: Page, role: dict[str, Any]) -> dict[str, Any]:
    return {"assumers": await assumers(page, role["RoleName"]), "admitting": page.query.word("user")}


async def assumers(page: Page, name: str) -> Assumers:
    """Return a page of who can assume a role, as far as the user may see it."""
    marker = page.query.word("assumers")
    found = await part(
        page,
        "Daypass",
        "ListRoleAssumers",
        RoleName=name,
        MaxItems=_ASSUMERS,
        Marker=marker or None,
        Language=page.language[:2],
    )
    after = found.body.get("Marker", "") if found.body.get("IsTruncated") else ""
    here = f"/roles/{name}"
    return Assumers(
        found,
        address(here, assumers=after) if after else "",
        address(here) if marker else "",
    )


class Assumers:
    """Some of those who can assume a role.

    Attributes:
        part: as ListRoleAssumers answers.
        next_url: of the page after, empty for the last.
        first_url: of the first page, empty on it.
    """

    def __init__(self, found: Part, next_url: str, first_url: str) -> None:
        self.part: Final = found
        self.next_url: Final = next_url
        self.first_url: Final = first_url

    @property
    def items(self) -> list[dict[str, Any]]:
        """Each with both halves."""
        return list(self.part.body.get("Assumers", {}).get("Assumer", ()))


async def attachments(page: Page, name: str) -> Part:
    """Return which policies a role has, and for which scope."""
    return await part(
        page,
        "ResourceManager",
        "ListPolicyAttachments",
        PrincipalType="ServiceRole",
        PrincipalName=full_name(page, name),
        PageSize=MANY,
    )


async def _permissions(page: Page, role: dict[str, Any]) -> dict[str, Any]:
    return {"granted": await attachments(page, role["RoleName"])}


async def _trust(page: Page, role: dict[str, Any]) -> dict[str, Any]:
    return {"review": await review(page, role["AssumeRolePolicyDocument"], kind="Trust")}


async def _sessions(page: Page, role: dict[str, Any]) -> dict[str, Any]:
    return await session_form(page, role)


async def _events(page: Page, role: dict[str, Any]) -> dict[str, Any]:
    return {"events": await history(page, "role", role["RoleName"])}


_TABS: Final = {
    "events": _events,
    "information": _information,
    "permissions": _permissions,
    "trust": _trust,
    "sessions": _sessions,
}

ROUTES: Final = [get("/roles/{name}", show)]
