"""Roles, over the wire of a real server."""

from __future__ import annotations

import json
import re

import pytest

from daypass.directory.quotas import Quotas
from tests.services.ram.calls import READ, Ram
from tests.world import allow, document, trusting

TAGS = json.dumps([{"Key": "team", "Value": "a"}, {"Key": "cost"}])


def test_a_new_role_is_shown_as_it_was_made(ram: Ram) -> None:
    trust = trusting(ram.everyone).replace(", ", " ,\n\t")
    made = ram(
        "CreateRole",
        RoleName="ECSAdmin",
        AssumeRolePolicyDocument=trust,
        Description="Ops only",
        MaxSessionDuration="7200",
        AllowConsoleLogin="true",
    )["Role"]
    assert made == {
        "RoleId": made["RoleId"],
        "RoleName": "ECSAdmin",
        "Arn": f"acs:ram::{ram.id}:role/ecsadmin",
        "Description": "Ops only",
        "AssumeRolePolicyDocument": trust,
        "MaxSessionDuration": 7200,
        "AllowConsoleLogin": True,
        "CreateDate": made["CreateDate"],
    }
    assert re.fullmatch(r"[1-9][0-9]{17}", made["RoleId"])
    assert ram("GetRole", RoleName="ecsadmin")["Role"] == {
        **made,
        "UpdateDate": made["CreateDate"],
        "IsServiceLinkedRole": False,
        "RolePrincipalName": f"ECSAdmin@role.{ram.id}.onaliyunservice.com",
    }


def test_a_role_has_an_hour_and_no_console_unless_told_otherwise(ram: Ram) -> None:
    ram.role("reader")
    role = ram("GetRole", RoleName="reader")["Role"]
    assert (role["MaxSessionDuration"], role["AllowConsoleLogin"]) == (3600, False)
    assert "Description" not in role


def test_role_names_are_unique_ignoring_case(ram: Ram) -> None:
    ram.role("Reader")
    ram.refused(
        "CreateRole",
        "EntityAlreadyExists.Role",
        RoleName="reader",
        AssumeRolePolicyDocument=trusting(ram.everyone),
    )


def test_an_update_changes_what_is_given(ram: Ram) -> None:
    ram.role("reader")
    trust = trusting(f"acs:ram::{ram.id}:role/reader")
    changed = ram(
        "UpdateRole",
        RoleName="reader",
        NewAssumeRolePolicyDocument=trust,
        NewDescription="of books",
        NewMaxSessionDuration="43200",
        NewAllowConsoleLogin="true",
    )["Role"]
    assert changed["AssumeRolePolicyDocument"] == trust
    assert (changed["Description"], changed["MaxSessionDuration"]) == ("of books", 43200)
    assert changed["AllowConsoleLogin"] is True
    again = ram("UpdateRole", RoleName="reader", NewDescription="")["Role"]
    assert "Description" not in again
    assert again["AssumeRolePolicyDocument"] == trust
    shown = ram("GetRole", RoleName="reader")["Role"]
    assert shown == {**again, **{name: shown[name] for name in ("IsServiceLinkedRole", "RolePrincipalName")}}


def test_a_changed_trust_policy_decides_the_next_assumption(ram: Ram) -> None:
    alice = ram.user("alice", document(allow("sts:AssumeRole")))
    ram("CreateUser", UserName="bob")
    ram.role("reader")
    session = ram.session(alice, "reader")
    only_bob = trusting(f"acs:ram::{ram.id}:user/bob")
    ram("UpdateRole", RoleName="reader", NewAssumeRolePolicyDocument=only_bob)
    refused = alice._client.call(
        "2015-04-01",
        "AssumeRole",
        {"RoleArn": f"acs:ram::{ram.id}:role/reader", "RoleSessionName": "again"},
    )
    assert refused.code == "NoPermission"
    session.refused("GetRole", "NoPermission", RoleName="reader")  # the live session is still one


@pytest.mark.parametrize("action", ["GetRole", "UpdateRole", "DeleteRole"])
def test_a_role_that_is_not_there_cannot_be_named(ram: Ram, action: str) -> None:
    ram.refused(action, "EntityNotExist.Role", RoleName="nothing")


def test_a_trust_policy_names_only_who_is_there(ram: Ram) -> None:
    stranger = trusting(f"acs:ram::{ram.id}:user/stranger")
    ram.refused("CreateRole", "MalformedPolicyDocument", RoleName="reader", AssumeRolePolicyDocument=stranger)
    ram.role("reader")
    ram.refused(
        "UpdateRole", "MalformedPolicyDocument", RoleName="reader", NewAssumeRolePolicyDocument=stranger
    )
    ram("CreateUser", UserName="Stranger")
    ram("UpdateRole", RoleName="reader", NewAssumeRolePolicyDocument=stranger)


