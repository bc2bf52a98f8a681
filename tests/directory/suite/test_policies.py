from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daypass.directory import system
from tests.directory.stores import START, Clock, names, refused

if TYPE_CHECKING:
    from daypass.directory.database import Transaction

TEXT = '{"Version": "1", "Statement": []}'


def versions(txn: Transaction, account: str, name: str) -> list[tuple[str, bool]]:
    found = txn.policies.versions(account, "Custom", name)
    return [(version.version_id, version.is_default) for version in found]


def test_a_policy_is_as_it_was_created_and_starts_at_v1(txn: Transaction, account: str) -> None:
    text = ' {"Version":"1",\t"Statement":[ ]}\n'
    policy = txn.policies.create(account, "Readers", text, description="what", tags=(("a", "1"),))
    assert txn.policies.get(account, "Custom", "readers") == policy
    assert (policy.type, policy.default_version, policy.attachment_count) == ("Custom", "v1", 0)
    assert policy.tags == (("a", "1"),)
    version = txn.policies.version(account, "Custom", "readers")
    assert (version.document, version.is_default, version.created_at) == (text, True, START)


def test_policy_names_are_unique_in_an_account_ignoring_case(
    txn: Transaction, account: str, other_account: str
) -> None:
    txn.policies.create(account, "Readers", TEXT)
    txn.policies.create(other_account, "Readers", TEXT)
    with refused("EntityAlreadyExists.Policy"):
        txn.policies.create(account, "readers", TEXT)


def test_an_account_has_no_more_policies_than_its_quota(txn: Transaction, account: str) -> None:
    for name in "abcdef":
        txn.policies.create(account, name, TEXT)
    with refused("LimitExceeded.Policy"):
        txn.policies.create(account, "g", TEXT)


def test_the_type_tells_a_system_policy_from_a_custom_namesake(txn: Transaction, account: str) -> None:
    txn.policies.create(account, "ReadOnlyAccess", TEXT)
    assert txn.policies.version(account, "Custom", "ReadOnlyAccess").document == TEXT
    assert txn.policies.version(account, "System", "ReadOnlyAccess").document != TEXT
    assert txn.policies.get(account, "System", "readonlyaccess").account_id == system.OWNER


def test_missing_policies_are_told(txn: Transaction, account: str, other_account: str) -> None:
    txn.policies.create(other_account, "readers", TEXT)
    with refused("EntityNotExist.Policy"):
        txn.policies.get(account, "Custom", "readers")
    with refused("EntityNotExist.Policy"):
        txn.policies.get(account, "System", "readers")
    with refused("EntityNotExist.Policy"):
        txn.policies.create_version(account, "ReadOnlyAccess", TEXT)
    with refused("EntityNotExist.Policy"):
        txn.policies.delete(account, "AdministratorAccess")


def test_a_new_version_is_the_default_only_if_asked(txn: Transaction, account: str, clock: Clock) -> None:
    txn.policies.create(account, "p", TEXT)
    second = txn.policies.create_version(account, "p", "2")
    assert (second.version_id, second.is_default, second.created_at) == ("v2", False, clock.now)
    txn.policies.create_version(account, "p", "3", as_default=True)
    assert versions(txn, account, "p") == [("v1", False), ("v2", False), ("v3", True)]
    assert txn.policies.get(account, "Custom", "p").default_version == "v3"
    assert txn.policies.version(account, "Custom", "p", "v2").document == "2"


def test_version_numbers_are_never_given_again(txn: Transaction, account: str) -> None:
    txn.policies.create(account, "p", TEXT)
    txn.policies.create_version(account, "p", "2")
    txn.policies.delete_version(account, "p", "v2")
    assert txn.policies.create_version(account, "p", "3").version_id == "v3"


def test_a_policy_has_five_versions_at_most(txn: Transaction, account: str) -> None:
    txn.policies.create(account, "p", TEXT)
    for number in range(2, 6):
        txn.policies.create_version(account, "p", str(number))
    with refused("LimitExceeded.Policy.Version"):
        txn.policies.create_version(account, "p", "6")


def test_rotation_drops_the_oldest_version_that_is_not_the_default(txn: Transaction, account: str) -> None:
    txn.policies.create(account, "p", TEXT)
    for number in range(2, 6):
        txn.policies.create_version(account, "p", str(number), rotate=True)
    txn.policies.create_version(account, "p", "6", rotate=True)
    assert [name for name, _ in versions(txn, account, "p")] == ["v1", "v3", "v4", "v5", "v6"]
    txn.policies.create_version(account, "p", "7", as_default=True, rotate=True)
    txn.policies.create_version(account, "p", "8", rotate=True)
    assert [name for name, _ in versions(txn, account, "p")] == ["v4", "v5", "v6", "v7", "v8"]


def test_the_default_version_is_moved_and_not_deleted(txn: Transaction, account: str) -> None:
    txn.policies.create(account, "p", TEXT)
    txn.policies.create_version(account, "p", "2")
    with refused("DeleteConflict.Policy.Version.Default"):
        txn.policies.delete_version(account, "p", "v1")
    txn.policies.set_default_version(account, "p", "v2")
    txn.policies.delete_version(account, "p", "v1")
    assert versions(txn, account, "p") == [("v2", True)]


def test_a_missing_version_is_told(txn: Transaction, account: str) -> None:
    txn.policies.create(account, "p", TEXT)
    with refused("EntityNotExist.Policy.Version"):
        txn.policies.version(account, "Custom", "p", "v9")
    with refused("EntityNotExist.Policy.Version"):
        txn.policies.set_default_version(account, "p", "v9")
    with refused("EntityNotExist.Policy.Version"):
        txn.policies.delete_version(account, "p", "v9")
    with refused("EntityNotExist.Policy.Version"):
        txn.policies.version(account, "System", "AdministratorAccess", "v9")


