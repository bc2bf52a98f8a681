"""``python -m bench``: measure, print tables, and compare with the targets."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Final

import msgspec

from bench import machine, report, targets
from bench.evaluator import decisions
from bench.server import console, endurance, listing, start, throughput

PARTS: Final = ("http", "start", "lists", "console", "decisions", "long")
LONG_CALLS: Final = 1_000_000


class Effort(msgspec.Struct, frozen=True):
    """How long to measure."""

    rounds: int
    seconds: float
    starts: int
    calls: int
    lists: listing.Sizes
    pages: int
    decisions: decisions.Plan


FULL: Final = Effort(3, 6.0, 5, LONG_CALLS, listing.Sizes(10_000, 1_500), 200, decisions.Plan())
SMOKE: Final = Effort(
    1,
    0.5,
    1,
    3_000,
    listing.Sizes(500, 300),
    10,
    decisions.Plan((1, 10, 100), rounds=1, repeats=2, unseen=200, seconds=0.1),
)


class Findings(msgspec.Struct, omit_defaults=True):
    """Everything one run found; what ``--json`` writes."""

    machine: dict[str, str]
    throughput: list[throughput.Throughput] | None = None
    start: start.Start | None = None
    lists: list[listing.Listing] | None = None
    console: list[console.Shown] | None = None
    decisions: list[decisions.Decisions] | None = None
    endurance: endurance.Endurance | None = None
    targets: list[dict[str, object]] = []


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--smoke", action="store_true", help="a second or so of everything; figures mean nothing"
    )
    parser.add_argument(
        "--long", action="store_true", help=f"also {LONG_CALLS:,} AssumeRole calls on one server"
    )
    parser.add_argument("--calls", type=int, help="how many of them")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part; may be repeated")
    parser.add_argument("--rounds", type=int, help="rounds of the parts that have some")
    parser.add_argument("--seconds", type=float, help="of load on one subject in one round")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    return parser.parse_args()


def main() -> None:
    """Measure what was asked for."""
    asked = arguments()
    effort = SMOKE if asked.smoke else FULL
    if asked.rounds is not None:
        plan = msgspec.structs.replace(effort.decisions, rounds=asked.rounds)
        effort = msgspec.structs.replace(effort, rounds=asked.rounds, starts=asked.rounds, decisions=plan)
    if asked.seconds is not None:
        effort = msgspec.structs.replace(effort, seconds=asked.seconds)
    if asked.calls is not None:
        effort = msgspec.structs.replace(effort, calls=asked.calls)
    parts = set(asked.only or PARTS[:5]) | (
        {"long"} if asked.long or (asked.smoke and not asked.only) else set()
    )
    findings = Findings(machine.description())
    report.description(findings.machine)
    os.sched_setaffinity(0, {machine.cores().load})
    verdicts = [verdict for part in PARTS if part in parts for verdict in measure(part, effort, findings)]
    report.verdicts(verdicts)
    findings.targets = [{**msgspec.to_builtins(each), "verdict": each.verdict} for each in verdicts]
    if asked.json is not None:
        asked.json.write_bytes(msgspec.json.format(msgspec.json.encode(findings)))


def measure(part: str, effort: Effort, findings: Findings) -> list[targets.Verdict]:
    """Measure one part, print it, keep it."""
    print(f"\nmeasuring: {part}", flush=True)
    if part == "http":
        findings.throughput = throughput.measure(effort.rounds, effort.seconds)
        report.throughput(findings.throughput)
        return list(targets.of_throughput(findings.throughput))
    if part == "start":
        findings.start = start.measure(effort.starts)
        report.start(findings.start)
        return list(targets.of_start(findings.start))
    if part == "lists":
        findings.lists = listing.measure(effort.lists, effort.rounds)
        report.lists(findings.lists)
        return list(targets.of_lists(findings.lists))
    if part == "console":
        findings.console = console.measure(effort.lists.roles, effort.pages)
        report.console(findings.console)
        return list(targets.of_console(findings.console))
    if part == "decisions":
        findings.decisions = decisions.measure(effort.decisions)
        report.decisions(findings.decisions, decisions.clock_us())
        return list(targets.of_decisions(findings.decisions))
    findings.endurance = endurance.measure(effort.calls)
    report.endurance(findings.endurance)
    return list(targets.of_endurance(findings.endurance))


if __name__ == "__main__":
    main()
