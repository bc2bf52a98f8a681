"""Bringing a database to the present schema, and proving that the master key is its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, select

from daypass.directory.errors import MasterKeyError, StoreError
from daypass.directory.schema import MIGRATION, change_horizon, master_keys, metadata
from daypass.directory.sealing import Sealer

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

    from daypass.directory.master_key import MasterKeySource
    from daypass.directory.sealing import Entropy

CHECK: Final = b"daypass"
"""What the check value says once it is open."""

CHECK_PLACE: Final = ("master_keys", "sealed_check", "1")

# Alembic's own table, written without importing Alembic: a start should not pay for it.
_alembic_version: Final = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def bring_up_to_date(connection: Connection) -> bool:
    """Create the schema in an empty database, or migrate an older one.

    Returns:
        Whether the database was empty.

    Raises:
        StoreError: it is not a daypass database, or a newer daypass made it.
    """
    present = _migration(connection)
    if present is None:
        _create(connection)
        return True
    if present != MIGRATION:
        _migrate(connection, present)
    return False


def _migration(connection: Connection) -> str | None:
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if _alembic_version.name not in tables:
        raise StoreError("the database has tables, but none of daypass's; give daypass one of its own")
    return str(connection.execute(select(_alembic_version.c.version_num)).scalar_one())


def _create(connection: Connection) -> None:
    metadata.create_all(connection, checkfirst=False)
    _alembic_version.create(connection, checkfirst=False)
    connection.execute(insert(_alembic_version).values(version_num=MIGRATION))
    connection.execute(insert(change_horizon).values(id=1, sequence=0))


def _migrate(connection: Connection, present: str) -> None:
    from alembic import command, util  # noqa: PLC0415 - slow to import, rarely needed

    try:
        command.upgrade(migration_config(connection), "head")
    except util.CommandError as error:
        raise StoreError(
            f"the database is at migration {present}, which this daypass does not know; a newer one made it"
        ) from error


def migration_config(connection: Connection) -> Config:
    """Return Alembic's configuration for the migrations in this package."""
    from alembic import config as alembic  # noqa: PLC0415 - slow to import, rarely needed

    config = alembic.Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config


def unlock(
    connection: Connection, source: MasterKeySource, entropy: Entropy, *, fresh: bool, now: int
) -> Sealer:
    """Return a sealer, having shown that the source's key is the one the store is sealed under.

    A key is made for an empty database only, and only if the source has none.

    Raises:
        MasterKeyError: the key is missing or another one.
    """
    check = connection.execute(select(master_keys.c.sealed_check)).scalar()
    keys = source.load()
    sealer = Sealer(source.load, entropy)
    if fresh:
        keys = keys or source.create(entropy)
        sealed = sealer.seal(keys[0].name, *CHECK_PLACE, CHECK)
        connection.execute(insert(master_keys).values(id=1, sealed_check=sealed, created_at=now))
        return sealer
    if check is None:
        raise StoreError("the database has lost the check value of its master key; restore a backup")
    if not keys:
        raise MasterKeyError(f"the database is sealed, but there is no master key in {source}; put it back")
    _prove(sealer, check, source)
    return sealer


def _prove(sealer: Sealer, check: bytes, source: MasterKeySource) -> None:
    try:
        sealer.unseal(*CHECK_PLACE, check)
    except MasterKeyError as error:
        raise MasterKeyError(f"{error} than the one in {source}; put the right one there") from None
