"""Requests that two documents cannot tell apart, and one example of each.

Two actions that match the same patterns get the same answer, whatever their names; so do
two resources. A document has few patterns, so all of the requests in the world fall into
few classes, and deciding one example of each decides all.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from daypass.policy.actions import fold
from daypass.policy.arn import SEGMENTS, Arn, ResourcePattern
from daypass.policy.overlap import common
from daypass.policy.pattern import glob, has_wildcard

_WORK: Final = 300_000
"""How much is spent on what patterns with wildcards have in common; beyond, classes may be missed."""

_OTHER_ACTION: Final = "other:Action"
_OTHER_RESOURCE: Final = "acs:other:cn-shanghai:1000000000000000:thing/other"
_FILLING: Final = "example"


class Class(msgspec.Struct, frozen=True):
    """A class of actions, or of resources.

    Attributes:
        matched: the patterns that they match, as numbers.
        example: one of them.
        label: the narrowest pattern they match; empty if they match none.
        but: patterns within the label that they do not match.
    """

    matched: frozenset[int]
    example: str
    label: str
    but: tuple[str, ...]


class Classes(msgspec.Struct, frozen=True):
    """All classes that some patterns make.

    Attributes:
        patterns: what they were made from; statements refer to them by number.
        found: the classes.
        complete: whether none can be missing.
    """

    patterns: tuple[str, ...]
    found: tuple[Class, ...]
    complete: bool


def of_actions(patterns: Iterable[str], known: Iterable[str] = ()) -> Classes:
    """Return the classes of actions, with known ones for examples where there are any."""
    listed = _unique(patterns, fold)
    folded = [fold(each) for each in listed]
    tests = [glob(each) for each in folded]
    crossing, complete = _crossing(folded, common)
    examples = [*known, *map(_filled, listed), *crossing, _OTHER_ACTION]

    def matched(action: str) -> frozenset[int]:
        text = fold(action)
        return frozenset(number for number, test in enumerate(tests) if test(text))

    return Classes(listed, _classes(listed, examples, matched, folded), complete)


def of_resources(patterns: Iterable[str]) -> Classes:
    """Return the classes of resources."""
    listed = _unique(patterns, str)
    compiled = [ResourcePattern(each) for each in listed]
    crossing, complete = _crossing(listed, _common_resource)
    examples = [*map(filled_resource, listed), *crossing, _OTHER_RESOURCE]

    def matched(resource: str) -> frozenset[int]:
        arn = Arn(resource)
        return frozenset(number for number, pattern in enumerate(compiled) if pattern.match(arn))

    return Classes(listed, _classes(listed, examples, matched, listed), complete)


def filled_resource(pattern: str) -> str:
    """Return a resource that a pattern matches, an ARN if the pattern can be read as one's."""
    if pattern == "*":
        return _OTHER_RESOURCE
    segments = pattern.split(":", SEGMENTS - 1)
    if len(segments) < SEGMENTS:
        return _filled(pattern)
    fillings = ("acs", "other", "cn-shanghai", "1000000000000000")
    first = [
        filling if each == "*" else _filled(each) for each, filling in zip(segments, fillings, strict=False)
    ]
    return ":".join([*first, _filled(segments[-1])])


def _unique(patterns: Iterable[str], key: Callable[[str], str]) -> tuple[str, ...]:
    return tuple({key(each): each for each in patterns}.values())


def _filled(pattern: str) -> str:
    return pattern.replace("*", _FILLING).replace("?", "x")


def _crossing(patterns: Sequence[str], meet: Callable[[str, str], str | None]) -> tuple[list[str], bool]:
    """Return what pairs of patterns with wildcards have in common, and whether all pairs were tried."""
    wild = [each for each in patterns if has_wildcard(each) and each != "*"]
    found: list[str] = []
    left = _WORK
    for one, other in itertools.combinations(wild, 2):
        left -= len(one) * len(other)
        if left < 0:
            return found, False
        both = meet(one, other)
        if both:
            found.append(both)
    return found, True


def _common_resource(one: str, other: str) -> str | None:
    first, second = one.split(":", SEGMENTS - 1), other.split(":", SEGMENTS - 1)
    if len(first) != len(second):
        return None
    parts = [common(a, b) for a, b in zip(first, second, strict=True)]
    return None if None in parts else filled_resource(":".join(part or "" for part in parts))


def _classes(
    patterns: Sequence[str],
    examples: Iterable[str],
    matched: Callable[[str], frozenset[int]],
    comparable: Sequence[str],
) -> tuple[Class, ...]:
    first: dict[frozenset[int], str] = {}
    for example in examples:
        first.setdefault(matched(example), example)
    beside: dict[int, set[int]] = {}
    for numbers in first:
        for number in numbers:
            beside.setdefault(number, set()).update(numbers)
    everywhere = set(range(len(patterns)))
    found: list[Class] = []
    for numbers, example in first.items():
        narrowest = max(numbers, key=lambda number: _narrowness(comparable[number]), default=None)
        around = everywhere if narrowest is None else beside[narrowest]
        label = "" if narrowest is None else patterns[narrowest]
        found.append(
            Class(numbers, example, label, tuple(patterns[each] for each in sorted(around - numbers)))
        )
    return tuple(found)


def _narrowness(pattern: str) -> tuple[bool, int]:
    return not has_wildcard(pattern), len(pattern) - pattern.count("*") - pattern.count("?")
