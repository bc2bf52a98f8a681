"""Records from rows: the fields of a record are the columns of its table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from msgspec import Struct
    from sqlalchemy import Column, Table


def columns(table: Table, record: type[Struct]) -> tuple[Column[Any], ...]:
    """Return the table's columns in the order of the record's fields, those it has."""
    return tuple(table.c[field] for field in record.__struct_fields__ if field in table.c)
