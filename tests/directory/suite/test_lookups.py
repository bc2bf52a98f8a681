from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daypass.directory import lookups, scopes

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.directory.database import Database, Transaction
    from daypass.directory.lookups import Grants

TEXT = '{"Version": "1", "Statement": []}'


def granted(grants: Grants | None) -> set[tuple[str, str, str]]:
    assert grants is not None
    return {(grant.entity, grant.policy, grant.scope) for grant in grants.attached}


def test_a_users_key_tells_whose_it_is(txn: Transaction, account: str) -> None:
    user = txn.users.create(account, "Alice")
    key = txn.access_keys.create(account, "alice")
    holder = lookups.access_key(txn, key.id)
    assert holder is not None
    assert (holder.secret, holder.status, holder.account_id) == (key.secret, "Active", account)
    assert (holder.user_id, holder.user_name, holder.is_root) == (user.id, "Alice", False)
    assert holder.depends_on == {scopes.access_key(key.id), scopes.user(user.id), scopes.settings(account)}
    assert key.secret.reveal() not in repr(holder)


def test_the_accounts_own_key_is_root(txn: Transaction, account: str) -> None:
    holder = lookups.access_key(txn, txn.access_keys.create(account).id)
    assert holder is not None
    assert (holder.is_root, holder.user_id, holder.user_name) == (True, None, "")


def test_absence_is_told(txn: Transaction, account: str) -> None:
    assert lookups.access_key(txn, "LTAIunknown") is None
    assert lookups.grants_of_user(txn, "1") is None
    assert lookups.grants_of_role(txn, "1") is None
    assert lookups.role_by_id(txn, "1") is None
    assert lookups.role_by_name(txn, account, "reader") is None


def test_a_user_has_its_own_policies_and_its_groups(
    txn: Transaction, account: str, other_account: str
) -> None:
    user = txn.users.create(account, "alice")
    team = txn.resource_groups.create(account, "team", "Team").id
    for name in ("staff", "empty", "strangers"):
        txn.groups.create(account, name)
    for name in ("staff", "empty"):
        txn.groups.add_user(account, name, "alice")
    txn.policies.create(account, "own", "own text")
    txn.attachments.attach(account, "User", "alice", "Custom", "own", scope=team)
    txn.attachments.attach(account, "Group", "staff", "System", "ReadOnlyAccess")
    txn.attachments.attach(account, "Group", "strangers", "System", "AdministratorAccess")
    txn.users.create(other_account, "alice")
    txn.attachments.attach(other_account, "User", "alice", "System", "PowerUserAccess")
    grants = lookups.grants_of_user(txn, user.id)
    assert granted(grants) == {("user/alice", "own", team), ("group/staff", "ReadOnlyAccess", account)}
    assert grants is not None
    assert {(g.owner, g.policy_type, g.version) for g in grants.attached} == {
        (account, "Custom", "v1"),
        ("system", "System", "v1"),
    }
    assert grants.depends_on == {
        scopes.user(user.id),
        scopes.group(txn.groups.get(account, "staff").id),
        scopes.group(txn.groups.get(account, "empty").id),
        scopes.policy(account, "own"),
        scopes.policy("system", "ReadOnlyAccess"),
    }


def test_a_role_has_its_own_policies(txn: Transaction, account: str) -> None:
    role = txn.roles.create(account, "Reader", TEXT, trusted=())
    txn.policies.create(account, "own", "own text")
    txn.attachments.attach(account, "Role", "reader", "Custom", "own")
    grants = lookups.grants_of_role(txn, role.id)
    assert granted(grants) == {("role/Reader", "own", account)}
    assert grants is not None
    assert grants.depends_on == {scopes.role(role.id), scopes.policy(account, "own")}


def test_a_role_is_found_by_name_ignoring_case_and_by_id(txn: Transaction, account: str) -> None:
    alice = txn.users.create(account, "alice")
    named = f"acs:ram::{account}:user/alice"
    role = txn.roles.create(account, "Reader", TEXT, trusted=[named])
    found = lookups.role_by_name(txn, account, "READER")
    assert found is not None
    assert found == lookups.role_by_id(txn, role.id)
    assert (found.role, found.bindings) == (role, {named: alice.id})
    assert found.depends_on == {scopes.role(role.id), scopes.role_name(account, "reader")}


