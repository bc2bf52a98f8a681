"""Places of parts in texts, and texts that two patterns have in common."""

from __future__ import annotations

import json
from random import Random

import pytest

from daypass.policy.edits import Edit, edited, quoted
from daypass.policy.overlap import TooLargeError, common, may_meet
from daypass.policy.pattern import glob
from daypass.policy.places import nearest, places, point
from tests.policy.invent import Inventor


def _parts(value: object, path: str = "") -> dict[str, object]:
    """Return every part of a JSON value by its path."""
    found = {path: value}
    if isinstance(value, dict):
        for key, inner in value.items():
            found |= _parts(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            found |= _parts(inner, f"{path}[{number}]")
    return found


@pytest.mark.parametrize("seed", range(200))
@pytest.mark.parametrize("indent", [None, 3])
def test_every_part_of_a_document_is_found_where_it_stands(seed: int, indent: int | None) -> None:
    made = Inventor(seed).document()
    text = json.dumps(made, indent=indent)
    found = places(text)
    for path, value in _parts(made).items():
        assert json.loads(text[found[path].start : found[path].end]) == value


@pytest.mark.parametrize("seed", range(200))
def test_an_edit_changes_its_part_and_nothing_else(seed: int) -> None:
    made = Inventor(seed).document()
    text = json.dumps(made, indent=1)
    dice = Random(seed)  # noqa: S311 - the same cases each time is the point
    number = dice.randrange(len(made["Statement"]))
    changed = edited(text, places(text), (Edit(f"Statement[{number}].Resource", "value", quoted("é")),))
    made["Statement"][number]["Resource"] = "é"
    assert json.loads(changed) == made
    without = edited(changed, places(changed), (Edit(f"Statement[{number}].Resource", "member"),))
    del made["Statement"][number]["Resource"]
    assert json.loads(without) == made


def test_a_part_that_is_not_there_is_found_in_what_is_around_it() -> None:
    text = '{"Statement": [{"Effect": "Allow"}]}'
    assert nearest(places(text), "Statement[0].Resource[3]") == places(text)["Statement[0]"]
    assert point("a\nbc", 3) == (2, 2)


PATTERNS = [
    "".join(Random(seed).choices("ab*?", k=Random(seed + 1).randint(0, 6)))  # noqa: S311 - likewise
    for seed in range(120)
]


def test_what_two_patterns_have_in_common_matches_both() -> None:
    for one in PATTERNS:
        for other in PATTERNS:
            text = common(one, other)
            if text is not None:
                assert glob(one)(text)
                assert glob(other)(text)
                assert may_meet(one, other)


def test_patterns_that_are_told_apart_have_no_short_text_in_common() -> None:
    texts = [""]
    for _ in range(5):
        texts += [text + letter for text in texts if len(text) < 5 for letter in "ab"]
    texts = sorted(set(texts))
    for one in PATTERNS[:40]:
        for other in PATTERNS[40:80]:
            if common(one, other) is None:
                assert not any(glob(one)(text) and glob(other)(text) for text in texts), (one, other)


def test_patterns_made_to_be_slow_are_refused() -> None:
    with pytest.raises(TooLargeError):
        common("*a" * 500, "*b" * 500)
