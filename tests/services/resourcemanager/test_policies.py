"""Policies and their versions through ResourceManager, on a real server: the same that RAM has."""

from __future__ import annotations

from typing import Any

import pytest

from daypass.client import Client
from daypass.directory import system
from daypass.directory.quotas import Quotas
from tests.services.resourcemanager.account import Account
from tests.world import allow, document

READ, WRITE = document(allow("ram:ListRoles")), document(allow("ram:*"))


def made(account: Account, name: str = "Reader", text: str = READ, /, **more: str) -> dict[str, Any]:
    """Create a policy; return what is said of it."""
    policy = account.told("CreatePolicy", PolicyName=name, PolicyDocument=text, **more)["Policy"]
    assert isinstance(policy, dict)
    return policy


def shown(account: Account, name: str = "Reader", kind: str = "Custom") -> dict[str, Any]:
    """Return what GetPolicy says of a policy."""
    policy = account.told("GetPolicy", PolicyName=name, PolicyType=kind)["Policy"]
    assert isinstance(policy, dict)
    return policy


def test_a_new_policy_is_shown_as_it_was_made_and_is_ram_s_too(account: Account) -> None:
    text = READ.replace(", ", " ,\n\t")
    policy = made(account, "Reader", text, Description="Looks")
    assert policy == {
        "PolicyName": "Reader",
        "PolicyType": "Custom",
        "Description": "Looks",
        "DefaultVersion": "v1",
        "CreateDate": policy["CreateDate"],
    }
    assert shown(account, "reader") == {
        **policy,
        "AttachmentCount": 0,
        "UpdateDate": policy["CreateDate"],
        "PolicyDocument": text,
    }
    ram = Client(account.server.url, account.account.root)
    listed = ram.call("2015-05-01", "ListPolicies", {"PolicyType": "Custom"}).json()
    assert [each["PolicyName"] for each in listed["Policies"]["Policy"]] == ["Reader"]


def test_a_system_policy_is_shown_with_its_text_and_cannot_be_changed(account: Account) -> None:
    policy = shown(account, "AdministratorAccess", "System")
    assert (policy["PolicyType"], policy["AttachmentCount"]) == ("System", 0)
    assert '"Allow"' in policy["PolicyDocument"]
    for action in ("DeletePolicy", "SetDefaultPolicyVersion", "DeletePolicyVersion"):
        extra = {} if action == "DeletePolicy" else {"VersionId": "v1"}
        wanted = {"PolicyName": "AdministratorAccess", **extra}
        assert account.refused(action, **wanted) == (404, "EntityNotExist.Policy")


