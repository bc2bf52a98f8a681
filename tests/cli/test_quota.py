"""``daypass account quota`` beside a server of several workers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from tests.cli.processes import daypass, serving

RAM: Final = "2015-05-01"


def listed(text: str) -> dict[str, tuple[int, int]]:
    """Return quota -> value and default, as a table shows them."""
    head, *rows = text.splitlines()
    assert head.split() == ["quota", "value", "default"]
    return {name: (int(value), int(default)) for name, value, default in (row.split() for row in rows)}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    assert daypass("account", "create", "--data", tmp_path / "data").returncode == 0
    return tmp_path / "data"


def test_a_quota_counts_at_every_worker_from_the_moment_it_is_set(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(tmp_path, "--data", data, "--workers", "2") as server:
        shown = daypass("account", "quota", "set", "users", "3", "--data", data)
        assert listed(shown.stdout)["users"] == (3, 5000)
        answers = [
            server.client().call(RAM, "CreateUser", {"UserName": f"u{number}"}, form="JSON")
            for number in range(12)
        ]
        assert [answer.status for answer in answers] == [200] * 3 + [409] * 9
        assert {answer.json()["Code"] for answer in answers[3:]} == {"LimitExceeded.User"}
        daypass("account", "quota", "set", "users", "default", "--data", data)
        answer = server.client().call(RAM, "CreateUser", {"UserName": "more"}, form="JSON")
        assert answer.status == 200


def test_an_account_is_named_where_there_are_several(data: Path) -> None:
    second = json.loads(daypass("account", "create", "--data", data).stdout)["AccountId"]
    unclear = daypass("account", "quota", "list", "--data", data)
    assert (unclear.returncode, unclear.stdout) == (1, "")
    assert unclear.stderr == "daypass: there are several accounts; name one with --account\n"
    daypass("account", "quota", "set", "roles", "5", "--data", data, "--account", second)
    shown = daypass("account", "quota", "list", "--data", data, "--account", second)
    assert listed(shown.stdout)["roles"] == (5, 1000)
    nobody = daypass("account", "quota", "list", "--data", data, "--account", "9" * 16)
    assert nobody.stderr == f"daypass: there is no account {'9' * 16}\n"


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (("rolls", "5"), 1, "there is no quota rolls"),
        (("roles", "-1"), 2, "a number from 0 to 1000000 is wanted"),
        (("roles", "1000001"), 2, "a number from 0 to 1000000 is wanted"),
        (("roles", "many"), 2, "or default"),
    ],
)
def test_what_is_no_quota_is_refused(data: Path, words: tuple[str, str], code: int, complaint: str) -> None:
    refused = daypass("account", "quota", "set", "--data", data, "--", *words)
    assert refused.returncode == code
    assert complaint in refused.stderr
