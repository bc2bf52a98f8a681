"""``daypass gateway``: it runs; descriptions are checked and shown."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import httpx
import pytest

from daypass.cli import main
from daypass.descriptions import SHIPPED
from tests.cli.processes import DAYPASS, PATIENCE, daypass, serving
from tests.gateway import signers
from tests.gateway.foreign import Foreign
from tests.gateway.gateways import configure


@pytest.mark.parametrize("service", SHIPPED)
def test_what_is_shown_passes_the_check(
    service: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gateway", "show", service]) == 0
    file = tmp_path / "shown.toml"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["gateway", "check", str(file)]) == 0
    assert capsys.readouterr().out.startswith(f"{file}: {service}, ")


def test_a_description_with_a_fault_is_told_in_one_line_and_the_others_are_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong, right = tmp_path / "wrong.toml", tmp_path / "right.toml"
    wrong.write_text('service = "x"\ntitle = "X"\ninterfaces = []\n', encoding="utf-8")
    assert main(["gateway", "show", "mns"]) == 0
    right.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["gateway", "check", str(wrong), str(tmp_path / "nowhere"), str(right)]) == 1
    said = capsys.readouterr()
    assert said.out == f"{right}: mns, 21 actions by mns\n"
    assert len(said.err.splitlines()) == 2
    assert said.err.startswith(f"{wrong}: Object")


def test_a_service_that_nobody_describes_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gateway", "show", "shelf"]) == 1
    assert "no description of shelf comes with daypass" in capsys.readouterr().err


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_gateway_runs_beside_a_server_on_one_store_and_ends_when_told(workers: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Foreign() as foreign, serving(tmp_path, "--data", data) as server:
        file = configure(tmp_path, foreign.url)
        ready = tmp_path / "ready.json"
        command: list[str | Path] = [
            DAYPASS,
            "gateway",
            "--config",
            file,
            "--data",
            data,
            "--listen",
            "127.0.0.1:0",
        ]
        run = subprocess.Popen(
            [*command, "--workers", workers, "--ready-file", ready],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert run.stdout is not None
            line = run.stdout.readline()
            facts = json.loads(ready.read_text())
            assert line == f"daypass gateway ready {facts['gateway']}\n"
            query = signers.rpc(server.root, "QueryProduct", "2018-01-20", "GET", ProductKey="a1")
            assert httpx.get(f"{facts['gateway']}/?{query}").content == b"hello"
            assert foreign.asked().headers["x-daypass-account"] == server.ready["account_id"]
        finally:
            run.terminate()
            output, errors = run.communicate(timeout=PATIENCE)
        assert (run.returncode, output, errors) == (0, "", "")


def test_a_gateway_needs_a_configuration_that_can_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gateway"]) == 2
    assert "name a file with --config" in capsys.readouterr().err
    assert main(["gateway", "--config", str(tmp_path / "none"), "--data", str(tmp_path)]) == 1
    assert "cannot read" in capsys.readouterr().err


def test_the_public_key_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gateway", "key", "--data", str(tmp_path)]) == 0
    first = capsys.readouterr().out
    assert json.loads(first)["keys"][0]["crv"] == "Ed25519"
    assert main(["gateway", "key", "--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out == first


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_runs_a_gateway_in_its_own_processes(workers: str, tmp_path: Path) -> None:
    with Foreign() as foreign:
        file = configure(tmp_path, foreign.url)
        file.write_text(f'listen = "127.0.0.1:0"\n{file.read_text()}', encoding="utf-8")
        words = ("--data", tmp_path / "data", "--gateway", file, "--workers", workers)
        with serving(tmp_path, *words) as server:
            url = server.ready["gateway"]
            assert f" gateway={url} " in server.line
            query = signers.rpc(server.root, "QueryProduct", "2018-01-20", "GET", ProductKey="a1")
            assert httpx.get(f"{url}/?{query}").content == b"hello"
            assert httpx.get(f"{url}/?{query}").json()["Code"] == "SignatureNonceUsed"
            assert server.end() == 0
            assert server.errors() == ""


def test_a_server_does_not_start_with_a_gateway_that_cannot_be_configured(tmp_path: Path) -> None:
    run = daypass("serve", "--data", tmp_path, "--listen", "127.0.0.1:0", "--gateway", tmp_path / "none")
    assert run.returncode == 1
    assert run.stderr.startswith(f"daypass: cannot read {tmp_path / 'none'}")
    assert len(run.stderr.splitlines()) == 1
