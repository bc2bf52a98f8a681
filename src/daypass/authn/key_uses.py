"""Which AccessKeys are used, gathered in the worker and written off the hot path.

Noting a use is one entry in a dict. The first use of a key is written within a second or
two, later ones at most once in five minutes, a batch in one transaction; the rest when
the worker ends. What cannot be written is kept, and no request ever fails by it. Several
workers write what they saw; the latest use wins.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from daypass.directory.records import KeyUse

if TYPE_CHECKING:
    from daypass.directory.database import Database

EVERY_SECONDS: Final = 300
"""How often the use of one key is written at most."""
MOST_AT_ONCE: Final = 1000
"""Keys written in one transaction while requests are answered."""
_REMEMBERED: Final = 10_000
"""Keys whose last writing is remembered at most."""


class SeenKeys:
    """The uses that one worker saw and has not written yet.

    Attributes:
        seen: AccessKey ID → epoch seconds and product; whoever authenticates sets entries.
    """

    def __init__(self, database: Database) -> None:
        self._database: Final = database
        self._written: Final[dict[str, int]] = {}
        self._returned: Final[deque[tuple[str, KeyUse]]] = deque()
        self.seen: Final[dict[str, tuple[int, str]]] = {}

    def take(self, now: int) -> dict[str, KeyUse]:
        """Return the uses that are due, and count them as written; on the event loop."""
        self._take_back()
        if not self.seen:
            return {}
        written = self._written
        due = [key for key in self.seen if now - written.get(key, 0) >= EVERY_SECONDS][:MOST_AT_ONCE]
        if len(written) + len(due) > _REMEMBERED:
            written.clear()
        written.update(dict.fromkeys(due, now))
        return {key: KeyUse(*self.seen.pop(key)) for key in due}

    def write(self, uses: dict[str, KeyUse]) -> None:
        """Write uses; runs on the writer thread.

        Raises:
            DaypassError: they cannot be written now.
        """
        with self._database.write() as txn:
            txn.key_uses.note(uses)

    def give_back(self, uses: dict[str, KeyUse]) -> None:
        """Take uses back that could not be written; on any thread."""
        self._returned.extend(uses.items())

    def _take_back(self) -> None:
        while self._returned:
            key, use = self._returned.popleft()
            self.seen.setdefault(key, (use.used_at, use.service))
            self._written.pop(key, None)

    def write_all(self) -> None:
        """Write what is left; the last thing that a worker does with it.

        Raises:
            DaypassError: it cannot be written.
        """
        self._take_back()
        uses = {key: KeyUse(*use) for key, use in self.seen.items()}
        if uses:
            self.write(uses)
            self.seen.clear()
