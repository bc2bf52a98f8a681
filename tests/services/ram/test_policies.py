"""Policies and their versions, over the wire of a real server."""

from __future__ import annotations

import json

import pytest

from daypass.directory.quotas import Quotas
from tests.services.ram.calls import READ, WRITE, Ram
from tests.world import allow, document

ODD = ' {"Version":"1",\n\t"Statement":[{"Resource":"*","Action":["iot:Query*"],"Effect":"Allow"}]}\n'
CUSTOM = {"PolicyType": "Custom", "PolicyName": "read"}
SYSTEM = {"PolicyType": "System", "PolicyName": "AdministratorAccess"}


def _make(ram: Ram, name: str = "read", text: str = READ) -> None:
    ram("CreatePolicy", PolicyName=name, PolicyDocument=text)


def test_a_policy_comes_back_to_the_character(ram: Ram) -> None:
    made = ram("CreatePolicy", PolicyName="read", PolicyDocument=ODD, Description="of things")["Policy"]
    assert made == {
        "PolicyName": "read",
        "PolicyType": "Custom",
        "Description": "of things",
        "DefaultVersion": "v1",
        "CreateDate": made["CreateDate"],
    }
    shown = ram("GetPolicy", **CUSTOM)
    assert shown["Policy"] == {
        **made,
        "UpdateDate": made["CreateDate"],
        "AttachmentCount": 0,
        "PolicyDocument": ODD,
    }
    assert shown["DefaultPolicyVersion"] == {
        "VersionId": "v1",
        "IsDefaultVersion": True,
        "PolicyDocument": ODD,
        "CreateDate": made["CreateDate"],
    }
    assert ram("GetPolicyVersion", **CUSTOM, VersionId="v1")["PolicyVersion"]["PolicyDocument"] == ODD


def test_a_policy_as_long_as_allowed_is_taken_and_one_character_more_is_not(ram: Ram) -> None:
    longest = READ + " " * (6144 - len(READ))
    _make(ram, text=longest)
    assert ram("GetPolicy", **CUSTOM)["Policy"]["PolicyDocument"] == longest
    told = ram.refused(
        "CreatePolicy",
        "InvalidParameter.PolicyDocument.Length",
        PolicyName="more",
        PolicyDocument=longest + " ",
    )
    assert "6144" in told["Message"]


def test_policy_names_are_unique_ignoring_case_beside_system_policies(ram: Ram) -> None:
    _make(ram)
    ram.refused("CreatePolicy", "EntityAlreadyExists.Policy", PolicyName="READ", PolicyDocument=READ)
    _make(ram, "AdministratorAccess")
    assert ram("GetPolicy", **{**SYSTEM, "PolicyType": "Custom"})["Policy"]["PolicyDocument"] == READ
    assert ram("GetPolicy", **SYSTEM)["Policy"]["PolicyDocument"] != READ


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{", ""),
        ('{"Version": "1"}', "Statement"),
        (READ.replace("Allow", "allow"), "Statement[0].Effect"),
        (document(allow("iot:*", Principal={"RAM": ["acs:ram::1000000000000001:root"]})), "Principal"),
        ('{"Version": "1", "Version": "1", "Statement": []}', "Version"),
    ],
)
@pytest.mark.parametrize("action", ["CreatePolicy", "CreatePolicyVersion"])
def test_a_malformed_document_is_refused_with_the_place(ram: Ram, action: str, text: str, place: str) -> None:
    told = ram.refused(action, "MalformedPolicyDocument", PolicyName="read", PolicyDocument=text)
    assert place in told["Message"]


@pytest.mark.parametrize(
    "action", ["GetPolicy", "GetPolicyVersion", "ListPolicyVersions", "ListEntitiesForPolicy"]
)
@pytest.mark.parametrize("policy_type", ["Custom", "System"])
def test_a_policy_of_that_type_must_be_there_to_be_shown(ram: Ram, action: str, policy_type: str) -> None:
    asked = {"PolicyType": policy_type, "PolicyName": "nothing", "VersionId": "v1"}
    ram.refused(action, "EntityNotExist.Policy", **asked)


