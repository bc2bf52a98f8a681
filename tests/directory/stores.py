"""A directory to test on: its clock stands still, its entropy repeats."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from daypass.directory.database import Database
from daypass.directory.master_key import KeyFile
from daypass.directory.quotas import Quotas
from daypass.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

START = 1_700_000_000


@dataclass
class Clock:
    """Time that moves only when told."""

    now: int = START

    def __call__(self) -> int:
        return self.now


@dataclass
class Seeded:
    """Entropy that is the same in every run."""

    seed: int = 1
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - a test must repeat

    def __call__(self, count: int) -> bytes:
        return self._random.randbytes(count)


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'daypass.db'}"


def open_store(
    folder: Path,
    url: str | None = None,
    *,
    clock: Clock | None = None,
    quotas: Quotas | None = None,
    seed: int = 1,
) -> Database:
    return Database.open(
        url or sqlite_url(folder),
        master_key=KeyFile(folder / "master.key"),
        clock=clock or Clock(),
        entropy=Seeded(seed),
        quotas=quotas,
    )


def refused(code: str) -> AbstractContextManager[pytest.ExceptionInfo[ApiError]]:
    """Expect an error with exactly this wire code."""
    return pytest.raises(ApiError, match=rf"^{code.replace('.', '[.]')}: ")


def names(entries: object) -> list[str]:
    """Return the names of records."""
    assert isinstance(entries, (tuple, list))
    return [entry.name for entry in entries]


def closing(database: Database) -> Iterator[Database]:
    """Yield a database and close it afterwards, for fixtures."""
    with database:
        yield database
