"""A server for tests of single calls, and people on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daypass.testing import Server
from tests.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def world(server: Server) -> World:
    """An account of its own for each test."""
    return World(server, server.new_account())
