"""What the quickstart shows, and what it hides."""

from __future__ import annotations

import os
import sys
import textwrap
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from daypass.cli.quickstart.sdk import RefusedError

WIDTH: Final = 110
_HIDDEN: Final = frozenset({"AccessKeySecret", "ProductSecret", "SecurityToken"})
_BOLD, _GREEN, _YELLOW, _RED = "1", "32", "33", "1;31"


class Screen:
    """Prints the steps, in colours where there is a terminal that wants them."""

    def __init__(self) -> None:
        self._coloured: Final = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def say(self, text: str) -> None:
        """Print a paragraph."""
        print(f"\n{textwrap.fill(text, WIDTH)}", flush=True)

    def note(self, text: str) -> None:
        """Print a remark between requests."""
        print(f"\n{textwrap.indent(textwrap.fill(text, WIDTH - 4), '    ')}", flush=True)

    def head(self, text: str) -> None:
        """Print the head of a step."""
        print(f"\n{self._in(_BOLD, text)}", flush=True)

    def request(self, who: str, product: str, action: str, parameters: Mapping[str, Any]) -> None:
        """Print who asks for what."""
        pairs = [f"{name}={value}" for name, value in parameters.items()]
        lines = _folded(pairs, WIDTH - 4)
        print(f"\n  {who}: {self._in(_BOLD, f'{product} {action}')}")
        for line in lines:
            print(f"    {line}")

    def answer(self, body: Mapping[str, Any], shown: Sequence[str]) -> None:
        """Print an answer's members, secrets and tokens masked.

        Args:
            body: the answer.
            shown: paths of the members, ``Credentials.Expiration``.
        """
        print(f"    {self._in(_GREEN, 'works')}", flush=True)
        for line in _folded([f"{path} {masked(path, _at(body, path))}" for path in shown], WIDTH - 6):
            print(f"      {line}")

    def refusal(self, error: RefusedError, reasons: Iterable[str]) -> None:
        """Print a refusal that had to come, and why it came."""
        text = f"refused, as it must be: {error.code} (HTTP {error.status})"
        print(f"    {self._in(_YELLOW, text)}", flush=True)
        for reason in reasons:
            print(textwrap.indent(textwrap.fill(reason, WIDTH - 6), "      "))

    def surprise(self, text: str) -> None:
        """Print that something came out otherwise than it should."""
        print(f"    {self._in(_RED, 'NOT AS IT SHOULD BE')}: {text}", flush=True)

    def close(self, requests: int, surprises: int, seconds: float) -> None:
        """Print the verdict on the whole."""
        colour, verdict = _GREEN, "each answered as it should be"
        if surprises:
            colour, verdict = _RED, f"{surprises} of them not as it should be"
        print(f"\n{self._in(colour, f'{requests} requests, {verdict}')}, in {seconds:.1f} s.")

    def _in(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._coloured else text


def masked(path: str, value: Any) -> str:
    """Return a member's value as it may be shown: of a secret only how long it is."""
    text = str(value)
    if path.rpartition(".")[2] in _HIDDEN:
        return f"***** ({len(text)} characters)"
    return text


def _at(body: Mapping[str, Any], path: str) -> Any:
    value: Any = body
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _folded(items: Iterable[str], width: int) -> Iterator[str]:
    """Yield items, several on a line where they fit, one that does not fit over several lines."""
    line = ""
    for item in items:
        if line and len(line) + 2 + len(item) > width:
            yield line
            line = ""
        if len(item) > width:
            *whole, line = textwrap.wrap(item, width, subsequent_indent="  ", break_long_words=False)
            yield from whole
        else:
            line = f"{line}  {item}" if line else item
    if line:
        yield line
