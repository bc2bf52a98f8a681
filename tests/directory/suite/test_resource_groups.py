from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daypass.directory import lookups
from tests.directory.stores import START, names, refused

if TYPE_CHECKING:
    from daypass.directory.database import Transaction

PRODUCT = "acs:iot:cn-shanghai:1000000000000100:product/a1"


def test_a_resource_group_is_as_it_was_created(txn: Transaction, account: str) -> None:
    group = txn.resource_groups.create(account, "Team-1", "Team one", tags=(("a", "1"),))
    assert group.id.startswith("rg-")
    assert len(group.id) == 18
    assert (group.name, group.display_name, group.status) == ("Team-1", "Team one", "OK")
    assert (group.created_at, group.tags) == (START, (("a", "1"),))
    assert txn.resource_groups.get(account, group.id) == group


def test_resource_group_names_are_unique_in_an_account(
    txn: Transaction, account: str, other_account: str
) -> None:
    txn.resource_groups.create(account, "team", "Team")
    txn.resource_groups.create(other_account, "team", "Team")
    for taken in ("Team", "default"):
        with refused("EntityAlreadyExists.ResourceGroup"):
            txn.resource_groups.create(account, taken, "Team")


def test_an_account_has_no_more_resource_groups_than_its_quota(txn: Transaction, account: str) -> None:
    for name in "abc":
        txn.resource_groups.create(account, name, name)
    with refused("LimitExceeded.ResourceGroup"):
        txn.resource_groups.create(account, "d", "d")


def test_a_resource_group_is_its_accounts_alone(txn: Transaction, account: str, other_account: str) -> None:
    group = txn.resource_groups.create(account, "team", "Team")
    with refused("EntityNotExists.ResourceGroup"):
        txn.resource_groups.get(other_account, group.id)
    with refused("EntityNotExists.ResourceGroup"):
        txn.resource_groups.delete(other_account, group.id)
    with refused("EntityNotExists.ResourceGroup"):
        txn.resource_groups.put(other_account, PRODUCT, group.id)
    with refused("EntityNotExists.ResourceGroup"):
        txn.resource_groups.default("1000000000000999")


def test_a_resource_is_in_one_group_at_a_time(txn: Transaction, account: str) -> None:
    group = txn.resource_groups.create(account, "team", "Team")
    default = txn.resource_groups.default(account)
    assert txn.resource_groups.put(account, PRODUCT) == default.id
    assert txn.resource_groups.put(account, PRODUCT, group.id) == group.id
    assert txn.resource_groups.of(PRODUCT) == group.id == lookups.resource_group_of(txn, PRODUCT)
    txn.resource_groups.take_out(PRODUCT)
    txn.resource_groups.take_out(PRODUCT)
    assert txn.resource_groups.of(PRODUCT) is None


def test_a_group_with_resources_is_not_deleted(txn: Transaction, account: str) -> None:
    group = txn.resource_groups.create(account, "team", "Team", tags=(("a", "1"),))
    txn.resource_groups.put(account, PRODUCT, group.id)
    with refused("DeleteConflict.ResourceGroup.Resource"):
        txn.resource_groups.delete(account, group.id)
    txn.resource_groups.take_out(PRODUCT)
    assert txn.resource_groups.delete(account, group.id) == group
    assert txn.tags.of([group.id]) == {}
    with refused("EntityNotExists.ResourceGroup"):
        txn.resource_groups.get(account, group.id)


def test_the_default_group_stays(txn: Transaction, account: str) -> None:
    with refused("DeleteConflict.ResourceGroup.Resource"):
        txn.resource_groups.delete(account, txn.resource_groups.default(account).id)


def test_what_held_in_a_deleted_group_holds_no_more(txn: Transaction, account: str) -> None:
    group = txn.resource_groups.create(account, "team", "Team")
    txn.users.create(account, "alice")
    txn.attachments.attach(account, "User", "alice", "System", "ReadOnlyAccess", scope=group.id)
    txn.resource_groups.delete(account, group.id)
    assert txn.attachments.of_principal(account, "User", "alice") == ()
    txn.users.delete(account, "alice")


@pytest.mark.parametrize(
    ("narrowing", "found"),
    [
        ({}, ["alpha", "Beta", "default"]),
        ({"name": "ET"}, ["Beta"]),
        ({"display_name": "100%"}, ["Beta"]),
        ({"display_name": "0_"}, []),
        ({"status": "OK", "page": 2, "size": 2}, ["default"]),
        ({"status": "PendingDelete"}, []),
        ({"tags": [("env", "prod")]}, ["alpha"]),
        ({"ids": []}, []),
    ],
)
def test_resource_groups_are_listed_by_number_and_can_be_narrowed(
    txn: Transaction, account: str, narrowing: dict[str, object], found: list[str]
) -> None:
    txn.resource_groups.create(account, "Beta", "the 100% one")
    txn.resource_groups.create(account, "alpha", "the first", tags=(("env", "prod"),))
    page = txn.resource_groups.numbered(account, **narrowing)  # type: ignore[arg-type] # one case, one keyword
    assert names(page.items) == found


def test_a_page_tells_the_total_and_ids_narrow_it(txn: Transaction, account: str) -> None:
    group = txn.resource_groups.create(account, "team", "Team")
    assert txn.resource_groups.numbered(account, size=1).total == 2
    only = txn.resource_groups.numbered(account, ids=[group.id, "rg-none"])
    assert (names(only.items), only.total) == (["team"], 1)
