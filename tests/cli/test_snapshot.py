"""A snapshot taken beside a busy server, and a server on what is restored from it."""

from __future__ import annotations

import sqlite3
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any, Final

from daypass.client import Client, Credentials
from daypass.signing import sign_rpc_v1
from tests.cli.processes import Serving, daypass, serving, wait_for
from tests.world import allow, document, trusting

RAM: Final = "2015-05-01"
STS: Final = "2015-04-01"
PASSPHRASE: Final = "correct horse battery\n"


class Writer(threading.Thread):
    """Creates users until told to stop; knows which were acknowledged."""

    def __init__(self, server: Serving, number: int) -> None:
        super().__init__(name=f"writer {number}")
        self._client = server.client()
        self._number = number
        self.acknowledged: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        count = 0
        while not self.stopping.is_set():
            name = f"u{self._number}-{count}"
            if self._client.call(RAM, "CreateUser", {"UserName": name}).status == 200:
                self.acknowledged.append(name)
            count += 1


def snapshot(data: Path, archive: Path, *words: str | Path) -> None:
    done = daypass("snapshot", archive, "--data", data, *words)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{archive}\n", "")


def status(server: Serving, who: Credentials, action: str = "GetCallerIdentity") -> int:
    return Client(server.url, who).call(STS if action == "GetCallerIdentity" else RAM, action).status


def test_a_snapshot_taken_while_writers_run_holds_every_change_acknowledged_before_it(tmp_path: Path) -> None:
    data, archive, restored = tmp_path / "data", tmp_path / "archive", tmp_path / "restored"
    with serving(tmp_path, "--data", data, "--workers", "2") as server:
        writers = [Writer(server, number) for number in range(3)]
        for writer in writers:
            writer.start()
        wait_for(lambda: all(len(writer.acknowledged) > 5 for writer in writers))
        before = {name for writer in writers for name in writer.acknowledged}
        snapshot(data, archive)
        after = {name for writer in writers for name in writer.acknowledged}
        for writer in writers:
            writer.stopping.set()
        for writer in writers:
            writer.join()
    assert before < after, "the writers wrote while the snapshot was taken"
    key = data / "master.key"
    done = daypass("restore", archive, "--data", restored, "--master-key", key)
    assert (done.returncode, done.stderr) == (0, "")
    store = sqlite3.connect(restored / "daypass.db")
    users = {name for (name,) in store.execute("SELECT name FROM users")}
    recorded = store.execute("SELECT count(*) FROM audit_events WHERE action = 'CreateUser'").fetchone()[0]
    store.close()
    assert before <= users
    assert recorded == len(users), "each change has its record, and no record is without its change"


def test_a_restored_server_honours_keys_and_live_tokens_and_refuses_what_was_used(tmp_path: Path) -> None:
    data, archive, restored = tmp_path / "data", tmp_path / "archive", tmp_path / "restored"
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE)
    with serving(tmp_path, "--data", data) as server:
        root = server.client()
        root.call(RAM, "CreateUser", {"UserName": "ann"})
        grant = {
            "PolicyName": "p",
            "PolicyDocument": document(allow("sts:AssumeRole"), allow("ram:ListUsers")),
        }
        root.call(RAM, "CreatePolicy", grant)
        account = server.ready["account_id"]
        trust = trusting(f"acs:ram::{account}:root")
        root.call(RAM, "CreateRole", {"RoleName": "r", "AssumeRolePolicyDocument": trust})
        for kind, name in (("User", "ann"), ("Role", "r")):
            attach = {"PolicyType": "Custom", "PolicyName": "p", f"{kind}Name": name}
            assert root.call(RAM, f"AttachPolicyTo{kind}", attach).status == 200
        answer = root.call(RAM, "CreateAccessKey", {"UserName": "ann"}, form="JSON")
        ann = Credentials.of(answer.json()["AccessKey"])
        assume = {"RoleArn": f"acs:ram::{account}:role/r", "RoleSessionName": "session"}
        answer = Client(server.url, ann).call(STS, "AssumeRole", assume, form="JSON")
        session = Credentials.of(answer.json()["Credentials"])
        used = _signed(ann)
        assert _sent(server, used) == 200
        assert _sent(server, used) == 400
        snapshot(data, archive, "--passphrase-file", passphrase)
        # What happens from now on is not in the snapshot.
        root.call(RAM, "CreateUser", {"UserName": "late"})
    done = daypass("restore", archive, "--data", restored, "--passphrase-file", passphrase)
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / "gone").mkdir()
    data.rename(tmp_path / "gone" / "data")
    with serving(tmp_path, "--data", restored, "--workers", "2") as server:
        assert _sent(server, used) == 400, "it was used before"
        # The second in which the nonces were lost is refused as a whole.
        wait_for(lambda: status(server, ann) == 200)
        assert _sent(server, used) == 400
        assert status(server, session) == 200
        assert status(server, session, "ListUsers") == 200
        listed = Client(server.url, ann).call(RAM, "ListUsers", form="JSON").json()
        assert [user["UserName"] for user in listed["Users"]["User"]] == ["ann"]
        assert Client(server.url, ann).call(STS, "AssumeRole", assume).status == 200


