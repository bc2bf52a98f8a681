"""Resources of Terraform's provider ``aliyun/alicloud``, for calls that make something it has a resource for.

A configuration says what there is, not what to do: there is nothing to write for a call that
takes something away or changes what was made elsewhere.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, Final

from daypass.console.snippets.resources import RESOURCES, Resource
from daypass.console.snippets.values import Hidden

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daypass.console.snippets.values import Value, Wanted

_GUIDE: Final = "# The provider is set up as the guide on Terraform says."
_TAKING: Final = {"Delete": "Create", "Detach": "Attach", "Remove": "Add", "Clear": "Set"}
_SIGNS: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_HEREDOC: Final = "TEXT"


class Lacks(enum.Enum):
    """Why there is nothing to write."""

    TAKES_AWAY = "Take the resource out of the configuration that made it."
    CHANGES = "Change the resource in the configuration that made it."
    NO_RESOURCE = "The provider has no resource for this."


def written(calls: Sequence[Wanted]) -> str | Lacks:
    """Return resources that amount to the calls, or why there are none."""
    for call in calls:
        found = RESOURCES.get((call.operation.product, call.operation.name))
        if found is None or not set(call.values) <= set(found.attributes):
            return _lacks(call)
    configuration = _Configuration()
    for call in calls:
        configuration.add(RESOURCES[call.operation.product, call.operation.name], call)
    return configuration.text()


def _lacks(call: Wanted) -> Lacks:
    product, name = call.operation.product, call.operation.name
    for taking, making in _TAKING.items():
        if name.startswith(taking) and (product, _making(name, taking, making)) in RESOURCES:
            return Lacks.TAKES_AWAY
    if (product, name.replace("Update", "Create", 1)) in RESOURCES and name.startswith("Update"):
        return Lacks.CHANGES
    return Lacks.NO_RESOURCE


def _making(name: str, taking: str, making: str) -> str:
    made = making + name.removeprefix(taking)
    return made.replace("From", "To") if taking in {"Detach", "Remove"} else made


class _Configuration:
    """Resources one after another; what a later one names of an earlier one, it refers to."""

    def __init__(self) -> None:
        self._blocks: Final[list[str]] = []
        self._variables: Final[dict[str, None]] = {}
        self._labels: Final[set[tuple[str, str]]] = set()
        self._made: Final[dict[tuple[str, str], str]] = {}

    def text(self) -> str:
        variables = [
            f'variable "{name}" {{\n  type      = string\n  sensitive = true\n}}' for name in self._variables
        ]
        return "\n\n".join([_GUIDE, *variables, *self._blocks])

    def add(self, resource: Resource, call: Wanted) -> None:
        label = self._label(resource, call)
        given = [
            (resource.attributes[name], self._value(name, value, resource))
            for name, value in call.values.items()
        ]
        given += [(name, text.replace("{label}", label)) for name, text in resource.always]
        width = max((len(name) for name, _ in given), default=0)
        lines = "".join(f"  {name:{width}} = {text}\n" for name, text in given)
        self._blocks.append(f'resource "{resource.type}" "{label}" {{\n{lines}}}')
        if resource.makes is not None:
            key = _referred(resource, resource.makes, call.text(resource.makes))
            self._made[key] = f"{resource.type}.{label}.{resource.attributes[resource.makes]}"

    def _label(self, resource: Resource, call: Wanted) -> str:
        named = "_".join(call.text(name).partition("@")[0] for name in resource.named_after) or resource.label
        stem = re.sub(r"[^0-9A-Za-z_]+", "_", named).strip("_").lower() or resource.label
        stem = stem if not stem[0].isdigit() else f"_{stem}"
        label, number = stem, 2
        while (resource.type, label) in self._labels:
            label, number = f"{stem}_{number}", number + 1
        self._labels.add((resource.type, label))
        return label

    def _value(self, name: str, value: Value, resource: Resource) -> str:
        if isinstance(value, Hidden):
            self._variables[value.variable.lower()] = None
            return f"var.{value.variable.lower()}"
        if isinstance(value, str):
            if name in resource.lists:
                return f"[{', '.join(quoted(part.strip()) for part in value.split(','))}]"
            known = resource.refers.get(name)
            short = value.partition("@")[0] if name == "UserPrincipalName" else value
            return self._made.get((known or name, short)) or text_of(
                short if name in resource.short else value
            )
        return _literal(value)


def _referred(resource: Resource, name: str, value: str) -> tuple[str, str]:
    """Return what a value refers to: the parameter that makes such a thing, and the thing's name."""
    short = value.partition("@")[0] if name in resource.short else value
    return resource.refers.get(name, name), short


def _literal(value: int | bool | list[str] | list[dict[str, str]]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    pairs = [each for each in value if isinstance(each, dict)]
    if pairs:
        tags = ", ".join(f"{quoted(each.get('Key', ''))} = {quoted(each.get('Value', ''))}" for each in pairs)
        return f"{{ {tags} }}"
    return f"[{', '.join(quoted(str(each)) for each in value)}]"


def text_of(text: str) -> str:
    """Return an expression that is the text; one of several lines keeps its lines."""
    lines = text.split("\n")
    plain = text.replace("\n", "").isprintable() and not text.endswith("\n")
    if len(lines) == 1 or not plain or any(line.strip() == _HEREDOC for line in lines):
        return quoted(text)
    return f"chomp(<<{_HEREDOC}\n{_templated(text)}\n{_HEREDOC}\n  )"


def quoted(text: str) -> str:
    """Return a quoted template that is the text."""
    return f'"{"".join(_escaped(char) for char in _templated(text))}"'


def _templated(text: str) -> str:
    return text.replace("${", "$${").replace("%{", "%%{")


def _escaped(char: str) -> str:
    if char in _SIGNS:
        return _SIGNS[char]
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"  # noqa: PLR2004 (as HCL writes them)
