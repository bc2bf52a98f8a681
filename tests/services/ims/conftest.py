from __future__ import annotations

from collections.abc import Iterator

import pytest

from daypass.testing import Server
from tests.services.ims.calls import Ims


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def ims(server: Server) -> Ims:
    """IMS as the root of a new account sees it."""
    return Ims(server, server.new_account())
