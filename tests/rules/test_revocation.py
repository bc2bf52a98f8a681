"""A right that was taken away works no more once that is acknowledged, however unlucky the timing."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from typing import Any

import pytest

from daypass import main
from daypass.authn.sessions import RING
from daypass.authz.views import View
from daypass.client import Client, Credentials
from daypass.directory import feed
from daypass.directory.database import Transaction
from daypass.directory.errors import STORE_BUSY
from daypass.testing import Server
from tests.world import World, allow, document, trusting

RAM = "2015-05-01"


@pytest.fixture
def world() -> Iterator[World]:
    with Server(default_format="JSON") as server:
        yield World(server)


def _revoke(world: World, txn: Transaction, user: str) -> None:
    for attachment in txn.attachments.of_principal(world.id, "User", user):
        txn.attachments.detach(world.id, "User", user, "Custom", attachment.policy_name)


def test_a_change_is_not_lost_when_the_store_fails_while_it_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = Client(world.server.url, world.user("Alice", document(allow("ram:*"))))
    assert alice.call(RAM, "ListUsers").status == 200
    real, failures = feed.changed_since, iter([True])

    def fails_once(txn: Transaction, before: int, last: int) -> Any:
        if next(failures, False):
            raise STORE_BUSY()
        return real(txn, before, last)

    with main.open_database(world.server.settings) as other, other.write() as txn:
        _revoke(world, txn, "Alice")
    monkeypatch.setattr(feed, "changed_since", fails_once)
    assert [alice.call(RAM, "ListUsers").status for _ in range(2)] == [503, 403]


def test_a_write_that_waited_for_its_turn_is_decided_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mallory = Client(world.server.url, world.user("Mallory", document(allow("ram:*"))))
    assert mallory.call(RAM, "ListUsers").status == 200
    admitted, answers = threading.Event(), []
    write = world.server.runtime.database.write

    def queued() -> Any:
        admitted.set()
        return write()

    monkeypatch.setattr(world.server.runtime.database, "write", queued)
    thread = threading.Thread(
        target=lambda: answers.append(mallory.call(RAM, "CreateUser", {"UserName": "backdoor"}))
    )
    with main.open_database(world.server.settings) as other, other.write() as txn:
        thread.start()
        assert admitted.wait(30)
        _revoke(world, txn, "Mallory")
    thread.join()
    assert (answers[0].status, answers[0].code) == (403, "NoPermission")
    with main.open_database(world.server.settings) as other, other.read() as txn:
        assert txn.users.find(world.id, "backdoor") is None


def test_a_key_switched_off_while_its_write_waited_writes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = world.user("Mallory", document(allow("ram:*")))
    mallory = Client(world.server.url, key)
    assert mallory.call(RAM, "ListUsers").status == 200
    admitted, answers = threading.Event(), []
    write = world.server.runtime.database.write

    def queued() -> Any:
        admitted.set()
        return write()

    monkeypatch.setattr(world.server.runtime.database, "write", queued)
    thread = threading.Thread(
        target=lambda: answers.append(mallory.call(RAM, "CreateUser", {"UserName": "backdoor"}))
    )
    with main.open_database(world.server.settings) as other, other.write() as txn:
        thread.start()
        assert admitted.wait(30)
        txn.access_keys.set_status(world.id, "Mallory", key.access_key_id, "Inactive")
    thread.join()
    assert answers[0].code == "InvalidAccessKeyId.Inactive"


def test_credentials_are_made_only_for_the_role_that_was_decided_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = world.user("Alice", document(allow("sts:AssumeRole")))
    world.user("Other")
    arn = world.role("Fleeting", trusting(f"acs:ram::{world.id}:user/Alice"))
    views = world.server.runtime.views
    replaced: list[str] = []
    load = views.load

    def slow(view: View[Any, Any], key: Hashable) -> None:
        """Replace the role by a namesake that trusts somebody else, while the ring is loaded."""
        if view is RING and not replaced:
            with main.open_database(world.server.settings) as other, other.write() as txn:
                txn.roles.delete(world.id, "Fleeting")
            replaced.append(world.role("Fleeting", trusting(f"acs:ram::{world.id}:user/Other")))
        load(view, key)

    assert world.call(alice, "GetCallerIdentity").status == 200
    views._drop((RING, ""))
    monkeypatch.setattr(views, "load", slow)
    answer = world.assume(alice, arn)
    assert replaced
    assert (answer.status, answer.code) == (403, "NoPermission")


def test_ids_that_no_key_can_have_are_neither_kept_nor_recorded_whole(world: World) -> None:
    stranger = Credentials("A" * 100_000, world.account.root.access_key_secret)
    answer = Client(world.server.url, stranger).call(RAM, "ListUsers")
    assert (answer.status, answer.code) == (404, "InvalidAccessKeyId.NotFound")
    kept = [key for _, key in world.server.runtime.views._answers if isinstance(key, str)]
    assert all(len(key) <= 128 for key in kept)
    assert len(world.record_of(answer.headers["x-acs-request-id"])["accessKeyId"]) == 128


def test_asking_for_keys_that_are_not_there_pushes_out_nobody(world: World) -> None:
    views = world.server.runtime.views
    alice = world.user("Alice")
    assert world.call(alice, "GetCallerIdentity").status == 200
    views._capacity = 64  # type: ignore[misc] # a small cache for a short test
    for number in range(100):
        world.call(Credentials(f"LTAI{number:020}", alice.access_key_secret), "GetCallerIdentity")
    assert len(views._absent) <= 64 // 16 + 1
    assert any(key == alice.access_key_id for _, key in views._answers)
