"""Sums up measurements: medians with their range, percentiles, ratios."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Spread(msgspec.Struct, frozen=True):
    """What several rounds gave: their median, the lowest and the highest."""

    median: float
    low: float
    high: float

    def shown(self, digits: int = 0) -> str:
        """Return ``median (low..high)``."""
        return f"{self.median:,.{digits}f} ({self.low:,.{digits}f}..{self.high:,.{digits}f})"


def spread(values: Iterable[float]) -> Spread:
    """Sum up rounds; there must be at least one."""
    rounds = list(values)
    return Spread(statistics.median(rounds), min(rounds), max(rounds))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` (0 to 1) of all values do not exceed."""
    ranked = sorted(values)
    above = len(ranked) * share
    place = int(above) - 1 if above == int(above) else int(above)
    return ranked[min(max(place, 0), len(ranked) - 1)]


def ratios(over: Sequence[float], under: Sequence[float]) -> Spread:
    """Divide round by round, so that what disturbed a whole round cancels out; then sum up."""
    return spread(a / b for a, b in zip(over, under, strict=True))
