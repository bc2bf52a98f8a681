"""Control policies as stored decide as the published text says, for services that are not here too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from daypass.authz.authorize import decide_on
from daypass.authz.controls import CONTROLS, UNCONTROLLED
from daypass.authz.principal import ACCESS_KEY, USER, ram_user, root
from daypass.directory.placements import path_of
from daypass.directory.resource_directories import FULL_ACCESS
from tests.directory.stores import open_store
from tests.world import allow, deny, document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from daypass.directory.database import Transaction
    from daypass.directory.records import ResourceDirectory

REGIONS = ["acs:*:cn-beijing:*:*", "acs:*:cn-shanghai:*:*"]
ALLOW, EXPLICIT, IMPLICIT = "allow", "explicit deny", "implicit deny"
CONTROL, IDENTITY = "ControlPolicy", "AccountLevelIdentityBasedPolicy"


@pytest.fixture
def txn(tmp_path: Path) -> Iterator[Transaction]:
    with open_store(tmp_path) as database, database.write() as transaction:
        yield transaction


@pytest.fixture
def directory(txn: Transaction) -> ResourceDirectory:
    account = txn.accounts.create().id
    txn.resource_directories.enable(account)
    txn.resource_directories.switch_control_policies(account, on=True)
    return txn.resource_directories.managed_by(account)


def whitelist(
    txn: Transaction, directory: ResourceDirectory, target: str, *statements: dict[str, Any]
) -> None:
    """Let a control policy of these statements stand alone on a target."""
    policy = txn.control_policies.create(directory, "whitelist", document(*statements))
    txn.control_policies.attach(directory, policy.id, target)
    txn.control_policies.detach(directory, FULL_ACCESS, target)


def asked(txn: Transaction, account: str, action: str, region: str, *own: dict[str, Any]) -> tuple[str, Any]:
    """Return how an action of a user with these policies is decided, and which layer refused."""
    user = txn.users.create(account, f"user-{txn.users.count(account)}")
    name = f"policy-{txn.policies.count(account)}"
    txn.policies.create(account, name, document(*own))
    txn.attachments.attach(account, "User", user.name, "Custom", name)
    key = txn.access_keys.create(account, user.name)
    holder = ACCESS_KEY.load(txn, key.id).value
    entitlements = USER.load(txn, user.id).value
    assert holder is not None
    assert entitlements is not None
    resource = f"acs:{action.partition(':')[0]}:{region}:{account}:thing/t"
    controls = CONTROLS.load(txn, account).value
    decision = decide_on(ram_user(holder, entitlements), controls, action, resource, {}).decision
    return decision.outcome.value, decision.policy_type


@pytest.mark.parametrize(
    ("action", "region", "expected"),
    [
        ("ecs:RunInstances", "cn-beijing", (ALLOW, None)),
        ("ecs:RunInstances", "cn-shanghai", (ALLOW, None)),
        ("ecs:RunInstances", "cn-hangzhou", (IMPLICIT, CONTROL)),
        ("eip:AllocateEipAddress", "cn-beijing", (IMPLICIT, CONTROL)),
        ("rds:CreateDBInstance", "cn-beijing", (IMPLICIT, IDENTITY)),
    ],
)
def test_the_worked_example_of_the_guide(
    txn: Transaction, directory: ResourceDirectory, action: str, region: str, expected: tuple[str, str | None]
) -> None:
    member = txn.members.create(directory, "member").id
    whitelist(txn, directory, member, allow(["ecs:*", "rds:*"], REGIONS))
    assert asked(txn, member, action, region, allow(["ecs:*", "eip:*"])) == expected


@pytest.mark.parametrize("target", ["root", "folder", "member"])
def test_a_whitelist_on_any_level_limits_and_a_deny_beside_full_access_denies(
    txn: Transaction, directory: ResourceDirectory, target: str
) -> None:
    folder = txn.folders.create(directory, "folder").id
    member = txn.members.create(directory, "member", folder_id=folder).id
    level = {"root": directory.root_folder_id, "folder": folder, "member": member}[target]
    denying = txn.control_policies.create(directory, "denying", document(deny("ecs:*")))
    txn.control_policies.attach(directory, denying.id, level)
    everything = allow("*")
    assert asked(txn, member, "ecs:RunInstances", "cn-beijing", everything) == (EXPLICIT, CONTROL)
    assert asked(txn, member, "oss:PutBucket", "cn-beijing", everything) == (ALLOW, None)
    txn.control_policies.detach(directory, denying.id, level)
    whitelist(txn, directory, level, allow("ecs:*"))
    assert asked(txn, member, "oss:PutBucket", "cn-beijing", everything) == (IMPLICIT, CONTROL)
    assert asked(txn, member, "ecs:RunInstances", "cn-beijing", everything) == (ALLOW, None)
    assert asked(txn, directory.account_id, "oss:PutBucket", "cn-beijing", everything) == (ALLOW, None)


def test_the_root_user_of_a_member_is_not_limited(txn: Transaction, directory: ResourceDirectory) -> None:
    member = txn.members.create(directory, "member").id
    whitelist(txn, directory, member, allow("ecs:*"))
    holder = ACCESS_KEY.load(txn, txn.access_keys.create(member).id).value
    assert holder is not None
    controls = CONTROLS.load(txn, member).value
    resource = f"acs:oss:cn-beijing:{member}:bucket"
    assert decide_on(root(holder), controls, "oss:PutBucket", resource, {}).allowed


def test_an_account_outside_has_the_one_empty_answer_and_waits_for_its_membership_alone(
    txn: Transaction,
) -> None:
    account = txn.accounts.create().id
    loaded = CONTROLS.load(txn, account)
    assert loaded.value is UNCONTROLLED
    assert loaded.scopes == (f"membership:{account}",)


def test_levels_stand_from_the_root_folder_to_the_member_and_say_what_they_are(
    txn: Transaction, directory: ResourceDirectory
) -> None:
    outer = txn.folders.create(directory, "outer").id
    inner = txn.folders.create(directory, "inner", outer).id
    member = txn.members.create(directory, "member", folder_id=inner).id
    controls = CONTROLS.load(txn, member).value
    entities = [level.policies[0].entity for level in controls.levels]
    folders = [directory.root_folder_id, outer, inner]
    assert entities == [*(f"folder/{folder}" for folder in folders), f"account/{member}"]
    assert controls.path == "/".join((directory.id, *folders, member))
    assert path_of(txn, directory, member) == controls.path
    managing = CONTROLS.load(txn, directory.account_id).value
    assert (managing.levels, managing.directory_id) == ((), directory.id)
    assert managing.path == f"{directory.id}/{directory.root_folder_id}/{directory.account_id}"
