"""What daypass wants to reach, and whether a run reached it. A verdict is a figure, not a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from bench.evaluator.decisions import OURS
from bench.evaluator.questions import CONDITIONS, HITS, SHARED_HEADS
from bench.server.throughput import PEER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.evaluator.decisions import Decisions
    from bench.server.console import Shown
    from bench.server.endurance import Endurance
    from bench.server.listing import Listing
    from bench.server.start import Start
    from bench.server.throughput import Throughput

MIB: Final = 2**20

_CEDAR_RATIOS: Final = {1: (15, 40), 100: (75, 300), 1_000: (400, 2_000)}


class Verdict(msgspec.Struct, frozen=True):
    """One measure, its target and its figure.

    Attributes:
        least: what must be reached; a bound from above if ``more_is_better`` is not set.
        aim: what is wanted.
    """

    measure: str
    unit: str
    figure: float
    least: float
    aim: float
    more_is_better: bool

    @property
    def verdict(self) -> str:
        """``aim met``, ``met`` or ``NOT MET``."""
        if self._reaches(self.aim):
            return "aim met"
        return "met" if self._reaches(self.least) else "NOT MET"

    def _reaches(self, bound: float) -> bool:
        return self.figure >= bound if self.more_is_better else self.figure <= bound


def of_throughput(results: Sequence[Throughput]) -> Iterator[Verdict]:
    """Compare rates with the ceiling's and with moto's."""
    by_name = {result.subject: result for result in results}
    assume = by_name["AssumeRole"]
    share = assume.of_ceiling.median * 100
    yield Verdict("AssumeRole, share of the trivial handler", "%", share, 25, 40, more_is_better=True)
    over_moto = assume.rate.median / by_name[PEER].rate.median
    yield Verdict("AssumeRole against moto_server", "x", over_moto, 25, 50, more_is_better=True)
    query = by_name["QueryProduct, session token"].of_ceiling.median * 100
    yield Verdict("QueryProduct, share of the trivial handler", "%", query, 30, 50, more_is_better=True)


def of_endurance(result: Endurance) -> Iterator[Verdict]:
    """Compare the last tenth of many calls with the first."""
    about = f"over {result.calls:,} AssumeRole calls"
    yield Verdict(
        f"rate of the last tenth against the first, {about}",
        "x",
        result.steadiness,
        0.9,
        1.0,
        more_is_better=True,
    )
    yield Verdict(
        f"growth of anonymous memory {about}", "MiB", result.growth / MIB, 60, 20, more_is_better=False
    )


def of_start(result: Start) -> Iterator[Verdict]:
    """Compare time to the first answer and idle memory."""
    yield Verdict(
        "first answer after start, empty data directory",
        "s",
        result.answered.median,
        2,
        1,
        more_is_better=False,
    )
    yield Verdict(
        "memory of a one-worker server, idle",
        "MiB",
        result.resident.median / MIB,
        90,
        60,
        more_is_better=False,
    )


def of_lists(results: Sequence[Listing]) -> Iterator[Verdict]:
    """Compare the slowest page of each list with its first."""
    for each in results:
        about = f"slowest page against the first, {each.about}"
        yield Verdict(about, "x", each.ratio, 2, 1.2, more_is_better=False)


def of_console(results: Sequence[Shown]) -> Iterator[Verdict]:
    """Compare what pages of a long list take with what people do not notice."""
    for each in results:
        if "page" in each.about:
            yield Verdict(f"p50, {each.about}", "ms", each.taken.median, 60, 25, more_is_better=False)


def of_decisions(results: Sequence[Decisions]) -> Iterator[Verdict]:
    """Compare decision times, their growth, and cedarpy's."""
    found = {(each.engine, each.questions, each.size): each for each in results}
    sizes = sorted({each.size for each in results})
    for asked in (HITS.name, CONDITIONS.name):
        seen = [found[OURS, asked, size].seen_p50.median for size in sizes]
        about = f"seen before, p50, {asked}"
        yield Verdict(f"{about}: slowest size", "us", max(seen), 3, 1, more_is_better=False)
        yield Verdict(
            f"{about}: slowest size over fastest", "x", max(seen) / min(seen), 2, 1.2, more_is_better=False
        )
    for asked in (HITS.name, SHARED_HEADS.name):
        unseen = found[OURS, asked, sizes[-1]].unseen_p50.median
        about = f"never seen, p50, {sizes[-1]:,} statements, {asked}"
        yield Verdict(about, "us", unseen, 100, 20, more_is_better=False)
    for size, (least, aim) in _CEDAR_RATIOS.items():
        if size in sizes:
            ours, cedar = found[OURS, HITS.name, size], found["cedarpy", HITS.name, size]
            ratio = cedar.seen_p50.median / ours.seen_p50.median
            about = f"cedarpy's time over ours, {size:,} statements"
            yield Verdict(about, "x", ratio, least, aim, more_is_better=True)
