"""The stores that must all behave the same. A further one is one more entry.

Each makes the URL of a fresh, empty store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.directory.stores import sqlite_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.postgres import Cluster


def _sqlite(request: pytest.FixtureRequest) -> str:
    folder: Path = request.getfixturevalue("tmp_path")
    return sqlite_url(folder)


def _postgresql(request: pytest.FixtureRequest) -> str:
    cluster: Cluster = request.getfixturevalue("postgresql")
    return cluster.new_database()


BACKENDS: Final[dict[str, Callable[[pytest.FixtureRequest], str]]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
}

EACH: Final = [
    pytest.param("sqlite"),
    pytest.param("postgresql", marks=pytest.mark.postgresql),
]
