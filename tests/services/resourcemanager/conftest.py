from __future__ import annotations

from collections.abc import Iterator

import pytest

from daypass.testing import Server
from tests.services.resourcemanager.account import Account


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def account(server: Server) -> Account:
    """An account of its own for each test."""
    return Account(server, server.new_account())
