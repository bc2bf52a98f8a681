from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select

from daypass.directory.errors import StoreError
from tests.directory.stores import START, refused

if TYPE_CHECKING:
    from daypass.directory.database import Database
    from tests.directory.stores import Clock

ACCOUNT = "1000000000000100"


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as txn:
            txn.accounts.create(ACCOUNT)
            txn.users.create(ACCOUNT, "alice")
            txn.users.create(ACCOUNT, "ALICE")

    with refused("EntityAlreadyExists.User"):
        fail()
    with database.read() as txn:
        assert txn.accounts.find(ACCOUNT) is None


def test_a_read_sees_one_moment(database: Database) -> None:
    with database.read() as early:
        assert early.accounts.find(ACCOUNT) is None
        with database.write() as txn:
            txn.accounts.create(ACCOUNT)
        assert early.accounts.find(ACCOUNT) is None
    with database.read() as late:
        assert late.accounts.find(ACCOUNT) is not None


def test_a_read_cannot_write(database: Database) -> None:
    def write() -> None:
        with database.read() as txn:
            txn.accounts.create(ACCOUNT)

    with pytest.raises(StoreError):
        write()
    with database.read() as txn:
        assert txn.accounts.find(ACCOUNT) is None


def test_time_stands_still_in_a_transaction(database: Database, clock: Clock) -> None:
    with database.write() as txn:
        clock.now += 60
        assert txn.accounts.create(ACCOUNT).created_at == START
    with database.write() as txn:
        assert txn.now == START + 60


def test_threads_take_turns_to_write_and_lose_nothing(database: Database) -> None:
    with database.write() as txn:
        txn.accounts.create(ACCOUNT)
        txn.policies.create(ACCOUNT, "p", "{}")
    together = threading.Barrier(4)

    def bump(_: int) -> None:
        together.wait()
        for _ in range(5):
            with database.write() as txn:
                txn.policies.create_version(ACCOUNT, "p", "{}", rotate=True)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(bump, range(4)))
    with database.read() as txn:
        assert txn.policies.versions(ACCOUNT, "Custom", "p")[-1].version_id == "v21"


def test_many_threads_share_few_readers(database: Database) -> None:
    with database.write() as txn:
        txn.accounts.create(ACCOUNT)

    def look(_: int) -> bool:
        with database.read() as txn:
            return txn.accounts.find(ACCOUNT) is not None

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(look, range(64)))


def test_a_service_keeps_tables_of_its_own_in_the_same_transaction(database: Database) -> None:
    tables = MetaData()
    counters = Table("iot_counters", tables, Column("id", Integer, primary_key=True))
    database.create_tables(tables)
    database.create_tables(tables)
    with database.write() as txn:
        txn.connection.execute(insert(counters).values(id=7))
        txn.changed("iot.product:1000000000000100/key")
    with database.read() as txn:
        assert txn.connection.execute(select(counters.c.id)).scalar_one() == 7
