"""Small changes to a document's text that leave the rest of it as its author wrote it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Literal, NamedTuple

from daypass.policy.places import Place, nearest


class Edit(NamedTuple):
    """One change.

    Attributes:
        path: the part to change.
        part: ``value`` and ``key`` are replaced, ``member`` is removed, ``list`` is put in
            brackets, ``beside`` gets another member after it.
        to: what to put there, as JSON text.
    """

    path: str
    part: Literal["value", "key", "member", "list", "beside"]
    to: str = ""


def quoted(text: str) -> str:
    """Return a text as JSON."""
    return json.dumps(text, ensure_ascii=False)


def edited(text: str, found: dict[str, Place], edits: Iterable[Edit]) -> str:
    """Return the text with some changes, none of which is within another."""
    pieces = sorted((_piece(text, found, edit) for edit in edits), reverse=True)
    for start, end, to in pieces:
        text = text[:start] + to + text[end:]
    return text


def _piece(text: str, found: dict[str, Place], edit: Edit) -> tuple[int, int, str]:
    place = found[edit.path] if edit.path in found else nearest(found, edit.path)
    start, end = place.start, place.end
    if edit.part == "value":
        return start, end, edit.to
    if edit.part == "list":
        return start, end, f"[{text[start:end]}]"
    if edit.part == "beside":
        return end, end, f", {edit.to}"
    key = place.key or (start, start)
    if edit.part == "key":
        return *key, edit.to
    return _without(text, key[0], end)


def _without(text: str, start: int, end: int) -> tuple[int, int, str]:
    """Return what to cut so that a member is gone together with a comma."""
    behind = end + len(text[end:]) - len(text[end:].lstrip())
    if text[behind : behind + 1] == ",":
        rest = text[behind + 1 :]
        return start, behind + 1 + len(rest) - len(rest.lstrip()), ""
    before = text[:start].rstrip()
    return (len(before) - 1, end, "") if before.endswith(",") else (start, end, "")
