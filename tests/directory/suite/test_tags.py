from __future__ import annotations

from typing import TYPE_CHECKING

from tests.directory.stores import refused

if TYPE_CHECKING:
    from daypass.directory.database import Transaction


def test_a_tag_set_again_has_the_new_value(txn: Transaction) -> None:
    txn.tags.put("100", "1", [("b", "1"), ("a", "2")])
    txn.tags.put("100", "1", [("b", "3")])
    assert txn.tags.of(["1", "2"]) == {"1": (("a", "2"), ("b", "3"))}


def test_tags_are_removed_by_key_or_all(txn: Transaction) -> None:
    txn.tags.put("100", "1", [("a", "1"), ("b", "2"), ("c", "3")])
    txn.tags.remove("1", ["a", "z"])
    assert txn.tags.of(["1"]) == {"1": (("b", "2"), ("c", "3"))}
    txn.tags.remove("1")
    assert txn.tags.of(["1"]) == {}


def test_an_entity_has_20_tags_at_most(txn: Transaction) -> None:
    txn.tags.put("100", "1", [(str(number), "") for number in range(20)])
    txn.tags.put("100", "1", [("0", "again")])
    with refused("LimitExceeded.Tag"):
        txn.tags.put("100", "1", [("0", "lost"), ("one more", "")])
    assert dict(txn.tags.of(["1"])["1"])["0"] == "again"


def test_tag_keys_differ_by_case(txn: Transaction) -> None:
    txn.tags.put("100", "1", [("a", "1"), ("A", "2")])
    assert len(txn.tags.of(["1"])["1"]) == 2
