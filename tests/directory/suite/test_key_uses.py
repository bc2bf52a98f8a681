from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.directory.records import KeyUse

if TYPE_CHECKING:
    from daypass.directory.database import Transaction


def test_a_key_that_was_never_used_has_no_use(txn: Transaction, account: str) -> None:
    key = txn.access_keys.create(account)
    assert txn.key_uses.find(key.id) is None


def test_the_latest_use_wins_in_whatever_order_uses_come(txn: Transaction, account: str) -> None:
    one, two = txn.access_keys.create(account).id, txn.access_keys.create(account).id
    txn.key_uses.note({one: KeyUse(100, "Ram"), two: KeyUse(300, "Sts")})
    txn.key_uses.note({one: KeyUse(200, "Iot"), two: KeyUse(250, "Ims")})
    assert txn.key_uses.of([one, two]) == {one: KeyUse(200, "Iot"), two: KeyUse(300, "Sts")}


def test_a_key_that_is_gone_is_passed_over_and_takes_its_use_with_it(txn: Transaction, account: str) -> None:
    key = txn.access_keys.create(account).id
    txn.key_uses.note({key: KeyUse(100, "Ram"), "LTAIgone": KeyUse(100, "Ram")})
    assert set(txn.key_uses.of([key, "LTAIgone"])) == {key}
    txn.access_keys.delete(account, None, key)
    txn.key_uses.note({key: KeyUse(200, "Ram")})
    assert txn.key_uses.find(key) is None


def test_a_use_is_no_change_that_anything_has_to_be_read_again_for(txn: Transaction, account: str) -> None:
    key = txn.access_keys.create(account).id
    before = txn.noted
    txn.key_uses.note({key: KeyUse(100, "Ram")})
    assert txn.noted == before


def test_more_keys_are_noted_than_one_statement_names(txn: Transaction) -> None:
    keys = [txn.access_keys.create(txn.accounts.create().id).id for _ in range(520)]
    uses = {key: KeyUse(number, "Ram") for number, key in enumerate(keys)}
    txn.key_uses.note(uses)
    txn.key_uses.note(uses)
    assert txn.key_uses.of(keys) == uses
