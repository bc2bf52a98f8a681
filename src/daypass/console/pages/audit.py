"""Audit: what happened in the account, event by event, and its export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import StreamingResponse

from daypass.console import story
from daypass.console.history import TYPES
from daypass.console.page import address
from daypass.console.routing import download, get
from daypass.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.responses import Response

    from daypass.console.page import Page

_SHOWN: Final = 50
_MOST_EXPORTED: Final = 1_000_000
_MOST_EMPTY: Final = 4
"""Pages without an event that one look goes past."""

_FIELDS: Final = ("who", "action", "kind", "resource", "outcome", "show", "key", "request", "from", "to")
_SHOWS: Final = {"": ("Noteworthy", "true"), "changes": ("EventRW", "Write"), "reads": ("EventRW", "Read")}
"""What is shown of all that fits; without a choice not what was only read, above all by the console."""

_PRECISE: Final = {"action", "outcome", "key", "request"}
"""Whoever asks for one of these wants all that fits."""

_KEYS: Final = {
    "action": "EventName",
    "outcome": "Outcome",
    "key": "EventAccessKeyId",
    "request": "RequestId",
}


async def audit(page: Page) -> Response:
    """List the events that the address asks for."""
    asked = page.query.given(*_FIELDS)
    token, events, skipped = page.query.word("token"), [], 0
    while True:
        found = await page.call("Actiontrail", "LookupEvents", **_question(asked, token))
        events, token = found["Events"], found.get("NextToken", "")
        skipped += 1
        if events or not token or skipped == _MOST_EMPTY:
            break
    return await page.render(
        "audit/list.html",
        events=events,
        asked={name: asked.get(name, "") for name in _FIELDS},
        narrowed=bool(asked),
        since=found["StartTime"],
        next_url=address(page.path, **asked, token=token) if token else "",
        first_url=address(page.path, **asked) if page.query.word("token") else "",
        export_url=address("/audit/export", **asked),
        kinds=sorted(TYPES),
    )


async def event(page: Page) -> Response:
    """Show one request: the event, how it was decided and why."""
    request = page.segment("request")
    token = page.query.word("token")
    found = await page.call("Daypass", "ExplainRequest", RequestId=request, NextToken=token or None)
    explanation = found.get("Explanation")
    told = None if explanation is None else await story.of_request(page, explanation)
    return await page.render(
        "audit/event.html",
        request=request,
        story=told,
        parameters=_parameters(told),
        next_url=address(page.path, token=found.get("NextToken", "")),
    )


async def export(page: Page) -> Response:
    """Send everything that the address asks for, as JSON lines, as fast as it is read."""
    asked = page.query.given(*_FIELDS)
    first = await page.call("Actiontrail", "LookupEvents", **_question(asked, ""))
    headers = {"Content-Disposition": 'attachment; filename="events.jsonl"'}
    lines = _lines(page, asked, first)
    return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)


async def _lines(page: Page, asked: dict[str, str], found: Mapping[str, Any]) -> AsyncIterator[str]:
    count = 0
    while True:
        for each in found["Events"]:
            yield json.dumps(each, ensure_ascii=False) + "\n"
            count += 1
        token = found.get("NextToken", "")
        if not token or count >= _MOST_EXPORTED:
            return
        if not found["Events"]:
            yield "\n"  # it goes on, though nothing was found for a while
        try:
            found = await page.call("Actiontrail", "LookupEvents", **_question(asked, token))
        except ApiError as error:
            # The answer has begun: its last line says that it is not whole.
            yield json.dumps({"error": error.code, "message": error.message}) + "\n"
            return


def _question(asked: Mapping[str, str], token: str) -> dict[str, Any]:
    """Return the parameters of LookupEvents for what a form asks."""
    conditions = [(_KEYS[name], asked[name]) for name in _KEYS if name in asked]
    show = asked.get("show", "all" if _PRECISE & asked.keys() else "")
    conditions += [_SHOWS[show]] if show in _SHOWS else []
    if "who" in asked:
        conditions.append(("Principal" if asked["who"].startswith("acs:") else "User", asked["who"]))
    if "kind" in asked:
        conditions.append(("ResourceType", TYPES.get(asked["kind"], asked["kind"])))
    if "resource" in asked:
        key = "Resource" if asked["resource"].startswith("acs:") else "ResourceName"
        conditions.append((key, asked["resource"]))
    question: dict[str, Any] = {
        "MaxResults": _SHOWN,
        "StartTime": _time(asked.get("from", ""), "00:00:00"),
        "EndTime": _time(asked.get("to", ""), "23:59:59"),
        "NextToken": token or None,
    }
    for number, (key, value) in enumerate(conditions, 1):
        question |= {f"LookupAttribute.{number}.Key": key, f"LookupAttribute.{number}.Value": value}
    return question


def _time(text: str, clock: str) -> str | None:
    """Return a day as a time of the wire's form; what has a time already stays as it is."""
    if not text:
        return None
    return text if "T" in text else f"{text}T{clock}Z"


def _parameters(told: story.Story | None) -> dict[str, Any]:
    text = told.event.get("requestParameterJson") if told is not None and told.event is not None else None
    given = json.loads(text) if text else {}
    return {name: value for name, value in given.items() if value not in ("", None, [])}


ROUTES = [get("/audit", audit), download("/audit/export", export), get("/audit/{request}", event)]
