from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daypass.directory import lookups
from tests.directory.stores import START, refused

if TYPE_CHECKING:
    from daypass.directory.database import Transaction
    from daypass.directory.records import PrincipalKind

TEXT = '{"Version": "1", "Statement": []}'
KINDS: tuple[PrincipalKind, ...] = ("User", "Group", "Role")


@pytest.fixture(autouse=True)
def _principals(txn: Transaction, account: str) -> None:
    txn.users.create(account, "it", display_name="the user")
    txn.groups.create(account, "it", comments="the group")
    txn.roles.create(account, "it", TEXT, description="the role", trusted=())
    for name in "pqr":
        txn.policies.create(account, name, TEXT, description=f"policy {name}")


@pytest.mark.parametrize("kind", KINDS)
def test_an_attachment_tells_all_about_both_ends(txn: Transaction, account: str, kind: PrincipalKind) -> None:
    txn.attachments.attach(account, kind, "IT", "Custom", "P")
    (one,) = txn.attachments.of_principal(account, kind, "it")
    assert (one.policy_type, one.policy_name, one.policy_description) == ("Custom", "p", "policy p")
    assert (one.principal_kind, one.principal_name) == (kind, "it")
    assert (one.principal_note, one.default_version) == (f"the {kind.lower()}", "v1")
    assert (one.scope, one.attached_at) == (account, START)
    assert txn.attachments.of_policy(account, "Custom", "p") == (one,)


@pytest.mark.parametrize("kind", KINDS)
def test_a_policy_is_attached_once_in_a_scope(txn: Transaction, account: str, kind: PrincipalKind) -> None:
    group = txn.resource_groups.create(account, "team", "Team").id
    txn.attachments.attach(account, kind, "it", "Custom", "p")
    txn.attachments.attach(account, kind, "it", "Custom", "p", scope=group)
    with refused(f"EntityAlreadyExists.{kind}.Policy"):
        txn.attachments.attach(account, kind, "it", "Custom", "p", scope=account)
    with refused(f"EntityAlreadyExists.{kind}.Policy"):
        txn.attachments.attach(account, kind, "it", "Custom", "p", scope=group)
    scopes = [one.scope for one in txn.attachments.of_principal(account, kind, "it")]
    assert sorted(scopes) == sorted([account, group])
    assert len(txn.attachments.of_principal(account, kind, "it", scope=group)) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_detaching_touches_one_scope(txn: Transaction, account: str, kind: PrincipalKind) -> None:
    group = txn.resource_groups.create(account, "team", "Team").id
    txn.attachments.attach(account, kind, "it", "Custom", "p")
    txn.attachments.attach(account, kind, "it", "Custom", "p", scope=group)
    txn.attachments.detach(account, kind, "it", "Custom", "p")
    with refused(f"EntityNotExist.{kind}.Policy"):
        txn.attachments.detach(account, kind, "it", "Custom", "p")
    assert [one.scope for one in txn.attachments.of_principal(account, kind, "it")] == [group]


@pytest.mark.parametrize("kind", KINDS)
def test_system_and_custom_policies_are_counted_apart_whatever_their_scope(
    txn: Transaction, account: str, kind: PrincipalKind
) -> None:
    group = txn.resource_groups.create(account, "team", "Team").id
    attach = txn.attachments.attach
    attach(account, kind, "it", "Custom", "p")
    attach(account, kind, "it", "Custom", "p", scope=group)
    with refused(f"LimitExceeded.{kind}.Policy") as refusal:
        attach(account, kind, "it", "Custom", "q")
    assert "2" in refusal.value.message
    for name in ("ReadOnlyAccess", "PowerUserAccess", "AdministratorAccess"):
        attach(account, kind, "it", "System", name)
    with refused(f"LimitExceeded.{kind}.Policy"):
        attach(account, kind, "it", "System", "AliyunRAMReadOnlyAccess")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_missing_is_told_in_order(txn: Transaction, account: str, kind: PrincipalKind) -> None:
    for verb in (txn.attachments.attach, txn.attachments.detach):
        with refused(f"EntityNotExist.{kind}"):
            verb(account, kind, "nobody", "Custom", "nothing")
        with refused("EntityNotExist.Policy"):
            verb(account, kind, "it", "Custom", "nothing", scope="rg-nowhere")
        with refused("EntityNotExist.Policy"):
            verb(account, kind, "it", "System", "p")
        with refused("EntityNotExists.ResourceGroup"):
            verb(account, kind, "it", "Custom", "p", scope="rg-nowhere")


def test_another_accounts_resource_group_is_no_scope(
    txn: Transaction, account: str, other_account: str
) -> None:
    theirs = txn.resource_groups.default(other_account).id
    for scope in (theirs, other_account):
        with refused("EntityNotExists.ResourceGroup"):
            txn.attachments.attach(account, "User", "it", "Custom", "p", scope=scope)


def test_another_accounts_attachments_of_a_system_policy_are_not_shown(
    txn: Transaction, account: str, other_account: str
) -> None:
    txn.users.create(other_account, "it")
    txn.attachments.attach(other_account, "User", "it", "System", "ReadOnlyAccess")
    assert txn.attachments.of_policy(account, "System", "ReadOnlyAccess") == ()
    assert len(txn.attachments.of_policy(other_account, "System", "ReadOnlyAccess")) == 1


def test_a_moved_default_version_shows_in_attachments_and_grants(txn: Transaction, account: str) -> None:
    txn.attachments.attach(account, "User", "it", "Custom", "p")
    txn.policies.create_version(account, "p", "second", as_default=True)
    assert [one.default_version for one in txn.attachments.of_principal(account, "User", "it")] == ["v2"]
    grants = lookups.grants_of_user(txn, txn.users.get(account, "it").id)
    assert grants is not None
    assert [(grant.version, grant.document) for grant in grants.attached] == [("v2", "second")]


def test_numbered_pages_of_attachments_can_be_narrowed(txn: Transaction, account: str) -> None:
    group = txn.resource_groups.create(account, "team", "Team").id
    for kind in KINDS:
        txn.attachments.attach(account, kind, "it", "Custom", "p")
        txn.attachments.attach(account, kind, "it", "System", "ReadOnlyAccess", scope=group)
    everything = txn.attachments.numbered(account, size=4)
    assert (len(everything.items), everything.total) == (4, 6)
    assert len(txn.attachments.numbered(account, page=2, size=4).items) == 2
    assert txn.attachments.numbered(account, policy_name="P").total == 3
    assert txn.attachments.numbered(account, policy_type="System").total == 3
    assert txn.attachments.numbered(account, kind="Role").total == 2
    assert txn.attachments.numbered(account, kind="Role", principal_name="IT", scope=group).total == 1
    assert txn.attachments.numbered(account, scope=account).total == 3
    with refused("EntityNotExist.Role"):
        txn.attachments.numbered(account, kind="Role", principal_name="nobody")
