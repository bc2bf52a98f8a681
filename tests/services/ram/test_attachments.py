"""Attaching and detaching, and what the lists show of it. A real server."""

from __future__ import annotations

import pytest

from tests.services.ram.calls import READ, Ram
from tests.world import allow, document

KINDS = ["User", "Group", "Role"]
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)
READER = {"PolicyType": "Custom", "PolicyName": "read"}


def _holder(ram: Ram, kind: str, name: str = "holder") -> dict[str, str]:
    """Create a user, group or role; return how requests name it."""
    if kind == "Role":
        ram.role(name)
    else:
        ram(f"Create{kind}", **{f"{kind}Name": name})
    return {f"{kind}Name": name}


def _policy(ram: Ram, name: str = "read", text: str = READ) -> dict[str, str]:
    ram("CreatePolicy", PolicyName=name, PolicyDocument=text, Description=f"to {name}")
    return {"PolicyType": "Custom", "PolicyName": name}


@EVERY_KIND
def test_what_is_attached_is_listed_until_it_is_detached(ram: Ram, kind: str) -> None:
    holder, policy = _holder(ram, kind), _policy(ram)
    system = {"PolicyType": "System", "PolicyName": "AliyunRAMReadOnlyAccess"}
    ram(f"AttachPolicyTo{kind}", **holder, **policy)
    ram(f"AttachPolicyTo{kind}", **holder, **system)
    listed = ram(f"ListPoliciesFor{kind}", **holder)["Policies"]["Policy"]
    assert listed[0] == {
        "PolicyName": "read",
        "PolicyType": "Custom",
        "Description": "to read",
        "DefaultVersion": "v1",
        "AttachDate": listed[0]["AttachDate"],
    }
    assert [policy["PolicyName"] for policy in listed] == ["read", "AliyunRAMReadOnlyAccess"]
    ram(f"DetachPolicyFrom{kind}", **holder, **policy)
    ram(f"DetachPolicyFrom{kind}", **holder, **system)
    assert ram.names(f"ListPoliciesFor{kind}", **holder) == []


@EVERY_KIND
def test_attaching_names_what_is_there(ram: Ram, kind: str) -> None:
    for action in (f"AttachPolicyTo{kind}", f"DetachPolicyFrom{kind}"):
        ram.refused(action, f"EntityNotExist.{kind}", **{f"{kind}Name": "nothing"}, **READER)
    ram.refused(f"ListPoliciesFor{kind}", f"EntityNotExist.{kind}", **{f"{kind}Name": "nothing"})
    holder = _holder(ram, kind)
    for action in (f"AttachPolicyTo{kind}", f"DetachPolicyFrom{kind}"):
        ram.refused(action, "EntityNotExist.Policy", **holder, **READER)
        ram.refused(action, "EntityNotExist.Policy", **holder, PolicyType="System", PolicyName="read")
    policy = _policy(ram)
    ram.refused(f"DetachPolicyFrom{kind}", f"EntityNotExist.{kind}.Policy", **holder, **policy)
    ram(f"AttachPolicyTo{kind}", **holder, **policy)
    ram.refused(f"AttachPolicyTo{kind}", f"EntityAlreadyExists.{kind}.Policy", **holder, **policy)


@EVERY_KIND
def test_a_principal_has_ten_custom_policies_at_most(ram: Ram, kind: str) -> None:
    holder = _holder(ram, kind)
    for number in range(10):
        ram(f"AttachPolicyTo{kind}", **holder, **_policy(ram, f"p{number}"))
    ram.refused(f"AttachPolicyTo{kind}", f"LimitExceeded.{kind}.Policy", **holder, **_policy(ram))
    ram(f"AttachPolicyTo{kind}", **holder, PolicyType="System", PolicyName="AliyunRAMReadOnlyAccess")


@EVERY_KIND
def test_an_attachment_may_be_limited_to_a_resource_group(ram: Ram, kind: str) -> None:
    holder, policy = _holder(ram, kind), _policy(ram)
    with ram.server.runtime.database.write() as txn:
        group = txn.resource_groups.create(ram.id, "things", "Things").id
    ram(f"AttachPolicyTo{kind}", **holder, **policy, ResourceGroupId=group)
    ram(f"AttachPolicyTo{kind}", **holder, **policy)
    assert ram.names(f"ListPoliciesFor{kind}", **holder) == ["read"]
    assert ram("GetPolicy", **policy)["Policy"]["AttachmentCount"] == 2
    ram(f"DetachPolicyFrom{kind}", **holder, **policy)
    ram.refused(f"DetachPolicyFrom{kind}", f"EntityNotExist.{kind}.Policy", **holder, **policy)
    ram(f"DetachPolicyFrom{kind}", **holder, **policy, ResourceGroupId=group)
    for action in (f"AttachPolicyTo{kind}", f"DetachPolicyFrom{kind}"):
        elsewhere = {"ResourceGroupId": "rg-000000000000000"}
        ram.refused(action, "EntityNotExists.ResourceGroup", **holder, **policy, **elsewhere)


