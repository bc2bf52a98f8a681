"""``daypass quickstart``."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from daypass.cli import main, quickstart
from daypass.cli.quickstart.screen import Screen, masked
from daypass.cli.quickstart.server import ThrowAway
from daypass.cli.quickstart.stage import Impossible, Stage
from tests.cli.processes import DAYPASS, PATIENCE, daypass

if TYPE_CHECKING:
    from pathlib import Path

    from daypass.testing import Server
    from tests.world import World


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Run it once, in an environment that is against it."""
    folder = tmp_path_factory.mktemp("quickstart")
    env = {"DAYPASS_LISTEN": "nowhere", "http_proxy": "http://127.0.0.1:9", "TMPDIR": str(folder)}
    return folder, daypass("quickstart", env=env)


def test_the_six_steps_are_taken_and_everything_comes_out_as_it_should(
    run: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, done = run
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    steps = [int(number) for number in re.findall(r"^Step (\d): ", done.stdout, re.MULTILINE)]
    assert steps == [1, 2, 3, 4, 5, 6]
    denials = re.findall(r"is denied by\s+(\w+)", done.stdout)
    assert {"AccountLevelIdentityBasedPolicy", "AssumeRolePolicy", "SessionPolicy"} == set(denials)
    for code in ("MissingSecurityToken", "MismatchWithAccessKey", "InvalidSecurityToken.Expired"):
        assert f"{code} (HTTP 400)" in done.stdout
    assert re.search(r"^\d+ requests, each answered as it should be, in ", done.stdout, re.MULTILINE)
    assert list(folder.iterdir()) == []


def test_secrets_and_tokens_are_masked(run: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    shown = run[1].stdout
    assert "\x1b" not in shown
    for member in ("AccessKeySecret", "Credentials.SecurityToken", "ProductSecret"):
        values = re.findall(rf"{member} (\S+)", shown)
        assert values
        assert set(values) == {"*****"}
    assert "CAIS" not in shown


def test_only_what_is_secret_is_masked() -> None:
    assert masked("Credentials.SecurityToken", "CAISabc") == "***** (7 characters)"
    assert masked("Role.Arn", "acs:ram::1:role/r") == "acs:ram::1:role/r"


def test_without_the_sdk_it_says_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(quickstart, "SDKS", ("alibabacloud_sts20150401", "alibabacloud_nothing"))
    assert main(["quickstart"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("daypass: the official SDK is not installed (alibabacloud_nothing); `pip install")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_its_server(tmp_path: Path, number: int) -> None:
    with subprocess.Popen(
        [DAYPASS, "quickstart"],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        while "Step 1" not in process.stdout.readline():
            pass
        process.send_signal(number)
        assert process.wait(PATIENCE) != 0
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def stage(server: Server, world: World) -> Stage:
    stage = Stage(Screen(), ThrowAway(server.url, world.id, world.account.root))
    stage.enter("alice", world.user("alice"))
    return stage


def test_a_request_that_should_work_and_does_not_is_a_surprise(stage: Stage) -> None:
    with pytest.raises(Impossible):
        stage.works("alice", "Ram", "ListUsers")
    assert (stage.requests, stage.surprises) == (1, 1)


def test_a_request_that_should_be_denied_and_is_not_is_a_surprise(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.denied("root", "Ram", "ListUsers", by="SessionPolicy")
    stage.refused("root", "Ram", "ListUsers", code="MissingSecurityToken")
    assert (stage.requests, stage.surprises) == (2, 2)
    assert capsys.readouterr().out.count("NOT AS IT SHOULD BE: it was allowed") == 2


def test_a_denial_by_another_layer_or_with_another_code_is_a_surprise(stage: Stage) -> None:
    stage.denied("alice", "Ram", "ListUsers", by="SessionPolicy")
    stage.refused("alice", "Ram", "ListUsers", code="MissingSecurityToken")
    assert stage.surprises == 2
    stage.denied("alice", "Ram", "ListUsers", by="AccountLevelIdentityBasedPolicy")
    assert stage.surprises == 2


def test_the_verdict_names_the_surprises(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.screen.close(5, 2, 1.0)
    assert "5 requests, 2 of them not as it should be, in 1.0 s." in capsys.readouterr().out
