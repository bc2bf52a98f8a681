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


@pytest.fixture(autouse=True)
def _free_port_for_the_console(_own_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep servers of tests off the console's own port, which another server may have."""
    monkeypatch.setenv("DAYPASS_CONSOLE", "127.0.0.1:0")
