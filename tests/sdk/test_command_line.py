"""The fifth step as a command, and the sixth with what it printed."""

from __future__ import annotations

import json

import pytest

from daypass.client import Credentials
from daypass.testing import Server
from tests.sdk.clients.command_line import CommandLine
from tests.sdk.scenario import NARROW, SESSION, Steps, document, refusal
from tests.world import World


@pytest.fixture
def command(server: Server) -> CommandLine:
    return CommandLine(server.url)


@pytest.fixture
def steps(command: CommandLine, world: World) -> Steps:
    return Steps(command, world)


def test_the_command_as_it_is_printed_gives_credentials_that_work(steps: Steps, command: CommandLine) -> None:
    steps.up_to_grant()
    words = (f"RoleArn={steps.arn}", f"RoleSessionName={SESSION}")
    more = (f"Policy={document(NARROW)}", "DurationSeconds=3600")
    done = command.run(steps.alice, "sts", "AssumeRole", *words, *more)
    assert (done.returncode, done.stderr) == (0, "")
    session = Credentials.of(json.loads(done.stdout)["Credentials"])
    assert steps.query_product(session, steps.create_product()) == "Thermometer"


def test_a_denial_is_explained_on_stderr(steps: Steps) -> None:
    steps.create_role()
    told = refusal(steps.assume).message
    assert "sts:AssumeRole" in told
    assert f"role/{steps.arn.rpartition('/')[2]}" in told
    assert "AccountLevelIdentityBasedPolicy" in told
    assert "request id: " in told


def test_a_parameter_that_is_missing_is_wrong_usage(steps: Steps, command: CommandLine) -> None:
    done = command.run(steps.alice, "sts", "AssumeRole", f"RoleArn={steps.arn}")
    assert (done.returncode, done.stdout) == (2, "")
    assert "RoleSessionName" in done.stderr