def test_who_is_created_again_under_a_trusted_name_is_not_trusted(ram: Ram) -> None:
    ram("CreateUser", UserName="alice")
    trust = trusting(f"acs:ram::{ram.id}:user/alice")
    ram("CreateRole", RoleName="reader", AssumeRolePolicyDocument=trust)
    ram("DeleteUser", UserName="alice")
    alice = ram.user("alice", document(allow("sts:AssumeRole")))
    arn = f"acs:ram::{ram.id}:role/reader"
    asked = {"RoleArn": arn, "RoleSessionName": "session"}
    assert alice._client.call("2015-04-01", "AssumeRole", asked).code == "NoPermission"
    ram("UpdateRole", RoleName="reader", NewAssumeRolePolicyDocument=trust)
    assert alice._client.call("2015-04-01", "AssumeRole", asked).status == 200


def test_a_malformed_trust_policy_is_refused_with_the_place(ram: Ram) -> None:
    told = ram.refused(
        "CreateRole",
        "MalformedPolicyDocument",
        RoleName="reader",
        AssumeRolePolicyDocument=document(allow("sts:AssumeRole")),
    )
    assert "Statement[0]" in told["Message"]
    assert "Principal" in told["Message"]


def test_a_role_is_deleted_only_without_policies_and_takes_its_sessions_along(ram: Ram) -> None:
    alice = ram.user("alice", document(allow("sts:AssumeRole")))
    ram.role("reader")
    ram("CreatePolicy", PolicyName="look", PolicyDocument=document(allow("ram:GetRole")))
    look = {"RoleName": "reader", "PolicyType": "Custom", "PolicyName": "look"}
    ram("AttachPolicyToRole", **look)
    session = ram.session(alice, "reader")
    session("GetRole", RoleName="reader")
    ram.refused("DeleteRole", "DeleteConflict.Role.Policy", RoleName="reader")
    ram("DetachPolicyFromRole", **look)
    session.refused("GetRole", "NoPermission", RoleName="reader")
    ram("DeleteRole", RoleName="reader")
    assert session.answer("GetRole", RoleName="reader").code == "InvalidSecurityToken.Expired"
    ram.refused("GetRole", "EntityNotExist.Role", RoleName="reader")


def test_an_account_has_as_many_roles_as_its_quota(ram: Ram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ram.server.runtime.database, "_quotas", Quotas(roles=1, tags_per_resource=1))
    trust = trusting(ram.everyone)
    ram.refused("CreateRole", "LimitExceeded.Tag", RoleName="a", AssumeRolePolicyDocument=trust, Tag=TAGS)
    ram.role("a")
    ram.refused("CreateRole", "LimitExceeded.Role", RoleName="b", AssumeRolePolicyDocument=trust)


def test_tags_are_read_in_both_encodings_and_select_roles(ram: Ram) -> None:
    trust = trusting(ram.everyone)
    ram("CreateRole", RoleName="a", AssumeRolePolicyDocument=trust, Tag=TAGS)
    flat = {"Tag.1.Key": "team", "Tag.1.Value": "b"}
    ram("CreateRole", RoleName="b", AssumeRolePolicyDocument=trust, **flat)
    ram.role("c")
    listed = ram("ListRoles")["Roles"]["Role"]
    tags = {role["RoleName"]: role["Tags"]["Tag"] for role in listed}
    assert tags["a"] == [{"TagKey": "cost", "TagValue": ""}, {"TagKey": "team", "TagValue": "a"}]
    assert tags["c"] == []
    assert ram.names("ListRoles", Tag=json.dumps([{"Key": "team"}])) == ["a", "b"]
    assert ram.names("ListRoles", Tag=json.dumps([{"Key": "team", "Value": "b"}])) == ["b"]
    assert ram.names("ListRoles", **flat) == ["b"]
    assert ram.names("ListRoles", Tag="[]") == ["a", "b", "c"]
    ram.refused("ListRoles", "InvalidParameter.Tag", Tag="nonsense")


def test_roles_are_listed_in_pages_without_their_trust_policies(ram: Ram) -> None:
    for name in ("c", "B", "a"):
        ram.role(name)
    first = ram("ListRoles", MaxItems="2")
    assert [role["RoleName"] for role in first["Roles"]["Role"]] == ["a", "B"]
    assert "AssumeRolePolicyDocument" not in first["Roles"]["Role"][0]
    assert first["Roles"]["Role"][1]["Arn"] == f"acs:ram::{ram.id}:role/b"
    assert ram.names("ListRoles", Marker=first["Marker"]) == ["c"]
    ram.refused("ListRoles", "InvalidParameter.Marker", Marker="bogus")


def test_a_deny_on_a_role_holds_for_every_spelling_of_its_name(ram: Ram) -> None:
    ram.role("Admin")
    denied = {"Effect": "Deny", "Action": "ram:*", "Resource": f"acs:ram:*:{ram.id}:role/Admin"}
    clerk = ram.user("clerk", document(allow("ram:*"), denied))
    for name in ("Admin", "admin", "ADMIN"):
        clerk.refused("GetRole", "NoPermission", RoleName=name)


def test_permission_to_list_is_asked_for_all_roles(ram: Ram) -> None:
    clerk = ram.user("clerk", document(allow("ram:ListRoles", f"acs:ram:*:{ram.id}:role/reader")), READ)
    told = clerk.refused("ListRoles", "NoPermission")
    assert told["Message"].endswith(f"Resource: acs:ram:*:{ram.id}:role/* Action: ram:ListRoles")
