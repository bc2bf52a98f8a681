"""What can be picked when permissions are granted: principals and policies, by a part of their names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from daypass.console.grants.grant import TYPES, Policy
from daypass.console.grants.principals import KINDS, Principal
from daypass.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from daypass.console.page import Page

SHOWN: Final = 20
"""The most entries of a kind that are shown at once; a search narrows them."""
_LOOKED_THROUGH: Final = 1000
_AT_ONCE: Final = 100
_FORBIDDEN: Final = 403


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to pick: a principal or a policy, and what it is for."""

    value: Principal | Policy
    about: str = ""


@dataclass(slots=True)
class Found:
    """What a search found.

    Attributes:
        choices: the first of them.
        more: whether there are others.
        hidden: kinds that the user may not list.
    """

    choices: list[Choice] = field(default_factory=list)
    more: bool = False
    hidden: list[str] = field(default_factory=list)


async def find_principals(page: Page, part: str, kinds: Iterable[str] = KINDS) -> Found:
    """Find users, groups and roles whose name, or what is said about them, has a part."""
    found = Found()
    for name in kinds:
        kind = KINDS[name]
        choices = (
            Choice(Principal(name, each[kind.parameter]), each.get(kind.about) or "")
            async for each in _listed(page, f"List{kind.members[0]}", kind.members)
        )
        await _take(found, name, choices, part)
    return found


async def find_policies(page: Page, part: str, types: Iterable[str] = TYPES) -> Found:
    """Find policies whose name or description has a part."""
    found = Found()
    for name in types:
        choices = (
            Choice(Policy(name, each["PolicyName"]), each.get("Description") or "")
            async for each in _listed(page, "ListPolicies", ("Policies", "Policy"), PolicyType=name)
        )
        await _take(found, name, choices, part)
    return found


async def _take(found: Found, kind: str, choices: AsyncIterator[Choice], part: str) -> None:
    """Add the first that fit."""
    taken = 0
    wanted = part.lower()
    try:
        async for choice in choices:
            if wanted not in choice.value.name.lower() and wanted not in choice.about.lower():
                continue
            if taken == SHOWN:
                found.more = True
                return
            taken += 1
            found.choices.append(choice)
    except ApiError as error:
        if error.status != _FORBIDDEN:
            raise
        found.hidden.append(kind)


async def _listed(
    page: Page, operation: str, members: tuple[str, str], **parameters: str
) -> AsyncIterator[dict[str, Any]]:
    """Go through a list of RAM's, a part a call, no further than is asked for."""
    marker: str | None = None
    for _ in range(_LOOKED_THROUGH // _AT_ONCE):
        answer = await page.call("Ram", operation, MaxItems=_AT_ONCE, Marker=marker, **parameters)
        for each in answer[members[0]][members[1]]:
            yield each
        if not answer["IsTruncated"]:
            return
        marker = answer["Marker"]
