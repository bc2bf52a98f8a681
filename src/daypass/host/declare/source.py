"""YAML or JSON text to plain values, and where in the text each of them stands.

YAML is read strictly: what looks like a date, a yes or an octal number is text, only
``true``, ``false``, ``null`` and decimal numbers are something else; a key that stands
twice is refused; so is a file whose aliases make it far larger than it is.
"""

from __future__ import annotations

import re
from typing import Any, Final, NoReturn

import yaml
from msgspec import Struct

from daypass.errors import DaypassError
from daypass.policy import MalformedDocument
from daypass.policy.jsontext import BareNumber, RepeatedKey, decode

ROOT: Final = "$"
MAX_VALUES: Final = 1_000_000
MAX_DEPTH: Final = 100

_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,17}", re.ASCII)
_JSON_LINE: Final = re.compile(r"line ([0-9]+)")
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None, "": None}


class DeclarationError(DaypassError):
    """A declaration cannot be used; one line that names the place."""


class Source(Struct, frozen=True):
    """A file as plain values.

    Attributes:
        name: of the file, for people.
        value: dicts, lists, texts, whole numbers, truth values and None.
        lines: path, as in ``$.accounts[0].id``, to line; empty for JSON.
    """

    name: str
    value: Any
    lines: dict[str, int]

    def fault(self, path: str, reason: str) -> DeclarationError:
        """Make the error for what stands at a path."""
        known = path
        while known and known not in self.lines:
            known = known[: max(known.rfind("."), known.rfind("["), 0)]
        line = f":{self.lines[known]}" if known else ""
        return DeclarationError(f"{self.name}{line}: {path.removeprefix('$.')}: {reason}")


def read(name: str, text: str) -> Source:
    """Read a file's text: JSON if it starts with a brace, else YAML.

    Raises:
        DeclarationError: it is neither.
    """
    if text.lstrip().startswith("{"):
        return Source(name, _json(name, text), {})
    reader = _Yaml(name)
    return Source(name, reader.read(text), reader.lines)


def _json(name: str, text: str) -> Any:
    try:
        return _plain(name, decode(text), ROOT)
    except MalformedDocument as fault:
        line = _JSON_LINE.search(str(fault))
        place = f":{line[1]}" if line else ""
        raise DeclarationError(f"{name}{place}: {fault}") from None


def _plain(name: str, value: Any, path: str) -> Any:
    """Return a value of the strict JSON reader with its numbers as numbers."""
    if isinstance(value, RepeatedKey):
        raise DeclarationError(f"{name}: {path.removeprefix('$.')}: {value.repeated} stands twice")
    if isinstance(value, dict):
        return {key: _plain(name, inner, f"{path}.{key}") for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(name, inner, f"{path}[{at}]") for at, inner in enumerate(value)]
    if isinstance(value, BareNumber):
        if _INTEGER.fullmatch(value) is None:
            raise DeclarationError(f"{name}: {path.removeprefix('$.')}: {value[:40]} is no whole number")
        return int(value)
    return value


class _Yaml:
    """Reads one YAML file."""

    def __init__(self, name: str) -> None:
        self._name: Final = name
        self._left = MAX_VALUES
        self.lines: Final[dict[str, int]] = {}

    def read(self, text: str) -> Any:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line if mark is not None else 0
            raise self._fault(line, f"it is not YAML: {error.problem or error.context}") from None
        except yaml.YAMLError as error:
            raise DeclarationError(f"{self._name}: it is not YAML: {' '.join(str(error).split())}") from None
        except RecursionError:
            raise DeclarationError(f"{self._name}: it is nested too deep") from None
        return None if root is None else self._value(root, ROOT, 0)

    def _value(self, node: yaml.Node, path: str, depth: int) -> Any:
        line = node.start_mark.line
        self._left -= 1
        if self._left < 0:
            raise self._fault(line, f"the file holds more than {MAX_VALUES} values")
        if depth > MAX_DEPTH:
            raise self._fault(line, f"it is nested more than {MAX_DEPTH} levels deep")
        self.lines[path] = line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, f"{path}[{at}]", depth + 1) for at, item in enumerate(node.value)]
        if not isinstance(node, yaml.ScalarNode):
            raise self._fault(line, "there is no such thing here")
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: str, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key_node, inner in node.value:
            line = key_node.start_mark.line
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._fault(line, "a key is a plain text")
            key = key_node.value
            if key in made:
                raise self._fault(line, f"{key} stands twice")
            made[key] = self._value(inner, f"{path}.{key}", depth + 1)
        return made

    def _scalar(self, node: yaml.ScalarNode) -> str | int | bool | None:
        text = str(node.value)
        if node.tag not in _TAGS:
            raise self._fault(node.start_mark.line, f"there is no {node.tag[:40]} here")
        if node.style is not None:
            return text
        if text in _WORDS:
            return _WORDS[text]
        return int(text) if _INTEGER.fullmatch(text) else text

    def _fault(self, line: int, reason: str) -> DeclarationError:
        return DeclarationError(f"{self._name}:{line + 1}: {reason}")


_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "bool", "null", "float", "timestamp", "merge", "value")
)


def refuse(source: Source, path: str, reason: str) -> NoReturn:
    """Refuse what stands at a path.

    Raises:
        DeclarationError: always.
    """
    raise source.fault(path, reason)
