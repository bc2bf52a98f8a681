"""Nodes that keep the directory in PostgreSQL: real processes, a real database, really killed."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from daypass.client import Answer, Client, Credentials
from daypass.directory.database import Database
from daypass.directory.errors import StoreError
from tests.cli.processes import Serving, daypass, serving, wait_for
from tests.directory.stores import open_store
from tests.postgres import Cluster
from tests.world import allow, document

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.postgresql

RAM: Final = "2015-05-01"
STS: Final = "2015-04-01"


@pytest.fixture
def url(postgresql: Cluster) -> str:
    return postgresql.new_database()


@pytest.fixture
def frail() -> Iterator[Cluster]:
    """A cluster of the test's own, to be killed; what it acknowledges is on disk."""
    cluster = Cluster(fsync="on")
    yield cluster
    cluster.close()


def ram(node: Serving, action: str, **parameters: str) -> Answer:
    return node.client().call(RAM, action, parameters)


def reader(node: Serving, name: str = "reader") -> Credentials:
    """Make a user who may list users, and return her key."""
    policy = document(allow("ram:ListUsers"))
    for action, parameters in (
        ("CreateUser", {"UserName": name}),
        ("CreatePolicy", {"PolicyName": name, "PolicyDocument": policy}),
        ("AttachPolicyToUser", {"PolicyType": "Custom", "PolicyName": name, "UserName": name}),
    ):
        assert ram(node, action, **parameters).status == 200
    made = ram(node, "CreateAccessKey", UserName=name).json()["AccessKey"]
    return Credentials.of(made)


def switch(node: Serving, key: Credentials, wanted: str) -> Answer:
    """Make the reader's key active or inactive."""
    named = {"UserName": "reader", "UserAccessKeyId": key.access_key_id}
    return ram(node, "UpdateAccessKey", **named, Status=wanted)


def status(node: Serving, who: Credentials, version: str = STS, action: str = "GetCallerIdentity") -> int:
    return Client(node.url, who).call(version, action).status


def test_a_second_node_knows_what_the_first_was_told_and_heeds_what_it_takes_away(
    tmp_path: Path, url: str
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with serving(tmp_path, "--data", first, "--database", url) as one:
        second.mkdir()
        shutil.copy(first / "master.key", second / "master.key")
        with serving(tmp_path, "--data", second, "--database", url) as other:
            assert other.ready["account_id"] == one.ready["account_id"]
            key = reader(one)
            wait_for(lambda: status(other, key) == 200)
            assert switch(one, key, "Inactive").status == 200
            wait_for(lambda: status(other, key) == 400)


def test_a_node_with_another_master_key_does_not_start(tmp_path: Path, url: str) -> None:
    with serving(tmp_path, "--data", tmp_path / "first", "--database", url):
        other = tmp_path / "second"
        assert daypass("account", "create", "--data", other).returncode == 0
        started = daypass(
            "serve", "--no-console", "--listen", "127.0.0.1:0", "--data", other, "--database", url
        )
    assert (started.returncode, started.stderr.count("\n")) == (1, 1)
    assert "another master key" in started.stderr


def test_what_one_worker_changes_the_next_request_to_any_worker_is_decided_by(
    tmp_path: Path, url: str
) -> None:
    with serving(tmp_path, "--data", tmp_path / "data", "--database", url, "--workers", "2") as node:
        key = reader(node)
        for wanted in ("Inactive", "Active") * 10:
            assert switch(node, key, wanted).status == 200
            expected = 200 if wanted == "Active" else 400
            assert {status(node, key) for _ in range(6)} == {expected}


def test_a_node_whose_database_is_gone_decides_nothing_until_it_is_back(
    tmp_path: Path, frail: Cluster
) -> None:
    with serving(tmp_path, "--data", tmp_path / "data", "--database", frail.new_database()) as node:
        key = reader(node)
        assert status(node, key) == 200
        frail.kill()
        wait_for(lambda: status(node, key) == 503)
        assert {status(node, key) for _ in range(3)} == {503}
        assert status(node, key, RAM, "ListUsers") == 503
        assert ready(node) == 503
        frail.start()
        wait_for(lambda: status(node, key) == 200)
        assert status(node, key, RAM, "ListUsers") == 200
        assert ready(node) == 200
        assert node.end() == 0


def test_whatever_was_acknowledged_is_there_after_the_database_has_crashed(
    tmp_path: Path, frail: Cluster
) -> None:
    with serving(tmp_path, "--data", tmp_path / "data", "--database", frail.new_database()) as node:

        def create(number: int) -> str | None:
            name = f"user-{number}"
            return name if ram(node, "CreateUser", UserName=name).status == 200 else None

        with ThreadPoolExecutor(4) as pool:
            attempts = pool.map(create, range(200))
            first = next(attempts)
            frail.kill()
            acknowledged = {first, *attempts} - {None}
        frail.start()
        wait_for(lambda: ram(node, "ListUsers").status == 200)
        assert 0 < len(acknowledged) < 200
        assert acknowledged <= set(users(node))


def test_two_processes_that_start_on_an_empty_database_at_once_both_serve(tmp_path: Path, url: str) -> None:
    key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

    def start(name: str) -> int:
        arguments = ("account", "create", "--data", tmp_path / name, "--database", url)
        return daypass(*arguments, env={"DAYPASS_MASTER_KEY": key}).returncode

    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(start, ("one", "two", "three"))) == {0}


def test_a_password_in_the_url_is_in_no_message(tmp_path: Path, postgresql: Cluster) -> None:
    url = f"postgresql://daypass:hunter2@127.0.0.1:{postgresql.port}/there-is-none"
    with pytest.raises(StoreError) as error:
        open_store(tmp_path, url)
    assert "hunter2" not in str(error.value)
    assert "there-is-none" in str(error.value)


def test_text_that_the_database_cannot_keep_is_refused_before_it_gets_there(tmp_path: Path, url: str) -> None:
    with serving(tmp_path, "--data", tmp_path / "data", "--database", url) as node:
        for text in ("nul \0 in it", "\ud7ff\ue000\U0010ffff", "'; DROP TABLE users; --"):
            answer = ram(node, "CreateUser", UserName=f"user-{len(text)}", Comments=text)
            assert answer.status in {200, 400}
        assert node.end() == 0


def ready(node: Serving) -> int:
    return Client(node.url, None).send("GET", "/readyz").status


def users(node: Serving) -> list[str]:
    found: list[str] = []
    marker: dict[str, str] = {}
    while True:
        page: dict[str, Any] = ram(node, "ListUsers", MaxItems="100", **marker).json()
        found.extend(user["UserName"] for user in page["Users"]["User"])
        if not page["IsTruncated"]:
            return found
        marker = {"Marker": page["Marker"]}


def test_a_database_that_was_put_back_to_an_earlier_moment_is_taken_as_it_is(
    tmp_path: Path, postgresql: Cluster
) -> None:
    with open_store(tmp_path, postgresql.new_database()) as old:
        _note(old, "a")
        feed = old.feed(tmp_path)
        feed.close()
        bell = (tmp_path / "committed").read_bytes()
    with open_store(tmp_path, postgresql.new_database(), seed=2) as new:
        (tmp_path / "committed").write_bytes(b"\xff\xff" + bytes(6))
        assert bell != (tmp_path / "committed").read_bytes()
        feed = new.feed(tmp_path)
        assert feed.poll() is None
        _note(new, "b")
        feed.catch_up()
        assert feed.poll() == ("b",)
        feed.close()


def _note(database: Database, scope: str) -> None:
    with database.write() as txn:
        txn.changed(scope)
