"""What a decision asks for is found through an index, however much the store holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest
from sqlalchemy import event

from daypass.directory import beginnings, lookups, schema
from daypass.directory.placements import placement_of
from daypass.directory.resource_directories import FULL_ACCESS
from daypass.directory.settings import PasswordPolicy
from tests.directory.stores import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from daypass.directory.database import Transaction
    from daypass.directory.records import Folder, Member, ResourceDirectory


def _directory(txn: Transaction, account: str) -> ResourceDirectory:
    return txn.resource_directories.managed_by(account)


def _root(txn: Transaction, account: str) -> Folder:
    directory = _directory(txn, account)
    return txn.folders.get(directory, directory.root_folder_id)


def _member(txn: Transaction, account: str) -> Member:
    (member,) = txn.members.numbered(_directory(txn, account)).items
    return member


LOOKUPS: dict[str, Callable[[Transaction, str], object]] = {
    "access_key": lambda txn, _: lookups.access_key(txn, "LTAIx"),
    "grants_of_user": lambda txn, account: lookups.grants_of_user(txn, txn.users.get(account, "u").id),
    "grants_of_role": lambda txn, account: lookups.grants_of_role(txn, txn.roles.get(account, "r").id),
    "role_by_name": lambda txn, account: lookups.role_by_name(txn, account, "r"),
    "role_by_id": lambda txn, _: lookups.role_by_id(txn, "1"),
    "resource_group_of": lambda txn, _: lookups.resource_group_of(txn, "acs:iot:*:1:product/p"),
    "users": lambda txn, account: txn.users.list(account, limit=1),
    "roles": lambda txn, account: txn.roles.list(account, limit=1),
    "groups": lambda txn, account: txn.groups.list(account, limit=1),
    "policies": lambda txn, account: txn.policies.list(account, policy_type="Custom", limit=1),
    "roles by number": lambda txn, account: txn.roles.numbered(account, page=1, size=1),
    "policies by number": lambda txn, account: txn.policies.numbered(account, policy_type="Custom"),
    "attachments by number": lambda txn, account: txn.attachments.numbered(account),
    "tags of users": lambda txn, account: txn.tags.list(schema.users, account, limit=1),
    "tags of roles": lambda txn, account: txn.tags.list(schema.roles, account, wanted=[("k", None)], limit=1),
    "tags of policies": lambda txn, account: txn.tags.list(schema.policies, account, ids=["1"], limit=1),
    "tagged users": lambda txn, account: txn.users.list(account, tags=[("k", "v")], limit=1),
    "resources": lambda txn, account: txn.resource_groups.resources(account),
    "resources of a group": lambda txn, account: txn.resource_groups.resources(
        account, resource_group_id="rg-x"
    ),
    "invitations made": lambda txn, account: txn.handshakes.made_by(account),
    "invitations got": lambda txn, account: txn.handshakes.got_by(account),
    "placement": placement_of,
    "placement of a member": lambda txn, account: placement_of(txn, _member(txn, account).id),
    "folders": lambda txn, account: txn.folders.numbered(_root(txn, account)),
    "members": lambda txn, account: txn.members.numbered(_directory(txn, account)),
    "members of a folder": lambda txn, account: txn.members.numbered(
        _directory(txn, account), folder=_root(txn, account)
    ),
    "control policies": lambda txn, account: txn.control_policies.numbered(_directory(txn, account)),
    "what is attached": lambda txn, account: txn.control_policies.of_target(
        _directory(txn, account), _member(txn, account).id
    ),
    "what is limited": lambda txn, account: txn.control_policies.targets(
        _directory(txn, account), FULL_ACCESS
    ),
    "oidc_providers": lambda txn, account: txn.oidc_providers.list(account, limit=1),
    "saml_providers": lambda txn, account: txn.saml_providers.list(account, limit=1),
    "oidc_provider": lambda txn, account: txn.oidc_providers.find(account, "p"),
    "saml_provider": lambda txn, account: txn.saml_providers.find(account, "p"),
    "devices": lambda txn, account: txn.mfa_devices.list(account, limit=1),
    "device of a user": lambda txn, _: txn.mfa_devices.of_user("1"),
    "devices in use": lambda txn, account: txn.mfa_devices.count(account, in_use=True),
    "newest passwords": lambda txn, _: txn.passwords.newest("1", 3),
    "login profile": lambda txn, _: txn.login_profiles.find("1"),
    "last use of a key": lambda txn, _: txn.key_uses.find("LTAIx"),
    "policy of a key": lambda txn, _: txn.key_policies.find("LTAIx"),
    "console session": lambda txn, _: txn.console_sessions.find("d"),
    "console sessions of a user": lambda txn, account: txn.console_sessions.list(account, "1"),
    "console sessions of an account": lambda txn, account: txn.console_sessions.list(account, None),
    "failed attempts": lambda txn, _: txn.sign_in_attempts.find("s"),
    "settings": lambda txn, account: txn.settings.get(account, PasswordPolicy),
    "reported credentials": lambda txn, account: txn.credential_reports.of_account(account),
    "events": lambda txn, account: txn.audit.list(account_id=account, limit=1),
    "events of a request": lambda txn, _: txn.audit.list(request_id="R", limit=1),
    "events of a principal": lambda txn, _: txn.audit.list(principal="p", limit=1),
    "events before one": lambda txn, account: txn.audit.walk(account, beyond=9, limit=1),
    "events after one": lambda txn, account: txn.audit.walk(account, beyond=9, oldest_first=True, limit=1),
    "events of a time": lambda txn, _: txn.audit.sequence_at(1),
    "changes among requests": lambda txn, _: txn.audit.recorded(["R", "S"]),
    **{
        f"{kind} that begins so": lambda txn, account, kind=kind: beginnings.names(
            txn, kind, account, "ab", 5
        )  # type: ignore[misc] # bound at once
        for kind in get_args(beginnings.Kind)
    },
    "keys that begin so": lambda txn, account: beginnings.keys(txn, account, "LTAIabcd", 5),
    "resource groups whose id begins so": lambda txn, account: beginnings.ids(txn, account, "rg-a", 5),
}


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_page_by_number_passes_over_others_in_the_index_alone(tmp_path: Path, page: int) -> None:
    with open_store(tmp_path) as database, database.write() as txn:
        account = txn.accounts.create().id
        for name in ("a", "b", "c"):
            txn.roles.create(account, name, "{}", trusted=())
        asked = _asked(txn, lambda: txn.roles.numbered(account, page=page, size=1))
        (counted,) = [(sql, given) for sql, given in asked if sql.startswith("SELECT roles.name_key ")]
        (step,) = _steps(txn, *counted)
        assert "USING COVERING INDEX" in step


def _asked(txn: Transaction, act: Callable[[], object]) -> list[tuple[str, tuple[object, ...]]]:
    """Return the statements, with what is given to them, that something asks."""
    asked: list[tuple[str, tuple[object, ...]]] = []

    @event.listens_for(txn.connection, "before_cursor_execute")
    def listen(_c: object, _k: object, sql: str, given: tuple[object, ...], *_: object) -> None:
        asked.append((sql, given))

    act()
    event.remove(txn.connection, "before_cursor_execute", listen)
    return asked


def _steps(txn: Transaction, sql: str, given: tuple[object, ...]) -> list[str]:
    """Return how the database goes about a statement."""
    plan = txn.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all()
    return [str(row[-1]) for row in plan]


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_no_lookup_reads_a_whole_table_and_no_list_sorts_one(tmp_path: Path, lookup: str) -> None:
    with open_store(tmp_path) as database, database.write() as txn:
        account = txn.accounts.create().id
        txn.users.create(account, "u")
        txn.roles.create(account, "r", "{}", trusted=())
        txn.resource_directories.enable(account)
        txn.resource_directories.switch_control_policies(account, on=True)
        txn.members.create(_directory(txn, account), "m")
        asked = _asked(txn, lambda: LOOKUPS[lookup](txn, account))
        assert asked
        for sql, given in asked:
            steps = _steps(txn, sql, given)
            assert not [step for step in steps if step.startswith("SCAN")], sql
            assert lookup.startswith("grants") or "USE TEMP B-TREE FOR ORDER BY" not in steps, sql
