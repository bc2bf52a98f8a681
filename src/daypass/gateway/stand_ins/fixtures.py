"""What stand-ins tell: one TOML file."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

_Count = Annotated[int, msgspec.Meta(ge=1, le=256)]
_Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


class _Database(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A database of an instance of RDS."""

    name: str
    character_set: str = "utf8mb4"
    description: str = ""


class _Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account of an instance of RDS."""

    name: str
    type: Literal["Normal", "Super"] = "Normal"
    description: str = ""


class _Address(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an instance of RDS is reached."""

    connection_string: str
    port: _Port = 3306
    ip: str = ""
    type: Literal["Private", "Public", "Inner"] = "Private"


class DbInstance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An instance of RDS."""

    id: str
    engine: str = "MySQL"
    engine_version: str = "8.0"
    description: str = ""
    instance_class: str = "mysql.n2.small.1"
    status: str = "Running"
    database: tuple[_Database, ...] = ()
    account: tuple[_Account, ...] = ()
    address: tuple[_Address, ...] = ()


class Rds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """ApsaraDB RDS."""

    instance: tuple[DbInstance, ...] = ()


class Linkwan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Link WAN."""

    gateways: int = 0
    packets_up: int = 0
    packets_down: int = 0


class Mns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Message Service."""

    topics: tuple[str, ...] = ()


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field of the records of a topic."""

    name: str
    type: Literal["STRING", "BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMP", "DECIMAL"] = "STRING"


class DhsTopic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A topic of DataHub; its records have fields, or are blobs."""

    name: str
    shards: _Count = 1
    lifecycle: int = 3
    comment: str = ""
    field: tuple[Field, ...] = ()


class DhsProject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A project of DataHub."""

    name: str
    topic: tuple[DhsTopic, ...] = ()


class Dhs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """DataHub."""

    project: tuple[DhsProject, ...] = ()


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column of a primary key."""

    name: str
    type: Literal["INTEGER", "STRING", "BINARY"] = "STRING"


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of Tablestore."""

    name: str
    key: tuple[Column, ...]
    max_versions: _Count = 1
    time_to_live: int = -1


class OtsInstance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An instance of Tablestore."""

    name: str
    description: str = ""
    table: tuple[Table, ...] = ()


class Ots(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tablestore."""

    instance: tuple[OtsInstance, ...] = ()


class LogStore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A logstore."""

    name: str
    shards: _Count = 2


class LogProject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A project of Log Service."""

    name: str
    description: str = ""
    logstore: tuple[LogStore, ...] = ()


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Log Service."""

    project: tuple[LogProject, ...] = ()


class Fixtures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    rds: Rds = Rds()
    linkwan: Linkwan = Linkwan()
    mns: Mns = Mns()
    dhs: Dhs = Dhs()
    ots: Ots = Ots()
    log: Log = Log()


def read(path: Path) -> Fixtures:
    """Read the file.

    Raises:
        ValueError: it is not of the form.
        OSError: it cannot be read.
    """
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Fixtures)
    except msgspec.ValidationError as fault:
        raise ValueError(f"{path.name}: {fault}") from None
