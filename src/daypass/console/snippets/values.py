"""The parameters of a call: as they go over the wire, and as values of their types.

Types are those the operation declares. A value that is not of its type yet, because the
form is still being filled, stays text: the server says what is wrong with it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from daypass.service.operation import Operation
    from daypass.service.params import Kind

_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z0-9])(?=[A-Z][a-z])")
_SDK_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z0-9])")
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}", re.ASCII)


class Hidden(msgspec.Struct, frozen=True):
    """A secret: the name of the variable that will hold it.

    Attributes:
        variable: upper case, ``NEW_PASSWORD``.
    """

    variable: str


Value = str | int | bool | Hidden | list[str] | list[dict[str, str]]


class Wanted(msgspec.Struct, frozen=True):
    """A call that somebody wants to make.

    Attributes:
        flat: names and texts as on the wire, in the order of their declaration; secrets left out.
        values: values of their types by the parameter's wire name; secrets are hidden ones.
    """

    operation: Operation[Any, Any]
    flat: tuple[tuple[str, str], ...]
    values: dict[str, Value]

    @property
    def hidden(self) -> set[str]:
        """The wire names of the secrets."""
        return {name for name, value in self.values.items() if isinstance(value, Hidden)}

    def text(self, name: str) -> str:
        """Return a parameter that is a text, empty if it is not there."""
        return str(self.values.get(name, ""))


def wanted(operation: Operation[Any, Any], parameters: Mapping[str, str]) -> Wanted:
    """Read the flat parameters of a call; a required one that is missing gets a text that says so."""
    flat: list[tuple[str, str]] = []
    values: dict[str, Value] = {}
    for parameter in operation.parameters:
        kind, wire = parameter.kind, parameter.kind.wire
        if kind.present(parameters) and wire in operation.secret_parameters:
            values[wire] = Hidden(_WORD.sub("_", wire).upper())
        elif kind.present(parameters):
            own = [(name, text) for name, text in parameters.items() if _belongs(name, kind)]
            flat += own
            values[wire] = _typed(kind, dict(own))
        elif parameter.required and wire in operation.secret_parameters:
            values[wire] = Hidden(_WORD.sub("_", wire).upper())
        elif parameter.required:
            flat.append((wire, f"<{wire}>"))
            values[wire] = f"<{wire}>"
    return Wanted(operation, tuple(flat), values)


def member(name: str) -> str:
    """Return the SDK's name for a parameter or a method; capitals in a row are one word with the next."""
    return _SDK_WORD.sub("_", name).lower()


def _belongs(name: str, kind: Kind) -> bool:
    return name == kind.wire or (kind.wire_type.startswith("[") and name.startswith(f"{kind.wire}."))


def _typed(kind: Kind, own: Mapping[str, str]) -> Value:
    text = own.get(kind.wire)
    if kind.wire_type.startswith("["):
        return list(_items(kind.wire, own)) if text is None else _json_items(text)
    if text is None:
        return ""
    if kind.wire_type == "integer" and _NUMBER.fullmatch(text):
        return int(text)
    if kind.wire_type == "boolean" and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    return text


def _json_items(text: str) -> Value:
    try:
        items = json.loads(text)
    except ValueError:
        return [text]
    return items if isinstance(items, list) else [text]


def _items(wire: str, own: Mapping[str, str]) -> Iterator[Any]:
    """Give the items of a list in their order: texts, or objects where they have members."""
    number = 1
    while True:
        if (text := own.get(f"{wire}.{number}")) is not None:
            yield text
        else:
            start = f"{wire}.{number}."
            members = {name.removeprefix(start): text for name, text in own.items() if name.startswith(start)}
            if not members:
                return
            yield members
        number += 1
