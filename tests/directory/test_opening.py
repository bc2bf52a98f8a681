"""Opening a SQLite store: what is made, what is refused, and in which words."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from daypass.directory.errors import MasterKeyError, StoreError
from tests.directory.stores import open_store, sqlite_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCOUNT = "1000000000000100"


def one_line(error: pytest.ExceptionInfo[StoreError]) -> str:
    text = str(error.value)
    assert text
    assert "\n" not in text
    return text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a store that has been opened, written to and closed."""
    with open_store(tmp_path) as database, database.write() as txn:
        txn.accounts.create(ACCOUNT)
        txn.access_keys.create(ACCOUNT)
    return tmp_path


def forget_master_key(folder: Path) -> None:
    (folder / "master.key").unlink()


def test_database_and_master_key_are_their_owners_alone(folder: Path) -> None:
    for name in ("daypass.db", "master.key"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600


def test_what_was_written_is_there_after_reopening(folder: Path) -> None:
    with open_store(folder, seed=2) as database, database.read() as txn:
        assert len(txn.access_keys.list(ACCOUNT)) == 1


def test_secrets_are_not_in_the_file(tmp_path: Path) -> None:
    with open_store(tmp_path) as database, database.write() as txn:
        txn.accounts.create(ACCOUNT)
        secret = txn.access_keys.create(ACCOUNT).secret.reveal().encode()
        material = txn.token_keys.create().reveal()
    content = b"".join(path.read_bytes() for path in tmp_path.glob("daypass.db*"))
    assert secret not in content
    assert material not in content
    assert ACCOUNT.encode() in content


def test_the_writer_waits_for_the_disk_and_keeps_foreign_keys(tmp_path: Path) -> None:
    with open_store(tmp_path) as database, database.write() as txn:

        def pragma(name: str) -> object:
            return txn.connection.exec_driver_sql(f"PRAGMA {name}").scalar()

        assert (pragma("journal_mode"), pragma("synchronous"), pragma("foreign_keys")) == ("wal", 2, 1)


def test_a_missing_master_key_is_an_error_and_never_a_new_key(folder: Path) -> None:
    forget_master_key(folder)
    with pytest.raises(MasterKeyError) as error:
        open_store(folder)
    assert str(folder / "master.key") in one_line(error)
    assert not (folder / "master.key").exists()


def test_another_master_key_is_an_error(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    open_store(other, seed=2).close()
    (folder / "master.key").write_bytes((other / "master.key").read_bytes())
    with pytest.raises(MasterKeyError, match="sealed under another master key") as error:
        open_store(folder)
    one_line(error)


def test_a_master_key_readable_by_everyone_is_an_error(folder: Path) -> None:
    (folder / "master.key").chmod(0o644)
    with pytest.raises(MasterKeyError, match="chmod 600") as error:
        open_store(folder)
    one_line(error)


@pytest.mark.parametrize("text", ["not a key", "AAAA", "\xff\xfe"])
def test_an_unreadable_master_key_is_an_error_that_does_not_repeat_it(folder: Path, text: str) -> None:
    (folder / "master.key").write_bytes(text.encode("latin-1"))
    with pytest.raises(MasterKeyError) as error:
        open_store(folder)
    assert text not in one_line(error)


def test_an_empty_key_file_is_an_error_for_a_database_with_content(folder: Path) -> None:
    (folder / "master.key").write_text("")
    with pytest.raises(MasterKeyError, match="no master key"):
        open_store(folder)


def test_an_empty_database_takes_the_key_that_is_there(folder: Path) -> None:
    key = (folder / "master.key").read_bytes()
    for path in folder.glob("daypass.db*"):
        path.unlink()
    open_store(folder, seed=9).close()
    assert (folder / "master.key").read_bytes() == key


def test_a_folder_that_is_missing_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file or directory") as error:
        open_store(tmp_path, sqlite_url(tmp_path / "missing"))
    assert "daypass.db" in one_line(error)


def test_a_folder_in_the_place_of_the_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "daypass.db").mkdir()
    with pytest.raises(StoreError, match="not a writable file") as error:
        open_store(tmp_path)
    one_line(error)


@pytest.mark.parametrize("content", [b"this is no database at all" * 100, b"SQLite format 3\0" + b"x" * 5000])
def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "daypass.db").write_bytes(content)
    with pytest.raises(StoreError, match="damaged or not a daypass database") as error:
        open_store(tmp_path)
    one_line(error)


def test_a_damaged_page_is_one_clear_line_when_it_is_read(folder: Path) -> None:
    path = folder / "daypass.db"
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xde\xad" * ((len(content) - 4096) // 2)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged") as error:
        open_store(folder)
    one_line(error)


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "daypass.db") as connection:
        connection.execute("CREATE TABLE theirs (id INTEGER)")
    connection.close()
    with pytest.raises(StoreError, match="one of its own") as error:
        open_store(tmp_path)
    one_line(error)
    assert not (tmp_path / "master.key").exists()


def test_a_newer_database_is_refused(folder: Path) -> None:
    with sqlite3.connect(folder / "daypass.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match="a newer one made it") as error:
        open_store(folder)
    one_line(error)


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:///:memory:", "nonsense", "postgresql://127.0.0.1:1/name", "mysql://host/name"],
)
def test_a_url_that_names_no_store_is_one_clear_line(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError) as error:
        open_store(tmp_path, url)
    one_line(error)


def test_a_password_in_a_url_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as error:
        open_store(tmp_path, "postgresql://user:hunter2@127.0.0.1:1/name")
    assert "hunter2" not in one_line(error)


def test_many_processes_may_open_an_empty_store_at_once(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, sys\n"
        "from daypass.directory.database import Database\n"
        "from daypass.directory.master_key import KeyFile\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "sys.stdin.readline()\n"
        "database = Database.open(f'sqlite:///{folder}/daypass.db',\n"
        "    master_key=KeyFile(folder / 'master.key'), clock=lambda: 1, entropy=os.urandom)\n"
        "with database.write() as txn:\n"
        "    txn.accounts.create()\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate()[1] for process in started] == [""] * 4
    with open_store(tmp_path, seed=5) as database, database.read() as txn:
        assert len(txn.accounts.list().items) == 4


def test_opening_does_not_load_what_only_migrations_need(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, sys\n"
        "from daypass.directory.database import Database\n"
        "from daypass.directory.master_key import KeyFile\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "Database.open(f'sqlite:///{folder}/daypass.db', master_key=KeyFile(folder / 'master.key'),\n"
        "    clock=lambda: 1, entropy=os.urandom).close()\n"
        "unwanted = [name for name in sys.modules if name.split('.')[0] in {'alembic', 'mako'}]\n"
        "unwanted += [name for name in sys.modules if name.startswith('sqlalchemy.orm')]\n"
        "assert not unwanted, unwanted\n"
    )
    for _ in ("fresh", "existing"):
        subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)


@pytest.fixture
def _unprivileged() -> Iterator[None]:
    """Be nobody in particular: root may write anywhere."""
    nobody, before = 65534, os.geteuid()
    if before == 0:
        os.seteuid(nobody)
    yield
    os.seteuid(before)


@pytest.mark.usefixtures("_unprivileged")
def test_a_folder_that_may_not_be_written_is_one_clear_line(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(StoreError, match="Permission denied") as error:
        open_store(tmp_path_factory.getbasetemp(), "sqlite:////usr/daypass.db")
    assert "/usr/daypass.db" in one_line(error)


def test_a_file_in_the_place_of_the_folder_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreError, match="Not a directory") as error:
        open_store(tmp_path, sqlite_url(tmp_path / "data"))
    one_line(error)
