from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from daypass.directory.passwords import KEPT
from daypass.secret import Secret
from tests.directory.stores import START, refused

if TYPE_CHECKING:
    from daypass.directory.database import Database, Transaction
    from daypass.directory.records import KeyStatus
    from tests.directory.stores import Clock


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


def test_the_newest_passwords_are_kept_and_come_newest_first(
    txn: Transaction, account: str, alice: str, clock: Clock
) -> None:
    txn.login_profiles.create(account, "alice", Secret("hash 0"))
    for number in range(1, KEPT + 5):
        txn.login_profiles.update(account, "alice", password_hash=Secret(f"hash {number}"))
    kept = txn.passwords.newest(alice)
    assert [password.password_hash.reveal() for password in kept] == [
        f"hash {number}" for number in range(KEPT + 4, 4, -1)
    ]
    assert txn.passwords.newest(alice, 2) == kept[:2]
    assert kept[0].set_at == clock.now


def test_failed_logons_count_while_they_are_less_than_an_hour_apart(database: Database, clock: Clock) -> None:
    with database.write() as txn:
        account = txn.accounts.create().id
        txn.users.create(account, "alice")
        txn.login_profiles.create(account, "alice", Secret("hash"))
    for seconds, failures in ((0, 1), (3599, 2), (3600, 1), (10, 2)):
        clock.now += seconds
        with database.write() as txn:
            txn.login_profiles.note_failure(txn.login_profiles.get(account, "alice"))
            assert txn.login_profiles.get(account, "alice").failures == failures
    with database.write() as txn:
        txn.login_profiles.note_logon(txn.login_profiles.get(account, "alice"))
        profile = txn.login_profiles.get(account, "alice")
        assert (profile.failures, profile.failed_at) == (0, None)
        assert txn.users.get(account, "alice").last_login_at == clock.now


@pytest.mark.usefixtures("alice")
def test_a_new_password_and_a_new_status_end_a_lock(txn: Transaction, account: str) -> None:
    txn.login_profiles.create(account, "alice", Secret("hash"), status="Inactive")
    changes: list[dict[str, Any]] = [{"status": "Active"}, {"password_hash": Secret("new")}]
    for change in changes:
        txn.login_profiles.note_failure(txn.login_profiles.get(account, "alice"))
        assert txn.login_profiles.update(account, "alice", mfa_bind_required=True).failures == 1
        changed = txn.login_profiles.update(account, "alice", **change)
        assert (changed.failures, changed.status) == (0, "Active")
