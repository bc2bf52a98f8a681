from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daypass.secret import Secret
from tests.directory.stores import START, Clock, names, refused

if TYPE_CHECKING:
    from daypass.directory.database import Transaction


def test_a_user_is_as_it_was_created(txn: Transaction, account: str) -> None:
    user = txn.users.create(
        account,
        "Alice",
        display_name="Alice A.",
        comments="first",
        email="a@example.com",
        mobile_phone="86-1",
    )
    assert (user.name, user.display_name, user.comments) == ("Alice", "Alice A.", "first")
    assert (user.email, user.mobile_phone) == ("a@example.com", "86-1")
    assert (user.created_at, user.updated_at, user.last_login_at) == (START, START, None)
    assert len(user.id) == 18
    assert user.arn == f"acs:ram::{account}:user/Alice"
    assert txn.users.get(account, "Alice") == user
    assert txn.users.by_id(user.id) == user


def test_user_names_are_unique_and_found_ignoring_case(txn: Transaction, account: str) -> None:
    user = txn.users.create(account, "Alice")
    assert txn.users.get(account, "aLICE") == user
    with refused("EntityAlreadyExists.User"):
        txn.users.create(account, "ALICE")


def test_a_user_name_is_unique_within_an_account_only(
    txn: Transaction, account: str, other_account: str
) -> None:
    txn.users.create(account, "alice")
    assert txn.users.find(other_account, "alice") is None
    txn.users.create(other_account, "alice")


def test_a_missing_user_is_told(txn: Transaction, account: str) -> None:
    assert txn.users.by_id("1") is None
    with refused("EntityNotExist.User"):
        txn.users.get(account, "nobody")
    with refused("EntityNotExist.User"):
        txn.users.update(account, "nobody", comments="x")
    with refused("EntityNotExist.User"):
        txn.users.delete(account, "nobody")


def test_an_account_has_no_more_users_than_its_quota(
    txn: Transaction, account: str, other_account: str
) -> None:
    for name in "abcd":
        txn.users.create(account, name)
    with refused("LimitExceeded.User") as refusal:
        txn.users.create(account, "e")
    assert "4" in refusal.value.message
    txn.users.create(other_account, "e")


def test_a_taken_name_is_told_before_a_full_quota(txn: Transaction, account: str) -> None:
    for name in "abcd":
        txn.users.create(account, name)
    with refused("EntityAlreadyExists.User"):
        txn.users.create(account, "d")


def test_an_update_changes_what_it_names_and_the_time(txn: Transaction, account: str, clock: Clock) -> None:
    before = txn.users.create(account, "alice", display_name="Alice", comments="kept")
    after = txn.users.update(account, "ALICE", display_name="Al", email="")
    assert (after.display_name, after.comments, after.id) == ("Al", "kept", before.id)
    assert txn.users.get(account, "alice") == after
    assert clock.now == after.updated_at


def test_a_renamed_user_keeps_its_id_and_frees_its_name(txn: Transaction, account: str) -> None:
    user = txn.users.create(account, "alice")
    txn.users.update(account, "alice", new_name="Bob")
    assert txn.users.get(account, "bob").id == user.id
    assert txn.users.create(account, "alice").id != user.id


def test_a_user_may_change_the_case_of_its_own_name_but_not_take_anothers(
    txn: Transaction, account: str
) -> None:
    txn.users.create(account, "alice")
    txn.users.create(account, "bob")
    assert txn.users.update(account, "alice", new_name="ALICE").name == "ALICE"
    with refused("EntityAlreadyExists.User"):
        txn.users.update(account, "alice", new_name="BOB")


def test_a_logon_is_noted(txn: Transaction, account: str) -> None:
    user = txn.users.create(account, "alice")
    txn.users.note_login(user.id)
    assert txn.users.get(account, "alice").last_login_at == START


def test_a_deleted_user_is_gone_and_its_id_with_it(txn: Transaction, account: str) -> None:
    old = txn.users.create(account, "alice")
    assert txn.users.delete(account, "Alice") == old
    assert txn.users.by_id(old.id) is None
    assert txn.users.create(account, "alice").id != old.id


def test_what_a_user_still_has_is_told_in_the_documented_order(txn: Transaction, account: str) -> None:
    txn.users.create(account, "alice")
    txn.groups.create(account, "staff")
    txn.groups.add_user(account, "staff", "alice")
    key = txn.access_keys.create(account, "alice")
    txn.login_profiles.create(account, "alice", Secret("hash"))
    txn.attachments.attach(account, "User", "alice", "System", "ReadOnlyAccess")
    with refused("DeleteConflict.User.Group"):
        txn.users.delete(account, "alice")
    txn.groups.remove_user(account, "staff", "alice")
    with refused("DeleteConflict.User.AccessKey"):
        txn.users.delete(account, "alice")
    txn.access_keys.delete(account, "alice", key.id)
    with refused("DeleteConflict.User.LoginProfile"):
        txn.users.delete(account, "alice")
    txn.login_profiles.delete(account, "alice")
    with refused("DeleteConflict.User.Policy"):
        txn.users.delete(account, "alice")
    txn.attachments.detach(account, "User", "alice", "System", "ReadOnlyAccess")
    txn.users.delete(account, "alice")


def test_users_are_listed_by_name_ignoring_case(txn: Transaction, account: str, other_account: str) -> None:
    for name in ("bob", "Alice", "Carol"):
        txn.users.create(account, name)
    txn.users.create(other_account, "dora")
    assert names(txn.users.list(account).items) == ["Alice", "bob", "Carol"]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_pages_neither_repeat_nor_skip_what_stays_while_others_come_and_go(
    txn: Transaction, account: str, size: int
) -> None:
    for name in ("b", "d", "f"):
        txn.users.create(account, name)
    page = txn.users.list(account, limit=size)
    seen = names(page.items)
    txn.users.create(account, "a")
    if page.is_truncated:
        txn.users.delete(account, seen[-1])
    while page.marker is not None:
        page = txn.users.list(account, marker=page.marker, limit=size)
        seen += names(page.items)
    assert seen == ["b", "d", "f"]


def test_a_user_prints_nothing_it_should_not(txn: Transaction, account: str) -> None:
    txn.users.create(account, "alice")
    profile = txn.login_profiles.create(account, "alice", Secret("argon2-hash"))
    key = txn.access_keys.create(account, "alice")
    assert "argon2-hash" not in repr(profile)
    assert key.secret.reveal() not in repr(key)


def test_a_users_tags_come_with_it_are_looked_for_and_go_with_it(txn: Transaction, account: str) -> None:
    alice = txn.users.create(account, "alice", tags=(("team", "red"), ("site", "")))
    txn.users.create(account, "bob", tags=(("team", "blue"),))
    assert alice.tags == (("site", ""), ("team", "red"))
    assert txn.users.list(account).items[0] == alice
    assert names(txn.users.list(account, tags=[("team", None)]).items) == ["alice", "bob"]
    assert names(txn.users.list(account, tags=[("team", "red"), ("site", "")]).items) == ["alice"]
    txn.users.delete(account, "alice")
    assert txn.tags.of([alice.id]) == {}
