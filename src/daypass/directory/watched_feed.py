"""The change feed of a database that is asked over a network: on a thread, with bounded staleness."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any, Final, final

import structlog

from daypass.directory.errors import StoreError
from daypass.directory.feed import EVERYTHING, BehindError, Everything, changed_since, last_change
from daypass.errors import DaypassError

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.directory.bell import Bell
    from daypass.directory.database import Database, Transaction

_log: Final = structlog.get_logger("daypass.feed")

MOST_STALE: Final = 1.0
"""Seconds; nothing is decided on what was confirmed longer ago than that."""
LOOKED_EVERY: Final = 0.1
"""Seconds between two looks if nothing is notified."""
LISTENED_AGAIN: Final = 1.0
"""Seconds until a lost connection for notifications is made anew."""


@final
class WatchedFeed:
    """Watches a database for commits, from the moment it is made.

    A thread looks whenever the database notifies, and ten times a second whether it does or
    not. :meth:`poll` costs well under a microsecond: it takes what the thread has found, and
    refuses to answer once that was confirmed longer than :data:`MOST_STALE` ago, or while a
    commit that this process knows of has not been read. Whoever is refused calls
    :meth:`catch_up` where it may wait.

    Args:
        database: what is watched.
        listen: makes a connection that is notified of commits.
        bell: rung by this machine's processes when they commit; None if there is one process.
    """

    def __init__(self, database: Database, listen: Callable[[], Any], bell: Bell | None = None) -> None:
        self._database: Final = database
        self._listen: Final = listen
        self._bell: Final = bell
        self._lock: Final = threading.Lock()
        self._looking: Final = threading.Lock()
        self._found: dict[str, None] | Everything = {}
        self._stop: Final = threading.Event()
        self._notified: bool | None = None
        self._failed: tuple[float, DaypassError] = (0.0, StoreError(""))
        self._read = self._position = self._needed = 0
        self._confirmed = 0.0
        self._look()
        self._found, self._position = {}, self._read
        database.on_commit(self.require)
        if bell is not None:
            database.on_commit(bell.ring)
        self._thread: Final = threading.Thread(target=self._watch, name="feed", daemon=True)
        self._thread.start()

    def poll(self) -> tuple[str, ...] | Everything | None:
        """Return the scopes committed since the last call.

        Raises:
            BehindError: what is known is too old, or too little; catch up first.
        """
        if self._promised() > self._read or time.monotonic() - self._confirmed > MOST_STALE:
            raise BehindError
        if not self._found and self._position == self._read:
            return None
        with self._lock:
            found, self._found, self._position = self._found, {}, self._read
        return found if isinstance(found, Everything) else tuple(found) or None

    @property
    def position(self) -> int:
        """The sequence number of the last change that :meth:`poll` has told of."""
        return self._position

    def require(self, position: int) -> None:
        """Answer no more before the change of that number has been read."""
        with self._lock:
            self._needed = max(self._needed, position)

    def seen(self, txn: Transaction) -> None:
        """Take into account that something was read in a transaction: what it saw has to be told first."""
        self.require(last_change(txn))

    def catch_up(self) -> None:
        """Look now; on any thread but the event loop's.

        Raises:
            DaypassError: the database does not answer.
        """
        asked = time.monotonic()
        with self._looking:
            # Another thread may have looked while this one waited for its turn.
            if self._failed[0] >= asked:
                raise self._failed[1]
            if self._confirmed < asked:
                self._look()

    def _look(self) -> None:
        """Read what is new; the lock for looking is held."""
        began, promised = time.monotonic(), self._promised()
        try:
            with self._database.read() as txn:
                last = last_change(txn)
                changed = changed_since(txn, self._read, last) if last != self._read else ()
        except DaypassError as fault:
            self._failed = (time.monotonic(), fault)
            raise
        with self._lock:
            if isinstance(changed, Everything):
                self._found = EVERYTHING
            elif isinstance(self._found, dict):
                self._found.update(dict.fromkeys(changed))
            if promised > last:
                self._take_back(last)
            self._read = last
            self._confirmed = began

    def _promised(self) -> int:
        """Return the highest number of a change that is known to have been committed."""
        return self._needed if self._bell is None else max(self._needed, self._bell.last())

    def _take_back(self, last: int) -> None:
        """Wait no more for changes that the database does not know: it was put back, or is another one."""
        self._needed = last
        if self._bell is not None:
            self._bell.reset(last)

    def _watch(self) -> None:
        """Look again and again, until told to stop."""
        notifications: Any = None
        listened = -LISTENED_AGAIN
        answering = True
        while not self._stop.is_set():
            if notifications is None and time.monotonic() - listened >= LISTENED_AGAIN:
                listened = time.monotonic()
                notifications = self._connected()
            answering = self._looked(answering=answering)
            notifications = self._waited(notifications)
        _closed(notifications)

    def _looked(self, *, answering: bool) -> bool:
        """Look, and say so in the log if that has just begun, or ceased, to work."""
        try:
            with self._looking:
                self._look()
        except Exception as fault:  # noqa: BLE001 (whatever it is, poll refuses to answer until it is over)
            if answering:
                _log.error("the database cannot be asked for changes", reason=str(fault))
            return False
        if not answering:
            _log.info("the database answers again")
        return True

    def _connected(self) -> Any:
        try:
            connection = self._listen()
        except Exception as fault:  # noqa: BLE001 (whatever it is: what is not notified is looked for)
            if self._notified is not False:
                self._notified = False
                _log.warning(
                    "commits are not notified, but looked for", every=LOOKED_EVERY, reason=str(fault)
                )
            return None
        self._notified = True
        return connection

    def _waited(self, notifications: Any) -> Any:
        """Wait for a notification, or until it is time to look; return the connection if it is good."""
        if notifications is None:
            self._stop.wait(LOOKED_EVERY)
            return None
        try:
            for _ in notifications.notifies(timeout=LOOKED_EVERY, stop_after=1):
                pass
        except Exception as fault:  # noqa: BLE001 (as above; it is made anew after a while)
            _log.warning("the connection for notifications has ended", reason=str(fault))
            _closed(notifications)
            return None
        return notifications

    def close(self) -> None:
        """Stop looking."""
        self._stop.set()
        self._thread.join()
        if self._bell is not None:
            self._bell.close()


def _closed(notifications: Any) -> None:
    if notifications is not None:
        with contextlib.suppress(Exception):
            notifications.close()
