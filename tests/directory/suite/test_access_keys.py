from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.secret import Secret
from tests.directory.stores import START, refused

if TYPE_CHECKING:
    from daypass.directory.database import Database, Transaction
    from tests.directory.stores import Clock


def test_an_access_key_has_the_forms_of_rams(txn: Transaction, account: str) -> None:
    user = txn.users.create(account, "alice")
    key = txn.access_keys.create(account, "alice")
    assert key.id.startswith("LTAI")
    assert len(key.id) == 24
    assert len(key.secret.reveal()) == 30
    assert (key.user_id, key.status, key.created_at) == (user.id, "Active", START)


def test_a_secret_comes_back_as_it_was_given(txn: Transaction, account: str) -> None:
    txn.users.create(account, "alice")
    key = txn.access_keys.create(account, "alice")
    found = txn.access_keys.find(key.id)
    assert found == key
    assert txn.access_keys.find("LTAIunknown") is None


def test_the_accounts_own_keys_and_its_users_are_apart(txn: Transaction, account: str) -> None:
    txn.users.create(account, "alice")
    root = txn.access_keys.create(account)
    alices = txn.access_keys.create(account, "alice")
    assert root.user_id is None
    assert txn.access_keys.list(account) == (root,)
    assert txn.access_keys.list(account, "alice") == (alices,)


def test_a_key_can_be_brought_along_and_its_id_is_given_once(
    txn: Transaction, account: str, other_account: str
) -> None:
    preset = ("LTAIroot", Secret("brought along"))
    assert txn.access_keys.create(account, preset=preset).secret.reveal() == "brought along"
    with refused("EntityAlreadyExists.User.AccessKey"):
        txn.access_keys.create(other_account, preset=preset)


def test_a_user_and_an_account_have_two_keys_at_most(txn: Transaction, account: str) -> None:
    txn.users.create(account, "alice")
    for _ in range(2):
        txn.access_keys.create(account, "alice")
        txn.access_keys.create(account)
    with refused("LimitExceeded.User.AccessKey"):
        txn.access_keys.create(account, "alice")
    with refused("LimitExceeded.User.AccessKey"):
        txn.access_keys.create(account)


def test_a_key_is_switched_off_and_on(txn: Transaction, account: str) -> None:
    txn.users.create(account, "alice")
    key = txn.access_keys.create(account, "alice")
    txn.access_keys.set_status(account, "alice", key.id, "Inactive")
    assert [one.status for one in txn.access_keys.list(account, "alice")] == ["Inactive"]
    txn.access_keys.set_status(account, "alice", key.id, "Active")
    assert txn.access_keys.list(account, "alice") == (key,)


def test_a_key_is_its_owners_alone(txn: Transaction, account: str, other_account: str) -> None:
    for owner in (account, other_account):
        txn.users.create(owner, "alice")
    txn.users.create(account, "bob")
    key = txn.access_keys.create(account, "alice")
    for owner, name in ((account, "bob"), (account, None), (other_account, "alice")):
        with refused("EntityNotExist.User.AccessKey"):
            txn.access_keys.delete(owner, name, key.id)
        with refused("EntityNotExist.User.AccessKey"):
            txn.access_keys.set_status(owner, name, key.id, "Inactive")
    assert txn.access_keys.find(key.id) == key


def test_a_deleted_key_is_gone(txn: Transaction, account: str) -> None:
    txn.users.create(account, "alice")
    key = txn.access_keys.create(account, "alice")
    txn.access_keys.delete(account, "ALICE", key.id)
    assert txn.access_keys.find(key.id) is None
    with refused("EntityNotExist.User.AccessKey"):
        txn.access_keys.delete(account, "alice", key.id)


def test_keys_of_nobody_are_told(txn: Transaction, account: str) -> None:
    with refused("EntityNotExist.User"):
        txn.access_keys.create(account, "nobody")
    with refused("EntityNotExist.User"):
        txn.access_keys.list(account, "nobody")


def test_a_key_tells_when_it_was_last_switched(database: Database, clock: Clock) -> None:
    with database.write() as txn:
        account = txn.accounts.create().id
        made = txn.access_keys.create(account)
    assert made.updated_at == made.created_at == START
    clock.now += 60
    with database.write() as txn:
        txn.access_keys.set_status(account, None, made.id, "Inactive")
        (key,) = txn.access_keys.list(account)
    assert (key.created_at, key.updated_at) == (START, START + 60)
