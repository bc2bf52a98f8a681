"""From nothing to the first answer, and what an idle server holds."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import msgspec

from bench import machine
from bench.figures import Spread, spread
from bench.server import processes
from bench.server.flow import STS
from daypass.client import Client, Credentials


class Start(msgspec.Struct, frozen=True):
    """A server of one worker on an empty data directory.

    Attributes:
        ready: seconds from the start of the process to its ready line.
        answered: seconds to the first answer, a signed GetCallerIdentity.
        resident: bytes an idle server holds, mapped files included.
        proportional: likewise, what it shares with others counted in part.
        anonymous: likewise, of its own.
    """

    ready: Spread
    answered: Spread
    resident: Spread
    proportional: Spread
    anonymous: Spread


def measure(rounds: int) -> Start:
    """Start that often."""
    taken = [_once() for _ in range(rounds)]
    held = [memory for _, _, memory in taken]
    return Start(
        spread(ready for ready, _, _ in taken),
        spread(answered for _, answered, _ in taken),
        spread(memory.resident for memory in held),
        spread(memory.proportional for memory in held),
        spread(memory.anonymous for memory in held),
    )


def _once() -> tuple[float, float, machine.Memory]:
    with tempfile.TemporaryDirectory(prefix="daypass-bench-") as scratch:
        data = Path(scratch) / "data"
        start = time.perf_counter()
        with processes.daypass(data) as served:
            ready = time.perf_counter() - start
            root = Credentials.of(json.loads((data / "root-credentials.json").read_text(encoding="utf-8")))
            answer = Client(served.url, root).call(STS, "GetCallerIdentity")
            answered = time.perf_counter() - start
            assert answer.status == 200, answer.text
            return ready, answered, machine.memory(served.pid)
