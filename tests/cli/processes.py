"""Real processes: the command line as a user starts it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from daypass.client import Client, Credentials

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DAYPASS: Final = Path(sys.executable).with_name("daypass")
PATIENCE: Final = 30.0
"""Seconds until a test gives a process up; no test waits that long when things are right."""


def daypass(
    *words: str | Path, env: Mapping[str, str] | None = None, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [DAYPASS, *words],
        env={**os.environ, **(env or {})},
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@dataclass
class Serving:
    """A running ``daypass serve``."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]
    line: str
    log: Path

    @property
    def url(self) -> str:
        return str(self.ready["api"])

    @property
    def root(self) -> Credentials:
        return Credentials.of(json.loads(Path(self.ready["data"], "root-credentials.json").read_text()))

    def client(self, credentials: Credentials | None = None) -> Client:
        return Client(self.url, credentials or self.root)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Tell the server to stop and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def errors(self) -> str:
        """Return what the server has said on stderr."""
        return self.log.read_text()


@contextlib.contextmanager
def serving(folder: Path, *words: str | Path, env: Mapping[str, str] | None = None) -> Iterator[Serving]:
    """Run a server on free ports, with its ready file in a folder; kill it at the end if it still runs."""
    mark = time.monotonic_ns()
    ready_file, said = folder / f"ready-{mark}.json", folder / f"stderr-{mark}"
    free = ("--listen", "127.0.0.1:0", "--console", "127.0.0.1:0")
    command = [DAYPASS, "serve", *free, "--ready-file", ready_file, *words]
    with (
        said.open("wb") as log,  # a file: a pipe that nobody reads would hold the server up once it is full
        subprocess.Popen(
            command,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("daypass ready "), said.read_text()
            yield Serving(process, json.loads(ready_file.read_text()), line, said)
        finally:
            if process.poll() is None:
                process.kill()


def wait_for(what: Any) -> None:
    """Wait until something becomes true."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "it did not become true"
        select.select([], [], [], 0.02)


def children(pid: int) -> list[int]:
    """Return the worker processes of a server."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == pid and b"spawn_main" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return sorted(found)
