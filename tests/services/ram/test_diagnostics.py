"""DecodeDiagnosticMessage: what a denial's message says, and to whom. A real server."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import pytest

from daypass.authz.denial import Diagnosis
from tests.services.ram.calls import Ram
from tests.world import allow, deny, document, trusting


def _message(refusal: dict[str, Any]) -> str:
    message: str = refusal["AccessDeniedDetail"]["EncodedDiagnosticMessage"]
    return message


def _decoded(ram: Ram, message: str) -> dict[str, Any]:
    body: dict[str, Any] = ram("DecodeDiagnosticMessage", EncodedDiagnosticMessage=message)
    decoded: dict[str, Any] = body["DecodedDiagnosticMessage"]
    return decoded


def test_an_explicit_deny_is_traced_to_its_statement(ram: Ram) -> None:
    text = document(allow("ram:*"), deny("ram:GetUser", f"acs:ram:*:{ram.id}:user/boss"))
    alice = ram.user("alice", text)
    refusal = alice.refused("GetUser", "NoPermission", UserName="boss")
    decoded = _decoded(ram, _message(refusal))
    assert decoded["AuthAction"] == "ram:GetUser"
    assert decoded["AuthResource"] == f"acs:ram:*:{ram.id}:user/boss"
    assert decoded["AuthPrincipal"] == {
        "AuthPrincipalType": "SubUser",
        "AuthPrincipalOwnerId": ram.id,
        "AuthPrincipalDisplayName": refusal["AccessDeniedDetail"]["AuthPrincipalDisplayName"],
    }
    assert decoded["ExplicitDeny"] is True
    assert decoded["NoPermissionPolicyType"] == "AccountLevelIdentityBasedPolicy"
    assert decoded["MatchedPolicies"] == [
        {
            "PolicyIdentifier": "alice-0",
            "PolicyType": "Custom",
            "PolicyVersion": "v1",
            "Statement": 1,
            "Effect": "Deny",
            "AttachedEntityType": "user",
            "AttachedEntity": "user/alice",
            "AttachedScope": ram.id,
        }
    ]
    assert decoded["NearlyMatchedPolicies"] == []
    conditions = {each["ConditionKey"]: each["ConditionValues"] for each in decoded["AuthConditions"]}
    assert conditions["acs:SourceIp"] == ["127.0.0.1"]
    assert conditions["acs:PrincipalARN"] == [f"acs:ram::{ram.id}:user/alice"]


def test_an_implicit_deny_names_the_condition_that_failed(ram: Ram) -> None:
    narrow = {"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}}
    alice = ram.user("alice", document(deny("oss:*"), allow("ram:GetUser", Condition=narrow)))
    decoded = _decoded(ram, _message(alice.refused("GetUser", "NoPermission", UserName="alice")))
    assert decoded["ExplicitDeny"] is False
    assert decoded["MatchedPolicies"] == []
    assert decoded["NearlyMatchedPolicies"] == [
        {
            "Layer": "identity",
            "PolicyIdentifier": "alice-0",
            "PolicyVersion": "v1",
            "Statement": 1,
            "Failed": "condition",
            "ConditionOperator": "IpAddress",
            "ConditionKey": "acs:SourceIp",
            "Wanted": ["10.0.0.0/8"],
            "Actual": ["127.0.0.1"],
        }
    ]


def test_a_failed_resource_is_named_too(ram: Ram) -> None:
    elsewhere = f"acs:ram:*:{ram.id}:user/bob"
    alice = ram.user("alice", document(allow("ram:GetUser", elsewhere)))
    decoded = _decoded(ram, _message(alice.refused("GetUser", "NoPermission", UserName="alice")))
    (near,) = decoded["NearlyMatchedPolicies"]
    assert (near["Failed"], near["Wanted"]) == ("resource", [elsewhere])
    assert near["Actual"] == [f"acs:ram:*:{ram.id}:user/alice"]


def test_the_explanation_is_readable_as_xml(ram: Ram) -> None:
    alice = ram.user("alice")
    message = _message(alice.refused("GetUser", "NoPermission", UserName="alice"))
    answer = ram._client.call(
        "2015-05-01", "DecodeDiagnosticMessage", {"EncodedDiagnosticMessage": message}, form="XML"
    )
    assert "<AuthConditions><ConditionKey>" in answer.text
    assert "<ExplicitDeny>false</ExplicitDeny>" in answer.text


def test_another_account_cannot_open_the_message(ram: Ram) -> None:
    alice = ram.user("alice")
    message = _message(alice.refused("GetUser", "NoPermission", UserName="alice"))
    other = Ram(ram.server, ram.server.new_account())
    other.refused("DecodeDiagnosticMessage", "EntityNotExist", EncodedDiagnosticMessage=message)


def test_the_one_who_was_denied_needs_permission_to_learn_why(ram: Ram) -> None:
    alice = ram.user("alice")
    message = _message(alice.refused("GetUser", "NoPermission", UserName="alice"))
    told = alice.refused("DecodeDiagnosticMessage", "NoPermission", EncodedDiagnosticMessage=message)
    assert told["Message"].endswith("Resource: * Action: ram:DecodeDiagnosticMessage")


def test_what_is_no_message_is_not_there(ram: Ram) -> None:
    alice = ram.user("alice")
    message = _message(alice.refused("GetUser", "NoPermission", UserName="alice"))
    flipped = message[:40] + ("A" if message[40] != "A" else "B") + message[41:]
    for wrong in ("A", "AAAA", "é", "x" * 65536, flipped, message[:-4]):
        ram.refused("DecodeDiagnosticMessage", "EntityNotExist", EncodedDiagnosticMessage=wrong)
    for long in ("", "x" * 65537):
        ram.refused(
            "DecodeDiagnosticMessage",
            "InvalidParameter.EncodedDiagnosticMessage.Length",
            EncodedDiagnosticMessage=long,
        )


@pytest.mark.parametrize(("age", "open_"), [(23 * 3600, True), (24 * 3600 + 60, False)])
def test_a_message_is_opened_for_a_day(ram: Ram, age: int, open_: bool) -> None:
    alice = ram.user("alice")
    seal = ram.server.runtime.pipeline._ports.seal
    made = seal.decode(_message(alice.refused("GetUser", "NoPermission", UserName="alice")))
    assert isinstance(made, Diagnosis)
    old = seal.encode(msgspec.structs.replace(made, time=int(time.time()) - age))
    if open_:
        assert _decoded(ram, old)["AuthAction"] == "ram:GetUser"
    else:
        ram.refused("DecodeDiagnosticMessage", "EncodedMessageExpire", EncodedDiagnosticMessage=old)


def test_a_foreign_roles_demands_are_not_told(ram: Ram) -> None:
    owner = Ram(ram.server, ram.server.new_account())
    secret = {"StringEquals": {"sts:ExternalId": "between-us"}}
    trust = trusting(ram.everyone, Condition=secret)
    owner("CreateRole", RoleName="partner", AssumeRolePolicyDocument=trust)
    alice = ram.user("alice", document(allow("sts:AssumeRole")))
    for account, seen in ((owner, False), (ram, True)):
        if seen:
            ram("CreateRole", RoleName="partner", AssumeRolePolicyDocument=trust)
        arn = f"acs:ram::{account.id}:role/partner"
        asked = {"RoleArn": arn, "RoleSessionName": "session", "ExternalId": "guess"}
        answer = alice._client.call("2015-04-01", "AssumeRole", asked)
        assert answer.code == "NoPermission"
        decoded = _decoded(ram, _message(answer.json()))
        assert decoded["NoPermissionPolicyType"] == "AssumeRolePolicy"
        assert ("between-us" in str(decoded)) is seen
