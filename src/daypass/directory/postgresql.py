"""Everything that is PostgreSQL's alone: connections, locks, notifications, the wording of its faults.

Writers take turns, as they do in SQLite: each holds one row from its first statement to its
commit. So repositories may look before they write, and changes are numbered in the order in
which they are committed, on whatever node. Nothing else here is more than portable SQL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError

from daypass.directory.bell import Bell
from daypass.directory.errors import STORE_BUSY, StoreError
from daypass.directory.schema import change_horizon
from daypass.directory.watched_feed import WatchedFeed

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import URL

    from daypass.directory.database import Database
    from daypass.errors import DaypassError

BUSY_SECONDS: Final = 10
"""How long a write waits for another's turn to end, and any statement for its answer."""
CONNECT_SECONDS: Final = 3
"""How long a connection may take to be made."""
SILENT_SECONDS: Final = 5
"""After how long without an acknowledgement a connection counts as dead."""
CHANNEL: Final = "daypass_changes"
BELL: Final = "committed"
"""The file that the processes of one machine share."""

_BUSY: Final = frozenset({"40001", "40P01", "55P03", "57014"})
"""SQLSTATE: serialization failure, deadlock, lock or statement timed out."""
_THERE_ALREADY: Final = frozenset({"23505", "42701", "42710", "42P07"})
"""SQLSTATE: a row, column, object or table of that name is there."""
_UNKNOWN_FUNCTION: Final = frozenset({"42883", "0A000"})


def prepare(url: URL) -> None:
    """See that the driver is there; the database itself is the operator's.

    Raises:
        StoreError: the driver is not installed, or the URL names no database.
    """
    try:
        import psycopg as _  # noqa: F401, PLC0415 (an extra: most installations do without)
    except ImportError:
        raise StoreError("PostgreSQL needs its driver; install daypass[postgresql]") from None
    if not url.database:
        raise StoreError("the URL names no database; write postgresql://USER:PASSWORD@HOST/NAME")


def writer(url: URL) -> Engine:
    """Return an engine with the one connection of this process that writes."""
    return _engine(url, 1, isolation_level="READ COMMITTED")


def readers(url: URL, size: int) -> Engine:
    """Return an engine with up to ``size`` connections that see one moment each time and cannot write."""
    engine = _engine(url, size, isolation_level="REPEATABLE READ")
    return engine.execution_options(postgresql_readonly=True)


def _engine(url: URL, size: int, *, isolation_level: Any) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=size,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
        pool_pre_ping=True,
        isolation_level=isolation_level,
        hide_parameters=True,  # they may be sealed secrets and password hashes
        connect_args=_connect_args(),
    )


def _connect_args() -> dict[str, Any]:
    return {
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": SILENT_SECONDS * 1000,
        "keepalives_idle": SILENT_SECONDS,
        "keepalives_interval": 1,
        "keepalives_count": SILENT_SECONDS,
        "application_name": "daypass",
        "options": f"-c statement_timeout={BUSY_SECONDS}s -c lock_timeout={BUSY_SECONDS}s"
        f" -c idle_in_transaction_session_timeout={2 * BUSY_SECONDS}s",
    }


def made_meanwhile(error: DBAPIError) -> bool:
    """Return whether a statement failed since another node has just made the same table or row."""
    return _state(error) in _THERE_ALREADY


def take_turn(connection: Connection) -> None:
    """Wait until no other transaction writes; it is over when this transaction is."""
    connection.execute(select(change_horizon.c.id).where(change_horizon.c.id == 1).with_for_update())


def tell(connection: Connection) -> None:
    """Have the other nodes look at once when this transaction commits, if the engine can notify."""
    try:
        with connection.begin_nested():
            connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
    except DBAPIError as error:
        if _state(error) not in _UNKNOWN_FUNCTION:
            raise


def feed(database: Database, shared: Path | None) -> WatchedFeed:
    """Return what tells of the changes that others commit."""
    bell = None if shared is None else Bell(shared / BELL)
    return WatchedFeed(database, lambda: _listen(database.url), bell)


def _listen(url: URL) -> Any:
    import psycopg  # noqa: PLC0415 (as above)

    where = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg.connect(where, autocommit=True, **_connect_args())
    connection.execute(f"LISTEN {CHANNEL}")
    return connection


def fault(error: DBAPIError, url: URL) -> DaypassError:
    """Say in one line what the database could not do."""
    if _state(error) in _BUSY:
        return STORE_BUSY()
    where = url.render_as_string(hide_password=True)
    said = re.sub(r"\s+", " ", str(error.orig)).strip()
    return StoreError(f"cannot use the database {where}: {said[:300]}")


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def copy(url: URL, target: Path) -> None:
    """Refuse: PostgreSQL's own tools copy it.

    Raises:
        StoreError: always.
    """
    where = url.render_as_string(hide_password=True)
    raise StoreError(f"{where} is copied with PostgreSQL's own tools, as pg_dump, not to {target.name}")
