"""Forecasts of requests that are not whole yet."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daypass.policy.conceive import meets, overlap
from daypass.policy.pattern import glob

PATTERNS = st.text("ab*?", max_size=6)
TEXTS = ["".join(letters) for size in range(7) for letters in itertools.product("ab", repeat=size)]


@given(PATTERNS, PATTERNS)
def test_patterns_overlap_when_some_text_fits_both(one: str, other: str) -> None:
    fits, also = glob(one), glob(other)
    found = any(fits(text) and also(text) for text in TEXTS)
    assert overlap(one, other) == overlap(other, one)
    if found:
        assert overlap(one, other)
    elif len(one.replace("*", "")) + len(other.replace("*", "")) <= 6:
        assert not overlap(one, other)


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("acs:ram:*:*:role/dev-*", "acs:ram:*:1000000000000100:role/*", True),
        ("acs:ram::*:role/dev-*", "acs:ram:*:1000000000000100:role/*", True),
        ("acs:ram:*:*:Role/Dev-*", "acs:ram:*:1000000000000100:role/*", True),
        ("acs:ram:*:*:user/*", "acs:ram:*:1000000000000100:role/*", False),
        ("acs:ram:*:1000000000000200:role/*", "acs:ram:*:1000000000000100:role/*", False),
        ("acs:oss:*:*:*", "acs:ram:*:1000000000000100:role/*", False),
        ("acs:*:role/x", "acs:ram:*:1000000000000100:role/*", True),
        ("*", "acs:ram:*:1000000000000100:role/*", True),
        ("acs:ram:*:*:role/x", "*", True),
    ],
)
def test_resources_meet_segment_by_segment(one: str, other: str, meet: bool) -> None:
    assert meets(one, other) is meet
    assert meets(other, one) is meet
