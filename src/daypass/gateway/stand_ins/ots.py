"""Tablestore: tables of an instance, in protobuf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.gateway.protobuf import message, number, text
from daypass.gateway.shapes import Answer, Native

if TYPE_CHECKING:
    from daypass.gateway.stand_ins.asked import Asked
    from daypass.gateway.stand_ins.fixtures import Fixtures, OtsInstance, Table

_TIME: Final = 1795449600
_DAY: Final = 86400
_TYPES: Final = {"INTEGER": 1, "STRING": 2, "BINARY": 3}
_NO_INSTANCE: Final = Native("OTSParameterInvalid", 404, "Instance not found.")
_NO_TABLE: Final = Native("OTSObjectNotExist", 404, "Requested table does not exist.")


def list_table(fixtures: Fixtures, asked: Asked) -> Answer:
    """List the names of the tables."""
    return _said(asked, b"".join(text(1, each.name) for each in _instance(fixtures, asked).table))


def describe_table(fixtures: Fixtures, asked: Asked) -> Answer:
    """Describe a table."""
    name = asked.protobuf(1)
    for each in _instance(fixtures, asked).table:
        if each.name == name:
            return _said(asked, _described(each))
    raise _NO_TABLE()


def _described(table: Table) -> bytes:
    keys = b"".join(message(2, text(1, each.name) + number(2, _TYPES[each.type])) for each in table.key)
    throughput = message(1, number(1, 0) + number(2, 0)) + number(2, _TIME)
    options = number(1, table.time_to_live) + number(2, table.max_versions) + number(5, _DAY)
    return message(1, text(1, table.name) + keys) + message(2, throughput) + message(3, options)


def _instance(fixtures: Fixtures, asked: Asked) -> OtsInstance:
    name = asked.headers.get("x-ots-instancename")
    for each in fixtures.ots.instance:
        if each.name == name:
            return each
    raise _NO_INSTANCE()


def _said(asked: Asked, body: bytes) -> Answer:
    headers = [(b"content-type", b"application/x-protobuf"), (b"x-ots-requestid", asked.request_id.encode())]
    return Answer(200, headers, body)