def _signed(who: Credentials) -> str:
    return sign_rpc_v1(
        "GetCallerIdentity",
        STS,
        {},
        access_key_id=who.access_key_id,
        secret=who.access_key_secret.reveal(),
        timestamp=int(time.time()),
        nonce="used-before",
        format="JSON",
    )


def _sent(server: Serving, query: str) -> int:
    request = urllib.request.Request(server.url, query.encode())  # noqa: S310 (a server of this test)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 (as above)
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return int(refusal.code)


def test_what_cannot_be_done_is_said_in_one_line(tmp_path: Path) -> None:
    data, archive = tmp_path / "data", tmp_path / "archive"
    daypass("account", "create", "--data", data)
    short, missing = tmp_path / "short", tmp_path / "missing"
    short.write_text("hunter2\n")
    snapshot(data, archive)
    cases: list[tuple[tuple[Any, ...], str]] = [
        (("snapshot", archive, "--data", data), f"cannot write {archive}: File exists"),
        (
            ("snapshot", missing / "a", "--data", data),
            f"cannot write {missing / 'a'}: No such file or directory",
        ),
        (("snapshot", missing, "--data", tmp_path / "nowhere"), "there is no store in "),
        (
            ("snapshot", missing, "--data", data, "--passphrase-file", short),
            "a passphrase has at least 12 characters",
        ),
        (("snapshot", missing, "--data", data, "--passphrase-file", missing), "cannot read "),
        (("restore", archive, "--data", data), f"{data} is not empty; restore into a new directory"),
        (
            ("restore", missing, "--data", tmp_path / "new"),
            f"cannot use {missing}: No such file or directory",
        ),
        (("restore", short, "--data", tmp_path / "new"), f"{short} is refused: it is no snapshot, or "),
        (
            ("restore", archive, "--data", tmp_path / "new"),
            f"{archive} is refused: it does not hold the master key",
        ),
        (
            ("restore", archive, "--data", tmp_path / "new", "--master-key", missing),
            f"there is no master key in {missing}",
        ),
    ]
    for words, complaint in cases:
        failed = daypass(*words)
        assert (failed.returncode, failed.stdout) == (1, ""), words
        assert failed.stderr.startswith(f"daypass: {complaint}"), failed.stderr
        assert failed.stderr.count("\n") == 1
    assert not missing.exists()
    assert not (tmp_path / "new").exists()
    asked = daypass("snapshot", missing, "--data", data, "--passphrase")
    assert (asked.returncode, "asks at a terminal" in asked.stderr) == (2, True)


def test_the_master_key_of_a_plain_archive_may_come_from_the_environment(tmp_path: Path) -> None:
    data, archive, restored = tmp_path / "data", tmp_path / "archive", tmp_path / "restored"
    daypass("account", "create", "--data", data)
    snapshot(data, archive)
    env = {"DAYPASS_MASTER_KEY": (data / "master.key").read_text().strip()}
    assert daypass("restore", archive, "--data", restored, env=env).returncode == 0
    assert not (restored / "master.key").exists()
    assert daypass("keys", "list", "--data", restored, env=env).returncode == 0
    assert daypass("keys", "list", "--data", restored).returncode == 1
