"""LookupEvents: what happened in the caller's account, changes and decisions, a page at a time.

Beside ActionTrail's keys of ``LookupAttribute`` there are some of daypass's own: ``RequestId``,
``Principal`` and ``Resource``, which are ARNs, ``Outcome``, and ``Noteworthy``. Several conditions may be
given; all have to be met. A page may hold less than was asked for, even nothing, and still have a
``NextToken``: then the records looked through so far held no more, and there are older ones.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from daypass.audit.reading import Position
from daypass.directory.beginnings import keys
from daypass.service import codes
from daypass.service.authorization import Permission
from daypass.service.call import timestamp
from daypass.service.operation import Request, Response, Runs
from daypass.services.actiontrail.events import EventBody
from daypass.services.actiontrail.filters import KEYS, OUTCOMES, Filter
from daypass.services.actiontrail.service import (
    DEFAULT_RESULTS,
    DIRECTION,
    END_TIME,
    LOOKUP_ATTRIBUTE,
    MAX_RESULTS,
    NEXT_TOKEN,
    START_TIME,
    LookupAttribute,
    actiontrail,
)
from daypass.services.actiontrail.trail import Place, Question, Walk

if TYPE_CHECKING:
    from daypass.service.call import Call

DEFAULT_DAYS: Final = 7

BAD_TOKEN: Final = codes.INVALID.of("NextToken")
BAD_TIMES: Final = codes.INVALID.of("EndTime")
BAD_ATTRIBUTE: Final = codes.INVALID.of("LookupAttribute")

_DAY: Final = 24 * 60 * 60
_FORWARD: Final = "FORWARD"


class LookupEventsRequest(Request, frozen=True, kw_only=True):
    """Which events."""

    direction: Annotated[str, DIRECTION] = "BACKWARD"
    end_time: Annotated[int | None, END_TIME] = None
    lookup_attribute: Annotated[tuple[LookupAttribute, ...], LOOKUP_ATTRIBUTE] = ()
    max_results: Annotated[int, MAX_RESULTS] = DEFAULT_RESULTS
    next_token: Annotated[str, NEXT_TOKEN] = ""
    start_time: Annotated[int | None, START_TIME] = None


class LookupEventsResponse(Response, frozen=True, kw_only=True):
    """Part of the events, the time they are from, and where to go on."""

    start_time: str
    end_time: str
    events: tuple[EventBody, ...]
    next_token: str | None = None


class _Token(msgspec.Struct, frozen=True, array_like=True):
    """What a token holds: the question it belongs to, its time, and where the walk stands."""

    asked: str
    since: int
    until: int
    decision: tuple[int, int] | None
    change: int | None
    decisions_over: bool


@actiontrail.operation(
    "LookupEvents",
    LookupEventsRequest,
    LookupEventsResponse,
    authorize=Permission(
        "actiontrail:LookupEvents",
        lambda q, call: f"acs:actiontrail:*:{call.account}:*",  # noqa: ARG005 (the account as a whole)
        about="acs:actiontrail:*:{AccountId}:*",
    ),
    runs=Runs.READ,
    errors=(BAD_TOKEN, BAD_TIMES, BAD_ATTRIBUTE),
)
def lookup_events(call: Call, q: LookupEventsRequest) -> LookupEventsResponse:
    """List what happened in the account: changes, and decisions on requests."""
    asked = _fingerprint(q)
    token = _read(q.next_token, asked) if q.next_token else None
    until = q.end_time if q.end_time is not None else call.now
    since = q.start_time if q.start_time is not None else until - DEFAULT_DAYS * _DAY
    if token is not None:
        since, until = token.since, token.until
    if since > until:
        raise BAD_TIMES(reason="it is before StartTime")
    question = Question(
        call.account,
        since,
        until,
        _filters(q),
        oldest_first=q.direction == _FORWARD,
        own_key=_own_key(call, q),
    )
    walk = Walk(call.txn, call.decisions, question, region=call.region, place=_place(token))
    events, place = page_of(walk, q.max_results or DEFAULT_RESULTS)
    return LookupEventsResponse(
        start_time=timestamp(since),
        end_time=timestamp(until),
        events=events,
        next_token=None if place is None else _written(asked, since, until, place),
    )


def page_of(walk: Walk, limit: int) -> tuple[tuple[EventBody, ...], Place | None]:
    """Take a page of a walk; return it, and where the next one begins if there may be more."""
    events: list[EventBody] = []
    place = walk.place
    for event in walk:
        if len(events) == limit:
            return tuple(events), place
        events.append(event)
        place = walk.place
    return tuple(events), None if walk.over else walk.place


def _filters(q: LookupEventsRequest) -> tuple[Filter, ...]:
    for attribute in q.lookup_attribute:
        if attribute.Key not in KEYS:
            raise BAD_ATTRIBUTE(reason=f"a key is one of {', '.join(KEYS)}")
        if attribute.Key == "Outcome" and attribute.Value not in OUTCOMES:
            raise BAD_ATTRIBUTE(reason=f"an outcome is one of {', '.join(OUTCOMES)}")
        if attribute.Key == "Noteworthy" and attribute.Value != "true":
            raise BAD_ATTRIBUTE(reason="Noteworthy can only be true")
    return tuple(Filter(attribute.Key, attribute.Value) for attribute in q.lookup_attribute)


def _own_key(call: Call, q: LookupEventsRequest) -> str:
    """Return the AccessKey that is asked for, if it is one of the account's."""
    asked = [each.Value for each in q.lookup_attribute if each.Key == "EventAccessKeyId"]
    holders = keys(call.txn, call.account, asked[0], 1) if asked else ()
    return asked[0] if holders and holders[0].access_key_id == asked[0] else ""


def _fingerprint(q: LookupEventsRequest) -> str:
    asked = (q.direction, q.start_time, q.end_time, q.lookup_attribute)
    return hashlib.sha256(msgspec.json.encode(asked)).hexdigest()[:16]


def _written(asked: str, since: int, until: int, place: Place) -> str:
    decision = None if place.decision is None else (place.decision.file, place.decision.at)
    token = _Token(asked, since, until, decision, place.change, place.decisions_over)
    return base64.urlsafe_b64encode(msgspec.json.encode(token)).decode().rstrip("=")


def _read(text: str, asked: str) -> _Token:
    try:
        token = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Token)
    except (binascii.Error, ValueError):
        raise BAD_TOKEN(reason="it is none that an answer gave") from None
    numbers = (token.since, token.until, *(token.decision or ()), token.change or 0)
    if not all(0 <= number < 1 << 62 for number in numbers) or max(token.since, token.until) > _LATEST:
        raise BAD_TOKEN(reason="it is none that an answer gave")
    if token.asked != asked:
        raise BAD_TOKEN(reason="it belongs to other parameters")
    return token


_LATEST: Final = 253402300799 - _DAY
"""The last time that can be written, but for a day."""


def _place(token: _Token | None) -> Place:
    if token is None:
        return Place()
    decision = None if token.decision is None else Position(*token.decision)
    return Place(decision, token.change, token.decisions_over)
