"""``daypass audit tail``, as a process, beside a server."""

from __future__ import annotations

import json
import select
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from daypass.client import Client, Credentials
from tests.cli.processes import DAYPASS, PATIENCE, Serving, daypass, serving, wait_for

RAM = "2015-05-01"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("audit")
    with serving(folder, "--data", folder / "data") as server:
        root = server.client()
        for name in ("alice", "bob"):
            root.call(RAM, "CreateUser", {"UserName": name})
        key = Credentials.of(root.call(RAM, "CreateAccessKey", {"UserName": "bob"}).json()["AccessKey"])
        denied = Client(server.url, key).call(RAM, "GetUser", {"UserName": "alice"})
        root.call(RAM, "GetUser", {"UserName": "nobody"})
        log = Path(server.ready["data"], "decisions.jsonl")
        wait_for(lambda: denied.json()["RequestId"] in log.read_text() and "nobody" in log.read_text())
        yield server


def _events(server: Serving, *words: str) -> list[dict[str, Any]]:
    done = daypass("audit", "tail", "--data", server.ready["data"], *words)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def _names(server: Serving, *words: str) -> list[str]:
    return [event["eventName"] for event in _events(server, *words)]


def test_the_last_events_are_shown_the_newest_last(server: Serving) -> None:
    names = _names(server)
    assert names[-5:] == ["CreateUser", "CreateUser", "CreateAccessKey", "GetUser", "GetUser"]
    assert "CreateAccount" in names
    assert _names(server, "--lines", "2") == ["GetUser", "GetUser"]
    assert _names(server, "-n", "0") == []


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("--outcome", "deny"), ["GetUser"]),
        (("--outcome", "Implicit Deny"), ["GetUser"]),
        (("--outcome", "refused"), ["GetUser"]),
        (("--principal", "bob"), ["GetUser"]),
        (("--principal", "acs:ram::{account}:user/bob"), ["GetUser"]),
        (("--action", "CreateUser"), ["CreateUser", "CreateUser"]),
        (("--action", "ram:GetUser", "--outcome", "deny"), ["GetUser"]),
        (("--resource", "alice"), ["CreateUser", "GetUser"]),
        (("--resource", "acs:ram::{account}:user/alice"), ["GetUser"]),
        (("--account", "1000000000000001"), []),
        (("--account", "{account}", "--action", "CreateUser"), ["CreateUser", "CreateUser"]),
        (("--since", "1h", "--action", "CreateUser"), ["CreateUser", "CreateUser"]),
        (("--since", "2100-01-01T00:00:00Z"), []),
    ],
)
def test_options_narrow_what_is_shown(server: Serving, words: tuple[str, ...], names: list[str]) -> None:
    known = {"account": server.ready["account_id"]}
    assert sorted(_names(server, *(word.format_map(known) for word in words))) == names


def test_a_request_is_found_by_its_id_and_a_key_by_its_own(server: Serving) -> None:
    (denied,) = _events(server, "--outcome", "deny")
    assert _events(server, "--request-id", denied["requestId"]) == [denied]
    key = denied["userIdentity"]["accessKeyId"]
    assert _events(server, "--access-key", key) == [denied]


def test_events_of_all_workers_are_shown_once_each(tmp_path: Path) -> None:
    with serving(tmp_path, "--data", tmp_path / "data", "--workers", "2") as server:
        client = server.client()
        asked = [client.call(RAM, "GetUser", {"UserName": "nobody"}).json()["RequestId"] for _ in range(40)]
        made = [client.call(RAM, "CreateUser", {"UserName": f"u{n}"}).json()["RequestId"] for n in range(20)]
        log = tmp_path / "data" / "decisions.jsonl"
        wait_for(lambda: all(request in log.read_text() for request in asked + made))
        shown = _events(server, "--lines", "1000")
    ids = [event["requestId"] for event in shown if event["eventName"] in {"GetUser", "CreateUser"}]
    assert sorted(ids) == sorted(asked + made)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_goes_on_across_the_rotation_of_the_log_until_it_is_told_to_stop(
    server: Serving, ending: signal.Signals
) -> None:
    log = Path(server.ready["data"], "decisions.jsonl")
    command = [DAYPASS, "audit", "tail", "--follow", "-n", "1", "--data", server.ready["data"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["eventVersion"] == "1"
            server.client().call(RAM, "CreateGroup", {"GroupName": "first"})
            assert json.loads(process.stdout.readline())["eventName"] == "CreateGroup"
            seen = server.client().call(RAM, "ListGroups")
            assert json.loads(process.stdout.readline())["requestId"] == seen.json()["RequestId"]
            log.replace(log.with_name("decisions.jsonl.1"))
            after = server.client().call(RAM, "ListRoles")
            assert json.loads(process.stdout.readline())["requestId"] == after.json()["RequestId"]
            server.client().call(RAM, "DeleteGroup", {"GroupName": "first"})
            assert json.loads(process.stdout.readline())["eventName"] == "DeleteGroup"
            assert select.select([process.stdout], [], [], 1.5)[0] == []
            process.send_signal(ending)
            assert process.wait(PATIENCE) == 0
            assert process.stderr is not None
            assert process.stderr.read() == ""
        finally:
            if process.poll() is None:
                process.kill()


def test_it_ends_when_nobody_reads_on(server: Serving) -> None:
    command = [DAYPASS, "audit", "tail", "--data", server.ready["data"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["eventVersion"] == "1"
        process.stdout.close()
        assert process.wait(PATIENCE) in {0, 1}
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    "words", [("--since", "yesterday"), ("--outcome", "maybe"), ("--account", "1"), ("--lines", "x")]
)
def test_wrong_options_are_told(server: Serving, words: tuple[str, str]) -> None:
    done = daypass("audit", "tail", "--data", server.ready["data"], *words)
    assert done.returncode == 2
    assert words[0] in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_store_it_says_so(tmp_path: Path) -> None:
    done = daypass("audit", "tail", "--data", tmp_path / "nothing")
    assert done.returncode == 1
    assert "there is no store" in done.stderr
