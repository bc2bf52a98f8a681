from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daypass.directory.schema import users
from tests.directory.stores import refused

if TYPE_CHECKING:
    from daypass.directory.database import Transaction


def test_a_tag_set_again_has_the_new_value(txn: Transaction) -> None:
    txn.tags.put("100", "1", [("b", "1"), ("a", "2")])
    txn.tags.put("100", "1", [("b", "3")])
    assert txn.tags.of(["1", "2"]) == {"1": (("a", "2"), ("b", "3"))}


def test_tags_are_removed_by_key_or_all(txn: Transaction) -> None:
    txn.tags.put("100", "1", [("a", "1"), ("b", "2"), ("c", "3")])
    txn.tags.remove("100", "1", ["a", "z"])
    assert txn.tags.of(["1"]) == {"1": (("b", "2"), ("c", "3"))}
    txn.tags.remove("100", "1")
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


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_pages_neither_repeat_nor_skip_what_stays_while_others_come_and_go(
    txn: Transaction, account: str, other_account: str, size: int
) -> None:
    txn.users.create(other_account, "b", tags=(("k", ""),))
    txn.users.create(account, "B", tags=(("k", ""), ("m", "")))
    txn.users.create(account, "d", tags=(("a", ""), ("k", "")))
    page = txn.tags.list(users, account, limit=size)
    seen = [(tag.entity_name, tag.key) for tag in page.items]
    txn.users.create(account, "a", tags=(("k", ""),))
    if page.is_truncated:
        last = page.items[-1]
        txn.tags.remove(account, last.entity_id, [last.key])
    while page.marker is not None:
        page = txn.tags.list(users, account, marker=page.marker, limit=size)
        seen += [(tag.entity_name, tag.key) for tag in page.items]
    assert seen == [("B", "k"), ("B", "m"), ("d", "a"), ("d", "k")]


def test_a_key_may_hold_any_character(txn: Transaction, account: str) -> None:
    txn.users.create(account, "a", tags=(("x\ny", ""), ("x", ""), ("\n", ""), ("é", "")))
    found, marker = [], None
    for _ in range(4):
        page = txn.tags.list(users, account, marker=marker, limit=1)
        found += [tag.key for tag in page.items]
        marker = page.marker
    assert (found, marker) == (["\n", "x", "x\ny", "é"], None)


def test_a_token_of_another_list_is_refused(txn: Transaction, account: str) -> None:
    for name in "ab":
        txn.users.create(account, name)
    marker = txn.users.list(account, limit=1).marker
    with refused("InvalidParameter.NextToken"):
        txn.tags.list(users, account, marker=marker)
