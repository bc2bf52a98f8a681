"""Calls as forms make them, and a value of each type for any parameter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from daypass.service.operation import Catalogue, Operation, Runs
from daypass.services import SERVICES

CATALOGUE: Final = Catalogue(SERVICES)
WRITES: Final = [each for each in CATALOGUE if each.runs is Runs.WRITE and each.product != "Iot"]

HOSTILE: Final = (
    'it\'s "quoted" `id` $(id) ${HOME} %{if} \\ <b>&amp;</b> ; rm -rf ~ # '
    "\u4e2d\u6587\u202eedoc\u200b\t\r\nsecond 'line'"
)
"""What every language takes for its own, in one text."""


def every_parameter(operation: Operation[Any, Any]) -> dict[str, str]:
    """Return flat parameters with a value for each that the operation takes."""
    return {
        name: text
        for parameter in operation.parameters
        for name, text in _sample(parameter.kind.wire, parameter.kind.wire_type).items()
    }


def _sample(name: str, wire_type: str) -> Mapping[str, str]:
    if wire_type == "integer":
        return {name: "12"}
    if wire_type == "boolean":
        return {name: "true"}
    if wire_type == "[string]":
        return {f"{name}.1": "one", f"{name}.2": "two"}
    if wire_type.startswith("[{"):
        return {f"{name}.1.{member}": "text" for member in re.findall(r"\w+", wire_type)}
    return {name: "text"}
