"""A database that grew through the migrations is the one that is created at once."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from daypass.directory import opening
from daypass.directory.schema import MIGRATION, metadata
from tests.directory.stores import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

OLD_ROWS = (
    "INSERT INTO accounts VALUES ('1000000000000100', NULL, 1)",
    "INSERT INTO users VALUES ('20', '1000000000000100', 'Alice', 'alice', '', '', '', '', 2, 2, NULL)",
    "INSERT INTO user_groups VALUES ('30', '1000000000000100', 'IT', 'it', '', 2, 2)",
    "INSERT INTO group_members VALUES ('30', '20', 2)",
    "INSERT INTO access_keys VALUES ('LTAI1', '1000000000000100', '20', x'00', 'Active', 3)",
    "INSERT INTO login_profiles VALUES ('20', 'hash', 0, 0, 4, 4)",
)


@pytest.fixture
def grown(tmp_path: Path) -> Iterator[Connection]:
    """Return a connection to a database that went through every migration."""
    engine = create_engine(f"sqlite:///{tmp_path / 'grown.db'}")
    with engine.begin() as connection:
        command.upgrade(opening.migration_config(connection), "head")
        yield connection
    engine.dispose()


def schema(connection: Any) -> dict[str, list[str]]:
    """Return the statements that made everything, clause by clause: columns and constraints in any order."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: sorted(_clauses(sql)) for name, sql in rows}


def _clauses(sql: str) -> list[str]:
    head, _, body = re.sub(r"\s+", " ", sql).strip().removesuffix(")").partition("(")
    # Commas within brackets part the columns of one constraint, not clauses.
    return [head.strip(), *(clause.strip() for clause in re.split(r",(?![^(]*\))", body))]


def test_migrating_and_creating_give_the_same_schema(tmp_path: Path, grown: Connection) -> None:
    open_store(tmp_path).close()
    created = sqlite3.connect(tmp_path / "daypass.db")
    migrated = grown.connection.driver_connection
    assert schema(created) == schema(migrated)
    created.close()


def test_migrating_gives_what_the_tables_say(grown: Connection) -> None:
    context = MigrationContext.configure(grown, opts={"compare_type": True})
    assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_one_the_schema_names(grown: Connection) -> None:
    script = ScriptDirectory.from_config(opening.migration_config(grown))
    assert script.get_current_head() == MIGRATION


def test_rows_of_an_older_database_are_kept_and_say_what_was_true_of_them(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.commit()
        with connection.begin():
            config = opening.migration_config(connection)
            command.upgrade(config, "0002")
            for statement in OLD_ROWS:
                connection.exec_driver_sql(statement)
            command.upgrade(config, "head")
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            key = connection.exec_driver_sql("SELECT id, created_at, updated_at FROM access_keys").one()
            assert tuple(key) == ("LTAI1", 3, 3)
            group = connection.exec_driver_sql("SELECT name, display_name FROM user_groups").one()
            assert tuple(group) == ("IT", "")
            profile = connection.exec_driver_sql("SELECT status, password_initial FROM login_profiles").one()
            assert tuple(profile) == ("Active", 0)
    engine.dispose()


def test_rows_that_are_always_there_are_there_after_migrating(tmp_path: Path, grown: Connection) -> None:
    open_store(tmp_path).close()
    created = sqlite3.connect(tmp_path / "daypass.db")
    horizon = "SELECT id, sequence FROM change_horizon"
    assert grown.exec_driver_sql(horizon).all() == created.execute(horizon).fetchall() == [(1, 0)]
    created.close()


def test_an_older_database_is_migrated_when_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(tmp_path).close()
    migrated: list[str] = []
    monkeypatch.setattr(opening, "MIGRATION", "9999")
    monkeypatch.setattr(command, "upgrade", lambda _, revision: migrated.append(revision))
    open_store(tmp_path).close()
    assert migrated == ["head"]
