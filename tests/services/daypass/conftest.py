from __future__ import annotations

from collections.abc import Iterator

import pytest

from daypass.testing import Server
from tests.services.daypass.calls import Own
from tests.services.ram.calls import Ram


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def own(server: Server) -> Own:
    """The product as the root of a new account sees it."""
    return Own(Ram(server, server.new_account()))
