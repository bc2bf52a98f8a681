"""A server, a foreign service and a gateway between them, for a module of tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daypass.testing import Server
from tests.gateway.foreign import OK, Foreign, answering
from tests.gateway.gateways import Running, configure, gateway
from tests.world import World


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def world(server: Server) -> World:
    """An account of its own for each test."""
    return World(server, server.new_account())


@pytest.fixture(scope="module")
def shared_foreign() -> Iterator[Foreign]:
    with Foreign() as foreign:
        yield foreign


@pytest.fixture(scope="module")
def running(
    server: Server, shared_foreign: Foreign, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("gateway")
    with gateway(server, configure(folder, shared_foreign.url)) as running:
        yield running


@pytest.fixture
def foreign(shared_foreign: Foreign) -> Foreign:
    """The foreign service, as if nobody had asked it yet; it says hello."""
    shared_foreign.script = answering(OK)
    while not shared_foreign.requests.empty():
        shared_foreign.requests.get()
    return shared_foreign
