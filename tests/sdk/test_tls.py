"""Clients that trust the server's authority, each told in its own way, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from daypass.testing import Server
from tests.sdk.clients.aliyun import Aliyun
from tests.sdk.clients.apart import (
    LegacyApart,
    SignedUrlApart,
    TeaApart,
    TeaEndpointWithSchemeApart,
    TeaRoleProviderApart,
)
from tests.sdk.clients.command_line import CommandLine
from tests.sdk.clients.go import Go, GoRoleProvider, GoTea
from tests.sdk.clients.java import Java
from tests.sdk.clients.node import NodeTea, PopCorePost
from tests.sdk.scenario import READ_ONLY, READ_WRITE, Caller, Steps, narrowed, refusal
from tests.world import World

TEA = [TeaApart, TeaEndpointWithSchemeApart, TeaRoleProviderApart]
PYTHON = [LegacyApart, *TEA, SignedUrlApart, CommandLine]
NODE = [pytest.param(client, marks=pytest.mark.node) for client in (PopCorePost, NodeTea)]
ALIYUN = [pytest.param(Aliyun, marks=pytest.mark.aliyun)]
GO = [pytest.param(client, marks=pytest.mark.go) for client in (Go, GoTea, GoRoleProvider)]
JAVA = [pytest.param(Java, marks=pytest.mark.java)]
CLIENTS = pytest.mark.parametrize("client", [*PYTHON, *NODE, *ALIYUN, *GO, *JAVA])


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(tls=True) as server:
        yield server


@CLIENTS
def test_the_steps_can_be_taken_over_tls(
    client: type[Caller], world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert world.server.ca_file is not None
    for name, value in client.trusting(world.server.ca_file, tmp_path).items():
        monkeypatch.setenv(name, value)
    with client(world.server.url) as caller:
        steps = Steps(caller, world)
        steps.up_to_grant(READ_ONLY, READ_WRITE)
        key = steps.create_product(steps.session())
        reading = steps.session(Policy=narrowed("iot:Query*"))
        assert steps.query_product(reading, key) == "Thermometer"
        assert refusal(lambda: steps.create_product(reading, "Barometer")).code == "NoPermission"


@CLIENTS
def test_a_client_that_was_not_told_calls_nobody(
    client: type[Caller], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(client.trust_variable, raising=False)
    before = world.server._server.server_state.total_requests
    with client(world.server.url) as caller:
        refused = refusal(lambda: caller.call(world.account.root, "Sts", "GetCallerIdentity", {}))
        assert re.search(r"(?i)certificate|Server unreachable", refused.message)
    assert world.server._server.server_state.total_requests == before
