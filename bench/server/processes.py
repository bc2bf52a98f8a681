"""Servers as processes of their own, on the server's core."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from bench.machine import cores, on_core

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 20.0
_READY: Final = re.compile(r"\w+ ready api=http://127\.0\.0\.1:(\d+)(?: console=(\S+))?")
_OURS: Final = "DAYPASS_"


class Served(msgspec.Struct, frozen=True):
    """A running server."""

    port: int
    pid: int
    console: str = ""

    @property
    def url(self) -> str:
        """Base URL."""
        return f"http://127.0.0.1:{self.port}"


class NotServedError(Exception):
    """A server did not start."""


@contextlib.contextmanager
def daypass(data: Path) -> Iterator[Served]:
    """Run ``daypass serve`` on a data directory, one worker, everything else as shipped."""
    command = [
        str(Path(sys.executable).with_name("daypass")),
        "serve",
        "--data",
        str(data),
        "--console",
        "127.0.0.1:0",
    ]
    with announced([*command, "--listen", "127.0.0.1:0"]) as served:
        yield served


@contextlib.contextmanager
def trivial(kind: str, size: int) -> Iterator[Served]:
    """Run the handler that does nothing."""
    with announced([sys.executable, "-m", "bench.server.trivial", kind, str(size)]) as served:
        yield served


@contextlib.contextmanager
def moto() -> Iterator[Served]:
    """Run ``moto_server`` as it is shipped. It logs each request; the log is thrown away."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("moto_server")), "-p", str(port)]
    with _process(command, subprocess.DEVNULL) as process:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                yield Served(port, process.pid)
                return
            time.sleep(0.05)
        raise NotServedError("moto_server did not start")


@contextlib.contextmanager
def announced(command: Sequence[str]) -> Iterator[Served]:
    """Run a server that prints its address when it accepts requests."""
    with _process(command, subprocess.PIPE) as process:
        if process.stdout is None:
            raise NotServedError("no standard output")
        for line in process.stdout:
            ready = _READY.match(line)
            if ready is not None:
                yield Served(int(ready[1]), process.pid, ready[2] or "")
                return
        raise NotServedError(f"{' '.join(command)} ended with status {process.wait()}")


@contextlib.contextmanager
def _process(command: Sequence[str], stdout: int) -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    stderr = None if stdout == subprocess.PIPE else stdout
    with on_core(cores().server):
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr, text=True, env=environment)
    with process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
