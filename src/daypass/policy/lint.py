"""What is wrong, or very likely not meant, in one policy document.

An error is a document that would be refused when written. A warning is one that would be
accepted and probably does not do what its author thinks. Each finding says where, what,
and what to write instead; where there is one obvious thing to write, it has the whole
text with that in it.
"""

from __future__ import annotations

import re
from typing import Any, Final, Literal

import msgspec

from daypass.policy.document import DocumentKind, parse
from daypass.policy.edits import edited
from daypass.policy.errors import MalformedDocument, TooLong
from daypass.policy.jsontext import decode
from daypass.policy.lint_rules import Remark, remarks
from daypass.policy.places import Place, Point, nearest, places, point
from daypass.policy.reach import Known
from daypass.policy.refused import correction
from daypass.policy.remarks import Language, Words, remedy, words_of

Severity = Literal["error", "warning"]

_SYNTAX: Final = re.compile(r"\(line ([0-9]+), column ([0-9]+)\)$")


class Finding(msgspec.Struct, frozen=True):
    """One remark on a document.

    Attributes:
        code: what kind of remark, stable, for scripts.
        severity: ``error``: it would be refused; ``warning``: it would be accepted.
        at: the part it is about, as in ``Statement[0].Resource``; empty for the whole document.
        message: what is wrong.
        suggestion: what to do about it.
        details: what the remark is about, for its wording in another language.
        start: where in the text the part begins.
        end: where it ends.
        fix: the whole text, corrected; empty where nothing obvious is to be written.
    """

    code: str
    severity: Severity
    at: str
    message: str
    suggestion: str
    details: tuple[str, ...] = ()
    start: Point = Point(1, 1)
    end: Point = Point(1, 1)
    fix: str = ""

    def __str__(self) -> str:
        where = f"{self.at}: " if self.at else ""
        return f"{self.severity} {self.code}: {where}{self.message}; {self.suggestion}"

    def said_in(self, language: Language) -> Words:
        """Return message and suggestion in a language."""
        return words_of(language, self.code, self.details)


def check_document(
    text: str, kind: DocumentKind | None = None, *, known: Known | None = None, account: str = "*"
) -> tuple[Finding, ...]:
    """Check a document's form and look for what is probably not meant.

    Args:
        text: the document.
        kind: what it is for; None takes a document with a Principal for a trust policy and
            any other for an identity policy.
        known: which actions there are, and what each is asked on; without, nothing is said
            of actions and resources that never meet.
        account: whose the document is, for what a correction has to name.
    """
    try:
        kind = kind or guess_kind(text)
        document = parse(text, kind)
    except MalformedDocument as error:
        return (_refused(text, error, kind or DocumentKind.IDENTITY),)
    found = places(text)
    return tuple(_finding(text, found, remark) for remark in remarks(document, known, account))


def guess_kind(text: str) -> DocumentKind:
    """Return what a document is for: one with a Principal is a trust policy.

    Raises:
        MalformedDocument: it is not JSON.
    """
    trust = '"Principal"' in text and any(
        isinstance(each, dict) and "Principal" in each for each in _written_statements(decode(text))
    )
    return DocumentKind.TRUST if trust else DocumentKind.IDENTITY


def _written_statements(top: Any) -> list[Any]:
    given = top.get("Statement", []) if isinstance(top, dict) else []
    return given if isinstance(given, list) else [given]


def _refused(text: str, error: MalformedDocument, kind: DocumentKind) -> Finding:
    code = "too-long" if isinstance(error, TooLong) else "malformed"
    details = error.reason, remedy(error.reason).message
    words = words_of("en", code, details)
    start, end = _where(text, error)
    return Finding(
        code,
        "error",
        error.at,
        *words,
        details,
        start,
        end,
        correction(text, error, kind),
    )


def _where(text: str, error: MalformedDocument) -> tuple[Point, Point]:
    """Return where a document that is refused goes wrong."""
    if syntax := _SYNTAX.search(error.reason):
        start = Point(int(syntax[1]), int(syntax[2]))
        return start, Point(start.line, start.column + 1)
    if not error.at:
        return Point(1, 1), point(text, len(text))
    return _span(text, nearest(places(text), error.at))


def _finding(text: str, found: dict[str, Place], remark: Remark) -> Finding:
    words = words_of("en", remark.code, remark.details)
    start, end = _span(text, nearest(found, remark.exact or remark.at))
    fix = edited(text, found, remark.edits) if remark.edits else ""
    return Finding(remark.code, "warning", remark.at, *words, remark.details, start, end, fix)


def _span(text: str, place: Place) -> tuple[Point, Point]:
    return point(text, place.start), point(text, place.end)
