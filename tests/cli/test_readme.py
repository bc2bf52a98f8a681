"""The commands of the README's six steps, run as they stand there."""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import TYPE_CHECKING

from tests.cli.calling import variables
from tests.cli.processes import DAYPASS, PATIENCE
from tests.docs.repository import blocks, text

if TYPE_CHECKING:
    from tests.world import World


def commands(block: str) -> list[str]:
    """Split a shell block into commands; a quotation may go over several lines."""
    found, pending = [], ""
    for line in block.splitlines(keepends=True):
        pending += line
        try:
            words = shlex.split(pending, comments=True)
        except ValueError:
            continue
        if words:
            found.append(pending)
        pending = ""
    return found


def test_the_readmes_six_steps_work_as_they_stand_there(world: World) -> None:
    (block,) = (each for each in blocks(text("README.md"), "sh") if "AssumeRole" in each)
    env = variables(world.account.root) | {
        "PATH": f"{DAYPASS.parent}:/usr/bin:/bin",
        "DAYPASS_ENDPOINT": world.server.url,
        "ACCOUNT": world.id,
    }
    done = []
    for command in commands(block):
        run = subprocess.run(
            ["bash", "-euc", command], env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert run.returncode == 0, f"{command}{run.stderr}"
        body = json.loads(run.stdout)
        action = shlex.split(command, comments=True)[2]
        if action == "CreateAccessKey":
            key = body["AccessKey"]
            env |= {"KEY": key["AccessKeyId"], "SECRET": key["AccessKeySecret"]}
        elif action == "AssumeRole":
            key = body["Credentials"]
            env |= {"TEMPORARY_KEY": key["AccessKeyId"], "TEMPORARY_SECRET": key["AccessKeySecret"]}
            env["TOKEN"] = key["SecurityToken"]
        done.append(action)
    assert done[-2:] == ["AssumeRole", "QueryProductList"]
    assert len(done) == 9
