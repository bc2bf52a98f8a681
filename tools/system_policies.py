"""``python -m tools.system_policies FROM TO``: what changed in the system policies between two days.

For each policy the version in force on either day, and how its text differs. Days are
written 2026-01-31; without TO, today. The last line counts.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from daypass.directory import system

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from daypass.directory.system import SystemPolicy


def in_force(versions: Sequence[SystemPolicy], day: date) -> SystemPolicy | None:
    """Return the version in force at the end of a day, if there was one that is known."""
    end = datetime.combine(day, time.max, UTC).timestamp()
    return next((policy for policy in reversed(versions) if policy.updated_at <= end), None)


def changes(first: date, last: date) -> Iterator[str]:
    """Yield a report, line by line."""
    changed = 0
    for policy in system.all_policies():
        versions = system.versions_of(policy.name)
        before, after = in_force(versions, first), in_force(versions, last)
        if after is None or before == after:
            continue
        changed += 1
        yield _title(before, after)
        yield from _differences(before, after)
    yield f"{changed} of {len(system.all_policies())} system policies changed from {first} to {last}"


def _title(before: SystemPolicy | None, after: SystemPolicy) -> str:
    since = datetime.fromtimestamp(after.updated_at, UTC).date()
    known = "" if after.completeness == "complete" else f", {after.completeness}"
    old = "new" if before is None else before.version
    return f"{after.name}: {old} -> {after.version} of {since}{known}"


def _differences(before: SystemPolicy | None, after: SystemPolicy) -> Iterator[str]:
    old = [] if before is None else before.document.splitlines()
    lines = difflib.unified_diff(old, after.document.splitlines(), n=1, lineterm="")
    yield from (f"  {line}" for line in list(lines)[2:])


def main(words: Sequence[str]) -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(
        prog="tools.system_policies", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("first", type=date.fromisoformat, metavar="FROM")
    parser.add_argument(
        "last", type=date.fromisoformat, metavar="TO", nargs="?", default=datetime.now(UTC).date()
    )
    options = parser.parse_args(words)
    for line in changes(options.first, options.last):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
