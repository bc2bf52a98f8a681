"""Changes and decisions as one row of events.

Changes come from the store, decisions from the log. The request of a change is in both; it is
told once, by the store, which is complete and has its parameters. Both sources are walked at
the same time and merged by their times. One walk reads a bounded number of bytes of the log
and of rows of the store: it ends there, and the next one goes on from its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from daypass.audit.reading import BUDGET, SLACK, Found, Position, Scan, Want
from daypass.service.call import timestamp
from daypass.services.actiontrail.events import (
    EventBody,
    of_change,
    of_decision,
    owner_of,
    read_or_write,
)
from daypass.services.actiontrail.filters import Filter

if TYPE_CHECKING:
    from daypass.audit.decisions import DecisionRecord
    from daypass.audit.reading import DecisionReader
    from daypass.directory.database import Transaction
    from daypass.directory.records import AuditEvent

ROWS: Final = 5000
"""Rows of changes that one walk reads at most."""

_BATCH: Final = 200
_CHECKED_AT_ONCE: Final = 50
_CROSS_ACCOUNT: Final = "sts:AssumeRole"
"""What a caller does in another account: that one is told of it, too."""


class Place(NamedTuple):
    """Where a walk stands.

    Attributes:
        decision: in the log; None before the first step.
        change: sequence of the last change gone past; None before the first step.
        decisions_over: whether the log has nothing more.
    """

    decision: Position | None = None
    change: int | None = None
    decisions_over: bool = False


class Question(NamedTuple):
    """What is looked for.

    Attributes:
        account: whose events; None for all of them.
        since: epoch seconds; no events before it.
        until: likewise, none after it.
        filters: all of which an event must meet.
        oldest_first: the order.
        own_key: an AccessKey of the account that is asked for: then requests are told, too, that named
            it and did not prove to come from it.
    """

    account: str | None
    since: int
    until: int
    filters: tuple[Filter, ...] = ()
    oldest_first: bool = False
    own_key: str = ""


class _Step(NamedTuple):
    """An event that meets everything, and where its source stands behind it."""

    event: EventBody
    decision: Position | None = None
    change: int | None = None


class Walk:
    """One walk through the events of a question; iterating does it.

    Args:
        txn: of the store.
        decisions: the log.
        question: what is looked for.
        region: of the server, for the events.
        place: where to begin; where a walk before this one ended.
        budget: bytes of the log to read.

    Attributes:
        place: behind the last event that was handed out.
        over: whether there is nothing more.
    """

    def __init__(
        self,
        txn: Transaction,
        decisions: DecisionReader,
        question: Question,
        *,
        region: str,
        place: Place = Place(),  # noqa: B008 (immutable)
        budget: int = BUDGET,
    ) -> None:
        self.place = place
        self.over = False
        self._txn: Final = txn
        self._question: Final = question
        self._region: Final = region
        account = "" if question.own_key else question.account or ""
        texts = (account, *(filter_.text for filter_ in question.filters))
        want = Want(texts, timestamp(question.since), timestamp(question.until))
        look = decisions.forwards if question.oldest_first else decisions.backwards
        self._scan: Final[Scan] = look(want, place.decision, budget)
        self._rows_left = ROWS
        self._gone_past: int | None = None
        self._ahead: set[str] = set()

    def __iter__(self) -> Iterator[EventBody]:
        decisions = self._decisions()
        changes = self._changes()
        decision, change = next(decisions, None), next(changes, None)
        while decision is not None or change is not None:
            if (decision is None and not self._log_is_over) or (change is None and self._rows_left <= 0):
                break  # what comes next is not known: it would be out of order
            if decision is not None and (change is None or self._comes_first(decision, change)):
                self.place = self.place._replace(decision=decision.decision)
                yield decision.event
                decision = next(decisions, None)
            elif change is not None:
                self.place = self.place._replace(change=change.change)
                yield change.event
                change = next(changes, None)
        if decision is None:
            self.place = self.place._replace(
                decision=self._scan.position or self.place.decision, decisions_over=self._log_is_over
            )
        if change is None and self._gone_past is not None:
            self.place = self.place._replace(change=self._gone_past)
        self.over = decision is None and change is None and self._log_is_over and self._rows_left > 0

    @property
    def _log_is_over(self) -> bool:
        return self.place.decisions_over or self._scan.over

    def _comes_first(self, left: _Step, right: _Step) -> bool:
        """Return whether a decision comes before a change; within a second the log's order counts."""
        if left.event.event_time == right.event.event_time:
            return right.event.event_id in self._ahead
        return (left.event.event_time < right.event.event_time) is self._question.oldest_first

    def _meets(self, event: EventBody) -> bool:
        return all(filter_.meets(event) for filter_ in self._question.filters)

    def _decisions(self) -> Iterator[_Step]:
        """Yield decisions but those of changes that the store has."""
        if self.place.decisions_over:
            return
        found = (each for each in self._scan if self._is_told(each.record))
        while together := list(islice(found, _CHECKED_AT_ONCE)):
            known = self._txn.audit.recorded(
                [each.record.request_id for each in together if _may_change(each)]
            )
            self._ahead = set(known)
            for each in together:
                self._ahead.discard(each.record.request_id)
                if each.record.request_id not in known:
                    event = of_decision(each.record, region=self._region, account=self._question.account)
                    if self._meets(event):
                        yield _Step(event, decision=each.beyond)

    def _is_told(self, record: DecisionRecord) -> bool:
        account = self._question.account
        if account is None or record.account == account:
            return True
        if not record.account:
            return bool(self._question.own_key) and record.access_key_id == self._question.own_key
        return record.action == _CROSS_ACCOUNT and owner_of(record.resource) == account

    def _changes(self) -> Iterator[_Step]:
        question = self._question
        beyond = self.place.change
        if beyond is None:
            beyond = self._beginning()
        while self._rows_left > 0:
            rows = self._txn.audit.walk(
                question.account, beyond=beyond, oldest_first=question.oldest_first, limit=_BATCH
            )
            if not rows:
                return
            for row in rows:
                self._rows_left -= 1
                beyond = self._gone_past = row.sequence
                if self._is_beyond(row):
                    return
                if self._is_timely(row):
                    event = of_change(row, region=self._region)
                    if self._meets(event):
                        yield _Step(event, change=row.sequence)

    def _beginning(self) -> int:
        question = self._question
        if question.oldest_first:
            return self._txn.audit.sequence_at((question.since - SLACK) * 1000) - 1
        return self._txn.audit.sequence_at((question.until + SLACK) * 1000 + 1)

    def _is_timely(self, row: AuditEvent) -> bool:
        return self._question.since <= row.time_ms // 1000 <= self._question.until

    def _is_beyond(self, row: AuditEvent) -> bool:
        """Return whether nothing that is wanted comes after a row."""
        seconds = row.time_ms // 1000
        if self._question.oldest_first:
            return seconds > self._question.until + SLACK
        return seconds < self._question.since - SLACK


def _may_change(found: Found) -> bool:
    record = found.record
    return read_or_write(record.operation or record.action.rpartition(":")[2]) == "Write"