@pytest.mark.parametrize(
    "action",
    [
        "UpdatePolicyDescription",
        "DeletePolicy",
        "CreatePolicyVersion",
        "SetDefaultPolicyVersion",
        "DeletePolicyVersion",
    ],
)
def test_only_the_accounts_own_policies_are_changed(ram: Ram, action: str) -> None:
    more = {"NewDescription": "x", "PolicyDocument": READ, "VersionId": "v1"}
    ram.refused(action, "EntityNotExist.Policy", PolicyName="AdministratorAccess", **more)


def test_a_policy_is_described_anew(ram: Ram) -> None:
    _make(ram)
    changed = ram("UpdatePolicyDescription", PolicyName="read", NewDescription="of books")["Policy"]
    assert changed["Description"] == "of books"
    assert ram("GetPolicy", **CUSTOM)["Policy"]["Description"] == "of books"
    cleared = ram("UpdatePolicyDescription", PolicyName="read", NewDescription="")["Policy"]
    assert "Description" not in cleared


def test_a_system_policy_is_shown_with_its_text(ram: Ram) -> None:
    shown = ram("GetPolicy", PolicyType="System", PolicyName="administratoraccess")
    assert shown["Policy"]["PolicyName"] == "AdministratorAccess"
    assert shown["Policy"]["PolicyType"] == "System"
    text = shown["Policy"]["PolicyDocument"]
    assert json.loads(text)["Statement"][0]["Action"] == "*"
    (version,) = ram("ListPolicyVersions", **SYSTEM)["PolicyVersions"]["PolicyVersion"]
    assert version == shown["DefaultPolicyVersion"]
    named = {**SYSTEM, "VersionId": version["VersionId"]}
    assert ram("GetPolicyVersion", **named)["PolicyVersion"] == version
    ram.refused("GetPolicyVersion", "EntityNotExist.Policy.Version", **SYSTEM, VersionId="v999")


def test_a_policy_is_deleted_only_when_nothing_holds_it_in_the_documented_order(ram: Ram) -> None:
    _make(ram)
    ram("CreatePolicyVersion", PolicyName="read", PolicyDocument=WRITE)
    ram("CreateUser", UserName="alice")
    ram("CreateGroup", GroupName="readers")
    ram.role("reader")
    ram("AttachPolicyToUser", UserName="alice", **CUSTOM)
    ram("AttachPolicyToGroup", GroupName="readers", **CUSTOM)
    ram("AttachPolicyToRole", RoleName="reader", **CUSTOM)
    assert ram("GetPolicy", **CUSTOM)["Policy"]["AttachmentCount"] == 3
    asked = {"PolicyName": "read", "CascadingDelete": "true"}
    ram.refused("DeletePolicy", "DeleteConflict.Policy.User", **asked)
    ram("DetachPolicyFromUser", UserName="alice", **CUSTOM)
    ram.refused("DeletePolicy", "DeleteConflict.Policy.Group", **asked)
    ram("DetachPolicyFromGroup", GroupName="readers", **CUSTOM)
    ram.refused("DeletePolicy", "DeleteConflict.Role.Policy", **asked)
    ram("DetachPolicyFromRole", RoleName="reader", **CUSTOM)
    ram.refused("DeletePolicy", "DeleteConflict.Policy.Version", PolicyName="read")
    ram.refused("DeletePolicy", "DeleteConflict.Policy.Version", PolicyName="read", CascadingDelete="False")
    ram("DeletePolicy", **asked)
    ram.refused("GetPolicy", "EntityNotExist.Policy", **CUSTOM)


def test_a_policy_with_only_its_default_version_is_deleted_as_it_is(ram: Ram) -> None:
    _make(ram)
    ram("CreatePolicyVersion", PolicyName="read", PolicyDocument=WRITE, SetAsDefault="true")
    ram("DeletePolicyVersion", PolicyName="read", VersionId="v1")
    ram("DeletePolicy", PolicyName="read")
    assert "read" not in ram.names("ListPolicies", PolicyType="Custom")


