from __future__ import annotations

from collections.abc import Iterator

import pytest

from daypass.testing import Server
from tests.services.iot.fleet import Fleet
from tests.world import World


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def fleet(server: Server) -> Fleet:
    """An account of its own for each test."""
    return Fleet(World(server, server.new_account()))
