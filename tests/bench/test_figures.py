from __future__ import annotations

import pytest

from bench.figures import Spread, percentile, ratios, spread


def test_a_spread_is_the_median_between_lowest_and_highest() -> None:
    assert spread([5.0, 1.0, 3.0]) == Spread(3.0, 1.0, 5.0)


def test_a_spread_is_shown_with_its_range() -> None:
    assert Spread(1234.5, 1000.0, 2000.0).shown(1) == "1,234.5 (1,000.0..2,000.0)"


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1), (0.25, 1), (0.5, 2), (0.51, 3), (0.75, 3), (0.99, 4), (1.0, 4)]
)
def test_a_percentile_is_the_smallest_value_that_enough_do_not_exceed(share: float, expected: int) -> None:
    assert percentile([4, 1, 3, 2], share) == expected


def test_ratios_are_taken_round_by_round() -> None:
    assert ratios([10.0, 40.0, 90.0], [100.0, 200.0, 300.0]) == Spread(0.2, 0.1, 0.3)
