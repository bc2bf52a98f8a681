from __future__ import annotations

from collections.abc import Iterator

import pytest

from daypass.testing import Server
from tests.services.ram.calls import Ram


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def ram(server: Server) -> Ram:
    """RAM as the root of a new account sees it."""
    return Ram(server, server.new_account())
