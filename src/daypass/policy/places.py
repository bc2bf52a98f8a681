"""Where the parts of a document stand in its text.

A part is named by its path, as findings name it: ``Statement[0].Action[1]``. The text is
JSON that was read before, so this reader takes it as well-formed.
"""

from __future__ import annotations

import json
import re
from typing import Final, NamedTuple

from daypass.policy.errors import shown

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SCALAR: Final = re.compile(r"[^ \t\n\r,\]}]+")


class Place(NamedTuple):
    """A part of a text.

    Attributes:
        start: of the value.
        end: behind the value.
        key: start and end of the member's name with its quotes; None for elements of lists.
    """

    start: int
    end: int
    key: tuple[int, int] | None = None


class Point(NamedTuple):
    """A position in a text as editors count it, from 1."""

    line: int
    column: int


def point(text: str, offset: int) -> Point:
    """Return line and column of an offset."""
    return Point(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def name_of(key: str) -> str:
    """Return a member's name as paths write it."""
    return shown(key)[1:-1]


def places(text: str) -> dict[str, Place]:
    """Return where each part of a JSON text stands, by path; the whole of it is ``""``.

    A single value stands also for the list of one that it may be written as: that of
    ``Action`` is ``Action[0]``, too, and a bare statement ``Statement[0]``.
    """
    found: dict[str, Place] = {}
    _Reader(text, found).value(_space(text, 0), "", None)
    return found


def nearest(found: dict[str, Place], at: str) -> Place:
    """Return the place of a part, or of the smallest part around it that is there."""
    while at and at not in found:
        at = at[: max(at.rfind("."), at.rfind("["), 0)]
    return found[at]


def _space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return at if match is None else match.end()


class _Reader:
    """Walks through a text once, noting what it passes."""

    def __init__(self, text: str, found: dict[str, Place]) -> None:
        self._text = text
        self._found = found

    def value(self, at: int, path: str, key: tuple[int, int] | None) -> int:
        """Note the value that starts at an offset; return where it ends."""
        first = self._text[at]
        if first == "{":
            end = self._members(at, path)
        elif first == "[":
            end = self._items(at, path)
        else:
            end = self._end(_STRING if first == '"' else _SCALAR, at)
        self._found[path] = Place(at, end, key)
        if first not in "[{":
            self._found.setdefault(f"{path}[0]", self._found[path])
        elif first == "{" and path == "Statement":
            self._stands_for_a_list(path)
        return end

    def _end(self, form: re.Pattern[str], at: int) -> int:
        match = form.match(self._text, at)
        return len(self._text) if match is None else match.end()

    def _members(self, at: int, path: str) -> int:
        at = _space(self._text, at + 1)
        while self._text[at] == '"':
            key = at, self._end(_STRING, at)
            name = _unquoted(self._text[key[0] : key[1]])
            at = _space(self._text, _space(self._text, key[1]) + 1)
            at = _space(self._text, self.value(at, f"{path}.{name}" if path else name, key))
            at = _space(self._text, at + 1) if self._text[at] == "," else at
        return at + 1

    def _items(self, at: int, path: str) -> int:
        at, number = _space(self._text, at + 1), 0
        while self._text[at] != "]":
            at = _space(self._text, self.value(at, f"{path}[{number}]", None))
            at, number = (_space(self._text, at + 1) if self._text[at] == "," else at), number + 1
        return at + 1

    def _stands_for_a_list(self, path: str) -> None:
        inside = [(name, place) for name, place in self._found.items() if name.startswith(path)]
        self._found |= {f"{path}[0]{name[len(path) :]}": place for name, place in inside}


def _unquoted(written: str) -> str:
    return name_of(json.loads(written))
