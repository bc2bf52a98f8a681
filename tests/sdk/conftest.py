"""A server for the modules that drive it with official clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from daypass.testing import Server
from tests.world import World


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def world(server: Server) -> World:
    """An account of its own for each test."""
    return World(server, server.new_account())
