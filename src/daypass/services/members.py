"""Responses whose fields are named as a stored record's: each product shows those it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from daypass.service.operation import Response

if TYPE_CHECKING:
    from msgspec import Struct

R = TypeVar("R", bound=Response)


def shown(kind: type[R], record: Struct) -> R:
    """Return a response with those members of a record that it has fields for."""
    return kind(**{name: getattr(record, name) for name in kind.__struct_fields__})
