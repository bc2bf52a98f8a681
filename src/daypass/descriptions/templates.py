"""Templates of resources, and patterns of requests, made ready for use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

_VARIABLE: Final = re.compile(r"\{([A-Za-z][A-Za-z0-9_.]{0,127})(?:\|([^{}]*))?\}", re.ASCII)
_SEGMENT: Final = re.compile(r"\{([a-z][a-z0-9_]{0,31})(\+?)\}", re.ASCII)
_METHODS: Final = frozenset(("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS"))


class Template(msgspec.Struct, frozen=True):
    """A text with variables, ``{name}``, or ``{name|instead}`` where one may be missing.

    Attributes:
        pieces: what stands before each variable, and after the last.
        variables: their names, and what stands instead; ``None`` if they must be there.
    """

    pieces: tuple[str, ...]
    variables: tuple[tuple[str, str | None], ...]

    @classmethod
    def parse(cls, text: str) -> Template:
        """Read a template.

        Raises:
            ValueError: it has a brace that is none of a variable.
        """
        parts = _VARIABLE.split(text)
        pieces = tuple(parts[0::3])
        if any("{" in piece or "}" in piece for piece in pieces):
            raise ValueError(f"{text} has a brace that belongs to no variable")
        return cls(pieces, tuple(zip(parts[1::3], parts[2::3], strict=True)))

    def fill(self, value: Callable[[str], str | None]) -> str | None:
        """Return the text; ``None`` if a variable is missing that must be there."""
        texts = [self.pieces[0]]
        for (name, instead), piece in zip(self.variables, self.pieces[1:], strict=True):
            found = value(name) or instead
            if found is None:
                return None
            texts += (found, piece)
        return "".join(texts)


class Pattern(msgspec.Struct, frozen=True):
    """What the target of a request looks like.

    Attributes:
        method: in upper case.
        segments: of the path; ``None`` where a variable stands.
        names: of the variables, by segment.
        rest: the variable that takes the rest of the path, if any.
        parameters: the query must have, with their values; ``*`` for any.
    """

    method: str
    segments: tuple[str | None, ...]
    names: dict[int, str]
    rest: str | None
    parameters: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Read ``METHOD /path/{variable}?parameter&parameter=value``.

        Raises:
            ValueError: it is not of this form; with one line for the author.
        """
        method, _, target = text.partition(" ")
        path, _, query = target.partition("?")
        if method not in _METHODS or not path.startswith("/"):
            raise ValueError(f"{text} is not of the form METHOD /path")
        segments: list[str | None] = []
        names: dict[int, str] = {}
        rest: str | None = None
        for index, segment in enumerate(path[1:].split("/")):
            if rest is not None:
                raise ValueError(f"{text} goes on after {{{rest}+}}")
            match = _SEGMENT.fullmatch(segment)
            if match is None and ("{" in segment or "}" in segment):
                raise ValueError(f"{text} has the segment {segment}; a variable takes a whole one")
            if match is not None and match[2]:
                rest = match[1]
            else:
                segments.append(None if match else segment)
            if match is not None and not match[2]:
                names[index] = match[1]
        parameters = {
            name: (value if equals else "*")
            for name, equals, value in (piece.partition("=") for piece in query.split("&") if piece)
        }
        return cls(method, tuple(segments), names, rest, parameters)

    @property
    def variables(self) -> frozenset[str]:
        """The variables that a match gives."""
        return frozenset((*self.names.values(), *(() if self.rest is None else (self.rest,))))

    def match(self, segments: list[str]) -> dict[str, str] | None:
        """Return the variables of a path's decoded segments; ``None`` if it is another path."""
        count = len(self.segments)
        if len(segments) < count or (self.rest is None and len(segments) > count):
            return None
        values: dict[str, str] = {}
        for index, wanted in enumerate(self.segments):
            segment = segments[index]
            if wanted is None:
                if not segment:
                    return None
                values[self.names[index]] = segment
            elif segment != wanted:
                return None
        if self.rest is not None:
            rest = "/".join(segments[count:])
            if not rest:
                return None
            values[self.rest] = rest
        return values
