"""The overview: the account, how far it has come, and what deserves a look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from daypass.console.page import address
from daypass.console.routing import get
from daypass.service.call import timestamp

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.door import Refusal
    from daypass.console.page import Page

_LOOKED_BACK: Final = 90 * 86_400
"""How long ago a role may have been assumed."""
_CAN: Final = {"Yes", "Conditional"}
_ASKED: Final = 3
"""Of how many roles it is asked who can assume them."""
_EVERYWHERE: Final = {"0.0.0.0", "::"}  # noqa: S104 (compared, not bound)


@dataclass(frozen=True)
class Part:
    """An answer, or why the user does not get it."""

    answer: dict[str, Any]
    refusal: Refusal | None


@dataclass(frozen=True)
class Step:
    """One of the six steps from nothing to a user at work with temporary credentials.

    Attributes:
        title: what is done.
        about: what it is good for.
        done: whether it was.
        href: where it is done.
        action: what the link there says.
    """

    title: str
    about: str
    done: bool
    href: str
    action: str


async def overview(page: Page) -> Response:
    """Show the account at a glance."""
    summary = await _part(page, "Ims", "GetAccountSummary")
    advice = await _part(page, "Daypass", "GetAccountAdvice")
    domain = await _part(page, "Ims", "GetDefaultDomain")
    return await page.render(
        "overview/overview.html",
        summary=summary,
        advice=advice,
        steps=await _steps(page, summary.answer.get("SummaryMap", {}), advice.answer),
        domain=domain.answer.get("DefaultDomainName", page.who.account_id),
        sign_in_url=f"{page.request.url.scheme}://{page.request.headers['host']}/sign-in",
        api_url=_api_url(page),
    )


async def _part(page: Page, product: str, operation: str, **parameters: str | int) -> Part:
    """Return what an operation answers, if the user may ask it."""
    refusal = await page.may(product, operation, **parameters)
    return Part({} if refusal else await page.call(product, operation, **parameters), refusal)


async def _steps(page: Page, counts: dict[str, int], advice: dict[str, Any]) -> list[Step]:
    working = advice.get("RolesWithPolicies", {}).get("RoleNames", [])
    assumed = await _last_allowed(page, "EventName", "AssumeRole")
    role = assumed.get("resourceName", "")
    at_work = await _last_allowed(page, "User", role) if role else {}
    can = bool(assumed) or await _somebody_can_assume(page, working)
    first = address(f"/roles/{working[0]}") if working else "/roles"
    return [
        Step(
            page.t("Create a role"),
            page.t("Its trust policy says who may assume it."),
            counts.get("Roles", 0) > 0,
            "/create-role",
            page.t("Create Role"),
        ),
        Step(
            page.t("Create a policy"),
            page.t("It says what may be done on which resources."),
            counts.get("Policies", 0) > 0,
            "/policies/create",
            page.t("Create Policy"),
        ),
        Step(
            page.t("Grant the policy to the role"),
            page.t("In the whole account, or in one resource group."),
            bool(working),
            "/grants/new",
            page.t("Grant Permission"),
        ),
        Step(
            page.t("Let a RAM user assume the role"),
            page.t("The role has to trust the user, and the user needs sts:AssumeRole on the role."),
            can,
            first,
            page.t("See who can assume it"),
        ),
        Step(
            page.t("Get temporary credentials"),
            page.t("AssumeRole gives an AccessKey and a SecurityToken that end by themselves."),
            bool(assumed),
            address(f"/roles/{working[0]}", tab="sessions") if working else "/roles",
            page.t("Use this role"),
        ),
        Step(
            page.t("Work with them"),
            page.t("What the role allows works; all else is denied, and everything after the expiry."),
            bool(at_work),
            "/audit",
            page.t("See what is done"),
        ),
    ]


async def _last_allowed(page: Page, key: str, value: str) -> dict[str, Any]:
    """Return the last event of a kind that was allowed, if there is one that the user may see."""
    asked = {"LookupAttribute.1.Key": key, "LookupAttribute.1.Value": value}
    asked |= {"LookupAttribute.2.Key": "Outcome", "LookupAttribute.2.Value": "allow"}
    since = page.console.clock() - _LOOKED_BACK
    found = await _part(
        page, "Actiontrail", "LookupEvents", MaxResults=1, StartTime=timestamp(since), **asked
    )
    events: list[dict[str, Any]] = found.answer.get("Events", [])
    return events[0] if events else {}


async def _somebody_can_assume(page: Page, roles: list[str]) -> bool:
    for role in roles[:_ASKED]:
        found = await _part(page, "Daypass", "ListRoleAssumers", RoleName=role)
        assumers = found.answer.get("Assumers", {}).get("Assumer", [])
        if any(assumer["PrincipalType"] == "User" and assumer["MayAssume"] in _CAN for assumer in assumers):
            return True
    return False


def _api_url(page: Page) -> str:
    """Return where the API is, as seen from the browser: what listens everywhere is where the console is."""
    url = urlsplit(page.console.api_url)
    if url.hostname not in _EVERYWHERE:
        return page.console.api_url
    return f"{url.scheme}://{page.request.url.hostname}:{url.port}"


ROUTES = [get("/", overview)]
