"""Plain tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bench.evaluator.decisions import OURS
from bench.figures import Spread
from bench.server.throughput import CEILING, PEER
from bench.targets import MIB

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.evaluator.decisions import Decisions
    from bench.server.console import Shown
    from bench.server.endurance import Endurance
    from bench.server.listing import Listing
    from bench.server.start import Start
    from bench.server.throughput import Throughput
    from bench.targets import Verdict

_UNDISTURBED: Final = 0.9


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table, its first column to the left and the others to the right."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    print(f"\n{title}\n")
    for number, line in enumerate(lines):
        first, *others = (
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        print("  ".join((first, *others)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def description(said: Mapping[str, str]) -> None:
    """Print what everything ran on."""
    for name, value in said.items():
        print(f"{name}: {value}")


def throughput(results: Sequence[Throughput]) -> None:
    """Print rates, latencies and shares."""
    moto = next(result.rate.median for result in results if result.subject == PEER)
    table(
        "Requests a second: one worker on one core, 32 keep-alive connections, every answer HTTP 200",
        (
            "subject",
            "median (min..max)/s",
            f"share of {CEILING}",
            "by CPU time",
            "over moto",
            "p50 ms",
            "p99 ms",
            "CPU us",
            "server busy",
            "load busy",
        ),
        (
            (
                result.subject,
                result.rate.shown(),
                result.of_ceiling.shown(3),
                result.of_ceiling_by_cpu.shown(3),
                f"{result.rate.median / moto:.1f}x",
                _middle(sample.p50_ms for sample in result.samples),
                _middle(sample.p99_ms for sample in result.samples),
                _middle(sample.cpu_us for sample in result.samples),
                _middle(sample.server_busy for sample in result.samples),
                _middle(sample.load_busy for sample in result.samples),
            )
            for result in results
        ),
    )

    if any(sample.server_busy < _UNDISTURBED for result in results for sample in result.samples):
        print("\nThe server did not have its core to itself: go by CPU time, not by rates.")


def _middle(values: Iterable[float]) -> str:
    ranked = sorted(values)
    return f"{ranked[len(ranked) // 2]:.2f}"


def endurance(result: Endurance) -> None:
    """Print the tenths."""
    table(
        f"{result.calls:,} AssumeRole calls on one server; {result.before / MIB:.1f} MiB anonymous before",
        ("tenth", "rate/s", "anonymous MiB", "nonce files MiB", "decision log MiB"),
        (
            (
                str(number),
                f"{tenth.rate:,.0f}",
                f"{tenth.anonymous / MIB:.1f}",
                f"{tenth.nonces / MIB:.1f}",
                f"{tenth.decisions / MIB:.1f}",
            )
            for number, tenth in enumerate(result.tenths, 1)
        ),
    )


def start(result: Start) -> None:
    """Print start and idle memory."""
    memory = (("RSS", result.resident), ("PSS", result.proportional), ("anonymous", result.anonymous))
    table(
        "A one-worker server on an empty data directory",
        ("", "median (min..max)"),
        (
            ("ready, s", result.ready.shown(2)),
            ("first answer, s", result.answered.shown(2)),
            *((f"idle {name}, MiB", _in_mib(held)) for name, held in memory),
        ),
    )


def lists(results: Sequence[Listing]) -> None:
    """Print how long pages of long lists take."""
    table(
        "Lists in pages of 100, each answer signed for, decided and rendered; milliseconds",
        ("list", "first page (min..max)", "slowest page (min..max)", "slowest over first"),
        ((each.about, each.first.shown(1), each.slowest.shown(1), f"{each.ratio:.2f}x") for each in results),
    )


def _in_mib(held: Spread) -> str:
    return Spread(held.median / MIB, held.low / MIB, held.high / MIB).shown(1)


def console(results: Sequence[Shown]) -> None:
    """Print what pages take."""
    table(
        "Pages of the console, one after the other on one connection",
        ("page", "median (min..max) ms", "kB"),
        ((each.about, each.taken.shown(1), f"{each.kilobytes:.1f}") for each in results),
    )


def decisions(results: Sequence[Decisions], clock_us: float) -> None:
    """Print decision times, set by set, with the ratio to ours."""
    ours = {(each.questions, each.size): each for each in results if each.engine == OURS}
    for asked in dict.fromkeys(each.questions for each in results):
        table(
            f"Decisions, microseconds ({asked}); reading the clock is {clock_us:.2f} of each",
            (
                "engine",
                "statements",
                "seen p50 (min..max)",
                "p99",
                "over ours",
                "never seen p50 (min..max)",
                "p99",
                "over ours",
                "load a statement",
                "allow",
                "agree",
            ),
            (_decision(each, ours[asked, each.size]) for each in results if each.questions == asked),
        )


def _decision(each: Decisions, ours: Decisions) -> tuple[str, ...]:
    return (
        each.engine,
        f"{each.size:,}",
        each.seen_p50.shown(2),
        f"{each.seen_p99.median:,.1f}",
        f"{each.seen_p50.median / ours.seen_p50.median:,.1f}x",
        each.unseen_p50.shown(2),
        f"{each.unseen_p99.median:,.1f}",
        f"{each.unseen_p50.median / ours.unseen_p50.median:,.1f}x",
        f"{each.load_us.median:,.1f}",
        f"{each.allowed:.0%}",
        f"{each.agreed:.0%}",
    )


def verdicts(found: Sequence[Verdict]) -> None:
    """Print the targets."""
    table(
        "Targets",
        ("measure", "figure", "at least", "aim", ""),
        (
            (
                each.measure,
                f"{each.figure:,.2f} {each.unit}",
                f"{'' if each.more_is_better else '<= '}{each.least:g}",
                f"{each.aim:g}",
                each.verdict,
            )
            for each in found
        ),
    )