def test_versions_are_listed_and_one_is_in_force(ram: Ram) -> None:
    _make(ram)
    made = ram("CreatePolicyVersion", PolicyName="read", PolicyDocument=WRITE)["PolicyVersion"]
    assert (made["VersionId"], made["IsDefaultVersion"]) == ("v2", False)
    ram("SetDefaultPolicyVersion", PolicyName="read", VersionId="v2")
    listed = ram("ListPolicyVersions", **CUSTOM)["PolicyVersions"]["PolicyVersion"]
    assert [(v["VersionId"], v["IsDefaultVersion"], v["PolicyDocument"]) for v in listed] == [
        ("v1", False, READ),
        ("v2", True, WRITE),
    ]
    assert ram("GetPolicy", **CUSTOM)["DefaultPolicyVersion"] == listed[1]


def test_the_version_in_force_decides_at_once(ram: Ram) -> None:
    alice = ram.user("alice", document(allow("ram:GetUser")))
    alice("GetUser", UserName="alice")
    text = document(allow("ram:GetRole"))
    ram("CreatePolicyVersion", PolicyName="alice-0", PolicyDocument=text)
    alice("GetUser", UserName="alice")
    ram("SetDefaultPolicyVersion", PolicyName="alice-0", VersionId="v2")
    alice.refused("GetUser", "NoPermission", UserName="alice")
    ram("CreatePolicyVersion", PolicyName="alice-0", PolicyDocument=READ, SetAsDefault="true")
    ram("SetDefaultPolicyVersion", PolicyName="alice-0", VersionId="v1")
    alice("GetUser", UserName="alice")


def test_a_sixth_version_is_refused_or_takes_the_oldest_idle_ones_place(ram: Ram) -> None:
    _make(ram)
    for _ in range(4):
        ram("CreatePolicyVersion", PolicyName="read", PolicyDocument=WRITE)
    sixth = {"PolicyName": "read", "PolicyDocument": WRITE}
    ram.refused("CreatePolicyVersion", "LimitExceeded.Policy.Version", **sixth)
    ram.refused("CreatePolicyVersion", "LimitExceeded.Policy.Version", **sixth, RotateStrategy="None")
    rotate = "DeleteOldestNonDefaultVersionWhenLimitExceeded"
    made = ram("CreatePolicyVersion", **sixth, RotateStrategy=rotate)["PolicyVersion"]
    assert made["VersionId"] == "v6"
    assert ram.names("ListPolicyVersions", **CUSTOM) == ["v1", "v3", "v4", "v5", "v6"]
    ram.refused("CreatePolicyVersion", "InvalidParameter.RotateStrategy", **sixth, RotateStrategy="Oldest")


def test_numbers_of_versions_are_never_given_again(ram: Ram) -> None:
    _make(ram)
    ram("CreatePolicyVersion", PolicyName="read", PolicyDocument=WRITE)
    ram("DeletePolicyVersion", PolicyName="read", VersionId="v2")
    made = ram("CreatePolicyVersion", PolicyName="read", PolicyDocument=WRITE)["PolicyVersion"]
    assert made["VersionId"] == "v3"


def test_the_version_in_force_cannot_be_deleted(ram: Ram) -> None:
    _make(ram)
    ram.refused(
        "DeletePolicyVersion", "DeleteConflict.Policy.Version.Default", PolicyName="read", VersionId="v1"
    )


@pytest.mark.parametrize("action", ["GetPolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion"])
def test_a_version_must_be_well_formed_and_there(ram: Ram, action: str) -> None:
    _make(ram)
    ram.refused(action, "EntityNotExist.Policy.Version", **CUSTOM, VersionId="v2")
    for bad in ("2", "v0", "v01", "V1", "v", "", "v1234567890"):
        ram.refused(action, "InvalidParameter.VersionId.Format", **CUSTOM, VersionId=bad)


