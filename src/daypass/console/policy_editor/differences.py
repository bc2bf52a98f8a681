"""How two texts differ, line by line, as pages show it."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTEXT: Final = 3
"""Equal lines shown around a change."""
_WORDS: Final = re.compile(r"\w+|\s+|.", re.DOTALL)
_ALIKE: Final = 0.5
"""From this ratio on, two lines are one line that was changed."""

Parts = tuple[tuple[str, bool], ...]
"""A line in pieces, each with whether it is changed."""


@dataclass(frozen=True)
class Row:
    """A line of the old text, of the new one, or of both.

    Attributes:
        kind: ``same``, ``gone``, ``new``, or ``gap`` for equal lines left out.
        old: its number in the old text, 0 if it is not in it.
        new: its number in the new text, 0 if it is not in it.
        parts: the line in pieces; for a gap empty.
        count: how many lines a gap stands for, 0 for lines.
    """

    kind: Literal["same", "gone", "new", "gap"]
    old: int
    new: int
    parts: Parts
    count: int = 0


@dataclass(frozen=True)
class Difference:
    """Two texts beside each other.

    Attributes:
        rows: in order; none if the texts are equal.
        added: lines that only the new text has.
        removed: lines that only the old text has.
    """

    rows: tuple[Row, ...]
    added: int
    removed: int

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.rows)


def difference(old: str, new: str) -> Difference:
    """Compare two texts."""
    if old == new:
        return Difference((), 0, 0)
    before, after = old.split("\n"), new.split("\n")
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    rows: list[Row] = []
    shown = 0
    for group in matcher.get_grouped_opcodes(CONTEXT):
        rows += _gap(shown, group[0][1])
        for tag, *span in group:
            rows += _rows(tag == "equal", before, after, (span[0], span[1], span[2], span[3]))
        shown = group[-1][2]
    rows += _gap(shown, len(before))
    return Difference(tuple(rows), _count(rows, "new"), _count(rows, "gone"))


def _count(rows: list[Row], kind: str) -> int:
    return sum(row.kind == kind for row in rows)


def _gap(start: int, end: int) -> Iterator[Row]:
    if end > start:
        yield Row("gap", 0, 0, (), end - start)


def _rows(equal: bool, before: list[str], after: list[str], span: tuple[int, int, int, int]) -> Iterator[Row]:
    old, old_end, new, new_end = span
    if equal:
        for number, line in enumerate(before[old:old_end]):
            yield Row("same", old + number + 1, new + number + 1, ((line, False),))
        return
    gone, come = before[old:old_end], after[new:new_end]
    pairs = [_parts(*pair) for pair in zip(gone, come, strict=False)] if len(gone) == len(come) else []
    for number, line in enumerate(gone):
        yield Row("gone", old + number + 1, 0, pairs[number][0] if pairs else ((line, False),))
    for number, line in enumerate(come):
        yield Row("new", 0, new + number + 1, pairs[number][1] if pairs else ((line, False),))


def _parts(old: str, new: str) -> tuple[Parts, Parts]:
    """Split two versions of a line where they differ, if they are alike at all."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return ((old, False),), ((new, False),)
    gone: list[tuple[str, bool]] = []
    come: list[tuple[str, bool]] = []
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        changed = tag != "equal"
        gone.append(("".join(before[start:end]), changed))
        come.append(("".join(after[new_start:new_end]), changed))
    return tuple(part for part in gone if part[0]), tuple(part for part in come if part[0])
