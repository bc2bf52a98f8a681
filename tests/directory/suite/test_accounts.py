from __future__ import annotations

from typing import TYPE_CHECKING

from tests.directory.stores import START, refused

if TYPE_CHECKING:
    from daypass.directory.database import Transaction


def test_a_new_account_has_16_digits_and_a_default_resource_group(txn: Transaction) -> None:
    account = txn.accounts.create()
    assert len(account.id) == 16
    assert account.id.isdigit()
    assert account.created_at == START
    assert txn.accounts.get(account.id) == account
    assert txn.resource_groups.default(account.id).is_default


def test_an_account_id_can_be_chosen_and_is_given_once(txn: Transaction) -> None:
    assert txn.accounts.create("1000000000000100").id == "1000000000000100"
    with refused("EntityAlreadyExists.Account"):
        txn.accounts.create("1000000000000100")


def test_an_accounts_arn_is_root(txn: Transaction) -> None:
    assert txn.accounts.create("1000000000000100").arn == "acs:ram::1000000000000100:root"


def test_the_alias_is_the_id_until_one_is_set_and_again_after_it_is_cleared(
    txn: Transaction, account: str
) -> None:
    assert txn.accounts.get(account).alias_or_id == account
    txn.accounts.set_alias(account, "example-inc")
    assert txn.accounts.get(account).alias_or_id == "example-inc"
    txn.accounts.set_alias(account, None)
    assert txn.accounts.get(account).alias_or_id == account


def test_an_alias_belongs_to_one_account(txn: Transaction, account: str, other_account: str) -> None:
    txn.accounts.set_alias(account, "example-inc")
    txn.accounts.set_alias(account, "example-inc")
    with refused("EntityAlreadyExists.AccountAlias"):
        txn.accounts.set_alias(other_account, "example-inc")


def test_an_alias_cannot_be_another_accounts_id(txn: Transaction, account: str, other_account: str) -> None:
    with refused("EntityAlreadyExists.AccountAlias"):
        txn.accounts.set_alias(account, other_account)


def test_an_account_id_that_is_another_accounts_alias_is_refused_as_taken(
    txn: Transaction, account: str
) -> None:
    txn.accounts.set_alias(account, "1000000000000077")
    with refused("EntityAlreadyExists.AccountAlias"):
        txn.accounts.create("1000000000000077")
    assert txn.accounts.find("1000000000000077") is None


def test_an_account_is_found_by_alias_and_by_id(txn: Transaction, account: str) -> None:
    txn.accounts.set_alias(account, "example-inc")
    by_alias, by_id = txn.accounts.by_alias("example-inc"), txn.accounts.by_alias(account)
    assert by_alias is not None
    assert by_alias == by_id
    assert txn.accounts.by_alias("nobody") is None


def test_a_missing_account_is_told(txn: Transaction) -> None:
    assert txn.accounts.find("1000000000000100") is None
    with refused("EntityNotExist.Account"):
        txn.accounts.get("1000000000000100")
    with refused("EntityNotExist.Account"):
        txn.accounts.set_alias("1000000000000100", "example-inc")


def test_accounts_are_listed_in_pages(txn: Transaction) -> None:
    made = sorted(txn.accounts.create().id for _ in range(3))
    first = txn.accounts.list(limit=2)
    rest = txn.accounts.list(marker=first.marker, limit=2)
    assert [account.id for account in (*first.items, *rest.items)] == made
    assert first.is_truncated
    assert not rest.is_truncated
