"""A page for each product: its operations, what they take, need, answer and refuse."""

from __future__ import annotations

import types
import typing
from typing import TYPE_CHECKING, Any

import msgspec

from daypass.service import codes
from daypass.service.operation import Response
from tools.reference.markdown import code, plain, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from daypass.service.operation import Operation, Service

_SCALARS: dict[Any, str] = {str: "string", int: "integer", bool: "boolean", float: "number"}


def page(service: Service, missing: Sequence[str]) -> str:
    """Return the page of one service."""
    every = sorted(service, key=lambda operation: operation.name)
    everywhere = ", ".join(sorted(code(error.code) for error in codes.EVERYWHERE))
    parts = [
        f"# {service.product} {service.version}\n",
        f"{service.about[:1].upper()}{service.about[1:]}.\n",
        f"Any of these may also answer with {everywhere}, or a code of the gateway ([all](errors.md)).\n",
        *(_operation(operation) for operation in every),
    ]
    if missing:
        parts.append(f"## Not answered\n\n{', '.join(code(name) for name in missing)}: [why](coverage.md).\n")
    return "\n".join(parts)


def _operation(operation: Operation[Any, Any]) -> str:
    parameters = [
        (
            code(parameter.kind.wire),
            parameter.kind.wire_type,
            "yes" if parameter.required else "",
            plain(parameter.kind.help),
        )
        for parameter in operation.parameters
    ]
    errors = sorted({error.code for error in operation.errors() - codes.EVERYWHERE})
    answer = list(_members(operation.response))
    return "\n".join(
        part
        for part in (
            f"## {operation.name}\n",
            plain(operation.help) + "\n",
            f"**Permission**: {_permission(operation)}\n",
            table(("parameter", "type", "required", ""), parameters) or "No parameters.\n",
            f"**Answer**: {', '.join(answer) if answer else 'nothing but the request id'}.\n",
            f"**Errors**: {', '.join(code(error) for error in errors)}.\n" if errors else "",
        )
        if part
    )


def _permission(operation: Operation[Any, Any]) -> str:
    return plain(operation.authorize.describe().replace(" and acs:", "` and `acs:"))


def _members(kind: type[Response], prefix: str = "") -> Iterator[str]:
    """Yield the members of an answer, those of objects and lists with their path."""
    hints = typing.get_type_hints(kind)
    for item in msgspec.structs.fields(kind):
        name = f"{prefix}{item.encode_name}"
        inner, many = _inner(hints[item.name])
        name += "[]" if many else ""
        if isinstance(inner, type) and issubclass(inner, Response):
            yield from _members(inner, f"{name}.")
        else:
            yield f"{code(name)} {_SCALARS.get(inner, 'string')}"


def _inner(hint: Any) -> tuple[Any, bool]:
    """Return the type inside an optional or a list, and whether it was a list."""
    origin = typing.get_origin(hint)
    if origin in {typing.Union, types.UnionType}:
        return _inner(next(arm for arm in typing.get_args(hint) if arm is not type(None)))
    if origin in {list, tuple}:
        return _inner(typing.get_args(hint)[0])[0], True
    return hint, False
