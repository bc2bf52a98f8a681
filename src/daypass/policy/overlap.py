"""Whether two patterns have a text in common, and which.

Two patterns are walked through together; what is left of both is all that counts, so
each pair of places is looked at once.
"""

from __future__ import annotations

import re
from typing import Final

from daypass.policy.pattern import glob, has_wildcard

_PARTS: Final = re.compile(r"[*?]")

_LARGEST: Final = 300_000
"""Pairs of places that are looked at; patterns that are not made to be slow have far fewer."""

_ANY: Final = "x"
"""Stands for a character that neither pattern names."""


class TooLargeError(ValueError):
    """The patterns are so long that nothing can be said of them in reasonable time."""


def common(one: str, other: str) -> str | None:
    """Return a short text that both patterns match; None if there is none.

    Raises:
        TooLargeError: that would take too long.
    """
    if not has_wildcard(one):
        return one if glob(other)(one) else None
    if not has_wildcard(other):
        return other if glob(one)(other) else None
    if len(one) * len(other) > _LARGEST:
        raise TooLargeError
    return _walk(one, other)


def may_meet(one: str, other: str) -> bool:
    """Return whether two patterns may have a text in common, judged by their beginnings and ends.

    It costs next to nothing, and errs only in saying that they may.
    """
    if not has_wildcard(one) or not has_wildcard(other):
        return common(one, other) is not None
    first, second = _PARTS.split(one), _PARTS.split(other)
    heads, tails = (first[0], second[0]), (first[-1], second[-1])
    return (heads[0].startswith(heads[1]) or heads[1].startswith(heads[0])) and (
        tails[0].endswith(tails[1]) or tails[1].endswith(tails[0])
    )


def _walk(one: str, other: str) -> str | None:
    """Go breadth first from both beginnings to both ends; the text grows with each character matched."""
    start = 0, 0
    came: dict[tuple[int, int], tuple[tuple[int, int], str] | None] = {start: None}
    waiting = [start]
    for at in waiting:
        if at == (len(one), len(other)):
            return _text(came, at)
        for following, character in _steps(one, other, *at):
            if following not in came:
                came[following] = at, character
                waiting.append(following)
    return None


def _steps(one: str, other: str, i: int, j: int) -> list[tuple[tuple[int, int], str]]:
    """Return the places that may come next, with the character that leads there."""
    a, b = one[i : i + 1], other[j : j + 1]
    steps: list[tuple[tuple[int, int], str]] = []
    if a == "*":
        steps.append(((i + 1, j), ""))
        if b not in {"", "*"}:
            steps.append(((i, j + 1), _ANY if b == "?" else b))
    if b == "*":
        steps.append(((i, j + 1), ""))
        if a not in {"", "*"}:
            steps.append(((i + 1, j), _ANY if a == "?" else a))
    if a and b and a != "*" and b != "*" and (a == b or "?" in {a, b}):
        steps.append(((i + 1, j + 1), _ANY if a == b == "?" else a if b == "?" else b))
    return steps


def _text(came: dict[tuple[int, int], tuple[tuple[int, int], str] | None], at: tuple[int, int]) -> str:
    """Return the text that led to a pair of places."""
    characters: list[str] = []
    while (step := came[at]) is not None:
        at, character = step
        characters.append(character)
    return "".join(reversed(characters))
