"""Commands of ``daypass`` for a POSIX shell."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from daypass.console.snippets.values import Hidden

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from daypass.console.snippets.values import Wanted

WIDTH: Final = 80


def written(calls: Iterable[Wanted]) -> str:
    """Return one command a call; words go to lines of their own where one line would be long."""
    return "\n".join(_command(call) for call in calls)


def _command(call: Wanted) -> str:
    operation = call.operation
    words = [f"daypass {operation.product.lower()} {operation.name}", *_pairs(call)]
    line = " ".join(words)
    return line if len(line) <= WIDTH and "\n" not in line else " \\\n  ".join(words)


def _pairs(call: Wanted) -> Iterator[str]:
    for name, text in call.flat:
        yield quoted(f"{name}={text}")
    for name, value in call.values.items():
        if isinstance(value, Hidden):
            yield f'{name}="${{{value.variable}:?}}"'


def quoted(text: str) -> str:
    """Return a word of the shell that is the text.

    What cannot be seen, or would turn the line around, is written out by ``printf``, so that
    what people read is what the shell runs.
    """
    if _shows(text):
        return shlex.quote(text)
    parts: list[str] = []
    shown = ""
    for char in text:
        if _shows(char):
            shown += char
            continue
        if shown:
            parts.append(shlex.quote(shown))
        octal = "".join(f"\\{byte:03o}" for byte in char.encode())
        parts.append(f"\"$(printf '{octal}')\"")
        shown = ""
    return "".join([*parts, shlex.quote(shown)] if shown else parts)


def _shows(text: str) -> bool:
    return text.replace("\n", "").replace("\t", "").isprintable()
