from __future__ import annotations

from collections.abc import Iterator

import pytest

from daypass.testing import Server


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server
