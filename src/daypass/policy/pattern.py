"""Wildcards: ``*`` is any run of characters, none included, ``?`` exactly one character.

A pattern becomes a function from text to bool. No backtracking: between two stars the
leftmost fit is as good as any other, so each piece is searched for once, whatever a
stranger writes on either side.

Source: RAM's policy structure and syntax, wildcards.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

Matcher = Callable[[str], bool]
"""Whether a whole text fits a pattern."""

_Piece = Callable[[str, int, int], int]
"""Where in ``text[start:end]`` a piece first fits, or -1."""

_MEMO: Final = 4096


def has_wildcard(pattern: str) -> bool:
    """Whether a pattern can match more than its own text."""
    return "*" in pattern or "?" in pattern


@lru_cache(_MEMO)
def glob(pattern: str) -> Matcher:
    """Compile a pattern; matching is case-sensitive and over the whole text."""
    if not has_wildcard(pattern):
        return pattern.__eq__
    head, *rest = pattern.split("*")
    if not rest:
        return _fixed(head)
    *middle, tail = rest
    if "?" in pattern or any(middle):
        return _pieces(head, [piece for piece in middle if piece], tail)
    return _ends(head, tail)


def _ends(head: str, tail: str) -> Matcher:
    """Match ``head*tail``, the form nearly every policy uses, in as few steps as can be."""
    if not tail:
        return lambda text: text.startswith(head)
    least = len(head) + len(tail)
    return lambda text: len(text) >= least and text.startswith(head) and text.endswith(tail)


def _pieces(head: str, middle: list[str], tail: str) -> Matcher:
    starts, ends = _fixed(head), _fixed(tail)
    finders = [(_finder(piece), len(piece)) for piece in middle]

    def matches(text: str) -> bool:
        at, end = len(head), len(text) - len(tail)
        if end < at or not starts(text[:at]) or not ends(text[end:]):
            return False
        for find, length in finders:
            found = find(text, at, end)
            if found < 0:
                return False
            at = found + length
        return True

    return matches


def _fixed(piece: str) -> Matcher:
    """Match a piece without stars against a whole text."""
    if "?" not in piece:
        return piece.__eq__
    fullmatch = _expression(piece).fullmatch
    return lambda text: fullmatch(text) is not None


def _finder(piece: str) -> _Piece:
    if "?" not in piece:
        return lambda text, start, end: text.find(piece, start, end)
    search = _expression(piece).search

    def find(text: str, start: int, end: int) -> int:
        found = search(text, start, end)
        return found.start() if found is not None else -1

    return find


def _expression(piece: str) -> re.Pattern[str]:
    parts = re.split(r"(\?+)", piece)
    return re.compile(
        "".join(f".{{{len(part)}}}" if "?" in part else re.escape(part) for part in parts), re.DOTALL
    )
