"""Policy documents in declarations: as text, as objects, and what differs between two.

A document that a declaration writes as an object has no text of its own; its text is
then made, the same each time. Text is kept as it is.
"""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any

from daypass.names import POLICY_DOCUMENT_CHARS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daypass.host.declare.form import Document


def text_of(document: Document) -> str:
    """Return a document's text; of an object a readable one, or the shortest if that is too long."""
    if isinstance(document, str):
        return document
    readable = json.dumps(document, indent=2, ensure_ascii=False)
    if len(readable) <= POLICY_DOCUMENT_CHARS:
        return readable
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def declared(text: str) -> Document:
    """Return how a declaration writes a stored text: as an object, if that gives this very text."""
    value = _value(text)
    return value if isinstance(value, dict) and text_of(value) == text else text


def same(stored: str, document: Document) -> bool:
    """Whether a stored text is what a declaration asks for: the text or, for an object, its meaning."""
    return stored == document if isinstance(document, str) else _value(stored) == document


def differences(stored: str, document: Document) -> Iterator[str]:
    """Yield the lines in which two documents differ, laid out alike."""
    before, after = _lines(stored), _lines(text_of(document))
    if before == after:
        yield "only its layout changes"
        return
    yield from list(difflib.unified_diff(before, after, "in force", "declared", n=2, lineterm=""))


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _lines(text: str) -> list[str]:
    value = _value(text)
    return (
        text.splitlines() if value is None else json.dumps(value, indent=2, ensure_ascii=False).splitlines()
    )
