"""Which policy a page is about, and what is asked of it again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from daypass.console import guard
from daypass.console.page import address

if TYPE_CHECKING:
    from daypass.console.page import Page

PATH: Final = "/policies/{type}/{name}"
CUSTOM_PATH: Final = "/policies/Custom/{name}"
TYPES: Final = ("Custom", "System")


def kind(page: Page) -> str:
    """Return the type that the path names.

    Raises:
        ApiError: there is no such type, so no such page.
    """
    found = page.request.path_params.get("type", "Custom")
    if found not in TYPES:
        raise guard.NO_PAGE()
    return str(found)


def home(page: Page, tab: str = "") -> str:
    """Return the address of the policy's page."""
    return address(f"/policies/{kind(page)}/{page.segment('name')}", tab=tab)


def trail(page: Page) -> tuple[tuple[str, str], ...]:
    """Return the pages above one about this policy."""
    return (("/policies", page.t("Policies")), (home(page), page.segment("name")))


async def policy_of(page: Page) -> dict[str, Any]:
    """Return the policy with its text in force, as GetPolicy shows it."""
    return await page.call("Ram", "GetPolicy", PolicyType=kind(page), PolicyName=page.segment("name"))


async def versions_of(page: Page) -> list[dict[str, Any]]:
    """Return the policy's versions, newest first."""
    answer = await page.call(
        "Ram", "ListPolicyVersions", PolicyType=kind(page), PolicyName=page.segment("name")
    )
    versions: list[dict[str, Any]] = answer["PolicyVersions"]["PolicyVersion"]
    return sorted(versions, key=lambda version: number(version["VersionId"]), reverse=True)


async def text_of(page: Page, version: str) -> str:
    """Return a version's text."""
    answer = await page.call(
        "Ram",
        "GetPolicyVersion",
        PolicyType=kind(page),
        PolicyName=page.segment("name"),
        VersionId=version,
    )
    return str(answer["PolicyVersion"]["PolicyDocument"])


def number(version: str) -> int:
    """Return what a version's id counts: 3 of ``v3``; 0 of what is none."""
    digits = version.removeprefix("v")
    return int(digits) if digits.isdecimal() else 0
