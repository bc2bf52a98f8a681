"""Which statements could match a request, without asking those that cannot.

Every pattern demands some literal text of the request: a whole action, the head of a
relative id, an account id, a piece between two stars. Each statement is filed under the
*rarest* text that it demands, so that statements sharing an action, a head or an account
still part ways at whatever tells them apart. A look-up takes the texts a request offers,
a number bounded by the lengths in use, and collects what is filed under them.

Sound, not exact: what a look-up returns is confirmed by the full match.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from daypass.policy.pattern import has_wildcard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from daypass.policy.actions import Actions
    from daypass.policy.arn import Arn, ResourcePattern
    from daypass.policy.compiled import Entry

Demand = tuple[str, str, str]
"""Which text of the request, which part of it, and what must stand there."""

ACTION: Final = "action"
TEXT: Final = "resource"
SERVICE, REGION, ACCOUNT, RELATIVE = "service", "region", "account", "relative"
_PLACES: Final = (SERVICE, 1), (REGION, 2), (ACCOUNT, 3)
"""The segments of an ARN that may be named, and where they stand."""

WHOLE: Final = "whole"
HEAD: Final = "head"
TAIL: Final = "tail"
PIECE: Final = "piece"

_LONGEST: Final = 128
"""Characters of the longest head or tail that is filed; bounds the probes of a look-up."""

_PIECE_SIZES: Final = (12, 6, 3)
"""Sizes to which pieces between wildcards are cut; bounds the probes likewise."""


def _demands(field: str, pattern: str) -> Iterator[Demand]:
    """Yield what a folded pattern demands of a folded text."""
    if not has_wildcard(pattern):
        yield field, WHOLE, pattern
        return
    head, *middle, tail = pattern.replace("?", "*").split("*")
    if head:
        yield field, HEAD, head[:_LONGEST]
    if tail:
        yield field, TAIL, tail[-_LONGEST:]
    for piece in filter(None, middle):
        size = next((size for size in _PIECE_SIZES if size <= len(piece)), 0)
        if size:
            yield field, PIECE, piece[:size]
            yield field, PIECE, piece[-size:]


def _of_resource(pattern: ResourcePattern) -> list[Demand]:
    if not pattern.segments:
        return list(_demands(TEXT, pattern.relative))
    demands = list(_demands(RELATIVE, pattern.relative))
    for field, place in _PLACES:
        named = pattern.segments[place]
        if named and not has_wildcard(named):
            demands.append((field, WHOLE, named))
    return demands


class _Shelves:
    """What is filed for one field of requests: by whole text, and by parts of each length."""

    __slots__ = ("_by_length", "whole")

    def __init__(self) -> None:
        self.whole: dict[str, list[int]] = {}
        self._by_length: dict[str, dict[int, dict[str, list[int]]]] = {HEAD: {}, TAIL: {}, PIECE: {}}

    def file(self, part: str, text: str, number: int) -> None:
        """File an entry under a text."""
        shelf = self.whole if part == WHOLE else self._by_length[part].setdefault(len(text), {})
        shelf.setdefault(text, []).append(number)

    def gather(self, text: str, found: list[int]) -> None:
        """Collect what is filed under the texts that a field's value offers."""
        heads, tails, pieces = self._by_length.values()
        found += self.whole.get(text, ())
        for length, shelf in heads.items():
            if filed := shelf.get(text[:length]):
                found += filed
        for length, shelf in tails.items():
            if filed := shelf.get(text[-length:]):
                found += filed
        for length, shelf in pieces.items():
            offered = (text[start : start + length] for start in range(len(text) - length + 1))
            for filed in filter(None, map(shelf.get, offered)):
                found += filed


class Index:
    """Statements filed by the rarest text they demand."""

    __slots__ = ("_everywhere", "_fields", "_places")

    def __init__(self, entries: Sequence[Entry]) -> None:
        asked = _Asked()
        choices = [asked.by(entry) for entry in entries]
        frequency = Counter(
            demand for choice in choices for side in choice for demands in side for demand in demands
        )
        self._everywhere: list[int] = []
        self._fields: dict[str, _Shelves] = {}
        for number, choice in enumerate(choices):
            filed = _rarest(choice, frequency)
            if filed is None:
                self._everywhere.append(number)
                continue
            for field, part, text in filed:
                self._fields.setdefault(field, _Shelves()).file(part, text, number)
        self._places = [(self._fields[field].whole, at) for field, at in _PLACES if field in self._fields]

    def candidates(self, action: str, arn: Arn) -> list[int]:
        """Return the numbers of all entries that could match, in order; some that do not."""
        found = self._everywhere.copy()
        fields = self._fields
        if ACTION in fields:
            fields[ACTION].gather(action, found)
        if TEXT in fields:
            fields[TEXT].gather(arn.lowered, found)
        if arn.segments:
            for shelf, at in self._places:
                found += shelf.get(arn.segments[at], ())
            if RELATIVE in fields:
                fields[RELATIVE].gather(arn.relative, found)
        return sorted(set(found))


class _Asked:
    """Works out what entries demand, once for each action list and resource they share."""

    def __init__(self) -> None:
        self._by_actions: dict[Actions, list[list[Demand]]] = {}
        self._by_resource: dict[ResourcePattern, list[Demand]] = {}

    def by(self, entry: Entry) -> tuple[list[list[Demand]], list[list[Demand]]]:
        """Return the demands of each action pattern, and of each resource pattern."""
        return self._actions(entry.actions), list(map(self._resource, entry.resources))

    def _actions(self, actions: Actions) -> list[list[Demand]]:
        made = self._by_actions.get(actions)
        if made is None:
            made = [] if actions.negated else [list(_demands(ACTION, each)) for each in actions.patterns]
            self._by_actions[actions] = made
        return made

    def _resource(self, pattern: ResourcePattern) -> list[Demand]:
        made = self._by_resource.get(pattern)
        if made is None:
            made = self._by_resource[pattern] = _of_resource(pattern)
        return made


def _rarest(choice: Iterable[list[list[Demand]]], frequency: Counter[Demand]) -> list[Demand] | None:
    """Choose where to file an entry: under its actions or its resources, whichever is rarer.

    Every pattern of the side chosen needs a place; a pattern that demands nothing, such as
    ``*``, rules its side out.
    """
    best: list[Demand] | None = None
    least = 0
    for side in choice:
        if not side or not all(side):
            continue
        filed = [min(demands, key=frequency.__getitem__) for demands in side]
        crowd = sum(frequency[demand] for demand in filed)
        if best is None or crowd < least:
            best, least = filed, crowd
    return best
