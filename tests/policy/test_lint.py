"""Remarks on documents: each code on what it is about, and on nothing near it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from daypass.policy import DocumentKind, check_document

ROLE = "acs:ram::1000000000000100:role/r"


def codes(*statements: Any, kind: DocumentKind | None = None) -> set[str]:
    findings = check_document(json.dumps({"Version": "1", "Statement": list(statements)}), kind)
    assert all(each.message and each.suggestion for each in findings)
    return {finding.code for finding in findings}


def allow(action: Any = "ecs:Start", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "ecs:Start", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def trust(principal: dict[str, Any], action: str = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Principal": principal, **more}


def when(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {operator: {key: value}}


SAML = {"Federated": "acs:ram::1:saml-provider/p"}
OIDC = {"Federated": "acs:ram::1:oidc-provider/p"}
ACCOUNT = {"RAM": "acs:ram::1:root"}

FOUND = {
    "mfa-deny": [deny(Condition=when("Bool", "acs:MFAPresent", "false"))],
    "negated-optional-key": [
        deny(Condition=when("StringNotEquals", "acs:ResourceTag/env", "prod")),
        allow(Condition=when("StringNotLike", "acs:SourceVpc", "vpc-*")),
    ],
    "allow-not-action": [{"Effect": "Allow", "NotAction": "ram:*", "Resource": "*"}],
    "all-of-ram": [allow("ram:*"), allow(["ecs:*", "RAM:*"])],
    "assume-any-role": [allow("sts:AssumeRole"), allow("sts:*")],
    "variable": [allow(resource="acs:oss:*:*:home/${acs:UserName}/*"), allow("ecs:${x}")],
    "aws-key": [allow(Condition=when("StringEquals", "aws:PrincipalArn", "x"))],
    "trust-action": [trust(OIDC, "sts:AssumeRoleWithOIDC")],
    "oidc-without-sub": [trust(OIDC)],
    "saml-without-recipient": [trust(SAML)],
    "trust-deny": [{**trust(ACCOUNT), "Effect": "Deny"}],
    "trust-resource": [{**trust(ACCOUNT), "Resource": "*"}],
    "resource-tag-on-lists": [
        allow("ecs:Describe*", Condition=when("StringEquals", "acs:ResourceTag/a", "b"))
    ],
    "role-arn-capitals": [allow("sts:AssumeRole", "acs:ram::1:role/AliyunRole")],
    "role-needs-assume-role": [allow("iot:QueryProduct", ROLE), allow(["iot:*", "ecs:*"], ROLE)],
    "short-resource": [allow(resource="acs:oss:*"), allow(resource="ARN of a RAM role")],
    "action-without-service": [allow("DescribeInstances")],
    "bare-value": [
        allow(Condition=when("Bool", "acs:SecureTransport", value=True)),
        allow(Condition=when("NumericEquals", "k", [1])),
    ],
    "literal-wildcard": [allow(Condition=when("StringEquals", "acs:SourceVpc", "vpc-*"))],
}
CLEAN = [
    allow(),
    allow("*"),
    allow("sts:AssumeRole", ROLE),
    allow("ram:GetRole", ROLE),
    allow("*", ROLE),
    deny("ram:*"),
    deny(Condition=when("NotIpAddress", "acs:SourceIp", "10.0.0.0/8")),
    allow(Condition=when("Bool", "acs:MFAPresent", "true")),
    allow(Condition=when("StringLike", "acs:SourceVpc", "vpc-*")),
    allow(["ecs:Describe*", "ecs:Start*"], Condition=when("StringEquals", "acs:ResourceTag/a", "b")),
    trust(ACCOUNT),
    trust(OIDC, Condition=when("StringEquals", "oidc:sub", "x")),
    trust(SAML, Condition=when("StringEquals", "saml:recipient", "x")),
    {"Effect": "Deny", "NotAction": "ram:*", "Resource": "*"},
]


@pytest.mark.parametrize(
    ("code", "statement"), [(code, each) for code, given in FOUND.items() for each in given]
)
def test_what_is_probably_not_meant_is_remarked_on(code: str, statement: dict[str, Any]) -> None:
    assert code in codes(statement)


@pytest.mark.parametrize("statement", CLEAN)
def test_what_is_plainly_meant_is_not(statement: dict[str, Any]) -> None:
    assert codes(statement) == set()


def test_step_4_as_printed_is_told_what_to_write() -> None:
    text = json.dumps({"Version": "1", "Statement": [allow("iot:QueryProduct", ROLE)]})
    (finding,) = check_document(text)
    assert (finding.code, finding.severity, finding.at) == (
        "role-needs-assume-role",
        "warning",
        "Statement[0].Resource",
    )
    assert "sts:AssumeRole" in finding.suggestion
    assert str(finding).startswith("warning role-needs-assume-role: Statement[0].Resource: ")


def test_a_bare_statement_is_remarked_on() -> None:
    (finding,) = check_document(json.dumps({"Version": "1", "Statement": allow()}))
    assert finding.code == "bare-statement"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "malformed"),
        (
            json.dumps({"Version": "1", "Statement": [allow(Condition=when("BoolIfExists", "k", "true"))]}),
            "malformed",
        ),
        (json.dumps({"Version": "2012-10-17", "Statement": [allow()]}), "malformed"),
        (" " * 6145, "too-long"),
        ('"Principal"', "malformed"),
        ("[" * 100_000 + '"Principal"', "malformed"),
    ],
)
def test_a_document_that_would_be_refused_is_an_error(text: str, code: str) -> None:
    (finding,) = check_document(text)
    assert (finding.code, finding.severity) == (code, "error")
    assert finding.suggestion


def test_the_kind_is_guessed_by_the_principal_unless_it_is_given() -> None:
    text = json.dumps({"Version": "1", "Statement": [trust(ACCOUNT)]})
    assert check_document(text) == ()
    assert check_document(text, DocumentKind.IDENTITY)[0].severity == "error"
    mentioned = json.dumps({"Version": "1", "Statement": [allow(Sid='"Principal"')]})
    assert check_document(mentioned) == ()
