from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daypass.directory.errors import StoreError

if TYPE_CHECKING:
    from daypass.directory.database import Transaction


def states(txn: Transaction) -> list[tuple[int, str]]:
    return [(key.id, key.state) for key in txn.token_keys.list()]


def test_key_material_is_32_bytes_and_comes_back(txn: Transaction) -> None:
    key = txn.token_keys.create("primary")
    assert len(key.reveal()) == 32
    assert txn.token_keys.list() == (key,)
    assert key.reveal().hex() not in repr(key)


def test_a_promoted_key_retires_the_one_before(txn: Transaction) -> None:
    first, second = txn.token_keys.create("primary"), txn.token_keys.create()
    txn.token_keys.promote(second.id)
    assert states(txn) == [(first.id, "retired"), (second.id, "primary")]


def test_a_killed_key_is_gone_and_its_id_is_never_given_again(txn: Transaction) -> None:
    txn.token_keys.create("primary")
    last = txn.token_keys.create()
    txn.token_keys.kill(last.id)
    assert states(txn) == [(1, "primary")]
    assert txn.token_keys.create().id == last.id + 1


def test_a_promotion_that_fails_leaves_the_primary_key_alone(txn: Transaction) -> None:
    key = txn.token_keys.create("primary")
    with pytest.raises(StoreError):
        txn.token_keys.promote(key.id + 1)
    assert states(txn) == [(key.id, "primary")]


def test_what_is_not_there_is_neither_promoted_nor_killed(txn: Transaction) -> None:
    key = txn.token_keys.create()
    txn.token_keys.kill(key.id)
    for attempt in (txn.token_keys.kill, txn.token_keys.promote):
        with pytest.raises(StoreError, match="no living token key 1"):
            attempt(key.id)
