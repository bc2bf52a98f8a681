"""Room for sign-ins: how many may be under way at once, and threads for what takes long on purpose.

Argon2 takes tens of milliseconds and megabytes. It runs on threads of its own, of which
there are few, so that a flood of sign-ins takes neither the memory nor the threads, and not
the writer's time either, that other requests need.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from daypass.authn.sign_in_errors import BUSY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

MOST_AT_ONCE: Final = 32
"""Sign-ins under way in one worker; beyond it people are asked to come again."""
_THREADS: Final = 2


class Hashing:
    """Runs Argon2 beside everything else, and counts who waits for it."""

    def __init__(self) -> None:
        self._threads: Final = ThreadPoolExecutor(_THREADS, "sign-in")
        self._under_way = 0

    @contextmanager
    def room(self) -> Iterator[None]:
        """Take part of the room for as long as a step of a sign-in lasts.

        Raises:
            ApiError: :data:`~daypass.authn.sign_in_errors.BUSY`, there is none left.
        """
        if self._under_way >= MOST_AT_ONCE:
            raise BUSY()
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    async def run(self, function: Callable[[], T]) -> T:
        """Run something on one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, function)

    def close(self) -> None:
        """Give the threads back."""
        self._threads.shutdown()
