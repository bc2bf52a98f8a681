"""Everything that is SQLite's alone: files, pragmas, locks, the wording of its faults.

Another database is another module with the same functions; nothing else changes.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from daypass.directory.errors import STORE_BUSY, StoreError
from daypass.directory.feed import ProbedFeed
from daypass.errors import DaypassError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from daypass.directory.database import Database

BUSY_SECONDS: Final = 10.0
"""How long a write waits for another process's write."""

_READER_CACHE_KIB: Final = 2048
_WAL_LIMIT_BYTES: Final = 64 * 1024 * 1024


def path_of(url: URL) -> Path:
    """Return the file a URL names.

    Raises:
        StoreError: it names none; an in-memory database cannot be shared.
    """
    if not url.database or url.database == ":memory:":
        raise StoreError("the SQLite URL names no file; write sqlite:///path/to/daypass.db")
    return Path(url.database)


def prepare(url: URL) -> None:
    """Make the file, readable by its owner alone, if it is not there.

    Raises:
        StoreError: it cannot be made or opened for writing.
    """
    path = path_of(url)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        # Not opened to look: closing it would drop the locks this process may hold on it.
        if not path.is_file() or not os.access(path, os.R_OK | os.W_OK):
            raise StoreError(f"cannot open the database {path}: not a writable file") from None
    except OSError as error:
        raise StoreError(f"cannot make the database {path}: {error.strerror}") from error


def writer(url: URL) -> Engine:
    """Return an engine with the one connection that writes; commits reach the disk."""
    engine = _engine(url, pool_size=1)
    pragmas = (
        f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}",
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
    )
    _on_connect(engine, pragmas)
    _on_begin(engine, "BEGIN IMMEDIATE")
    return engine


def readers(url: URL, size: int) -> Engine:
    """Return an engine with up to ``size`` connections that cannot write."""
    engine = _engine(url, pool_size=size)
    _on_connect(engine, ("PRAGMA query_only = ON", f"PRAGMA cache_size = -{_READER_CACHE_KIB}"))
    _on_begin(engine, "BEGIN")
    return engine


def _engine(url: URL, *, pool_size: int) -> Engine:
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
        hide_parameters=True,  # they may be sealed secrets and password hashes
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )


def _on_connect(engine: Engine, pragmas: tuple[str, ...]) -> None:
    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _: object) -> None:
        # The driver's own transaction handling would begin too late and too weakly.
        connection.isolation_level = None
        _use_write_ahead_log(connection)
        for pragma in pragmas:
            connection.execute(pragma).close()


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch the journal; unlike other locks this one is not waited for by SQLite itself."""
    patience = time.monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                raise
            time.sleep(0.01)


def _on_begin(engine: Engine, statement: str) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)


def made_meanwhile(error: DBAPIError) -> bool:
    """Return whether another process has just made the same; it cannot, while this one holds the lock."""
    del error
    return False


def take_turn(connection: Connection) -> None:
    """Do nothing: a transaction that writes has begun by locking the database."""
    del connection


def tell(connection: Connection) -> None:
    """Do nothing: every feed looks before it answers."""
    del connection


def feed(database: Database, shared: Path | None) -> ProbedFeed:
    """Return what tells of the changes that others commit."""
    del shared
    return ProbedFeed(database, Probe(database.url))


def fault(error: DBAPIError, url: URL) -> DaypassError:
    """Say in one line what the database could not do."""
    cause = error.orig
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return STORE_BUSY()
    path = path_of(url)
    if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return StoreError(f"{path} is damaged or not a daypass database; restore it from a backup")
    return StoreError(f"cannot use the database {path}: {cause}")


def copy(url: URL, target: Path) -> None:
    """Write a copy of the database as it is at one moment, while others write on.

    Raises:
        StoreError: the copy is not sound.
    """
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        closing(sqlite3.connect(path_of(url), timeout=BUSY_SECONDS)) as source,
        closing(sqlite3.connect(target)) as made,
    ):
        source.backup(made)  # all pages in one step: within one read transaction
        (found,) = made.execute("PRAGMA quick_check").fetchone()
    if found != "ok":
        raise StoreError(f"the database {path_of(url)} is damaged: {found}")


def integrity(connection: Connection) -> str:
    """Return ``ok`` or what SQLite's own check found."""
    return str(connection.exec_driver_sql("PRAGMA integrity_check").scalar_one())


@final
class Probe:
    """Tells, in about two microseconds, whether anyone has committed since the last look.

    Not by looking into the WAL index's file, tempting as that is: closing any descriptor of
    it drops the locks that keep other processes from truncating it under SQLite's mapping.
    """

    def __init__(self, url: URL) -> None:
        self._connection: Final = sqlite3.connect(
            path_of(url), timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._execute: Final[Any] = self._connection.cursor().execute
        self._seen = -1

    def moved(self) -> bool:
        """Return whether there was a commit since the last call; at first, yes."""
        (version,) = self._execute("PRAGMA data_version").fetchone()
        if version == self._seen:
            return False
        self._seen = version
        return True

    def forget(self) -> None:
        """Take the last answer back: what it announced could not be read."""
        self._seen = -1

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()