def test_policies_are_listed_by_type_in_numbered_pages(account: Account) -> None:
    for name in ("c", "B", "a"):
        made(account, name)
    account.user("Alice")
    account.grant("User", "Alice", READ)
    systems = [policy.name for policy in system.all_policies()]
    every = [*systems, "a", "B", "c", "p3-Alice"]
    seen: list[str] = []
    for number in range(1, len(every) // 3 + 2):
        page = account.told("ListPolicies", PageNumber=str(number), PageSize="3", Language="ja")
        assert (page["PageNumber"], page["PageSize"], page["TotalCount"]) == (number, 3, len(every))
        seen += [policy["PolicyName"] for policy in page["Policies"]["Policy"]]
    assert seen == every
    custom = account.told("ListPolicies", PolicyType="Custom", PageNumber="2", PageSize="3")
    (last,) = custom["Policies"]["Policy"]
    assert (last["PolicyName"], last["AttachmentCount"], custom["TotalCount"]) == ("p3-Alice", 1, 4)
    assert "PolicyDocument" not in last
    past = account.told("ListPolicies", PolicyType="System", PageNumber="99")
    assert (past["Policies"]["Policy"], past["TotalCount"]) == ([], len(systems))


def test_the_version_in_force_decides_at_once(account: Account) -> None:
    alice = account.user("Alice")
    made(account)
    account.told(
        "AttachPolicy",
        PolicyName="Reader",
        PolicyType="Custom",
        PrincipalType="IMSUser",
        PrincipalName=f"Alice@{account.id}.onaliyun.com",
        ResourceGroupId=account.id,
    )
    assert account.refused("ListPolicies", alice) == (403, "NoPermission")
    version = account.told("CreatePolicyVersion", PolicyName="Reader", PolicyDocument=WRITE)["PolicyVersion"]
    assert version == {
        "VersionId": "v2",
        "IsDefaultVersion": False,
        "CreateDate": version["CreateDate"],
    }
    assert account.refused("ListPolicies", alice) == (403, "NoPermission")
    account.told("SetDefaultPolicyVersion", PolicyName="Reader", VersionId="v2")
    assert account.told("ListPolicies", alice)["PageNumber"] == 1
    third = account.told(
        "CreatePolicyVersion", PolicyName="Reader", PolicyDocument=READ, SetAsDefault="true"
    )["PolicyVersion"]
    assert (third["VersionId"], third["IsDefaultVersion"]) == ("v3", True)
    assert account.refused("ListPolicies", alice) == (403, "NoPermission")


def test_versions_are_listed_shown_and_deleted_but_not_the_one_in_force(account: Account) -> None:
    made(account)
    account.told("CreatePolicyVersion", PolicyName="Reader", PolicyDocument=WRITE)
    named = {"PolicyName": "Reader", "PolicyType": "Custom"}
    versions = account.told("ListPolicyVersions", **named)["PolicyVersions"]["PolicyVersion"]
    assert [(each["VersionId"], each["IsDefaultVersion"]) for each in versions] == [
        ("v1", True),
        ("v2", False),
    ]
    second = account.told("GetPolicyVersion", **named, VersionId="v2")["PolicyVersion"]
    assert second == {**versions[1], "PolicyDocument": WRITE}
    last = {"PolicyName": "Reader", "VersionId": "v1"}
    assert account.refused("DeletePolicyVersion", **last) == (409, "DeleteConflict.Policy.Version.Default")
    assert account.refused("DeletePolicy", PolicyName="Reader") == (409, "DeleteConflict.Policy.Version")
    account.told("DeletePolicyVersion", PolicyName="Reader", VersionId="v2")
    gone = account.refused("GetPolicyVersion", **named, VersionId="v2")
    assert gone == (404, "EntityNotExist.Policy.Version")
    account.told("DeletePolicy", PolicyName="Reader")
    assert account.refused("GetPolicy", **named) == (404, "EntityNotExist.Policy")


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("User", "DeleteConflict.Policy.User"),
        ("Group", "DeleteConflict.Policy.Group"),
        ("Role", "DeleteConflict.Role.Policy"),
    ],
)
def test_a_policy_that_somebody_has_is_not_deleted(account: Account, kind: Any, code: str) -> None:
    account.user("Alice")
    account.role("Alice", document({**allow("sts:AssumeRole"), "Principal": {"RAM": account.everyone}}))
    with account.server.runtime.database.write() as txn:
        txn.groups.create(account.id, "Alice")
    policy = account.grant(kind, "Alice", READ)
    assert account.refused("DeletePolicy", PolicyName=policy) == (409, code)


