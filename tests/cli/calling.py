"""Calls of operations from the command line, in a process of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cli.processes import daypass

if TYPE_CHECKING:
    import subprocess

    from daypass.client import Credentials
    from tests.world import World


def signed(who: Credentials) -> list[str]:
    """Return the options that sign as somebody."""
    token = [f"--token={who.security_token}"] if who.security_token else []
    return [f"--id={who.access_key_id}", f"--secret={who.access_key_secret.reveal()}", *token]


def variables(who: Credentials) -> dict[str, str]:
    """Return the environment that signs as somebody."""
    token = {"ALIBABA_CLOUD_SECURITY_TOKEN": who.security_token} if who.security_token else {}
    secret = who.access_key_secret.reveal()
    return {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": who.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret,
    } | token


def call(world: World, who: Credentials, *words: str) -> subprocess.CompletedProcess[str]:
    """Call an operation and return what came of it."""
    return daypass(*words, f"--endpoint={world.server.url}", *signed(who))


def answer(world: World, who: Credentials, *words: str) -> dict[str, Any]:
    """Call an operation that succeeds; return its answer."""
    done = call(world, who, *words)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    body = json.loads(done.stdout)
    assert isinstance(body, dict)
    return body
