"""``daypass audit``: what happened, from the store and the decision log of this machine."""

from __future__ import annotations

import argparse
import itertools
import re
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from daypass.cli.options import Parser, account_id, one_of, whole
from daypass.cli.store import add_store, data_directory, open_store

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from daypass.audit.reading import DecisionReader
    from daypass.directory.database import Database
    from daypass.services.actiontrail.events import EventBody
    from daypass.services.actiontrail.filters import Filter
    from daypass.services.actiontrail.trail import Place, Question

_DEFAULT_LINES: Final = 20
_MOST_LINES: Final = 1_000_000
_PAUSE: Final = 0.5
"""Seconds between two looks for what is new; a server writes decisions once a second."""

_AGO: Final = re.compile(r"([0-9]{1,6})([smhd])", re.ASCII)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_FOREVER: Final = 253402214400
"""A time that does not come: the last day of the year 9999."""


def add(parser: Parser) -> None:
    """Add the sub-command and its options."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="tail")
    tail = verbs.add_parser(
        "tail",
        help="show the last events, and those that follow",
        description="Shows the last events of this machine's accounts, changes and decisions, as JSON lines "
        "in ActionTrail's form, the newest last. Works while servers run, and needs no AccessKey.",
    )
    tail.add_argument("--follow", "-f", action="store_true", help="go on showing events as they happen")
    tail.add_argument(
        "--lines",
        "-n",
        type=whole(0, _MOST_LINES),
        default=_DEFAULT_LINES,
        metavar="N",
        help=f"how many of the last events to show at first; default {_DEFAULT_LINES}",
    )
    tail.add_argument("--account", type=account_id, metavar="ID", help="only events of this account")
    tail.add_argument("--principal", metavar="WHO", help="only by this ARN, user, role or role:session")
    tail.add_argument("--action", metavar="NAME", help="only of this operation or action, as in ram:GetUser")
    tail.add_argument("--resource", metavar="WHAT", help="only on this ARN, or on what has this name")
    tail.add_argument(
        "--outcome",
        type=_outcome,
        metavar="HOW",
        help="only allow, deny, explicit deny, implicit deny or refused",
    )
    tail.add_argument("--request-id", metavar="ID", help="only of this request")
    tail.add_argument("--access-key", metavar="ID", help="only with this AccessKey")
    tail.add_argument(
        "--since",
        type=_since,
        metavar="TIME",
        help="not before: 2026-01-31T12:00:00Z, or 90s, 15m, 2h, 7d ago",
    )
    add_store(tail)


def run(options: Namespace) -> int:
    """Show the events, and go on if told to."""
    from daypass.audit.reading import DecisionReader  # noqa: PLC0415 (slow to import; not for help texts)
    from daypass.main import DECISIONS  # noqa: PLC0415 (as above)

    with open_store(options, create=False) as database:
        tail = _Tail(database, DecisionReader(data_directory(options) / DECISIONS), options)
        tail.last()
        if options.follow:
            stop = _told_to_stop()
            while not stop.wait(_PAUSE):
                tail.following()
    return 0


def _told_to_stop() -> threading.Event:
    """Return what SIGINT and SIGTERM set: the ways to end it, also where a shell ignores the former."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


class _Tail:
    """The events of a question, printed."""

    def __init__(self, database: Database, decisions: DecisionReader, options: Namespace) -> None:
        from daypass.services.actiontrail.trail import Place, Question  # noqa: PLC0415 (as above)

        with database.read() as txn:
            newest = txn.audit.walk(None, limit=1)
        last = newest[0].sequence if newest else 0
        self._database: Final = database
        self._decisions: Final = decisions
        self._lines: Final[int] = options.lines
        self._question: Final = Question(options.account, options.since or 0, _FOREVER, _filters(options))
        self._end = Place(decisions.end(), last)

    def last(self) -> None:
        """Print the last events, the oldest of them first."""
        newest_first = self._events(self._end._replace(change=(self._end.change or 0) + 1), self._question)
        for event in reversed(list(itertools.islice(newest_first, self._lines))):
            _print(event)

    def following(self) -> None:
        """Print what has happened since the last time."""
        for event in self._events(self._end, self._question._replace(oldest_first=True)):
            _print(event)

    def _events(self, place: Place, question: Question) -> Iterator[EventBody]:
        """Yield events walk after walk; each has a transaction of its own, so that none is open for long."""
        from daypass.main import Settings  # noqa: PLC0415 (as above)
        from daypass.services.actiontrail.trail import Walk  # noqa: PLC0415 (as above)

        over, region = False, Settings(data=Path()).region
        while not over:
            with self._database.read() as txn:
                walk = Walk(txn, self._decisions, question, region=region, place=place)
                yield from walk
            place, over = walk.place, walk.over
        if question.oldest_first:
            self._end = place._replace(decisions_over=False)


def _print(event: EventBody) -> None:
    print(msgspec.json.encode(event).decode(), flush=True)


def _filters(options: Namespace) -> tuple[Filter, ...]:
    from daypass.services.actiontrail.filters import Filter  # noqa: PLC0415 (as above)

    given = (
        ("Principal" if _is_arn(options.principal) else "User", options.principal),
        ("EventName", options.action),
        ("Resource" if _is_arn(options.resource) else "ResourceName", options.resource),
        ("Outcome", options.outcome),
        ("RequestId", options.request_id),
        ("EventAccessKeyId", options.access_key),
    )
    return tuple(Filter(key, value) for key, value in given if value)


def _is_arn(text: str | None) -> bool:
    return text is not None and text.startswith("acs:")


def _outcome(text: str) -> str:
    from daypass.services.actiontrail.filters import OUTCOMES  # noqa: PLC0415 (as above)

    return one_of(*OUTCOMES)(text)


def _since(text: str) -> int:
    from daypass.services.actiontrail.service import moment  # noqa: PLC0415 (as above)

    if (ago := _AGO.fullmatch(text)) is not None:
        return int(time.time()) - int(ago[1]) * _SECONDS[ago[2]]
    try:
        return moment(text)
    except ValueError:
        wanted = "a time like 2026-01-31T12:00:00Z, or like 15m, 2h or 7d, is wanted"
        raise argparse.ArgumentTypeError(f"{wanted}, not {text}") from None
