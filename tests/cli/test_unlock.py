"""``daypass account unlock`` beside a server."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.processes import daypass, serving

IMS = "2019-08-15"
ELSEWHERE = json.dumps(
    {"Status": "Active", "Statements": [{"Type": "ClassicWhiteList", "IPList": ["203.0.113.1"]}]}
)


def test_an_account_that_shut_itself_out_gets_in_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(tmp_path, "--data", data, "--workers", "2") as server:
        root = server.client()
        own = {"UserAccessKeyId": server.root.access_key_id, "AccessKeyPolicy": ELSEWHERE}
        assert root.call(IMS, "SetAccessKeyPolicyForAccount", {"AccessKeyPolicy": ELSEWHERE}).status == 200
        assert root.call(IMS, "GetAccountSummary").code == "Forbidden.AccessKeyPolicy"
        done = daypass("account", "unlock", "--data", data)
        assert (done.returncode, done.stdout) == (0, "1 network policy taken away\n")
        assert root.call(IMS, "SetAccessKeyPolicy", own).status == 200
        assert {root.call(IMS, "GetAccountSummary").code for _ in range(4)} == {"Forbidden.AccessKeyPolicy"}
        assert daypass("account", "unlock", "--data", data).stdout == "1 network policy taken away\n"
        assert {root.call(IMS, "GetAccountSummary").status for _ in range(4)} == {200}
        assert daypass("account", "unlock", "--data", data).stdout == "0 network policies taken away\n"


def test_an_account_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    assert daypass("account", "create", "--data", tmp_path).returncode == 0
    wrong = daypass("account", "unlock", "--account", "1234567890123456", "--data", tmp_path)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "there is no account 1234567890123456" in wrong.stderr
