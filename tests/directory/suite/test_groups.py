from __future__ import annotations

from typing import TYPE_CHECKING

from tests.directory.stores import START, names, refused

if TYPE_CHECKING:
    from daypass.directory.database import Transaction


def test_a_group_is_as_it_was_created(txn: Transaction, account: str) -> None:
    group = txn.groups.create(account, "Staff", comments="all", display_name="Everybody")
    assert (group.name, group.comments, group.created_at) == ("Staff", "all", START)
    assert group.display_name == "Everybody"
    assert txn.groups.get(account, "staff") == group


def test_group_names_are_unique_in_an_account_ignoring_case(
    txn: Transaction, account: str, other_account: str
) -> None:
    txn.groups.create(account, "Staff")
    txn.groups.create(other_account, "staff")
    with refused("EntityAlreadyExists.Group"):
        txn.groups.create(account, "staff")


def test_an_account_has_no_more_groups_than_its_quota(txn: Transaction, account: str) -> None:
    for name in "abc":
        txn.groups.create(account, name)
    with refused("LimitExceeded.Group"):
        txn.groups.create(account, "d")


def test_an_updated_group_keeps_its_id(txn: Transaction, account: str) -> None:
    group = txn.groups.create(account, "staff", comments="kept")
    txn.groups.create(account, "guests")
    renamed = txn.groups.update(account, "staff", new_name="Crew")
    assert (renamed.id, renamed.comments) == (group.id, "kept")
    assert txn.groups.get(account, "crew") == renamed
    assert txn.groups.update(account, "crew", comments="new").comments == "new"
    txn.groups.update(account, "crew", display_name="The crew")
    assert txn.groups.get(account, "crew").display_name == "The crew"
    with refused("EntityAlreadyExists.Group"):
        txn.groups.update(account, "crew", new_name="GUESTS")
    with refused("EntityNotExist.Group"):
        txn.groups.update(account, "staff")


def test_a_user_joins_a_group_once_and_leaves_it_once(txn: Transaction, account: str) -> None:
    txn.users.create(account, "alice")
    txn.groups.create(account, "staff")
    txn.groups.add_user(account, "Staff", "Alice")
    with refused("EntityAlreadyExists.User.Group"):
        txn.groups.add_user(account, "staff", "alice")
    (membership,) = txn.groups.of_user(account, "alice")
    assert (membership.group.name, membership.joined_at) == ("staff", START)
    txn.groups.remove_user(account, "staff", "alice")
    with refused("EntityNotExist.User.Group"):
        txn.groups.remove_user(account, "staff", "alice")
    assert txn.groups.of_user(account, "alice") == ()


def test_a_missing_user_is_told_before_a_missing_group(txn: Transaction, account: str) -> None:
    with refused("EntityNotExist.User"):
        txn.groups.add_user(account, "staff", "alice")
    txn.users.create(account, "alice")
    with refused("EntityNotExist.Group"):
        txn.groups.add_user(account, "staff", "alice")


def test_a_user_is_in_no_more_groups_than_its_quota(txn: Transaction, account: str) -> None:
    txn.users.create(account, "alice")
    for name in ("a", "b", "c"):
        txn.groups.create(account, name)
    txn.groups.add_user(account, "a", "alice")
    txn.groups.add_user(account, "b", "alice")
    with refused("LimitExceeded.User.Group"):
        txn.groups.add_user(account, "c", "alice")


def test_a_group_with_users_or_policies_is_not_deleted(txn: Transaction, account: str) -> None:
    txn.users.create(account, "alice")
    txn.groups.create(account, "staff")
    txn.groups.add_user(account, "staff", "alice")
    txn.attachments.attach(account, "Group", "staff", "System", "ReadOnlyAccess")
    with refused("DeleteConflict.Group.User"):
        txn.groups.delete(account, "staff")
    txn.groups.remove_user(account, "staff", "alice")
    with refused("DeleteConflict.Group.Policy"):
        txn.groups.delete(account, "staff")
    txn.attachments.detach(account, "Group", "staff", "System", "ReadOnlyAccess")
    txn.groups.delete(account, "staff")
    with refused("EntityNotExist.Group"):
        txn.groups.get(account, "staff")


def test_groups_are_listed_in_pages_by_name(txn: Transaction, account: str) -> None:
    for name in ("c", "A", "b"):
        txn.groups.create(account, name)
    first = txn.groups.list(account, limit=2)
    rest = txn.groups.list(account, marker=first.marker, limit=2)
    assert names(first.items) + names(rest.items) == ["A", "b", "c"]


def test_the_users_of_a_group_are_listed_in_pages_by_name(txn: Transaction, account: str) -> None:
    txn.groups.create(account, "staff")
    for name in ("bob", "Alice", "carol"):
        txn.users.create(account, name)
    for name in ("bob", "Alice"):
        txn.groups.add_user(account, "staff", name)
    page = txn.groups.users_of(account, "staff", limit=1)
    last = txn.groups.users_of(account, "staff", marker=page.marker, limit=1)
    assert [member.user.name for member in (*page.items, *last.items)] == ["Alice", "bob"]
    assert (page.items[0].joined_at, last.marker) == (START, None)
