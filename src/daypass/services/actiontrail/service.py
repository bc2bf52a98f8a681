"""The ActionTrail service and the parameters of its operation."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

import msgspec

from daypass.service import codes
from daypass.service.operation import Service
from daypass.service.params import Choice, Integer, Parsed, Records, Text

actiontrail: Final = Service(
    "Actiontrail", "2020-07-06", "what happened in the account: changes and decisions"
)

MOST_RESULTS: Final = 50
DEFAULT_RESULTS: Final = 20

_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_VALUE: Final = re.compile(r"[^\x00-\x1f\x7f]{1,512}")


class LookupAttribute(msgspec.Struct, frozen=True, kw_only=True):
    """A condition on events."""

    Key: str
    Value: str


def moment(text: str) -> int:
    """Read a time in UTC, as in ``2026-01-31T12:00:00Z``; return epoch seconds.

    Raises:
        ValueError: it is none.
    """
    if _TIME.fullmatch(text) is None:
        raise ValueError("a time in UTC is wanted, as in 2026-01-31T12:00:00Z")
    try:
        return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
    except ValueError:
        raise ValueError("there is no such time") from None


DIRECTION: Final = Choice(
    wire="Direction",
    help="FORWARD for the oldest first, BACKWARD for the newest first; default BACKWARD.",
    options=("FORWARD", "BACKWARD"),
)
START_TIME: Final = Parsed(
    wire="StartTime",
    help="No events before this time, UTC, as in 2026-01-31T12:00:00Z; default seven days ago.",
    parse=moment,
    invalid=codes.INVALID.of("StartTime"),
)
END_TIME: Final = Parsed(
    wire="EndTime",
    help="No events after this time; default now.",
    parse=moment,
    invalid=codes.INVALID.of("EndTime"),
)
LOOKUP_ATTRIBUTE: Final = Records(
    wire="LookupAttribute",
    help="Conditions, all of which an event must meet; each has a key and a value.",
    wire_type="[{Key, Value}]",
    form=LookupAttribute,
    most=10,
    part=_VALUE,
    allowed="1 to 512 characters that are no control characters",
)
MAX_RESULTS: Final = Integer(
    wire="MaxResults",
    help=f"The most events to return, 0 to {MOST_RESULTS}; 0 stands for the default, {DEFAULT_RESULTS}.",
    least=0,
    most=MOST_RESULTS,
    wire_type="string",
)
NEXT_TOKEN: Final = Text(
    wire="NextToken",
    help="Goes on where an answer ended; all other parameters must be the same.",
    least=0,
)
