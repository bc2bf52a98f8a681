"""A real daypass with its console, in a process of its own."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.cli.processes import Serving, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Console(Serving):
    """A running ``daypass serve`` with its console."""

    heard: int = 0
    """How much of what it said was read."""

    @property
    def origin(self) -> str:
        """The console's address."""
        return str(self.ready["console"]).rstrip("/")

    def said(self) -> str:
        """Return what the server has written to stderr since it was asked last."""
        written = self.log.read_bytes()
        begin, self.heard = self.heard, len(written)
        return written[begin:].decode(errors="replace")


@contextlib.contextmanager
def console(folder: Path, *words: str) -> Iterator[Console]:
    """Run a server and its console on free ports, with new data."""
    data = folder / "data"
    with serving(folder, "--data", data, "--console", "127.0.0.1:0", *words) as started:
        yield Console(started.process, started.ready, started.line, started.log)