@pytest.mark.parametrize("version_id", ["", "1", "v0", "v01", "V1", "v1 ", "v-1", "v\u0661", "v9999999999"])
def test_a_version_id_of_another_form_is_refused(txn: Transaction, account: str, version_id: str) -> None:
    txn.policies.create(account, "p", TEXT)
    with refused("InvalidParameter.VersionId.Format"):
        txn.policies.version(account, "Custom", "p", version_id)


def test_a_description_is_changed(txn: Transaction, account: str) -> None:
    txn.policies.create(account, "p", TEXT, description="old")
    assert txn.policies.update_description(account, "P", "new").description == "new"
    assert txn.policies.get(account, "Custom", "p").description == "new"


def test_what_stands_against_a_deletion_is_told_in_the_documented_order(
    txn: Transaction, account: str
) -> None:
    txn.policies.create(account, "p", TEXT)
    txn.policies.create_version(account, "p", "2")
    txn.users.create(account, "alice")
    txn.groups.create(account, "staff")
    txn.roles.create(account, "reader", TEXT, trusted=())
    txn.attachments.attach(account, "User", "alice", "Custom", "p")
    txn.attachments.attach(account, "Group", "staff", "Custom", "p")
    txn.attachments.attach(account, "Role", "reader", "Custom", "p")
    with refused("DeleteConflict.Policy.User"):
        txn.policies.delete(account, "p", cascading=True)
    txn.attachments.detach(account, "User", "alice", "Custom", "p")
    with refused("DeleteConflict.Policy.Group"):
        txn.policies.delete(account, "p", cascading=True)
    txn.attachments.detach(account, "Group", "staff", "Custom", "p")
    with refused("DeleteConflict.Role.Policy"):
        txn.policies.delete(account, "p", cascading=True)
    txn.attachments.detach(account, "Role", "reader", "Custom", "p")
    with refused("DeleteConflict.Policy.Version"):
        txn.policies.delete(account, "p")
    txn.policies.delete(account, "p", cascading=True)
    with refused("EntityNotExist.Policy"):
        txn.policies.get(account, "Custom", "p")


def test_a_policy_with_its_default_version_alone_is_deleted(txn: Transaction, account: str) -> None:
    txn.policies.create(account, "p", TEXT, tags=(("a", "1"),))
    policy_id = txn.policies.id_of(account, "p")
    txn.policies.delete(account, "p")
    assert txn.tags.of([policy_id]) == {}
    txn.policies.create(account, "p", TEXT)
    assert versions(txn, account, "p") == [("v1", True)]


def test_attachments_are_counted_for_the_account_that_asks(
    txn: Transaction, account: str, other_account: str
) -> None:
    txn.policies.create(account, "p", TEXT)
    for owner in (account, other_account):
        txn.users.create(owner, "alice")
        txn.attachments.attach(owner, "User", "alice", "System", "ReadOnlyAccess")
    txn.attachments.attach(account, "User", "alice", "Custom", "p")
    assert txn.policies.get(account, "System", "ReadOnlyAccess").attachment_count == 1
    assert txn.policies.get(account, "Custom", "p").attachment_count == 1


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_policies_are_listed_in_pages_system_ones_first(
    txn: Transaction, account: str, other_account: str, size: int
) -> None:
    for name in ("b", "A", "c"):
        txn.policies.create(account, name, TEXT)
    txn.policies.create(other_account, "z", TEXT)
    page = txn.policies.list(account, limit=size)
    seen = names(page.items)
    while page.marker is not None:
        assert len(page.items) == size
        page = txn.policies.list(account, marker=page.marker, limit=size)
        seen += names(page.items)
    shipped = [policy.name for policy in system.all_policies()]
    assert seen == [*shipped, "A", "b", "c"]


def test_policies_are_listed_by_type_and_by_tags(txn: Transaction, account: str) -> None:
    txn.policies.create(account, "a", TEXT, tags=(("env", "prod"),))
    txn.policies.create(account, "b", TEXT)
    assert names(txn.policies.list(account, policy_type="Custom").items) == ["a", "b"]
    assert {p.type for p in txn.policies.list(account, policy_type="System").items} == {"System"}
    assert names(txn.policies.list(account, tags=[("env", "prod")]).items) == ["a"]


def test_a_marker_of_one_type_does_not_leak_the_other(txn: Transaction, account: str) -> None:
    txn.policies.create(account, "a", TEXT)
    txn.policies.create(account, "b", TEXT)
    shipped = txn.policies.list(account, policy_type="System", limit=1)
    assert names(txn.policies.list(account, policy_type="Custom", marker=shipped.marker).items) == ["a", "b"]
    customs = txn.policies.list(account, policy_type="Custom", limit=1)
    assert txn.policies.list(account, policy_type="System", marker=customs.marker).items == ()


@pytest.mark.parametrize("size", [1, 3, 8, 9, 100])
def test_numbered_pages_hold_the_same_list(txn: Transaction, account: str, size: int) -> None:
    for name in "abc":
        txn.policies.create(account, name, TEXT)
    whole = names(txn.policies.list(account).items)
    seen: list[str] = []
    for number in range(1, len(whole) // size + 2):
        page = txn.policies.numbered(account, page=number, size=size)
        assert page.total == len(whole)
        seen += names(page.items)
    assert seen == whole


def test_numbered_pages_are_by_type_too(txn: Transaction, account: str) -> None:
    txn.policies.create(account, "a", TEXT)
    assert names(txn.policies.numbered(account, policy_type="Custom").items) == ["a"]
    shipped = txn.policies.numbered(account, policy_type="System", size=100)
    assert shipped.total == len(shipped.items) == len(system.all_policies())
