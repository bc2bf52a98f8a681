"""What other processes, and this one, have changed since the last look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, final

from sqlalchemy import func, select

from daypass.directory.schema import change_horizon, changes
from daypass.errors import DaypassError

if TYPE_CHECKING:
    from daypass.directory.database import Database, Transaction
    from daypass.directory.sqlite import Probe


@final
class Everything:
    """The answer when it is not known what changed: forget all that was kept."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "EVERYTHING"


EVERYTHING: Final = Everything()

MOST_SCOPES: Final = 4_096
"""More changes than this since the last look are answered with :data:`EVERYTHING`."""


class BehindError(DaypassError):
    """A feed cannot tell without waiting what has been committed; catch up, then ask again."""


class Feed(Protocol):
    """Watches a database for commits, from the moment it is made.

    ``poll`` costs about two microseconds while nothing changes, so it can stand before
    every decision. One feed belongs to one thread, but for :meth:`catch_up` and :meth:`seen`.
    """

    @property
    def position(self) -> int:
        """The sequence number of the last change that :meth:`poll` has told of."""
        ...

    def poll(self) -> tuple[str, ...] | Everything | None:
        """Return the scopes committed since the last call.

        Returns:
            None if nothing was; :data:`EVERYTHING` if the change table no longer
            reaches back to the last call, or too much has happened since.

        Raises:
            BehindError: it has to be waited for what was committed.
        """
        ...

    def catch_up(self) -> None:
        """Wait for what :meth:`poll` could not tell."""
        ...

    def seen(self, txn: Transaction) -> None:
        """Take into account that something was read in a transaction that may be ahead of :meth:`poll`."""
        ...

    def close(self) -> None:
        """Give what it holds back."""
        ...


class ProbedFeed:
    """The feed of a database that says at once whether anything was committed.

    Args:
        database: what is watched.
        probe: is asked before each decision; the feed closes it.
    """

    def __init__(self, database: Database, probe: Probe) -> None:
        self._database: Final = database
        self._probe: Final = probe
        self._probe.moved()
        with database.read() as txn:
            self._seen = last_change(txn)

    def poll(self) -> tuple[str, ...] | Everything | None:
        """Return the scopes committed since the last call."""
        if not self._probe.moved():
            return None
        try:
            with self._database.read() as txn:
                last = last_change(txn)
                changed = changed_since(txn, self._seen, last)
        except BaseException:
            self._probe.forget()  # so that the next poll reads what this one could not
            raise
        self._seen = last
        return changed or None

    @property
    def position(self) -> int:
        """The sequence number of the last change that :meth:`poll` has told of."""
        return self._seen

    def catch_up(self) -> None:
        """Do nothing: what was committed is seen without waiting."""

    def seen(self, txn: Transaction) -> None:
        """Do nothing: whatever a transaction sees, the next :meth:`poll` sees."""

    def close(self) -> None:
        """Give the connection back."""
        self._probe.close()


def changed_since(txn: Transaction, before: int, last: int) -> tuple[str, ...] | Everything:
    """Return the scopes of the changes after one number, up to the last that a transaction sees."""
    horizon = txn.connection.execute(select(change_horizon.c.sequence)).scalar_one()
    if horizon > before or last < before or last - before > MOST_SCOPES:
        return EVERYTHING
    newer = select(changes.c.scope).where(changes.c.sequence > before).order_by(changes.c.sequence)
    return tuple(dict.fromkeys(row[0] for row in txn.all(newer)))


def last_change(txn: Transaction) -> int:
    """Return the sequence number of the last change a transaction sees."""
    return txn.connection.execute(select(func.max(changes.c.sequence))).scalar() or 0
