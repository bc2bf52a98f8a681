"""Compiled sets: what they remember, what they carry into a decision, and their settings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from daypass.policy import (
    AttachedPolicy,
    DocumentKind,
    Layers,
    Outcome,
    PolicySet,
    Reason,
    Request,
    decide,
    parse,
    provider_principals,
    role_principals,
    service_principals,
    user_principals,
)


def policy(name: str, *statements: dict[str, Any], **more: Any) -> AttachedPolicy:
    text = json.dumps({"Version": "1", "Statement": list(statements)})
    return AttachedPolicy(name, "System", "v3", parse(text, DocumentKind.IDENTITY), **more)


def allow(action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def test_a_reason_names_layer_policy_version_statement_and_attachment() -> None:
    made = PolicySet.compile([policy("reader", allow("x:*"), allow("a:Get*"), entity="alice", scope="rg-1")])
    decision = decide(Layers(resource_group=made), Request("a:GetB", "*"))
    assert decision.because == (
        Reason("resource_group", "reader", "System", "v3", 1, "Allow", "alice", "rg-1"),
    )


def test_a_decision_is_asked_whether_it_allows_and_has_no_truth_value() -> None:
    decision = decide(Layers(identity=PolicySet.compile([])), Request("a:B", "*"))
    assert not decision.allowed
    with pytest.raises(TypeError):
        bool(decision)


def test_a_request_seen_before_gets_the_very_same_decision() -> None:
    layers = Layers(identity=PolicySet.compile([policy("p", allow("a:*"))]))
    first = decide(layers, Request("a:B", "acs:a:::b"))
    assert decide(layers, Request("a:B", "acs:a:::b")) is first


def test_what_is_remembered_is_bounded_in_number_and_length() -> None:
    made = PolicySet.compile([policy("p", allow("a:*"))])
    layers = Layers(identity=made)
    for number in range(5000):
        assert decide(layers, Request("a:B", f"acs:a:::b/{number}")).allowed
        assert len(made._plans) <= 1024
    long = Request("a:B", "acs:a:::" + "b" * 1000)
    assert decide(layers, long).allowed
    assert made.remembered("identity", long) is None


def test_memory_does_not_mix_contexts() -> None:
    statement = allow("a:*", Condition={"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}})
    layers = Layers(identity=PolicySet.compile([policy("p", statement)]))
    for _ in range(3):
        assert decide(layers, Request("a:B", "*", {"acs:SourceIp": "10.0.0.1"})).allowed
        assert not decide(layers, Request("a:B", "*", {"acs:SourceIp": "11.0.0.1"})).allowed
        assert not decide(layers, Request("a:B", "*")).allowed


def test_memory_does_not_mix_layers() -> None:
    made = PolicySet.compile([policy("p", allow("a:*"))])
    request = Request("b:C", "*")
    assert decide(Layers(identity=made), request).policy_type == "AccountLevelIdentityBasedPolicy"
    session = Layers(session=made, identity=made)
    assert decide(session, request).policy_type == "SessionPolicy"
    assert decide(Layers(control=(made,), identity=made), request).policy_type == "ControlPolicy"


def test_whether_a_negated_operator_holds_for_a_missing_key_is_a_setting() -> None:
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringNotEquals": {"k": "v"}}}
    policies = [policy("p", allow("*"), deny)]
    shut = Layers(identity=PolicySet.compile(policies))
    open_ = Layers(identity=PolicySet.compile(policies, missing_key_negated=False))
    assert decide(shut, Request("a:B", "*")).outcome is Outcome.EXPLICIT_DENY
    assert decide(open_, Request("a:B", "*")).allowed
    assert decide(open_, Request("a:B", "*", {"k": "w"})).outcome is Outcome.EXPLICIT_DENY


def test_an_empty_resource_group_set_is_no_attachment() -> None:
    layers = Layers(identity=PolicySet.compile([]), resource_group=PolicySet.compile([]))
    assert decide(layers, Request("a:B", "*")).policy_type == "AccountLevelIdentityBasedPolicy"


def test_no_layers_at_all_allow_nothing() -> None:
    assert decide(Layers(), Request("a:B", "*")).outcome is Outcome.IMPLICIT_DENY


def test_principals_may_be_given_in_any_case_and_as_a_tuple() -> None:
    statement = {"Effect": "Allow", "Action": "*", "Principal": {"RAM": "acs:ram::1:user/Al"}}
    text = json.dumps({"Version": "1", "Statement": [statement]})
    trust = PolicySet.compile([AttachedPolicy("trust", "Trust", "", parse(text, DocumentKind.TRUST))])
    layers = Layers(trust=trust, identity=PolicySet.compile([policy("p", allow("*"))]))
    for names in (("acs:ram::1:root", "acs:ram::1:user/AL"), frozenset(("acs:ram::1:user/al",))):
        assert decide(layers, Request("sts:AssumeRole", "acs:ram::1:role/r", {}, names)).allowed
    assert not decide(
        layers, Request("sts:AssumeRole", "acs:ram::1:role/r", {}, ("acs:ram::1:root",))
    ).allowed


def test_callers_answer_to_their_own_names_only() -> None:
    assert user_principals("1", "Al") == {"acs:ram::1:root", "acs:ram::1:user/al"}
    assert role_principals("1", "Al") == {"acs:ram::1:root", "acs:ram::1:role/al"}
    assert service_principals("ecs.aliyuncs.com", acting_for="1", role_account="1") == {
        "ecs.aliyuncs.com",
        "1@ecs.aliyuncs.com",
    }
    assert service_principals("ecs.aliyuncs.com", acting_for="2", role_account="1") == {"2@ecs.aliyuncs.com"}
    provider = "acs:ram::1:oidc-provider/k8s"
    assert provider_principals(provider, role_account="1") == {provider}
    assert provider_principals(provider, role_account="2") == frozenset()
    assert provider_principals("nonsense", role_account="") == frozenset()