def test_policies_are_listed_system_ones_first_and_by_type(ram: Ram) -> None:
    for name in ("c", "a", "B"):
        _make(ram, name)
    assert ram.names("ListPolicies", PolicyType="Custom") == ["a", "B", "c"]
    systems = ram.names("ListPolicies", PolicyType="System")
    assert "AliyunSTSAssumeRoleAccess" in systems
    assert ram.names("ListPolicies", MaxItems="1000") == [*systems, "a", "B", "c"]


def test_every_page_of_policies_leads_to_the_next(ram: Ram) -> None:
    for name in ("a", "b", "c"):
        _make(ram, name)
    whole = ram.names("ListPolicies", MaxItems="1000")
    walked: list[str] = []
    asked = {"MaxItems": "2"}
    while True:
        page = ram("ListPolicies", **asked)
        walked += [policy["PolicyName"] for policy in page["Policies"]["Policy"]]
        if not page["IsTruncated"]:
            break
        asked["Marker"] = page["Marker"]
    assert walked == whole
    ram.refused("ListPolicies", "InvalidParameter.Marker", Marker="bogus")


def test_policies_carry_tags_and_are_found_by_them(ram: Ram) -> None:
    tags = json.dumps([{"Key": "team", "Value": "a"}])
    ram("CreatePolicy", PolicyName="read", PolicyDocument=READ, Tag=tags)
    _make(ram, "write")
    (found,) = ram("ListPolicies", Tag=tags)["Policies"]["Policy"]
    assert found["Tags"] == {"Tag": [{"TagKey": "team", "TagValue": "a"}]}
    assert found["PolicyName"] == "read"


def test_an_account_has_as_many_policies_as_its_quota(ram: Ram, monkeypatch: pytest.MonkeyPatch) -> None:
    quotas = Quotas(custom_policies=1, tags_per_resource=0)
    monkeypatch.setattr(ram.server.runtime.database, "_quotas", quotas)
    tagged = {"Tag.1.Key": "team"}
    ram.refused("CreatePolicy", "LimitExceeded.Tag", PolicyName="a", PolicyDocument=READ, **tagged)
    _make(ram, "a")
    ram.refused("CreatePolicy", "LimitExceeded.Policy", PolicyName="b", PolicyDocument=READ)


@pytest.mark.parametrize("action", ["GetPolicy", "GetPolicyVersion"])
def test_system_policies_are_resources_of_no_account(ram: Ram, action: str) -> None:
    clerk = ram.user("clerk", document(allow(f"ram:{action}", "acs:ram:*:system:policy/*")))
    _make(ram)
    version = ram("GetPolicy", **SYSTEM)["Policy"]["DefaultVersion"]
    clerk(action, **SYSTEM, VersionId=version)
    told = clerk.refused(action, "NoPermission", **CUSTOM, VersionId="v1")
    assert told["Message"].endswith(f"Resource: acs:ram:*:{ram.id}:policy/read Action: ram:{action}")


def test_older_versions_of_a_system_policy_can_be_looked_at(ram: Ram) -> None:
    policy = {"PolicyType": "System", "PolicyName": "AliyunIOTReadOnlyAccess"}
    versions = ram("ListPolicyVersions", **policy)["PolicyVersions"]["PolicyVersion"]
    assert [(version["VersionId"], version["IsDefaultVersion"]) for version in versions] == [
        ("v1", False),
        ("v7", True),
    ]
    old, new = (
        ram("GetPolicyVersion", VersionId=version["VersionId"], **policy)["PolicyVersion"]
        for version in versions
    )
    assert "isoc:GetSummary" not in old["PolicyDocument"]
    assert "isoc:GetSummary" in new["PolicyDocument"]
    assert ram("GetPolicy", **policy)["DefaultPolicyVersion"]["VersionId"] == "v7"
    ram.refused("GetPolicyVersion", "EntityNotExist.Policy.Version", VersionId="v2", **policy)
