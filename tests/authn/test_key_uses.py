"""Uses of AccessKeys: gathered in a worker, written in batches, whatever happens to a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daypass.authn.key_uses import EVERY_SECONDS, MOST_AT_ONCE, SeenKeys
from daypass.directory.records import KeyUse
from tests.directory.stores import START, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from daypass.directory.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_store(tmp_path) as opened:
        yield opened


def test_a_key_is_due_at_its_first_use_and_then_at_most_once_in_five_minutes(database: Database) -> None:
    keys = SeenKeys(database)
    keys.seen["a"] = (START, "Ram")
    assert keys.take(START) == {"a": KeyUse(START, "Ram")}
    assert keys.take(START) == {}
    for later in (1, EVERY_SECONDS - 1):
        keys.seen["a"] = (START + later, "Sts")
        assert keys.take(START + later) == {}
    assert keys.take(START + EVERY_SECONDS) == {"a": KeyUse(START + EVERY_SECONDS - 1, "Sts")}


def test_a_batch_has_a_limit_and_the_rest_comes_next(database: Database) -> None:
    keys = SeenKeys(database)
    keys.seen.update({str(number): (START, "Ram") for number in range(MOST_AT_ONCE + 5)})
    assert len(keys.take(START)) == MOST_AT_ONCE
    assert len(keys.take(START)) == 5


def test_what_could_not_be_written_is_due_again_unless_the_key_was_used_since(database: Database) -> None:
    keys = SeenKeys(database)
    keys.seen.update({"a": (START, "Ram"), "b": (START, "Ram")})
    batch = keys.take(START)
    keys.seen["b"] = (START + 1, "Sts")
    keys.give_back(batch)
    assert keys.take(START + 1) == {"a": KeyUse(START, "Ram"), "b": KeyUse(START + 1, "Sts")}


def test_the_last_uses_are_written_at_the_end_given_back_ones_included(database: Database) -> None:
    with database.write() as txn:
        account = txn.accounts.create().id
        one, two = txn.access_keys.create(account).id, txn.access_keys.create(account).id
    keys = SeenKeys(database)
    keys.seen[one] = (START, "Ram")
    keys.give_back(keys.take(START))
    keys.seen[two] = (START + 1, "Iot")
    keys.write_all()
    with database.read() as txn:
        assert txn.key_uses.of([one, two]) == {one: KeyUse(START, "Ram"), two: KeyUse(START + 1, "Iot")}
    keys.write_all()


def test_two_workers_leave_the_latest_use(database: Database) -> None:
    with database.write() as txn:
        key = txn.access_keys.create(txn.accounts.create().id).id
    one, two = SeenKeys(database), SeenKeys(database)
    one.seen[key], two.seen[key] = (START + 10, "Ram"), (START + 5, "Sts")
    one.write_all()
    two.write_all()
    with database.read() as txn:
        assert txn.key_uses.find(key) == KeyUse(START + 10, "Ram")
