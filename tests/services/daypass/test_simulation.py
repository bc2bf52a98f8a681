"""SimulateRequest: what the server decides, and why, as things are or would be. A real server."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from daypass.client import Client
from daypass.testing import Server
from tests.services.daypass.calls import Own
from tests.services.ram.calls import Ram
from tests.world import allow, deny, document, trusting

RAM = "2015-05-01"


def _simulated(own: Own, principal: str, action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    given = {key: value if isinstance(value, str) else json.dumps(value) for key, value in more.items()}
    answer = own("SimulateRequest", Principal=principal, ActionName=action, Resource=resource, **given)
    (result,) = answer["Results"]
    return dict(result)


def _user(own: Own, name: str) -> str:
    return f"acs:ram::{own.id}:user/{name}"


def _role(own: Own, name: str) -> str:
    return f"acs:ram::{own.id}:role/{name}"


def test_an_allow_and_a_deny_show_their_statements_layer_by_layer(own: Own) -> None:
    own.ram.user("alice", document(allow("iot:*"), deny("iot:Delete*")))
    allowed = _simulated(own, _user(own, "alice"), "iot:QueryProduct")
    assert allowed["Outcome"] == "allow"
    statement = {
        "Layer": "identity",
        "PolicyName": "alice-0",
        "PolicyType": "Custom",
        "PolicyVersion": "v1",
        "Statement": 0,
        "Effect": "Allow",
        "AttachedEntity": "user/alice",
        "AttachedScope": own.id,
    }
    assert allowed["Statements"] == [statement]
    assert allowed["Layers"] == [{"Layer": "identity", "Outcome": "allow", "Statements": [statement]}]
    denied = _simulated(own, _user(own, "alice"), "iot:DeleteProduct")
    assert (denied["Outcome"], denied["PolicyType"]) == ("explicit deny", "AccountLevelIdentityBasedPolicy")
    assert [(each["Statement"], each["Effect"]) for each in denied["Statements"]] == [(1, "Deny")]


def test_what_nearly_allowed_is_told_with_what_it_wanted(own: Own) -> None:
    own.ram.user(
        "alice", document(allow("iot:Query*", Condition={"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}}))
    )
    denied = _simulated(own, _user(own, "alice"), "iot:QueryProduct")
    assert denied["Outcome"] == "implicit deny"
    (near,) = denied["NearlyMatchedPolicies"]
    assert (near["Failed"], near["ConditionKey"], near["Wanted"]) == (
        "condition",
        "acs:SourceIp",
        ["10.0.0.0/8"],
    )
    for context, outcome in (
        ({"acs:SourceIp": "10.1.2.3"}, "allow"),
        ({"acs:sourceip": ["10.1.2.3"]}, "allow"),
        ({"acs:SourceIp": []}, "implicit deny"),
    ):
        found = _simulated(own, _user(own, "alice"), "iot:QueryProduct", Context=context)
        assert found["Outcome"] == outcome, context


def test_each_action_is_decided_on_each_resource(own: Own) -> None:
    own.ram.user("alice", document(allow(["iot:QueryProduct", "iot:GetThing"], "acs:iot:*:*:product/a")))
    answer = own(
        "SimulateRequest",
        Principal=_user(own, "alice"),
        ActionName='["iot:QueryProduct", "iot:DeleteProduct"]',
        **{
            "Resource.1": f"acs:iot:cn-shanghai:{own.id}:product/a",
            "Resource.2": f"acs:iot:cn-shanghai:{own.id}:product/b",
        },
    )
    assert [(each["Action"], each["Resource"][-1], each["Outcome"]) for each in answer["Results"]] == [
        ("iot:QueryProduct", "a", "allow"),
        ("iot:QueryProduct", "b", "implicit deny"),
        ("iot:DeleteProduct", "a", "implicit deny"),
        ("iot:DeleteProduct", "b", "implicit deny"),
    ]


def test_a_session_policy_narrows_a_role(own: Own) -> None:
    own.ram.role("reader")
    own.world.grant("Role", "reader", document(allow("iot:*")))
    narrow = document(allow("iot:Query*"))
    session = f"acs:ram::{own.id}:assumed-role/reader/alice"
    assert _simulated(own, session, "iot:DeleteProduct")["Outcome"] == "allow"
    found = _simulated(own, session, "iot:DeleteProduct", SessionPolicy=narrow)
    assert (found["Outcome"], found["PolicyType"]) == ("implicit deny", "SessionPolicy")
    assert [each["Layer"] for each in found["Layers"]] == ["session", "identity"]
    both = _simulated(own, session, "iot:QueryProduct", SessionPolicy=narrow)
    assert [each["Layer"] for each in both["Statements"]] == ["session", "identity"]


def test_assuming_a_role_needs_both_halves(own: Own) -> None:
    own.ram.user("alice")
    own.ram("CreateRole", RoleName="reader", AssumeRolePolicyDocument=trusting(_user(own, "alice")))
    own.ram.user("bob", document(allow("sts:AssumeRole")))
    alice = _simulated(own, _user(own, "alice"), "sts:AssumeRole", _role(own, "reader"))
    assert (alice["Outcome"], alice["PolicyType"]) == ("implicit deny", "AccountLevelIdentityBasedPolicy")
    assert {each["Layer"]: each["Outcome"] for each in alice["Layers"]} == {
        "identity": "implicit deny",
        "trust": "allow",
    }
    bob = _simulated(own, _user(own, "bob"), "sts:AssumeRole", _role(own, "Reader"))
    assert (bob["Outcome"], bob["PolicyType"]) == ("implicit deny", "AssumeRolePolicy")
    tried = trusting(_user(own, "bob"))
    bob = _simulated(
        own, _user(own, "bob"), "sts:AssumeRole", _role(own, "reader"), TrustPolicyDocument=tried
    )
    assert bob["Outcome"] == "allow"
    root = _simulated(own, f"acs:ram::{own.id}:root", "sts:AssumeRole", _role(own, "reader"))
    assert root["Outcome"] == "implicit deny"


def test_a_service_or_provider_is_asked_for_by_the_trust_policy_alone(own: Own) -> None:
    trust = document(
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": ["ecs.aliyuncs.com"]}}
    )
    own.ram("CreateRole", RoleName="machine", AssumeRolePolicyDocument=trust)
    for service, outcome in (("ecs.aliyuncs.com", "allow"), ("oss.aliyuncs.com", "implicit deny")):
        assert _simulated(own, service, "sts:AssumeRole", _role(own, "machine"))["Outcome"] == outcome
    assert _simulated(own, "ecs.aliyuncs.com", "iot:QueryProduct")["Outcome"] == "implicit deny"
    provider = f"acs:ram::{own.id}:oidc-provider/ci"
    assert _simulated(own, provider, "sts:AssumeRole", _role(own, "machine"))["Outcome"] == "implicit deny"
    assert _simulated(own, provider, "ram:ListUsers")["Outcome"] == "implicit deny"


def test_a_policy_is_tried_out_as_a_further_one_or_with_another_text(own: Own) -> None:
    own.ram.user("alice", document(allow("iot:*")))
    alice = _user(own, "alice")
    no = document(deny("iot:QueryProduct"))
    found = _simulated(own, alice, "iot:QueryProduct", PolicyDocument=no)
    assert found["Outcome"] == "explicit deny"
    assert [(each["PolicyName"], each["PolicyVersion"]) for each in found["Statements"]] == [
        ("added", "changed")
    ]
    ram = document(allow("ram:ListUsers"))
    replaced = {"PolicyDocument": ram, "PolicyName": "alice-0"}
    assert _simulated(own, alice, "iot:QueryProduct", **replaced)["Outcome"] == "implicit deny"
    assert _simulated(own, alice, "ram:ListUsers", **replaced)["Outcome"] == "allow"
    new = {"PolicyDocument": ram, "PolicyName": "not-attached"}
    assert _simulated(own, alice, "iot:QueryProduct", **new)["Outcome"] == "allow"
    found = _simulated(own, alice, "ram:ListUsers", **new)
    assert [each["PolicyName"] for each in found["Statements"]] == ["not-attached"]
    assert _simulated(own, alice, "ram:ListUsers")["Outcome"] == "implicit deny"


def test_a_group_and_a_resource_group_count(own: Own) -> None:
    own.ram.user("alice")
    own.ram("CreateGroup", GroupName="staff")
    own.ram("AddUserToGroup", GroupName="staff", UserName="alice")
    own.world.grant("Group", "staff", document(allow("iot:Query*")))
    found = _simulated(own, _user(own, "alice"), "iot:QueryProduct")
    assert found["Statements"][0]["AttachedEntity"] == "group/staff"
    with own.ram.server.runtime.database.write() as txn:
        group = txn.resource_groups.create(own.id, "team", "Team").id
        txn.policies.create(own.id, "scoped", document(allow("iot:DeleteProduct")))
        txn.attachments.attach(own.id, "User", "alice", "Custom", "scoped", scope=group)
    assert _simulated(own, _user(own, "alice"), "iot:DeleteProduct")["Outcome"] == "implicit deny"
    scoped = _simulated(own, _user(own, "alice"), "iot:DeleteProduct", ResourceGroupId=group)
    assert (scoped["Outcome"], scoped["ResourceGroupId"]) == ("allow", group)
    assert [(each["Layer"], each["Outcome"]) for each in scoped["Layers"]] == [
        ("identity", "implicit deny"),
        ("resource_group", "allow"),
    ]


def test_of_another_account_only_the_own_half_is_known(own: Own, server: Server) -> None:
    other = Own(Ram(server, server.new_account()))
    other.ram("CreateRole", RoleName="partner", AssumeRolePolicyDocument=trusting(f"acs:ram::{own.id}:root"))
    own.ram.user("alice", document(allow("sts:AssumeRole")))
    mine = _simulated(own, _user(own, "alice"), "sts:AssumeRole", _role(other, "partner"))
    assert (mine["Outcome"], mine["Unknown"]) == ("allow", ["trust"])
    assert [each["Layer"] for each in mine["Layers"]] == ["identity"]
    missing = _simulated(own, _user(own, "alice"), "sts:AssumeRole", _role(other, "nobody"))
    assert {**missing, "Resource": ""} == {**mine, "Resource": ""}
    theirs = _simulated(other, _user(own, "alice"), "sts:AssumeRole", _role(other, "partner"))
    assert (theirs["Outcome"], theirs["Unknown"]) == ("allow", ["identity"])
    assert [each["Layer"] for each in theirs["Layers"]] == ["trust"]
    assert _simulated(other, _user(own, "alice"), "ram:ListUsers")["Outcome"] == "implicit deny"
    assert _simulated(other, f"acs:ram::{own.id}:root", "ram:ListUsers")["Outcome"] == "implicit deny"


def test_who_does_not_exist_is_told(own: Own) -> None:
    asked = {"ActionName": "iot:QueryProduct", "Resource": "*"}
    own.refused("SimulateRequest", "EntityNotExist.User", Principal=_user(own, "nobody"), **asked)
    own.refused("SimulateRequest", "EntityNotExist.Role", Principal=_role(own, "nobody"), **asked)
    own.ram.user("alice")
    asked = {"ActionName": "sts:AssumeRole", "Resource": _role(own, "nobody")}
    own.refused("SimulateRequest", "EntityNotExist.Role", Principal=_user(own, "alice"), **asked)


def test_it_needs_permission(own: Own) -> None:
    asked = {"Principal": _user(own, "alice"), "ActionName": "iot:QueryProduct", "Resource": "*"}
    alice = own.acting(own.ram.user("alice"))
    alice.refused("SimulateRequest", "NoPermission", **asked)
    bob = own.acting(own.ram.user("bob", document(allow("daypass:SimulateRequest"))))
    assert bob("SimulateRequest", **asked)["Results"][0]["Outcome"] == "implicit deny"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Principal": "alice"}, "InvalidParameter.Principal"),
        ({"Principal": "acs:ram::1:user/alice"}, "InvalidParameter.Principal"),
        ({"Principal": "acs:ram::1000000000000001:root/x"}, "InvalidParameter.Principal"),
        ({"Principal": "acs:ram::1000000000000001:user"}, "InvalidParameter.Principal"),
        ({"ActionName": "iot:*"}, "InvalidParameter.ActionName.InvalidChars"),
        ({"ActionName": json.dumps(["iot:QueryProduct"] * 21)}, "InvalidParameter.ActionName"),
        ({"Context": "[]"}, "InvalidParameter.Context"),
        ({"Context": '{"a": 1}'}, "InvalidParameter.Context"),
        ({"SessionPolicy": "{}"}, "MalformedPolicyDocument"),
        ({"PolicyDocument": "{}"}, "MalformedPolicyDocument"),
        ({"TrustPolicyDocument": document(allow("iot:*"))}, "MalformedPolicyDocument"),
    ],
)
def test_wrong_parameters_are_refused(own: Own, parameters: dict[str, str], code: str) -> None:
    good = {"Principal": f"acs:ram::{own.id}:root", "ActionName": "iot:QueryProduct", "Resource": "*"}
    own.refused("SimulateRequest", code, **(good | parameters))


POLICIES = (
    (),
    (document(allow("ram:*")),),
    (document(allow("ram:Get*"), deny("ram:GetRole", "*")),),
    (document(allow("ram:*", "acs:ram:*:*:role/alice")),),
    (document(allow("ram:*", Condition={"Bool": {"acs:SecureTransport": "true"}})),),
    (document(allow("ram:*", Condition={"StringEquals": {"acs:ResourceTag/team": "red"}})),),
)


def test_the_simulation_says_what_the_server_does(own: Own) -> None:
    own.ram.role("alice")
    own.ram(
        "TagResources",
        ResourceType="role",
        **{"ResourceNames.1": "alice", "Tag.1.Key": "team", "Tag.1.Value": "red"},
    )
    own.ram.role("other")
    outcomes = set()
    for number, policies in enumerate(POLICIES):
        caller = own.ram.user(f"caller{number}", *policies)
        for operation, name in itertools.product(("GetRole", "ListPoliciesForRole"), ("alice", "other")):
            answer = Client(own.ram.server.url, caller.who).call(RAM, operation, {"RoleName": name})
            arn = f"acs:ram:*:{own.id}:role/{name}"
            found = _simulated(own, _user(own, f"caller{number}"), f"ram:{operation}", arn)
            assert (answer.code == "NoPermission") is (found["Outcome"] != "allow"), (number, operation, name)
            if answer.code == "NoPermission":
                detail = answer.json()["AccessDeniedDetail"]
                assert detail["PolicyType"] == found["PolicyType"]
                assert (detail["NoPermissionType"] == "ExplicitDeny") is (found["Outcome"] == "explicit deny")
            outcomes.add((found["Outcome"], name))
    assert outcomes >= {("allow", "alice"), ("allow", "other"), ("explicit deny", "other")}
    assert ("implicit deny", "alice") in outcomes
