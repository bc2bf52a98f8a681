"""Several worker processes behind one listening socket."""

from __future__ import annotations

import multiprocessing
import signal
import time
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Final

import structlog

from daypass.server.run import GRACE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import SpawnProcess

    from daypass.server.run import Listeners

_log: Final = structlog.get_logger("daypass.supervisor")

RESTART_SECONDS: Final = 0.5
"""Between a worker's end and its replacement, so that one that cannot start does not spin."""


class Supervisor:
    """Keeps a number of workers running until told to stop.

    Args:
        workers: how many.
        work: a worker's main function; given ``settings``, ``listeners`` and a connection on
            which it sends anything once it accepts requests. Importable by a new interpreter.
        settings: picklable.
        listeners: the sockets that all workers accept on; closed when they are told to stop.
        on_ready: called once, when every worker has said that it accepts requests.
    """

    def __init__(
        self,
        workers: int,
        work: Callable[..., None],
        settings: Any,
        listeners: Listeners,
        on_ready: Callable[[], None],
    ) -> None:
        self._context: Final = multiprocessing.get_context("spawn")
        self._wanted: Final = workers
        self._work: Final = work
        self._settings: Final = settings
        self._listeners: Final = listeners
        self._on_ready: Final = on_ready
        self._processes: dict[
            SpawnProcess, Connection | None
        ] = {}  # with those not ready, where they will say so
        self._stopping = False

    def run(self) -> bool:
        """Run until SIGTERM or SIGINT; return whether it was one of them, not a worker that cannot start."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for _ in range(self._wanted):
            self._start()
        ready = False
        while not self._stopping:
            if self._all_ready() and not ready:
                ready = True
                self._on_ready()
            words = (connection for connection in self._processes.values() if connection is not None)
            wait([*(process.sentinel for process in self._processes), *words], timeout=0.5)
            if self._ended() and not ready:
                break
        self._end()
        return self._stopping

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _start(self) -> None:
        here, there = self._context.Pipe(duplex=False)
        process = self._context.Process(target=self._work, args=(self._settings, self._listeners, there))
        process.start()
        there.close()
        self._processes[process] = here

    def _all_ready(self) -> bool:
        for process, connection in self._processes.items():
            if connection is not None and _said_ready(connection):
                connection.close()
                self._processes[process] = None
        return all(connection is None for connection in self._processes.values())

    def _ended(self) -> bool:
        """Replace workers that ended; tell whether any did."""
        ended = [process for process in self._processes if not process.is_alive()]
        for process in ended:
            del self._processes[process]
            if not self._stopping:
                _log.error("a worker ended and is replaced", pid=process.pid, exitcode=process.exitcode)
                time.sleep(RESTART_SECONDS)
                self._start()
        return bool(ended)

    def _end(self) -> None:
        self._listeners.close()
        for process in self._processes:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS + 0.5
        for process in self._processes:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()


def _said_ready(connection: Connection) -> bool:
    """Whether a worker has spoken; one that ended without a word has not."""
    try:
        if connection.poll():
            connection.recv_bytes()
            return True
    except EOFError:
        return False
    return False
