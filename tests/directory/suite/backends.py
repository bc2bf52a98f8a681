"""The stores that must all behave the same. A further one is one more line.

Each entry makes the URL of a fresh, empty store; the folder is the test's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.directory.stores import sqlite_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BACKENDS: Final[dict[str, Callable[[Path], str]]] = {
    "sqlite": sqlite_url,
}
