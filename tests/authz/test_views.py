"""Cached look-ups: never stale after a refresh, never a mixture, bounded. A real store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from daypass.authz.views import Loaded, NotCachedError, View, Views
from daypass.directory.database import Database, Transaction
from daypass.directory.master_key import KeyFile

loads: list[str] = []


def _load_alias(txn: Transaction, account: str) -> Loaded[str | None]:
    loads.append(account)
    return Loaded(txn.accounts.get(account).alias, (f"account:{account}",))


ALIAS: View[str, str | None] = View("alias", _load_alias)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'daypass.db'}"
    with Database.open(
        url, master_key=KeyFile(tmp_path / "key"), clock=lambda: 1_700_000_000, entropy=os.urandom
    ) as opened:
        yield opened


@pytest.fixture
def account(database: Database) -> str:
    loads.clear()
    with database.write() as txn:
        return txn.accounts.create().id


@pytest.fixture
def views(database: Database, account: str) -> Iterator[Views]:
    assert account
    feed = database.feed()
    yield Views(database, feed, capacity=16)
    feed.close()


def _set(database: Database, account: str, alias: str) -> None:
    with database.write() as txn:
        txn.accounts.set_alias(account, alias)


def test_what_is_not_loaded_is_said_to_be_missing(views: Views, account: str) -> None:
    with pytest.raises(NotCachedError) as miss:
        views.look(ALIAS, account)
    assert (miss.value.view, miss.value.key) == (ALIAS, account)


def test_what_is_loaded_is_found_without_the_store(views: Views, account: str) -> None:
    views.load(ALIAS, account)
    assert views.look(ALIAS, account) is None
    assert views.look(ALIAS, account) is None
    assert len(loads) == 1


def test_a_change_is_noticed_once_and_drops_what_rests_on_it(
    database: Database, views: Views, account: str
) -> None:
    views.load(ALIAS, account)
    _set(database, account, "blue")
    assert views.look(ALIAS, account) is None
    assert views.refresh()
    assert not views.refresh()
    with pytest.raises(NotCachedError):
        views.look(ALIAS, account)
    views.load(ALIAS, account)
    assert views.look(ALIAS, account) == "blue"


def test_a_change_of_something_else_drops_nothing(database: Database, views: Views, account: str) -> None:
    views.load(ALIAS, account)
    with database.write() as txn:
        txn.accounts.create()
    assert views.refresh()
    assert views.look(ALIAS, account) is None


def test_an_answer_older_than_a_change_noticed_meanwhile_is_not_kept(
    database: Database, views: Views, account: str
) -> None:
    def overtaken(txn: Transaction, key: str) -> Loaded[str | None]:
        old = txn.accounts.get(key).alias
        _set(database, account, "green")
        assert views.refresh()
        return Loaded(old, (f"account:{key}",))

    slow: View[str, str | None] = View("slow", overtaken)
    views.load(slow, account)
    with pytest.raises(NotCachedError):
        views.look(slow, account)


def test_an_answer_that_a_change_meanwhile_does_not_touch_is_kept(
    database: Database, views: Views, account: str
) -> None:
    def overtaken(txn: Transaction, key: str) -> Loaded[str | None]:
        old = txn.accounts.get(key).alias
        with database.write() as other:
            other.accounts.create()
        assert views.refresh()
        return Loaded(old, (f"account:{key}",))

    slow: View[str, str | None] = View("slow", overtaken)
    views.load(slow, account)
    assert views.look(slow, account) is None


def test_a_gap_in_the_feed_forgets_everything(
    database: Database, views: Views, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    views.load(ALIAS, account)
    monkeypatch.setattr("daypass.directory.feed.MOST_SCOPES", 0)
    with database.write() as txn:
        txn.accounts.create()
    assert views.refresh()
    with pytest.raises(NotCachedError):
        views.look(ALIAS, account)


def test_the_cache_is_bounded_and_leaves_no_traces(views: Views, account: str) -> None:
    def load(txn: Transaction, key: int) -> Loaded[int]:
        del txn
        return Loaded(key, (f"number:{key}", f"account:{account}"))

    numbered: View[int, int] = View("number", load)
    for number in range(200):
        views.load(numbered, number)
    assert len(views._answers) <= 16
    assert len(views._scopes) == len(views._answers)
    assert len(views._dependants) <= len(views._answers) + 1
    assert views.look(numbered, 199) == 199
