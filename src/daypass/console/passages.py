"""Policies as pages quote them: their text in lines, with those of one statement marked."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from daypass.console.page import address
from daypass.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daypass.console.page import Page

_FEW: Final = 3
"""Lines below which a text is written anew, since people cannot read it as it stands."""

_AROUND: Final = 3
"""Lines shown before and after the statement."""

_STATEMENT: Final = '"Statement"'


@dataclass(frozen=True)
class Line:
    """A line of a policy."""

    number: int
    text: str
    marked: bool


@dataclass(frozen=True)
class Passage:
    """A statement in the text of its policy.

    Attributes:
        lines: those of the statement and a few around it.
        url: of the page of the policy, or of the role whose trust policy it is.
    """

    lines: tuple[Line, ...]
    url: str


@dataclass(frozen=True)
class Place:
    """Where a statement stands.

    Attributes:
        layer: ``identity``, ``resource_group``, ``session``, ``trust`` or ``control``; "" if not known.
        policy: the policy's name.
        policy_type: ``System`` or ``Custom``; "" if not known.
        version: "" for the one in force.
        index: from 0.
        resource: that was asked for; of a trust policy, the role's ARN.
    """

    layer: str
    policy: str
    policy_type: str
    version: str
    index: int
    resource: str


async def passages(page: Page, places: Iterable[Place]) -> dict[Place, Passage]:
    """Return the passages of those statements that the user may read; the others are left out."""
    wanted = list(dict.fromkeys(places))
    found = await asyncio.gather(*(_passage(page, place) for place in wanted))
    return {place: passage for place, passage in zip(wanted, found, strict=True) if passage is not None}


def marked(text: str, index: int) -> tuple[Line, ...]:
    """Return the lines of a policy around a statement, those of the statement marked."""
    if text.count("\n") < _FEW:
        try:
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        except ValueError:
            return ()
    span = _span(text, index)
    if span is None:
        return ()
    first, last = (text.count("\n", 0, at) for at in span)
    lines = text.split("\n")
    shown = range(max(0, first - _AROUND), min(len(lines), last + _AROUND + 1))
    return tuple(Line(number + 1, lines[number], first <= number <= last) for number in shown)


async def _passage(page: Page, place: Place) -> Passage | None:
    if place.layer == "trust":
        return await _of_trust(page, place)
    if place.layer not in ("identity", "resource_group", ""):
        return None
    for policy_type in (place.policy_type,) if place.policy_type else ("Custom", "System"):
        text = await _version(page, policy_type, place.policy, place.version)
        if text:
            return Passage(marked(text, place.index), address(f"/policies/{policy_type}/{place.policy}"))
    return None


async def _of_trust(page: Page, place: Place) -> Passage | None:
    parts = place.resource.split(":")
    name = parts[-1].removeprefix("role/")
    if page.who.account_id not in parts or not name:
        return None
    role = await _answer(page, "GetRole", RoleName=name)
    if role is None:
        return None
    return Passage(
        marked(role["Role"]["AssumeRolePolicyDocument"], place.index), address(f"/roles/{name}", tab="trust")
    )


async def _version(page: Page, policy_type: str, name: str, version: str) -> str:
    if version:
        found = await _answer(
            page, "GetPolicyVersion", PolicyType=policy_type, PolicyName=name, VersionId=version
        )
        return str(found["PolicyVersion"]["PolicyDocument"]) if found else ""
    found = await _answer(page, "GetPolicy", PolicyType=policy_type, PolicyName=name)
    return str(found["DefaultPolicyVersion"]["PolicyDocument"]) if found else ""


async def _answer(page: Page, operation: str, **parameters: str) -> dict[str, Any] | None:
    """Return an answer of RAM; None if there is none for this user: it is gone, or may not be seen."""
    try:
        return await page.call("Ram", operation, **parameters)
    except ApiError:
        return None


def _span(text: str, index: int) -> tuple[int, int] | None:
    """Return where a statement begins and ends in the text of a policy."""
    at = text.find(_STATEMENT)
    if at < 0:
        return None
    at = _skip(text, at + len(_STATEMENT), ":")
    decoder = json.JSONDecoder()
    try:
        if text[at] != "[":
            end = decoder.raw_decode(text, at)[1]
            return (at, end - 1) if index == 0 else None
        at = _skip(text, at + 1)
        for _ in range(index):
            at = _skip(text, decoder.raw_decode(text, at)[1], ",")
        return at, decoder.raw_decode(text, at)[1] - 1
    except (ValueError, IndexError):
        return None


def _skip(text: str, at: int, passed: str = "") -> int:
    while at < len(text) and (text[at].isspace() or (passed and text[at] == passed)):
        at += 1
    return at