@EVERY_KIND
@pytest.mark.parametrize("verb", ["AttachPolicyTo", "DetachPolicyFrom"])
def test_permission_is_needed_on_the_principal_and_on_the_policy(ram: Ram, kind: str, verb: str) -> None:
    action = f"{verb}{kind}"
    holder, policy = f"acs:ram:*:{ram.id}:{kind.lower()}/holder", f"acs:ram:*:{ram.id}:policy/read"
    half = ram.user("half", document(allow(f"ram:{action}", holder)))
    other = ram.user("other", document(allow(f"ram:{action}", policy)))
    asked = {f"{kind}Name": "holder", **READER}
    told = half.refused(action, "NoPermission", **asked)
    assert told["Message"].endswith(f"Resource: {policy} Action: ram:{action}")
    told = other.refused(action, "NoPermission", **asked)
    assert told["Message"].endswith(f"Resource: {holder} Action: ram:{action}")
    system = {**asked, "PolicyType": "System"}
    told = half.refused(action, "NoPermission", **system)
    assert "Resource: acs:ram:*:system:policy/read " in told["Message"]


def test_a_policy_tells_whom_it_is_attached_to(ram: Ram) -> None:
    policy = _policy(ram)
    ram("CreateUser", UserName="Alice", DisplayName="Alice A.")
    ram("CreateGroup", GroupName="Readers", Comments="may read")
    ram.role("Reader")
    ram("AttachPolicyToUser", UserName="alice", **policy)
    ram("AttachPolicyToGroup", GroupName="readers", **policy)
    ram("AttachPolicyToRole", RoleName="reader", **policy)
    listed = ram("ListEntitiesForPolicy", **policy)
    (user,) = listed["Users"]["User"]
    (group,) = listed["Groups"]["Group"]
    (role,) = listed["Roles"]["Role"]
    when = user["AttachDate"]
    assert user == {
        "UserId": ram("GetUser", UserName="alice")["User"]["UserId"],
        "UserName": "Alice",
        "DisplayName": "Alice A.",
        "AttachDate": when,
    }
    assert group == {"GroupName": "Readers", "Comments": "may read", "AttachDate": group["AttachDate"]}
    assert role == {
        "RoleId": ram("GetRole", RoleName="reader")["Role"]["RoleId"],
        "RoleName": "Reader",
        "Arn": f"acs:ram::{ram.id}:role/reader",
        "AttachDate": role["AttachDate"],
    }


def test_a_system_policy_tells_only_of_the_own_account(ram: Ram) -> None:
    system = {"PolicyType": "System", "PolicyName": "AdministratorAccess"}
    ram("CreateUser", UserName="alice")
    ram("AttachPolicyToUser", UserName="alice", **system)
    other = Ram(ram.server, ram.server.new_account())
    empty = other("ListEntitiesForPolicy", **system)
    assert [empty[name] for name in ("Users", "Groups", "Roles")] == [
        {"User": []},
        {"Group": []},
        {"Role": []},
    ]
    assert other("GetPolicy", **system)["Policy"]["AttachmentCount"] == 0
    assert ram("GetPolicy", **system)["Policy"]["AttachmentCount"] == 1


def test_what_is_attached_to_a_user_counts_at_once(ram: Ram) -> None:
    alice = ram.user("alice")
    policy = _policy(ram, "look", document(allow("ram:GetUser")))
    alice.refused("GetUser", "NoPermission", UserName="alice")
    ram("AttachPolicyToUser", UserName="alice", **policy)
    alice("GetUser", UserName="alice")
    ram("DetachPolicyFromUser", UserName="alice", **policy)
    alice.refused("GetUser", "NoPermission", UserName="alice")


def test_what_is_attached_to_a_role_counts_for_its_live_sessions(ram: Ram) -> None:
    alice = ram.user("alice", document(allow("sts:AssumeRole")))
    ram.role("reader")
    session = ram.session(alice, "reader")
    policy = _policy(ram, "look", document(allow("ram:GetUser")))
    session.refused("GetUser", "NoPermission", UserName="alice")
    ram("AttachPolicyToRole", RoleName="reader", **policy)
    session("GetUser", UserName="alice")
    ram("DetachPolicyFromRole", RoleName="reader", **policy)
    session.refused("GetUser", "NoPermission", UserName="alice")