CHANGES: dict[str, Callable[[Transaction, str], object]] = {
    "a key is switched off": lambda txn, account: txn.access_keys.set_status(
        account, "alice", txn.access_keys.list(account, "alice")[0].id, "Inactive"
    ),
    "a key is deleted": lambda txn, account: txn.access_keys.delete(
        account, "alice", txn.access_keys.list(account, "alice")[0].id
    ),
    "a user is renamed": lambda txn, account: txn.users.update(account, "alice", new_name="al"),
    "a user joins a group": lambda txn, account: txn.groups.add_user(account, "guests", "alice"),
    "a user leaves a group": lambda txn, account: txn.groups.remove_user(account, "staff", "alice"),
    "a group is renamed": lambda txn, account: txn.groups.update(account, "staff", new_name="crew"),
    "a policy is attached to a user": lambda txn, account: txn.attachments.attach(
        account, "User", "alice", "Custom", "spare"
    ),
    "a policy is attached to its group": lambda txn, account: txn.attachments.attach(
        account, "Group", "staff", "System", "PowerUserAccess"
    ),
    "a policy is detached from its group": lambda txn, account: txn.attachments.detach(
        account, "Group", "staff", "System", "ReadOnlyAccess"
    ),
    "another version is the default": lambda txn, account: txn.policies.set_default_version(
        account, "own", "v2"
    ),
    "a new version is the default": lambda txn, account: txn.policies.create_version(
        account, "own", "new", as_default=True
    ),
    "a policy is attached to a role": lambda txn, account: txn.attachments.attach(
        account, "Role", "reader", "Custom", "spare"
    ),
    "a policy is detached from a role": lambda txn, account: txn.attachments.detach(
        account, "Role", "reader", "Custom", "own"
    ),
    "a trust policy is changed": lambda txn, account: txn.roles.update(
        account, "reader", trust_document="other", trusted=()
    ),
    "a role is deleted": lambda txn, account: txn.roles.delete(account, "idle"),
    "a resource group with a grant is deleted": lambda txn, account: txn.resource_groups.delete(
        account, txn.resource_groups.numbered(account, name="team").items[0].id
    ),
}


def answers(txn: Transaction, account: str, ids: tuple[str, str, str, str]) -> dict[str, object]:
    """Return every answer about the scene, by what was asked, as a decision would keep it."""
    user_id, key_id, reader_id, idle_id = ids
    return {
        scopes.access_key(key_id): lookups.access_key(txn, key_id),
        scopes.user(user_id): lookups.grants_of_user(txn, user_id),
        scopes.role(reader_id): lookups.grants_of_role(txn, reader_id),
        scopes.role_name(account, "reader"): lookups.role_by_name(txn, account, "reader"),
        scopes.role_name(account, "idle"): lookups.role_by_name(txn, account, "idle"),
        scopes.role(idle_id): lookups.role_by_id(txn, idle_id),
    }


def scene(txn: Transaction, account: str) -> tuple[str, str, str, str]:
    user = txn.users.create(account, "alice")
    key = txn.access_keys.create(account, "alice")
    for name in ("staff", "guests"):
        txn.groups.create(account, name)
    txn.groups.add_user(account, "staff", "alice")
    for name in ("own", "spare"):
        txn.policies.create(account, name, TEXT)
    txn.policies.create_version(account, "own", "second")
    team = txn.resource_groups.create(account, "team", "Team").id
    txn.attachments.attach(account, "User", "alice", "Custom", "own", scope=team)
    txn.attachments.attach(account, "Group", "staff", "System", "ReadOnlyAccess")
    reader = txn.roles.create(account, "reader", TEXT, trusted=())
    idle = txn.roles.create(account, "idle", TEXT, trusted=())
    txn.attachments.attach(account, "Role", "reader", "Custom", "own")
    return user.id, key.id, reader.id, idle.id


@pytest.mark.parametrize("change", CHANGES)
def test_whenever_an_answer_changes_a_scope_it_rests_on_was_noted(database: Database, change: str) -> None:
    with database.write() as txn:
        account = txn.accounts.create().id
        ids = scene(txn, account)
        before = answers(txn, account, ids)
    with database.write() as txn:
        CHANGES[change](txn, account)
        after = answers(txn, account, ids)
        noted = set(txn.noted)
    stale = {asked for asked in before if before[asked] != after[asked]}
    assert stale
    for asked in stale:
        kept = before[asked]
        rests_on = {asked} if kept is None else set(kept.depends_on)  # type: ignore[attr-defined] # every answer has it
        assert rests_on & noted, f"{asked} went stale unseen"
