"""Requests a second: daypass's operations, the ceiling of its server, and moto's server.

Each round runs every subject once, in a process of its own that ends with it, so that
what disturbs the machine for a while disturbs all alike; ratios are taken round by round.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from bench import machine
from bench.figures import Spread, ratios, spread
from bench.server import flow, processes
from bench.server.load import Load, Run
from daypass.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bench.server.processes import Served
    from bench.server.signed import Signer

CONNECTIONS: Final = 32
CEILING: Final = "trivial handler"
PEER: Final = "moto_server AssumeRole"

_WARM_UP: Final = 3000
_REPLAYED: Final = 50_000


class Sample(msgspec.Struct, frozen=True):
    """One subject in one round.

    Attributes:
        rate: answers a second.
        p50_ms: median latency.
        p99_ms: of 99 in 100 answers.
        cpu_us: what the server's process spent on an answer, kernel included; steadier
            than the rate where others use the machine.
        load_busy: the share of the time the load was computing.
        server_busy: the share of its core the server had; well below 1, with the load not
            busy either, something else took it.
        anonymous: bytes the server held at the end.
    """

    rate: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    load_busy: float
    server_busy: float
    anonymous: int


class Throughput(msgspec.Struct, frozen=True):
    """One subject over all rounds, and its share of the ceiling."""

    subject: str
    samples: list[Sample]
    rate: Spread
    of_ceiling: Spread
    of_ceiling_by_cpu: Spread


class _Subject(msgspec.Struct, frozen=True):
    """What is measured.

    Attributes:
        serve: runs the server.
        requests: makes a number of distinct requests for it.
    """

    name: str
    serve: Callable[[], contextlib.AbstractContextManager[Served]]
    requests: Callable[[Served], Callable[[int], Iterable[bytes]]]


def measure(rounds: int, seconds: float) -> list[Throughput]:
    """Measure every subject that often, for that long each time."""
    with tempfile.TemporaryDirectory(prefix="daypass-bench-") as scratch:
        subjects = _subjects(Path(scratch))
        samples: dict[str, list[Sample]] = {subject.name: [] for subject in subjects}
        for number in range(rounds):
            for subject in subjects:
                sample = _sample(subject, seconds)
                samples[subject.name].append(sample)
                print(f"  round {number + 1}: {subject.name}: {sample.rate:,.0f}/s", flush=True)
    ceiling = samples[CEILING]
    return [_summed(name, taken, ceiling) for name, taken in samples.items()]


@contextlib.contextmanager
def on_a_copy(filled: Path) -> Iterator[Served]:
    """Serve a copy of a data directory, and remove it."""
    with tempfile.TemporaryDirectory(dir=filled.parent) as scratch:
        data = Path(shutil.copytree(filled, Path(scratch) / "data"))
        with processes.daypass(data) as served:
            yield served


def _subjects(scratch: Path) -> list[_Subject]:
    filled = scratch / "filled"
    made = flow.fill(filled)
    with on_a_copy(filled) as served:
        flow.check(made, served)
        size = len(Client(served.url, made.user).call(flow.STS, "AssumeRole", made.assume_role()).body)

    def ours(name: str, signer: Callable[[Served], Signer]) -> _Subject:
        return _Subject(name, lambda: on_a_copy(filled), lambda served: signer(served).requests)

    def replayed(served: Served) -> Callable[[int], Iterable[bytes]]:
        signed = made.assuming(served).requests(_REPLAYED)
        return lambda count: islice(cycle(signed), count)

    return [
        _Subject(CEILING, lambda: processes.trivial("asgi", size), replayed),
        _Subject("trivial handler, our protocol", lambda: processes.trivial("bare", size), replayed),
        ours("AssumeRole", made.assuming),
        ours("AssumeRole, a session name each", made.assuming_anew),
        ours("GetCallerIdentity, session token", made.asking_who),
        ours("QueryProduct, session token", made.querying),
        _Subject(PEER, processes.moto, _to_moto),
    ]


def _to_moto(served: Served) -> Callable[[int], Iterable[bytes]]:
    """Make AssumeRole requests as the AWS SDK sends them; moto checks no signature."""
    body = (
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Freader"
        "&RoleSessionName=benchmark&DurationSeconds=3600"
    )
    request = (
        f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nAccept-Encoding: identity\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
        "User-Agent: Boto3/1.44.5 md/Botocore#1.44.5\r\nX-Amz-Date: 20261123T000000Z\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/us-east-1/sts/aws4_request, "
        f"SignedHeaders=content-type;host;x-amz-date, Signature={'0' * 64}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
    return lambda count: [request] * count


def _sample(subject: _Subject, seconds: float) -> Sample:
    with subject.serve() as served, Load(served.port, CONNECTIONS) as load:
        requests = subject.requests(served)
        warm = load.drive(requests(_WARM_UP), seconds)
        prepared = requests(int(warm.rate * seconds * 1.5) + CONNECTIONS)
        before = machine.cpu_seconds(served.pid)
        run = load.drive(prepared, seconds)
        spent = machine.cpu_seconds(served.pid) - before
        return _of(run, spent, machine.memory(served.pid).anonymous)


def _of(run: Run, cpu_seconds: float, anonymous: int) -> Sample:
    return Sample(
        run.rate,
        run.latency_ms(0.5),
        run.latency_ms(0.99),
        cpu_seconds / run.answers * 1e6,
        run.busy,
        cpu_seconds / run.seconds,
        anonymous,
    )


def _summed(name: str, taken: list[Sample], ceiling: list[Sample]) -> Throughput:
    return Throughput(
        name,
        taken,
        spread(sample.rate for sample in taken),
        ratios([sample.rate for sample in taken], [sample.rate for sample in ceiling]),
        ratios([sample.cpu_us for sample in ceiling], [sample.cpu_us for sample in taken]),
    )
