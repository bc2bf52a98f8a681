from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daypass.secret import Secret
from tests.directory.stores import START, refused

if TYPE_CHECKING:
    from daypass.directory.database import Transaction
    from daypass.directory.records import KeyStatus


@pytest.fixture
def alice(txn: Transaction, account: str) -> str:
    return txn.users.create(account, "alice").id


def test_a_profile_is_as_it_was_created(txn: Transaction, account: str, alice: str) -> None:
    profile = txn.login_profiles.create(account, "alice", Secret("hash"), mfa_bind_required=True)
    assert profile.password_hash.reveal() == "hash"
    assert (profile.password_reset_required, profile.mfa_bind_required) == (False, True)
    assert (profile.created_at, profile.updated_at) == (START, START)
    assert txn.login_profiles.find(alice) == profile
    assert txn.login_profiles.get(account, "Alice") == profile


@pytest.mark.usefixtures("alice")
def test_a_user_has_one_profile(txn: Transaction, account: str) -> None:
    txn.login_profiles.create(account, "alice", Secret("hash"))
    with refused("EntityAlreadyExists.User.LoginProfile"):
        txn.login_profiles.create(account, "alice", Secret("other"))


@pytest.mark.usefixtures("alice")
def test_an_update_changes_what_it_names(txn: Transaction, account: str) -> None:
    txn.login_profiles.create(account, "alice", Secret("hash"))
    changed = txn.login_profiles.update(account, "alice", password_reset_required=True)
    assert changed.password_hash.reveal() == "hash"
    assert txn.login_profiles.get(account, "alice") == changed
    changed = txn.login_profiles.update(account, "alice", password_hash=Secret("new"))
    assert txn.login_profiles.get(account, "alice").password_hash.reveal() == "new"
    assert changed.password_reset_required


@pytest.mark.usefixtures("alice")
def test_a_missing_profile_and_a_missing_user_are_told_apart(txn: Transaction, account: str) -> None:
    with refused("EntityNotExist.User.LoginProfile"):
        txn.login_profiles.get(account, "alice")
    with refused("EntityNotExist.User.LoginProfile"):
        txn.login_profiles.delete(account, "alice")
    with refused("EntityNotExist.User"):
        txn.login_profiles.get(account, "bob")


def test_a_deleted_profile_is_gone(txn: Transaction, account: str, alice: str) -> None:
    txn.login_profiles.create(account, "alice", Secret("hash"))
    txn.login_profiles.delete(account, "alice")
    assert txn.login_profiles.find(alice) is None


@pytest.mark.usefixtures("alice")
def test_a_password_is_initial_until_it_is_changed_or_when_it_switches_the_profile_on(
    txn: Transaction, account: str
) -> None:
    def update(password: str | None = None, status: KeyStatus | None = None) -> bool:
        hashed = None if password is None else Secret(password)
        txn.login_profiles.update(account, "alice", password_hash=hashed, status=status)
        return txn.login_profiles.get(account, "alice").password_initial

    assert txn.login_profiles.create(account, "alice", Secret("hash")).password_initial
    assert update(status="Active")
    assert not update(password="second", status="Active")
    assert not update(status="Inactive")
    assert not update(password="third")
    assert update(password="fourth", status="Active")
    assert txn.login_profiles.get(account, "alice").status == "Active"
