"""The log of changes: written in the transaction that makes the change, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import structs
from sqlalchemy import delete, func, select

from daypass.directory.errors import BAD_MARKER
from daypass.directory.pages import Page, page_of, read_marker, within
from daypass.directory.records import AuditEvent
from daypass.directory.rows import columns
from daypass.directory.schema import audit_events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from daypass.directory.context import Context

_COLUMNS: Final = columns(audit_events, AuditEvent)
_LISTING: Final = "audit"
_RESOURCES: Final = AuditEvent.__struct_fields__.index("resources")


class Audit:
    """Events of all accounts, newest first."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def append(self, event: AuditEvent) -> None:
        """Put an event on record together with the change it tells of."""
        values = structs.asdict(event)
        del values["sequence"]
        values["resources"] = msgspec.json.encode(event.resources).decode()
        self._context.add(audit_events, values)

    def list(
        self,
        *,
        account_id: str | None = None,
        request_id: str | None = None,
        principal: str | None = None,
        since_ms: int | None = None,
        until_ms: int | None = None,
        marker: str | None = None,
        limit: int = 100,
    ) -> Page[AuditEvent]:
        """Return events, newest first; None is any.

        Args:
            account_id: whose resources were changed.
            request_id: of one request.
            principal: by this ARN.
            since_ms: not before, epoch milliseconds.
            until_ms: before, epoch milliseconds.
            marker: from the page before.
            limit: at most this many, at most 1000.

        Raises:
            ApiError: ``InvalidParameter.Marker``.
        """
        before = _sequence(marker)
        limit = within(limit)
        given = (
            (audit_events.c.account_id.__eq__, account_id),
            (audit_events.c.request_id.__eq__, request_id),
            (audit_events.c.principal.__eq__, principal),
            (audit_events.c.time_ms.__ge__, since_ms),
            (audit_events.c.time_ms.__lt__, until_ms),
            (audit_events.c.sequence.__lt__, before),
        )
        where = [holds(value) for holds, value in given if value is not None]
        newest_first = select(*_COLUMNS).where(*where).order_by(audit_events.c.sequence.desc())
        found = [_event(row) for row in self._context.all(newest_first.limit(limit + 1))]
        return page_of(_LISTING, found, limit, lambda event: str(event.sequence))

    def walk(
        self,
        account_id: str | None,
        *,
        beyond: int | None = None,
        oldest_first: bool = False,
        limit: int = 500,
    ) -> tuple[AuditEvent, ...]:
        """Return events of an account, or of all, next to a place in the log.

        Args:
            account_id: whose resources were changed; None for anybody's.
            beyond: sequence of the event gone past; None to begin at the end of the log.
            oldest_first: go to newer events, not to older ones.
            limit: at most this many, at most 1000.
        """
        sequence = audit_events.c.sequence
        where = [] if account_id is None else [audit_events.c.account_id == account_id]
        if beyond is not None:
            where.append(sequence > beyond if oldest_first else sequence < beyond)
        statement = select(*_COLUMNS).where(*where).order_by(sequence if oldest_first else sequence.desc())
        return tuple(_event(row) for row in self._context.all(statement.limit(within(limit))))

    def sequence_at(self, time_ms: int) -> int:
        """Return the sequence of the first event not before a time; behind the last if there is none."""
        c = audit_events.c
        found = self._context.first(
            select(c.sequence).where(c.time_ms >= time_ms).order_by(c.time_ms, c.sequence).limit(1)
        )
        if found is not None:
            return int(found[0])
        last = self._context.first(select(func.max(c.sequence)))
        return 1 + int((last[0] if last is not None else None) or 0)

    def recorded(self, request_ids: Sequence[str]) -> frozenset[str]:
        """Return which of some requests made a change that is on record; at most 1000 are asked for."""
        asked = select(audit_events.c.request_id).where(audit_events.c.request_id.in_(request_ids))
        return frozenset(row[0] for row in self._context.all(asked)) if request_ids else frozenset()

    def forget(self, before_ms: int) -> int:
        """Delete events older than a time, epoch milliseconds; return how many."""
        return self._context.run(delete(audit_events).where(audit_events.c.time_ms < before_ms))


def _sequence(marker: str | None) -> int | None:
    key = read_marker(_LISTING, marker)
    if key is None:
        return None
    if not (key.isascii() and key.isdigit()):
        raise BAD_MARKER()
    return int(key)


def _event(row: Row[*tuple[Any, ...]]) -> AuditEvent:
    values = list(row)
    values[_RESOURCES] = msgspec.json.decode(values[_RESOURCES], type=tuple[str, ...])
    return AuditEvent(*values)
