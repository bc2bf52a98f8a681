"""Threads for what takes tens of milliseconds and megabytes on purpose: few, and never another's."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

from daypass.authn.sign_in_errors import BUSY

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MOST_WAITING: Final = 32
"""What may wait or run at once; beyond it people are asked to come again."""
_THREADS: Final = 2


class Hashing:
    """Runs Argon2 beside everything else, in bounded memory."""

    def __init__(self) -> None:
        self._threads: Final = ThreadPoolExecutor(_THREADS, "sign-in")
        self._waiting = 0

    async def run(self, function: Callable[[], T]) -> T:
        """Run something on one of the threads.

        Raises:
            ApiError: :data:`~daypass.authn.sign_in_errors.BUSY`.
        """
        if self._waiting >= MOST_WAITING:
            raise BUSY()
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, function)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Give the threads back."""
        self._threads.shutdown()
