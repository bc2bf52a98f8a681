"""What may be asked of events: ActionTrail's keys, and those that only daypass has.

A filter tells two things: whether an event meets it, and which text every record that can
meet it holds, so that most records need not be decoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from daypass.services.actiontrail.events import NAMED_BY, given

if TYPE_CHECKING:
    from daypass.services.actiontrail.events import EventBody

OUTCOMES: Final = ("allow", "deny", "explicit deny", "implicit deny", "refused")
"""Values of ``Outcome``; ``deny`` is either denial."""

_REGION: Final = re.compile(r"\A(acs:[^:]*):[^:]*:")


class Filter(NamedTuple):
    """A condition on events."""

    key: str
    value: str

    def meets(self, event: EventBody) -> bool:
        """Return whether an event meets it."""
        return _MEETS[self.key](event, self.value)

    @property
    def text(self) -> str:
        """What the record of a decision that can meet it holds; "" for nothing in particular."""
        return _TEXTS[self.key](self.value) if self.key in _TEXTS else ""


def _same(left: str | None, right: str) -> bool:
    return left is not None and left.casefold() == right.casefold()


def _is_named(event: EventBody, name: str) -> bool:
    return _same(event.event_name, name) or _same(event.additional_event_data.action, name)


def _is_by(event: EventBody, name: str) -> bool:
    who = event.user_identity.user_name
    return _same(who, name) or (
        event.user_identity.type == "assumed-role" and _same((who or "").partition(":")[0], name)
    )


def _is_of_type(event: EventBody, kind: str) -> bool:
    return _same(event.resource_type, kind) or any(
        given(event.request_parameter_json, name) for name in NAMED_BY.get(kind, ())
    )


def _is_about(event: EventBody, name: str) -> bool:
    if _same(event.resource_name, name):
        return True
    texts = event.request_parameter_json
    named = (given(texts, parameter) for parameters in NAMED_BY.values() for parameter in parameters)
    return any(_same(value, name) or _same(value.partition("@")[0], name) for value in named if value)


def _is_on(event: EventBody, arn: str) -> bool:
    """Return whether an event is about the resource of an ARN, which may have any region."""
    resource = event.additional_event_data.resource
    return resource is not None and _same(_REGION.sub(r"\1::", resource), _REGION.sub(r"\1::", arn))


def _has_outcome(event: EventBody, outcome: str) -> bool:
    actual = event.additional_event_data.outcome
    return actual == outcome or (outcome == "deny" and actual.endswith(" deny"))


def _is_noteworthy(event: EventBody, _: str) -> bool:
    """Return whether something was changed or handed out, or was not allowed.

    A read of what is not there is neither: pages do it to learn whether it is.
    """
    if event.event_rw == "Write":
        return True
    absent = (event.error_code or "").startswith("EntityNotExist")
    return event.additional_event_data.outcome != "allow" and not absent


_MEETS: Final[Mapping[str, Callable[[EventBody, str], bool]]] = {
    "ServiceName": lambda event, value: _same(event.service_name, value),
    "EventName": _is_named,
    "User": _is_by,
    "EventId": lambda event, value: _same(event.event_id, value),
    "ResourceType": _is_of_type,
    "ResourceName": _is_about,
    "EventRW": lambda event, value: event.event_rw == value,
    "EventAccessKeyId": lambda event, value: event.user_identity.access_key_id == value,
    "RequestId": lambda event, value: _same(event.request_id, value),
    "Principal": lambda event, value: _same(event.user_identity.principal_arn, value),
    "Resource": _is_on,
    "Outcome": _has_outcome,
    "Noteworthy": _is_noteworthy,
}

_TEXTS: Final[Mapping[str, Callable[[str], str]]] = {
    "ServiceName": lambda value: value,
    "EventName": lambda value: value.rpartition(":")[2],
    "User": lambda value: value.partition(":")[0],
    "EventId": lambda value: value,
    "ResourceName": lambda value: value,
    "EventAccessKeyId": lambda value: value,
    "RequestId": lambda value: value,
    "Principal": lambda value: value,
    "Resource": lambda value: _REGION.sub("", value),
    "Outcome": lambda value: value,
}

KEYS: Final = tuple(_MEETS)
"""Every key of a filter."""
