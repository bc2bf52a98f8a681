"""Cached look-ups that are right after every committed change.

A :class:`View` says how to load one kind of thing from the store and which scopes the
answer depends on. :class:`Views` keeps loaded answers and drops those whose scope was
changed by any process. On the event loop a look-up never touches the store: what is not
there is reported as :class:`NotCachedError`, loaded on a reader thread, and asked again.

Consistency: an answer is kept only if nothing was committed between its snapshot and
the last :meth:`Views.refresh`, so whatever is looked up between two refreshes belongs to
one generation of the store.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, Protocol, TypeVar

from daypass.directory.feed import BehindError, Everything
from daypass.errors import DaypassError

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.directory.database import Database, Transaction
    from daypass.directory.feed import Feed

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Loaded(NamedTuple, Generic[V]):
    """What a view's loader returns.

    Attributes:
        value: what was found; ``None`` for an absence.
        scopes: whose change makes it stale.
        weight: how much room it takes, about a kilobyte each.
    """

    value: V
    scopes: tuple[str, ...]
    weight: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class View(Generic[K, V]):
    """One kind of cached thing.

    Attributes:
        name: for people.
        load: reads it in a transaction; absence is a value too (``None``), so that it is cached.
    """

    name: str
    load: Callable[[Transaction, K], Loaded[V]]


class Look(Protocol):
    """A look-up through a view; cached on the event loop, from the store on a thread."""

    def __call__(self, view: View[K, V], key: K, /) -> V:
        """Return the view's value for a key."""
        ...


class NotCachedError(DaypassError):
    """A look-up on the event loop found nothing; load it and ask again."""

    def __init__(self, view: View[Any, Any], key: Hashable) -> None:
        super().__init__(view.name)
        self.view: Final = view
        self.key: Final = key


_CHANGES: Final[View[Any, Any]] = View("changes of the store", lambda _txn, _key: Loaded(None, ()))
"""Stands for what the feed could not tell without waiting."""


class Views:
    """The cache of one process.

    Args:
        database: where loaders read.
        feed: tells which scopes were changed since it was last asked.
        capacity: weight of the answers kept; beyond it the oldest go first. Absences, which
            anyone can ask for, share a sixteenth of it and push out nothing else.
    """

    def __init__(self, database: Database, feed: Feed, *, capacity: int = 50_000) -> None:
        self._database: Final = database
        self._feed: Final = feed
        self._capacity: Final = capacity
        self._answers: dict[tuple[View[Any, Any], Hashable], Any] = {}
        self._scopes: dict[tuple[View[Any, Any], Hashable], tuple[str, ...]] = {}
        self._dependants: dict[str, set[tuple[View[Any, Any], Hashable]]] = {}
        self._weights: dict[tuple[View[Any, Any], Hashable], int] = {}
        self._weight = 0
        self._absent: dict[tuple[View[Any, Any], Hashable], None] = {}
        self._generation = 0
        self._recent: Final[deque[frozenset[str] | None]] = deque(maxlen=256)
        self._lock: Final = threading.Lock()

    def look(self, view: View[K, V], key: K) -> V:
        """Return the cached answer.

        Raises:
            NotCachedError: it has to be loaded first.
        """
        try:
            return self._answers[view, key]  # type: ignore[no-any-return] # one dict holds every view's values
        except KeyError:
            raise NotCachedError(view, key) from None

    @property
    def position(self) -> int:
        """The last change of the store that :meth:`refresh` has taken into account."""
        return self._feed.position

    def refresh(self) -> bool:
        """Drop what was changed by any process since the last call; tell whether anything was.

        Raises:
            NotCachedError: it has to be waited for what was changed.
        """
        try:
            changed = self._feed.poll()
        except BehindError:
            raise NotCachedError(_CHANGES, None) from None
        if changed is None:
            return False
        with self._lock:
            self._generation += 1
            if isinstance(changed, Everything):
                self._recent.append(None)
                self._forget_all()
            else:
                self._recent.append(frozenset(changed))
                for scope in changed:
                    for entry in tuple(self._dependants.get(scope, ())):
                        self._drop(entry)
        return True

    def load(self, view: View[K, V], key: K) -> None:
        """Load one answer; runs on any thread but the event loop's."""
        if view is _CHANGES:
            self._feed.catch_up()
            return
        generation = self._generation
        with self._database.read() as txn:
            loaded = view.load(txn, key)
            self._feed.seen(txn)
        with self._lock:
            # A change noticed meanwhile may be younger than the snapshot: then the answer is
            # not kept, and the caller asks again.
            if not self._changed_since(generation, loaded.scopes):
                self._keep((view, key), loaded)

    def _changed_since(self, generation: int, scopes: tuple[str, ...]) -> bool:
        missed = self._generation - generation
        if missed > len(self._recent):
            return True
        for changed in itertools.islice(reversed(self._recent), missed):
            if changed is None or any(scope in changed for scope in scopes):
                return True
        return False

    def _keep(self, entry: tuple[View[Any, Any], Hashable], loaded: Loaded[Any]) -> None:
        self._drop(entry)
        if loaded.value is None:
            self._absent[entry] = None
            if len(self._absent) > self._capacity // 16 + 1:
                self._drop(next(iter(self._absent)))
        else:
            self._weights[entry] = loaded.weight
            self._weight += loaded.weight
            while self._weight > self._capacity and self._weights:
                self._drop(next(iter(self._weights)))
        self._scopes[entry] = loaded.scopes
        for scope in loaded.scopes:
            self._dependants.setdefault(scope, set()).add(entry)
        self._answers[entry] = loaded.value

    def _drop(self, entry: tuple[View[Any, Any], Hashable]) -> None:
        self._answers.pop(entry, None)
        self._absent.pop(entry, None)
        self._weight -= self._weights.pop(entry, 0)
        for scope in self._scopes.pop(entry, ()):
            dependants = self._dependants.get(scope)
            if dependants is not None:
                dependants.discard(entry)
                if not dependants:
                    del self._dependants[scope]

    def _forget_all(self) -> None:
        self._answers.clear()
        self._absent.clear()
        self._weights.clear()
        self._weight = 0
        self._scopes.clear()
        self._dependants.clear()
