"""Which statements could match a request, without asking those that cannot.

Every pattern demands some literal text of the request: a whole action, the head of a
relative id, an account id, a piece between two stars. Each statement is filed under the
*rarest* text that it demands, so that statements sharing an action, a head or an account
still part ways at whatever tells them apart. A look-up takes the texts a request offers,
a number bounded by the lengths in use, and collects what is filed under them.

Sound, not exact: what a look-up returns is confirmed by the full match.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from daypass.policy.actions import fold
from daypass.policy.arn import Arn, resource_pattern
from daypass.policy.pattern import has_wildcard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from daypass.policy.compiled import Entry

Demand = tuple[str, str, str]
"""Which text of the request, which part of it, and what must stand there."""

ACTION: Final = "action"
TEXT: Final = "resource"
SEGMENTS: Final = "service", "region", "account", "relative"

WHOLE: Final = "whole"
HEAD: Final = "head"
TAIL: Final = "tail"
PIECE: Final = "piece"

_LONGEST: Final = 48
"""Characters of the longest head or tail that is filed; bounds the probes of a look-up."""

_PIECE_SIZES: Final = (12, 6, 3)
"""Sizes to which pieces between wildcards are cut; bounds the probes likewise."""

_MEMO: Final = 4096


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
    for piece in middle:
        for size in _PIECE_SIZES:
            if len(piece) >= size:
                yield field, PIECE, piece[:size]
                yield field, PIECE, piece[-size:]
                break


@lru_cache(_MEMO)
def _of_action(pattern: str) -> tuple[Demand, ...]:
    return tuple(_demands(ACTION, pattern))


@lru_cache(_MEMO)
def _of_resource(pattern: str) -> tuple[Demand, ...]:
    segments = resource_pattern(pattern).segments
    if not segments:
        return tuple(_demands(TEXT, fold(pattern)))
    *places, relative = segments
    named = (
        (field, WHOLE, place)
        for field, place in zip(SEGMENTS, places[1:], strict=False)
        if place and not has_wildcard(place)
    )
    return (*named, *_demands(SEGMENTS[-1], fold(relative)))


class Index:
    """Statements filed by the rarest text they demand."""

    __slots__ = ("_everywhere", "_lengths", "_shelves")

    def __init__(self, entries: Sequence[Entry]) -> None:
        asked = [_alternatives(entry) for entry in entries]
        frequency = Counter(
            demand
            for choice in asked
            for alternatives in choice
            for demands in alternatives
            for demand in demands
        )
        self._everywhere: list[int] = []
        self._shelves: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(dict)
        for number, choice in enumerate(asked):
            filed = _rarest(choice, frequency)
            if filed is None:
                self._everywhere.append(number)
                continue
            for field, part, text in filed:
                self._shelves[field, part].setdefault(text, []).append(number)
        self._lengths = {
            place: [0] if place[1] == WHOLE else sorted(set(map(len, shelf)))
            for place, shelf in self._shelves.items()
        }

    def candidates(self, action: str, arn: Arn) -> list[int]:
        """Return the numbers of all entries that could match, in order; some that do not."""
        found = set(self._everywhere)
        self._gather(ACTION, action, found)
        self._gather(TEXT, arn.folded if not arn.segments else fold(arn.text), found)
        if arn.segments:
            for field, segment in zip(SEGMENTS, arn.segments[1:-1], strict=False):
                shelf = self._shelves.get((field, WHOLE))
                if shelf is not None:
                    found.update(shelf.get(segment, ()))
            self._gather(SEGMENTS[-1], arn.folded, found)
        return sorted(found)

    def _gather(self, field: str, text: str, found: set[int]) -> None:
        """Collect what is filed under the texts that one field of a request offers."""
        for part, offered in _OFFERS:
            shelf = self._shelves.get((field, part))
            if shelf is not None:
                for length in self._lengths[field, part]:
                    for filed in filter(None, map(shelf.get, offered(text, length))):
                        found.update(filed)


def _whole(text: str, _length: int) -> tuple[str]:
    return (text,)


def _head(text: str, length: int) -> tuple[str]:
    return (text[:length],)


def _tail(text: str, length: int) -> tuple[str]:
    return (text[-length:],)


def _every_piece(text: str, length: int) -> Iterator[str]:
    return (text[start : start + length] for start in range(len(text) - length + 1))


_OFFERS: Final = (WHOLE, _whole), (HEAD, _head), (TAIL, _tail), (PIECE, _every_piece)
"""How to find, for each part, the texts of a given length that a request offers."""


def _alternatives(entry: Entry) -> tuple[list[tuple[Demand, ...]], ...]:
    """Return, for the action and for the resource, what each of the entry's patterns demands."""
    actions = [] if entry.actions.negated else [_of_action(pattern) for pattern in entry.actions.patterns]
    return actions, [_of_resource(pattern.text) for pattern in entry.resources]


def _rarest(choice: Iterable[list[tuple[Demand, ...]]], frequency: Counter[Demand]) -> list[Demand] | None:
    """Choose where to file an entry: under its actions or its resources, whichever is rarer.

    Every pattern of the side chosen needs a place; a pattern that demands nothing, such as
    ``*``, rules its side out.
    """
    best: list[Demand] | None = None
    least = 0
    for alternatives in choice:
        if not alternatives or not all(alternatives):
            continue
        filed = [min(demands, key=frequency.__getitem__) for demands in alternatives]
        crowd = sum(frequency[demand] for demand in filed)
        if best is None or crowd < least:
            best, least = filed, crowd
    return best
