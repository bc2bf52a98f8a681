"""How an answer is printed: as JSON, as the XML it came in, or as tables for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from daypass.cli.errors import FailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daypass.client import Answer


def shown(answer: Answer, form: str, endpoint: str) -> str:
    """Return an answer as it is printed.

    Args:
        answer: a success.
        form: ``json``, ``xml`` or ``table``.
        endpoint: for the error.

    Raises:
        FailedError: it is none of ours.
    """
    try:
        if form == "xml":
            return answer.text
        body = answer.json()
    except ValueError:
        raise FailedError(
            f"{endpoint} answered HTTP {answer.status} with something else than JSON; is it a daypass server?"
        ) from None
    return json.dumps(body, indent=2, ensure_ascii=False) if form == "json" else "\n".join(table(body))


def table(body: dict[str, Any], title: str = "") -> Iterator[str]:
    """Yield the lines of an object: its values first, then its lists and its objects."""
    plain = {name: value for name, value in body.items() if not _is_nested(value)}
    if title:
        yield f"{title}:"
    width = max(map(len, plain), default=0)
    for name, value in plain.items():
        yield f"{name:{width}}  {_text(value)}"
    for name, value in body.items():
        if not _is_nested(value):
            continue
        if plain or title:
            yield ""
        inner = _list_in(value)
        yield from _rows(name, inner) if inner is not None else table(value, name)


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(each, dict) for each in value)
    )


def _list_in(value: Any) -> list[Any] | None:
    """Return the list that is there or, as RAM writes lists, wrapped in an object of one member."""
    if isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    return value if isinstance(value, list) else None


def _rows(title: str, rows: list[Any]) -> Iterator[str]:
    """Yield a list as a table with a column for each name that occurs."""
    yield f"{title}: {len(rows)}"
    if not all(isinstance(row, dict) for row in rows):
        yield from (f"  {_text(row)}" for row in rows)
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names, *([_text(row.get(name, "")) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    for line in cells if names else ():
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _text(value: Any) -> str:
    """Return one value on one line."""
    if isinstance(value, str):
        return value.replace("\r", "").replace("\n", "\\n")
    return json.dumps(value, ensure_ascii=False)