@pytest.mark.parametrize(
    ("action", "changes", "status", "code"),
    [
        ("CreatePolicy", {"PolicyName": "a b"}, 400, "InvalidParameter.PolicyName.InvalidChars"),
        ("CreatePolicy", {"PolicyName": "a" * 129}, 400, "InvalidParameter.PolicyName.Length"),
        ("CreatePolicy", {"PolicyDocument": " " * 6145}, 400, "InvalidParameter.PolicyDocument.Length"),
        ("CreatePolicy", {"PolicyDocument": "{}"}, 400, "MalformedPolicyDocument"),
        ("CreatePolicy", {"Description": "a" * 1025}, 400, "InvalidParameter.Description.Length"),
        ("CreatePolicy", {"PolicyName": "reader"}, 409, "EntityAlreadyExists.Policy"),
        ("GetPolicy", {"PolicyType": "Own"}, 400, "InvalidParameter.PolicyType"),
        ("GetPolicy", {"PolicyType": "System"}, 404, "EntityNotExist.Policy"),
        ("DeletePolicy", {"PolicyName": "none"}, 404, "EntityNotExist.Policy"),
        ("CreatePolicyVersion", {"PolicyName": "none"}, 404, "EntityNotExist.Policy"),
        ("CreatePolicyVersion", {"PolicyDocument": "{}"}, 400, "MalformedPolicyDocument"),
        ("GetPolicyVersion", {"VersionId": "v9"}, 404, "EntityNotExist.Policy.Version"),
        ("GetPolicyVersion", {"VersionId": "9"}, 400, "InvalidParameter.VersionId.Format"),
        ("ListPolicyVersions", {"PolicyName": "none"}, 404, "EntityNotExist.Policy"),
        ("SetDefaultPolicyVersion", {"VersionId": "v9"}, 404, "EntityNotExist.Policy.Version"),
        ("SetDefaultPolicyVersion", {"PolicyName": "none"}, 404, "EntityNotExist.Policy"),
        ("DeletePolicyVersion", {"VersionId": "v9"}, 404, "EntityNotExist.Policy.Version"),
        ("ListPolicies", {"PageSize": "0"}, 400, "InvalidParameter.PageSize"),
        ("ListPolicies", {"PolicyType": "Own"}, 400, "InvalidParameter.PolicyType"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    account: Account, action: str, changes: dict[str, str], status: int, code: str
) -> None:
    made(account)
    wanted = {
        "PolicyName": "Writer" if action == "CreatePolicy" else "Reader",
        "PolicyType": "Custom",
        "PolicyDocument": READ,
        "VersionId": "v1",
        **changes,
    }
    assert account.refused(action, **wanted) == (status, code)


def test_policies_and_versions_have_quotas(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    quotas = Quotas(custom_policies=1, versions_per_policy=2)
    monkeypatch.setattr(account.server.runtime.database, "_quotas", quotas)
    made(account)
    wanted = {"PolicyName": "Writer", "PolicyDocument": READ}
    assert account.refused("CreatePolicy", **wanted) == (409, "LimitExceeded.Policy")
    version = {"PolicyName": "Reader", "PolicyDocument": WRITE}
    account.told("CreatePolicyVersion", **version)
    assert account.refused("CreatePolicyVersion", **version) == (409, "LimitExceeded.Policy.Version")


def test_permissions_are_asked_for_the_policy_that_is_named(account: Account) -> None:
    made(account)
    made(account, "Writer")
    own = f"acs:ram:*:{account.id}:policy/Reader"
    clerk = account.user("Clerk", document(allow(["ram:GetPolicy*", "ram:ListPolicies"], own)))
    named = {"PolicyType": "Custom", "PolicyName": "Reader"}
    assert account.told("GetPolicy", clerk, **named)["Policy"]["PolicyDocument"] == READ
    assert account.told("GetPolicyVersion", clerk, **named, VersionId="v1")["PolicyVersion"]
    for action, changes in (
        ("GetPolicy", {"PolicyName": "Writer"}),
        ("ListPolicies", {}),
        ("ListPolicyVersions", {}),
        ("CreatePolicy", {"PolicyName": "x", "PolicyDocument": READ}),
        ("CreatePolicyVersion", {"PolicyDocument": WRITE}),
        ("SetDefaultPolicyVersion", {"VersionId": "v1"}),
        ("DeletePolicyVersion", {"VersionId": "v1"}),
        ("DeletePolicy", {}),
    ):
        assert account.refused(action, clerk, **{**named, **changes}) == (403, "NoPermission")
    assert shown(account)["PolicyDocument"] == READ
