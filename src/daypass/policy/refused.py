"""What a document that is refused was probably meant to be: slips of the pen, corrected."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Final

from daypass.policy.conditions import OPERATORS
from daypass.policy.document import VERSION, DocumentKind, parse
from daypass.policy.edits import Edit, edited, quoted
from daypass.policy.errors import MalformedDocument, TooLong
from daypass.policy.jsontext import decode
from daypass.policy.places import Place, name_of, places

_TRAILING: Final = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=[ \t\n\r]*[}\]])', re.DOTALL)
_MEMBERS: Final = (
    "Version",
    "Statement",
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "Condition",
    "Principal",
)
_ALIKE: Final = 0.7
"""How much a word has to be like one that is known, from 0 to 1, to be taken for it."""


def correction(text: str, error: MalformedDocument, kind: DocumentKind) -> str:
    """Return the text with what was told put right; empty if it is not plain what was meant.

    Other faults may be left: each is told when its turn comes.
    """
    if isinstance(error, TooLong):
        return ""
    if "it is not JSON" in error.reason:
        shorter = _TRAILING.sub(lambda found: found[1] or "", text)
        return shorter if shorter != text and _is_json(shorter) else ""
    if not _is_json(text):
        return ""
    found = places(text)
    for edit in _edits(text, found, error):
        tried = edited(text, found, (edit,))
        if _goes_further(tried, error, kind):
            return tried
    return ""


def _is_json(text: str) -> bool:
    try:
        decode(text)
    except MalformedDocument:
        return False
    return True


def _goes_further(text: str, error: MalformedDocument, kind: DocumentKind) -> bool:
    """Return whether a text is no longer refused for the same reason."""
    try:
        parse(text, kind)
    except MalformedDocument as left:
        return str(left) != str(error)
    return True


def _edits(text: str, found: dict[str, Place], error: MalformedDocument) -> Iterator[Edit]:
    at, reason = error.at, error.reason
    if at == "Version":
        yield (
            Edit("Version", "value", quoted(VERSION))
            if at in found
            else Edit("Statement", "beside", f'"Version": {quoted(VERSION)}')
        )
    elif at.endswith(".Effect") and at in found:
        yield from _alike(text, found, at, ("Allow", "Deny"))
    elif at.endswith(".Principal") and reason == "an object is required":
        place = found[at]
        yield Edit(at, "value", f'{{"RAM": {text[place.start : place.end]}}}')
    elif "is unknown" in reason:
        for path in found:
            if path.rpartition(".")[0] == at.rpartition(".")[0] or path.rpartition(".")[0] == at:
                yield from _renamed(found, path, _MEMBERS)
    elif "condition operator" in reason:
        for path in found:
            if path.rpartition(".")[0] == at:
                yield from _renamed(found, path, tuple(OPERATORS))


def _renamed(found: dict[str, Place], path: str, names: tuple[str, ...]) -> Iterator[Edit]:
    """Offer to write a member's name as the one that it is most like, if it is none of these."""
    name = path.rpartition(".")[2]
    if found[path].key is None or name in names or not name.isalnum():
        return
    folded = {each.lower(): each for each in names}
    for close in difflib.get_close_matches(name.lower(), folded, n=1, cutoff=_ALIKE):
        if f"{path[: -len(name)]}{folded[close]}" not in found:
            yield Edit(path, "key", quoted(folded[close]))


def _alike(text: str, found: dict[str, Place], at: str, names: tuple[str, ...]) -> Iterator[Edit]:
    written = name_of(text[found[at].start : found[at].end].strip('"'))
    folded = {each.lower(): each for each in names}
    for close in difflib.get_close_matches(written.lower(), folded, n=1, cutoff=_ALIKE):
        yield Edit(at, "value", quoted(folded[close]))
