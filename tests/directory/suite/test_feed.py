from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from daypass.directory import context, feed
from daypass.directory.feed import EVERYTHING, changed_since, last_change
from daypass.directory.schema import changes
from tests.directory.stores import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from daypass.directory.database import Database
    from daypass.directory.feed import Everything, Feed


@pytest.fixture
def watching(database: Database) -> Iterator[Feed]:
    opened = database.feed()
    yield opened
    opened.close()


def note(database: Database, *scopes: str) -> None:
    with database.write() as txn:
        txn.changed(*scopes)


def told(watching: Feed) -> tuple[str, ...] | Everything | None:
    """Return what a feed tells that has waited for what it has to wait for."""
    watching.catch_up()
    return watching.poll()


def test_nothing_is_told_while_nothing_happens(watching: Feed) -> None:
    assert told(watching) is None
    assert told(watching) is None


def test_a_commit_is_told_once_and_each_scope_of_it_once(database: Database, watching: Feed) -> None:
    note(database, "a", "b", "a")
    note(database, "b", "c")
    assert told(watching) == ("a", "b", "c")
    assert told(watching) is None


def test_what_was_before_the_feed_is_not_told(database: Database) -> None:
    note(database, "a")
    opened = database.feed()
    assert told(opened) is None
    opened.close()


def test_a_commit_that_touches_nothing_is_not_told(database: Database, watching: Feed) -> None:
    note(database)
    assert told(watching) is None


def test_what_is_rolled_back_is_not_told(database: Database, watching: Feed) -> None:
    def fail() -> None:
        with database.write() as txn:
            txn.changed("a")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert told(watching) is None


def test_what_is_not_yet_committed_is_not_told(database: Database, watching: Feed) -> None:
    with database.write() as txn:
        txn.changed("a")
        assert told(watching) is None
    assert told(watching) == ("a",)


def test_another_opening_of_the_same_store_is_heard(
    database: Database, watching: Feed, tmp_path: Path
) -> None:
    url = database.url.render_as_string(hide_password=False)
    with open_store(tmp_path, url, seed=2) as second:
        note(second, "from afar")
        assert told(watching) == ("from afar",)


def test_another_process_is_heard(database: Database, watching: Feed, tmp_path: Path) -> None:
    url = database.url.render_as_string(hide_password=False)
    program = (
        "import sys, pathlib\n"
        "from tests.directory.stores import open_store\n"
        "with open_store(pathlib.Path(sys.argv[1]), sys.argv[2], seed=3) as store:\n"
        "    for line in sys.stdin:\n"
        "        with store.write() as txn:\n"
        "            txn.changed(line.strip())\n"
        "        print('committed', flush=True)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path), url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for scope in ("first", "second"):
            process.stdin.write(f"{scope}\n")
            process.stdin.flush()
            assert process.stdout.readline() == "committed\n"
            assert told(watching) == (scope,)
        process.stdin.close()


def test_too_many_changes_at_once_are_everything(
    database: Database, watching: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_SCOPES", 3)
    note(database, "a", "b", "c")
    assert told(watching) == ("a", "b", "c")
    note(database, "a", "b", "c", "d")
    assert told(watching) is EVERYTHING
    note(database, "a")
    assert told(watching) == ("a",)


def test_the_change_table_is_pruned_and_who_is_behind_forgets_everything(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "KEPT_CHANGES", 4)
    monkeypatch.setattr(context, "PRUNED_EVERY", 2)
    for number in range(20):
        note(database, f"scope {number}")
    with database.read() as txn:
        assert txn.count(changes) <= 6
        last = last_change(txn)
        assert changed_since(txn, last - 6, last) is EVERYTHING
        assert changed_since(txn, last - 1, last) == ("scope 19",)


def test_a_feed_that_keeps_up_is_not_bothered_by_pruning(
    database: Database, watching: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "KEPT_CHANGES", 4)
    monkeypatch.setattr(context, "PRUNED_EVERY", 2)
    for number in range(20):
        note(database, f"scope {number}")
        assert told(watching) == (f"scope {number}",)
