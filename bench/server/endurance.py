"""A million AssumeRole calls on one server: does it slow down, does it grow?"""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec

from bench import machine
from bench.server import flow, processes
from bench.server.load import Load
from bench.server.throughput import CONNECTIONS

_TENTHS = 10
_WARM_UP = 3000


class Tenth(msgspec.Struct, frozen=True):
    """A tenth of the calls.

    Attributes:
        rate: answers a second.
        anonymous: bytes of anonymous memory the server held after it.
        nonces: bytes on disk of the nonce store, which is mapped, not anonymous.
        decisions: bytes on disk of the decision log.
    """

    rate: float
    anonymous: int
    nonces: int
    decisions: int


class Endurance(msgspec.Struct, frozen=True):
    """All of them.

    Attributes:
        calls: made, after the warm-up.
        before: bytes of anonymous memory after the warm-up.
    """

    calls: int
    before: int
    tenths: list[Tenth]

    @property
    def steadiness(self) -> float:
        """The last tenth's rate against the first's."""
        return self.tenths[-1].rate / self.tenths[0].rate

    @property
    def growth(self) -> int:
        """Bytes of anonymous memory gained."""
        return self.tenths[-1].anonymous - self.before


def measure(calls: int) -> Endurance:
    """Make that many calls. Each tenth is signed while nothing is measured."""
    with tempfile.TemporaryDirectory(prefix="daypass-bench-") as scratch:
        data = Path(scratch) / "data"
        made = flow.fill(data)
        with processes.daypass(data) as served, Load(served.port, CONNECTIONS) as load:
            signer = made.assuming(served)
            load.drive(signer.requests(min(_WARM_UP, calls)))
            before = machine.memory(served.pid).anonymous
            tenths: list[Tenth] = []
            for number in range(_TENTHS):
                rate = load.drive(signer.requests(calls // _TENTHS)).rate
                tenths.append(_tenth(rate, machine.memory(served.pid).anonymous, data))
                print(f"  tenth {number + 1}: {rate:,.0f}/s", flush=True)
    return Endurance(calls, before, tenths)


def _tenth(rate: float, anonymous: int, data: Path) -> Tenth:
    decisions = sum(path.stat().st_blocks * 512 for path in data.glob("decisions.jsonl*"))
    return Tenth(rate, anonymous, machine.disk_bytes(data / "nonces"), decisions)
