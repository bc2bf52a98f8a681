from __future__ import annotations

import re
from collections import Counter

import pytest

from daypass.directory import identifiers
from daypass.directory.sealing import Entropy
from tests.directory.stores import Seeded


@pytest.mark.parametrize(
    ("make", "form"),
    [
        (identifiers.account_id, r"[1-9][0-9]{15}"),
        (identifiers.entity_id, r"[1-9][0-9]{17}"),
        (identifiers.resource_group_id, r"rg-[a-z0-9]{15}"),
        (identifiers.access_key_id, r"LTAI[A-Za-z0-9]{20}"),
        (identifiers.access_key_secret, r"[A-Za-z0-9]{30}"),
    ],
)
def test_an_identifier_has_its_form_and_comes_once(make: object, form: str) -> None:
    assert callable(make)
    entropy: Entropy = Seeded()
    made = [make(entropy) for _ in range(1000)]
    assert all(re.fullmatch(form, one) for one in made)
    assert len(set(made)) == len(made)


def test_the_extremes_of_entropy_are_in_form_too() -> None:
    assert identifiers.access_key_secret(bytes) == "a" * 30
    assert re.fullmatch(r"[A-Za-z0-9]{30}", identifiers.access_key_secret(lambda count: b"\xff" * count))


def test_every_character_is_as_likely_as_any_other() -> None:
    entropy = Seeded()
    drawn = Counter("".join(identifiers.access_key_secret(entropy) for _ in range(2000)))
    assert len(drawn) == 62
    assert max(drawn.values()) < 1.25 * min(drawn.values())
