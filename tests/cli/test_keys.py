"""``daypass account`` and ``daypass keys``, while two servers work on the same store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from daypass.client import Client, Credentials
from daypass.directory.database import Database
from daypass.directory.master_key import KeyFile
from tests.cli.processes import Serving, daypass, serving
from tests.world import document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RAM, STS = "2015-05-01", "2015-04-01"


class Pair:
    """Two servers on one store; each has caches of its own."""

    def __init__(self, data: Path, first: Serving, second: Serving) -> None:
        self.data, self.first, self.second = data, first, second
        root = first.client()
        self.account = str(first.ready["account_id"])
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": [self.root_arn]}}
        root.call(RAM, "CreateUser", {"UserName": "alice"})
        root.call(RAM, "CreateRole", {"RoleName": "r", "AssumeRolePolicyDocument": document(trust)})
        may = {"PolicyType": "System", "PolicyName": "AliyunSTSAssumeRoleAccess", "UserName": "alice"}
        root.call(RAM, "AttachPolicyToUser", may)
        key = root.call(RAM, "CreateAccessKey", {"UserName": "alice"}).json()["AccessKey"]
        self.alice = Credentials.of(key)

    @property
    def root_arn(self) -> str:
        return f"acs:ram::{self.account}:root"

    def assume(self, server: Serving) -> Credentials:
        """Let Alice assume the role at one of the servers."""
        wanted = {"RoleArn": f"acs:ram::{self.account}:role/r", "RoleSessionName": "alice"}
        answer = server.client(self.alice).call(STS, "AssumeRole", wanted)
        assert answer.status == 200, answer.text
        return Credentials.of(answer.json()["Credentials"])

    def opens(self, server: Serving, session: Credentials) -> str:
        """Return the error code a server answers a session with; empty if it opens its token."""
        return Client(server.url, session).call(STS, "GetCallerIdentity").code

    def keys(self, *words: str) -> dict[int, str]:
        """Run ``daypass keys`` and return the ring it shows."""
        done = daypass("keys", *words, "--data", self.data)
        assert done.returncode == 0, done.stderr
        rows = [line.split() for line in done.stdout.splitlines()[1:]]
        return {int(row[0]): row[1] for row in rows}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    data = folder / "data"
    with serving(folder, "--data", data) as first, serving(folder, "--data", data) as second:
        yield Pair(data, first, second)


def test_a_new_account_is_printed_like_the_first_one_and_works_at_once(pair: Pair) -> None:
    created = daypass("account", "create", "--data", pair.data)
    assert created.returncode == 0
    assert created.stderr == ""
    shown = json.loads(created.stdout)
    assert list(shown) == ["AccountId", "AccessKeyId", "AccessKeySecret"]
    for server in (pair.first, pair.second):
        identity = Client(server.url, Credentials.of(shown)).call(STS, "GetCallerIdentity").json()
        assert identity["AccountId"] == shown["AccountId"]


def test_an_account_can_have_a_chosen_id_once(pair: Pair) -> None:
    words = ("account", "create", "--id", "1000000000000777")
    first = daypass(*words, "--database", f"sqlite:///{pair.data}/daypass.db")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["AccountId"] == "1000000000000777"
    again = daypass(*words, "--data", pair.data)
    assert again.returncode == 1
    assert again.stderr.startswith("daypass: EntityAlreadyExists.Account: ")


def test_an_account_id_of_another_form_is_wrong_usage(pair: Pair) -> None:
    wrong = daypass("account", "create", "--id", "77", "--data", pair.data)
    assert wrong.returncode == 2
    assert "16 digits" in wrong.stderr


def test_a_key_that_was_unknown_a_moment_ago_works_at_every_server_once_it_exists(pair: Pair) -> None:
    root = pair.first.client()
    key = root.call(RAM, "CreateAccessKey", {"UserName": "alice"}).json()["AccessKey"]
    root.call(
        RAM,
        "UpdateAccessKey",
        {"UserName": "alice", "UserAccessKeyId": key["AccessKeyId"], "Status": "Inactive"},
    )
    assert pair.opens(pair.second, Credentials.of(key)) == "InvalidAccessKeyId.Inactive"
    root.call(
        RAM,
        "UpdateAccessKey",
        {"UserName": "alice", "UserAccessKeyId": key["AccessKeyId"], "Status": "Active"},
    )
    assert pair.opens(pair.second, Credentials.of(key)) == ""


def test_rotation_ends_no_session_and_a_token_of_the_new_key_opens_everywhere_at_once(pair: Pair) -> None:
    before = pair.assume(pair.first)
    assert pair.opens(pair.second, before) == ""  # so both have the old ring in their caches
    old = pair.keys("list")
    new = pair.keys("rotate")
    (added,) = set(new) - set(old)
    assert new[added] == "primary"
    assert [new[key] for key, state in old.items() if state == "primary"] == ["retired"]
    after = pair.assume(pair.first)
    assert pair.opens(pair.second, after) == ""
    assert pair.opens(pair.first, before) == pair.opens(pair.second, before) == ""


def test_killing_a_retired_key_ends_its_sessions_alone(pair: Pair) -> None:
    retired = pair.assume(pair.first)
    (old,) = (key for key, state in pair.keys("list").items() if state == "primary")
    pair.keys("rotate")
    alive = pair.assume(pair.second)
    assert old not in pair.keys("kill", str(old))
    for server in (pair.first, pair.second):
        assert pair.opens(server, retired) == "InvalidSecurityToken.Malformed"
        assert pair.opens(server, alive) == ""


def test_killing_the_primary_key_puts_a_new_one_in_its_place(pair: Pair) -> None:
    session = pair.assume(pair.first)
    (primary,) = (key for key, state in pair.keys("list").items() if state == "primary")
    left = pair.keys("kill", str(primary))
    assert primary not in left
    assert list(left.values()).count("primary") == 1
    assert pair.opens(pair.second, session) == "InvalidSecurityToken.Malformed"
    assert pair.opens(pair.second, pair.assume(pair.first)) == ""


def test_a_key_that_is_not_there_cannot_be_killed(pair: Pair) -> None:
    failed = daypass("keys", "kill", "999", "--data", pair.data)
    assert failed.returncode == 1
    assert failed.stderr == "daypass: there is no living token key 999\n"


def test_what_is_done_to_keys_and_accounts_is_on_record(pair: Pair) -> None:
    daypass("account", "create", "--data", pair.data)
    pair.keys("rotate")
    (primary,) = (key for key, state in pair.keys("list").items() if state == "primary")
    pair.keys("kill", str(primary))
    key = KeyFile(pair.data / "master.key")
    with (
        Database.open(
            f"sqlite:///{pair.data}/daypass.db", master_key=key, clock=int, entropy=bytes
        ) as database,
        database.read() as txn,
    ):
        events = txn.audit.list(limit=1000).items
    done = [(event.product, event.principal, event.action, event.resources) for event in events]
    assert done[0] == ("Host", "host", "KillTokenKey", (f"token-key/{primary}",))
    assert ("Host", "host", "RotateTokenKey", (f"token-key/{primary}",)) in done
    assert "CreateAccount" in {action for _, _, action, _ in done}


def test_the_ring_is_shown_without_its_keys(pair: Pair) -> None:
    shown = daypass("keys", "list", "--data", pair.data).stdout
    head, *rows = shown.splitlines()
    assert head.split() == ["id", "state", "created", "changed"]
    assert all(len(row.split()) == 4 for row in rows)


@pytest.mark.parametrize("words", [("keys", "list"), ("keys", "rotate"), ("keys", "kill", "1")])
def test_a_store_that_is_not_there_is_not_made_by_looking_for_it(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    for place in (("--data", tmp_path / "data"), ("--database", f"sqlite:///{tmp_path}/data/daypass.db")):
        failed = daypass(*words, *place)
        assert failed.returncode == 1
        assert failed.stderr.startswith(f"daypass: there is no store in {tmp_path / 'data'};")
        assert not (tmp_path / "data").exists()


def test_an_account_that_is_made_first_is_the_servers_only_one(tmp_path: Path) -> None:
    created = json.loads(daypass("account", "create", "--data", tmp_path / "data").stdout)
    with serving(tmp_path, "--data", tmp_path / "data") as server:
        assert server.ready["account_id"] == created["AccountId"]
        session = Client(server.url, Credentials.of(created)).call(STS, "GetCallerIdentity")
        assert session.status == 200
