"""Answers that a line of a condition block keeps are those it would give anew."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daypass.policy.conditions import OPERATORS, Check, Context
from daypass.policy.document import Condition

WANTED = {
    "String": "a*",
    "Number": "5",
    "Date": "2026-11-23T16:00:00Z",
    "Boolean": "true",
    "IP": "10.0.0.0/8",
}
ACTUAL = st.sampled_from(
    [
        *("a", "A", "ab", "4", "5", "5.0", "6", "x" * 200, "2026-11-23T15:59:59Z", "2026-11-23T16:00:00Z"),
        *("true", "TRUE", "false", "10.1.2.3", "::ffff:10.0.0.1", "11.0.0.1", "fe80::1%eth0", ""),
    ]
)


@pytest.mark.parametrize("name", sorted(OPERATORS))
@given(asked=st.lists(ACTUAL, min_size=1, max_size=40))
def test_a_line_asked_often_answers_as_one_asked_for_the_first_time(name: str, asked: list[str]) -> None:
    condition = Condition(name, "k", (WANTED[OPERATORS[name].family],))
    often = Check(condition, missing_key_negated=True)
    for actual in asked:
        anew = Check(condition, missing_key_negated=True)
        assert often.holds(Context({"k": actual})) is anew.holds(Context({"k": actual}))


def test_a_line_keeps_few_answers_and_none_to_long_values() -> None:
    line = Check(Condition("StringEquals", "k", ("a",)), missing_key_negated=True)
    for number in range(100):
        line.holds(Context({"k": f"value {number}"}))
        line.holds(Context({"k": f"{number}" * 100}))
        assert len(line._known) <= 8
        assert all(len(value) <= 64 for value in line._known)
