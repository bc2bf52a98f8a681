"""Near misses: which statement came within one step of allowing a request, and by what it failed."""

from __future__ import annotations

import json
from typing import Any

from daypass.policy import (
    AttachedPolicy,
    DocumentKind,
    Layers,
    NearMiss,
    PolicySet,
    Request,
    explain,
    parse,
    user_principals,
)


def made(
    *statements: dict[str, Any], kind: DocumentKind = DocumentKind.IDENTITY, name: str = "p"
) -> PolicySet:
    document = parse(json.dumps({"Version": "1", "Statement": list(statements)}), kind)
    return PolicySet.compile([AttachedPolicy(name, "Custom", "v1", document)])


def allow(action: str = "a:*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def only(misses: tuple[NearMiss, ...]) -> NearMiss:
    assert len(misses) == 1
    return misses[0]


IP = {"IpAddress": {"acs:SourceIp": ["10.0.0.0/8", "::1"]}}


def test_a_failed_condition_is_told_with_what_was_wanted_and_what_was_there() -> None:
    layers = Layers(identity=made(allow("b:*"), allow(Condition=IP)))
    miss = only(explain(layers, Request("a:B", "*", {"acs:SourceIp": "11.0.0.1"})))
    assert (miss.failed, miss.operator, miss.key) == ("condition", "IpAddress", "acs:SourceIp")
    assert (miss.wanted, miss.actual) == (("10.0.0.0/8", "::1"), ("11.0.0.1",))
    assert (miss.statement.policy, miss.statement.statement, miss.statement.layer) == ("p", 1, "identity")
    assert str(miss) == (
        "p statement 1: IpAddress acs:SourceIp wants 10.0.0.0/8 or ::1, the request has 11.0.0.1"
    )


def test_a_missing_condition_key_is_told_as_nothing() -> None:
    miss = only(explain(Layers(identity=made(allow(Condition=IP))), Request("a:B", "*")))
    assert miss.actual is None
    assert str(miss).endswith("the request has nothing")


def test_another_resource_is_told() -> None:
    layers = Layers(identity=made(allow(resource=["acs:a:::x", "acs:a:::y"])))
    miss = only(explain(layers, Request("a:B", "acs:a:::z")))
    assert (miss.failed, miss.wanted, miss.actual) == ("resource", ("acs:a:::x", "acs:a:::y"), ("acs:a:::z",))
    assert str(miss) == "p statement 0: its resource is acs:a:::x or acs:a:::y, the request has acs:a:::z"


def test_another_principal_is_told() -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": "acs:ram::1:user/alice"}}
    layers = Layers(identity=made(allow("*")), trust=made(trust, kind=DocumentKind.TRUST, name="trust"))
    miss = only(
        explain(layers, Request("sts:AssumeRole", "acs:ram::1:role/r", {}, user_principals("1", "bob")))
    )
    assert (miss.failed, miss.statement.layer) == ("principal", "trust")
    assert miss.wanted == ("acs:ram::1:user/alice",)
    assert miss.actual == ("acs:ram::1:root", "acs:ram::1:user/bob")


def test_what_fails_by_two_things_is_no_near_miss() -> None:
    two = {"StringEquals": {"k": "v", "l": "v"}}
    layers = Layers(identity=made(allow(Condition=two), allow(resource="acs:a:::x", Condition=IP)))
    assert explain(layers, Request("a:B", "*")) == ()


def test_layers_that_allow_are_left_out() -> None:
    layers = Layers(
        control=(made(allow("*"), name="c"),),
        session=made(allow("*"), allow(Condition=IP), name="s"),
        identity=made(allow(Condition=IP)),
        resource_group=made(allow(resource="acs:a:::x"), name="g"),
    )
    misses = explain(layers, Request("a:B", "*"))
    assert [(miss.statement.layer, miss.failed) for miss in misses] == [
        ("identity", "condition"),
        ("resource_group", "resource"),
    ]


def test_a_control_level_and_a_session_policy_tell_theirs() -> None:
    layers = Layers(
        control=(made(allow(Condition=IP), name="c"),), session=made(allow(resource="acs:a:::x"), name="s")
    )
    misses = explain(layers, Request("a:B", "*"))
    assert [miss.statement.policy for miss in misses] == ["c", "s"]


def test_allowed_explicitly_denied_and_root_requests_have_no_near_miss() -> None:
    deny = {"Effect": "Deny", "Action": "a:Delete", "Resource": "*"}
    layers = Layers(identity=made(allow("a:Get*"), allow(Condition=IP), deny))
    assert explain(layers, Request("a:Get", "*")) == ()
    assert explain(layers, Request("a:Delete", "*")) == ()
    assert explain(Layers(root=True, identity=made(allow(Condition=IP))), Request("a:B", "*")) == ()


def test_no_more_than_sixteen_are_told() -> None:
    layers = Layers(identity=made(*[allow(resource=f"acs:a:::{n}") for n in range(60)]))
    assert len(explain(layers, Request("a:B", "acs:a:::x"))) == 16
