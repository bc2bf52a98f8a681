"""Simulator: who may do what on what, decided by the server, with the statements of each layer."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final

from daypass.console.page import address
from daypass.console.passages import Passage, Place, passages
from daypass.console.routing import get
from daypass.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from daypass.console.page import Page

_FIELDS: Final = (
    "principal",
    "action",
    "resource",
    "context",
    "session",
    "group",
    "policy",
    "policy_name",
    "trust",
)
_REFUSED: Final = 403
_OFFERED: Final = 200
"""Principals and actions that are offered for completion."""


async def simulator(page: Page) -> Response:
    """Show the form and, if the address asks for something, the decisions."""
    asked = page.query.given(*_FIELDS)
    results: list[dict[str, Any]] = []
    error, answer = "", None
    if {"principal", "action"} <= asked.keys():
        try:
            answer = await page.call("Daypass", "SimulateRequest", **_question(page, asked))
        except ApiError as refusal:
            if refusal.status == _REFUSED:
                raise
            error = refusal.message
        except ValueError as wrong:
            error = page.t("A condition key stands on a line of its own, as in acs:SourceIp = 10.0.0.1.")
            del wrong
        else:
            results = answer["Results"]
    texts = await _texts(page, results)
    offers = {} if page.is_fragment else await _offers(page)
    return await page.render(
        "simulator/form.html",
        status=400 if error and not page.is_fragment else 200,  # half-typed is no error
        asked={name: asked.get(name, "") for name in _FIELDS},
        error=error,
        answer=answer,
        results=results,
        texts=texts,
        allowed=sum(result["Outcome"] == "allow" for result in results),
        offers=offers,
        permalink=address(page.path, **asked),
    )


def _question(page: Page, asked: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters of SimulateRequest for what the form asks.

    Raises:
        ValueError: a condition key is not written so that it can be read.
    """
    question: dict[str, Any] = {
        "Principal": _principal(page, asked["principal"]),
        "ActionName": json.dumps(_words(asked["action"])),
        "Resource": json.dumps(_words(asked.get("resource", "")) or ["*"]),
        "SessionPolicy": asked.get("session"),
        "ResourceGroupId": asked.get("group"),
        "PolicyDocument": asked.get("policy"),
        "PolicyName": asked.get("policy_name") if "policy" in asked else None,
        "TrustPolicyDocument": asked.get("trust"),
    }
    if "context" in asked:
        question["Context"] = json.dumps(_context(asked["context"]))
    return question


def _principal(page: Page, text: str) -> str:
    """Return the ARN of a principal; a bare name is that of a user, or of a role with ``role/`` before it."""
    if text.startswith("acs:") or text.endswith(".aliyuncs.com"):
        return text
    kind, slash, name = text.partition("/")
    if not slash:
        kind, name = "user", text
    return f"acs:ram::{page.who.account_id}:{kind}/{name}"


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _context(text: str) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        key, equals, value = (part.strip() for part in line.partition("="))
        if not equals or not key:
            raise ValueError(line)
        keys.setdefault(key, []).extend([value] if value else [])
    return keys


async def _texts(page: Page, results: list[dict[str, Any]]) -> dict[tuple[str, str, int, str], Passage]:
    """Return the passages of all statements that layers answered with, for the template to look up."""
    places = [
        Place(
            statement["Layer"],
            statement["PolicyName"],
            statement["PolicyType"] if statement["PolicyType"] in ("System", "Custom") else "",
            "" if statement.get("PolicyVersion") == "changed" else statement.get("PolicyVersion", ""),
            statement["Statement"],
            result["Resource"],
        )
        for result in results
        for layer in result["Layers"]
        for statement in layer["Statements"]
        if statement.get("PolicyVersion") != "changed"
    ]
    found = await passages(page, places[:_OFFERED])
    return {
        (place.layer, place.policy, place.index, place.resource): passage for place, passage in found.items()
    }


async def _offers(page: Page) -> dict[str, list[str]]:
    """Return what the form offers for completion; of what the user may not list, nothing."""
    users, roles, actions = await asyncio.gather(
        _listed(page, "Ram", "ListUsers", MaxItems=_OFFERED),
        _listed(page, "Ram", "ListRoles", MaxItems=_OFFERED),
        _listed(page, "Daypass", "ListActions", MaxItems=1000),
    )
    account = page.who.account_id
    names = [each["UserName"] for each in users.get("Users", {}).get("User", ())]
    arns = [f"acs:ram::{account}:user/{name}" for name in names]
    arns += [role["Arn"] for role in roles.get("Roles", {}).get("Role", ())]
    known = actions.get("Actions", {}).get("Action", ())
    forms = {form.replace("{AccountId}", account) for each in known for form in each["Resources"]}
    return {
        "principals": [*arns, f"acs:ram::{account}:root"],
        "actions": [each["Action"] for each in known],
        "resources": [*arns, *sorted(forms)],
    }


async def _listed(page: Page, product: str, operation: str, **parameters: int) -> dict[str, Any]:
    try:
        return await page.call(product, operation, **parameters)
    except ApiError:
        return {}


ROUTES = [get("/simulator", simulator)]
