"""ExplainRequest: how a request was decided, by its id alone. A real server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from daypass.audit.decisions import DecisionLog, DecisionRecord
from daypass.client import Client
from daypass.services.daypass import explanation
from daypass.testing import Server
from tests.services.daypass.calls import Own
from tests.services.ram.calls import Ram
from tests.world import allow, deny, document, trusting


def _explained(own: Own, request_id: str) -> dict[str, Any]:
    own.world.record_of(request_id)
    body = own("ExplainRequest", RequestId=request_id)
    return dict(body["Explanation"])


def test_a_denial_is_explained_with_the_statement_that_denied(own: Own) -> None:
    alice = own.ram.user("alice", document(allow("ram:*"), deny("ram:GetUser")))
    refusal = alice.refused("GetUser", "NoPermission", UserName="alice")
    told = _explained(own, refusal["RequestId"])
    assert told["Event"]["additionalEventData"]["outcome"] == "explicit deny"
    assert told["Event"]["userIdentity"]["userName"] == "alice"
    assert told["Statements"] == [
        {"Layer": "identity", "PolicyName": "alice-0", "PolicyVersion": "v1", "Statement": 1}
    ]
    (matched,) = told["Denial"]["MatchedPolicies"]
    assert (matched["PolicyIdentifier"], matched["Statement"], matched["Effect"]) == ("alice-0", 1, "Deny")


def test_it_is_explained_as_it_was_even_if_the_policy_has_changed_since(own: Own) -> None:
    narrow = {"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}}
    alice = own.ram.user("alice", document(allow("ram:GetUser", Condition=narrow)))
    refusal = alice.refused("GetUser", "NoPermission", UserName="alice")
    own.ram("DetachPolicyFromUser", UserName="alice", PolicyName="alice-0", PolicyType="Custom")
    own.ram("DeletePolicy", PolicyName="alice-0")
    (near,) = _explained(own, refusal["RequestId"])["Denial"]["NearlyMatchedPolicies"]
    assert (near["Failed"], near["ConditionKey"], near["Actual"]) == (
        "condition",
        "acs:SourceIp",
        ["127.0.0.1"],
    )


def test_an_allowed_request_names_the_statement_that_allowed_it(own: Own) -> None:
    alice = own.ram.user("alice", document(deny("iot:*"), allow("ram:GetUser")))
    told = _explained(own, alice("GetUser", UserName="alice")["RequestId"])
    assert told["Event"]["additionalEventData"]["outcome"] == "allow"
    assert told["Statements"] == [
        {"Layer": "identity", "PolicyName": "alice-0", "PolicyVersion": "v1", "Statement": 1}
    ]
    assert "Denial" not in told


def test_a_change_is_explained_with_its_parameters(own: Own) -> None:
    answer = own.ram("CreateGroup", GroupName="readers")
    told = _explained(own, answer["RequestId"])
    assert told["Event"]["additionalEventData"]["change"] is True
    assert json.loads(told["Event"]["requestParameterJson"])["GroupName"] == "readers"
    lower = own("ExplainRequest", RequestId=answer["RequestId"].lower())
    assert lower["Explanation"]["Event"]["eventName"] == "CreateGroup"


def test_a_request_that_was_refused_for_another_reason_says_so(own: Own) -> None:
    refusal = own.ram.refused("GetUser", "EntityNotExist.User", UserName="nobody")
    told = _explained(own, refusal["RequestId"])
    assert told["Event"]["errorCode"] == "EntityNotExist.User"
    assert told["Event"]["additionalEventData"]["outcome"] == "refused"


def test_another_account_learns_nothing(own: Own, server: Server) -> None:
    alice = own.ram.user("alice")
    refusal = alice.refused("GetUser", "NoPermission", UserName="alice")
    change = own.ram("CreateGroup", GroupName="readers")
    own.world.record_of(change["RequestId"])
    other = Own(Ram(server, server.new_account()))
    for request_id in (refusal["RequestId"], change["RequestId"]):
        other.refused("ExplainRequest", "EntityNotExist.Request", RequestId=request_id)


def test_the_owner_of_a_role_learns_that_it_was_asked_for_but_not_the_callers_policies(
    own: Own, server: Server
) -> None:
    other = Own(Ram(server, server.new_account()))
    own.ram("CreateRole", RoleName="partner", AssumeRolePolicyDocument=trusting(other.ram.everyone))
    carol = other.ram.user("carol", document(deny("sts:AssumeRole")))
    asked = {"RoleArn": f"acs:ram::{own.id}:role/partner", "RoleSessionName": "carol"}
    answer = Client(server.url, carol.who).call("2015-04-01", "AssumeRole", asked)
    assert answer.code == "NoPermission"
    request_id = answer.json()["RequestId"]
    told = _explained(own, request_id)
    assert told["Event"]["userIdentity"]["principalArn"] == f"acs:ram::{other.id}:user/carol"
    assert (told["Statements"], "Denial" in told) == ([], False)
    assert _explained(other, request_id)["Denial"]["MatchedPolicies"]


def test_the_explanation_in_the_log_is_sealed(own: Own) -> None:
    trust = trusting(own.ram.everyone, Condition={"StringEquals": {"sts:ExternalId": "between-us"}})
    own.ram("CreateRole", RoleName="partner", AssumeRolePolicyDocument=trust)
    alice = own.ram.user("alice", document(allow("sts:AssumeRole")))
    asked = {"RoleArn": f"acs:ram::{own.id}:role/partner", "RoleSessionName": "x1", "ExternalId": "my-guess"}
    answer = Client(own.ram.server.url, alice.who).call("2015-04-01", "AssumeRole", asked)
    line = json.dumps(own.world.record_of(answer.json()["RequestId"]))
    assert "between-us" not in line
    assert "my-guess" not in line
    assert "between-us" in json.dumps(_explained(own, answer.json()["RequestId"]))


def test_what_was_never_asked_is_not_there(own: Own) -> None:
    own.refused("ExplainRequest", "EntityNotExist.Request", RequestId="0" * 8)
    own.refused("ExplainRequest", "InvalidParameter.RequestId.InvalidChars", RequestId="<b>")
    for token in ("AAAA", "é", "Wy0xLDBd"):
        own.refused("ExplainRequest", "InvalidParameter.NextToken", RequestId="0" * 8, NextToken=token)


def test_it_needs_permission(own: Own) -> None:
    alice = own.acting(own.ram.user("alice"))
    alice.refused("ExplainRequest", "NoPermission", RequestId="0" * 8)


def test_a_long_log_is_looked_through_a_part_at_a_time(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = own.ram.user("alice")
    request_id = alice.refused("GetUser", "NoPermission", UserName="alice")["RequestId"]
    own.world.record_of(request_id)
    log = DecisionLog(own.ram.server.settings.data / "decisions.jsonl", max_bytes=1 << 40)
    for _ in range(3000):
        log.append(DecisionRecord("2026-01-01T00:00:00Z", "N", "allow", resource="x" * 900))
    log.close()
    monkeypatch.setattr(explanation, "READ_AT_ONCE", 600_000)
    body = own("ExplainRequest", RequestId=request_id)
    calls = 1
    while "Explanation" not in body:
        body = own("ExplainRequest", RequestId=request_id, NextToken=body["NextToken"])
        calls += 1
    assert body["Explanation"]["Denial"]["AuthAction"] == "ram:GetUser"
    assert calls >= 4


def test_records_of_older_versions_are_explained_as_far_as_they_go(own: Own) -> None:
    log = DecisionLog(own.ram.server.settings.data / "decisions.jsonl")
    old = DecisionRecord(
        "2026-11-01T00:00:00Z", "OLD-1", "allow", account=own.id, statements=("reader#2", "??")
    )
    log.append(old)
    log.close()
    told = own("ExplainRequest", RequestId="OLD-1")["Explanation"]
    assert told["Statements"] == [{"PolicyName": "reader", "Statement": 2}]
