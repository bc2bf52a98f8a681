"""Threads for work that may hang: so many at a time, and none holds up another or the end."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from typing import Final, TypeVar

from daypass.errors import ErrorCode

T = TypeVar("T")

BUSY: Final = ErrorCode("Throttling.User", 400, "Request was denied due to user flow control.")


class Threads:
    """Runs functions on threads of their own.

    A daemon thread each: the resolver of the system cannot be interrupted, and a server that
    is told to end does not wait for it.

    Args:
        most: run at a time.
        most_of_one: likewise, for one account.
    """

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most: Final = most
        self._most_of_one: Final = most_of_one
        self._running: Final[Counter[str]] = Counter()

    def start(self, account: str, function: Callable[[], T]) -> asyncio.Future[T]:
        """Run a function on a new thread; called on the event loop.

        Raises:
            ApiError: ``Throttling.User``, as many as allowed run already.
        """
        if self._running.total() >= self._most or self._running[account] >= self._most_of_one:
            raise BUSY()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._running[account] += 1

        def finish(result: T | None, fault: BaseException | None) -> None:
            self._running[account] -= 1
            if self._running[account] <= 0:
                del self._running[account]
            if future.done():
                return
            if fault is not None:
                future.set_exception(fault)
            else:
                future.set_result(result)  # type: ignore[arg-type] # there is a result where there is no fault

        def run() -> None:
            result, fault = None, None
            try:
                result = function()
            except BaseException as raised:  # noqa: BLE001 (handed on to who waits)
                fault = raised
            try:
                loop.call_soon_threadsafe(finish, result, fault)
            except RuntimeError:
                return  # the loop has ended, and with it who waited

        threading.Thread(target=run, name="issuer", daemon=True).start()
        return future
