"""``daypass console setup-link``, while a server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from tests.cli.processes import daypass, serving

if TYPE_CHECKING:
    from pathlib import Path


def test_a_link_is_printed_and_written_for_its_owner_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(tmp_path, "--data", data):
        first = daypass("console", "setup-link", "--data", data)
        again = daypass("console", "setup-link", "--data", data, "--url", "https://console.example/")
    assert (first.returncode, first.stderr) == (0, "")
    assert "/setup?link=" in first.stdout
    assert again.stdout.startswith("https://console.example/setup?link=")
    file = data / "console-setup-url"
    assert file.read_text() == again.stdout
    assert file.stat().st_mode & 0o777 == 0o600


def test_there_is_no_link_to_a_store_that_is_not_there_nor_to_an_account(tmp_path: Path) -> None:
    missing = daypass("console", "setup-link", "--data", tmp_path / "data")
    assert (missing.returncode, missing.stdout) == (1, "")
    with serving(tmp_path, "--data", tmp_path / "data", "--no-console"):
        nobody = daypass(
            "console", "setup-link", "--data", tmp_path / "data", "--account", "1000000000000999"
        )
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert "there is no account 1000000000000999" in nobody.stderr
    assert not (tmp_path / "data" / "console-setup-url").exists()


def test_the_first_start_prints_a_link_and_the_next_one_too_until_it_is_used(tmp_path: Path) -> None:
    data = tmp_path / "data"
    links = []
    for _ in range(2):
        with serving(tmp_path, "--data", data) as server:
            assert (data / "console-url").read_text() == f"{server.ready['console']}\n"
            links.append((data / "console-setup-url").read_text().strip())
            assert httpx.get(links[-1]).status_code == 200
            server.end()
            assert server.process.stdout is not None
            (setup,) = server.process.stdout.read().splitlines()
        assert setup == f"daypass setup {links[-1]} (good once, for 10 minutes)"
    assert links[0] != links[1]
    with serving(tmp_path, "--data", data) as server:
        root = server.client()
        root.call("2015-05-01", "CreateUser", {"UserName": "alice"})
        password = {"UserName": "alice", "Password": "Correct-horse-9"}
        assert root.call("2015-05-01", "CreateLoginProfile", password).status == 200
    with serving(tmp_path, "--data", data) as server:
        assert not (data / "console-setup-url").exists()
        server.end()
        assert server.process.stdout is not None
        assert server.process.stdout.read() == ""
