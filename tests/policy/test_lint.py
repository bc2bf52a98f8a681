"""Remarks on documents: each code on what it is about, and on nothing near it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

import daypass.policy
from daypass.policy import DocumentKind, check_document
from daypass.policy.remarks import CHINESE, ENGLISH, reason_in
from tests.policy.invent import Inventor

POLICY: Final = Path(daypass.policy.__file__).parent

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


FIXED = [
    (allow("iot:QueryProduct", ROLE), allow("sts:AssumeRole", ROLE)),
    (allow("iot:QueryProduct", "ARN of a RAM role"), allow("sts:AssumeRole", "acs:ram:*:*:role/*")),
    (
        allow("sts:AssumeRole", "acs:ram::1:role/AliyunRole"),
        allow("sts:AssumeRole", "acs:ram::1:role/aliyunrole"),
    ),
    (trust(OIDC, "sts:AssumeRoleWithOIDC"), trust(OIDC)),
    ({**trust(ACCOUNT), "Resource": "*"}, trust(ACCOUNT)),
    (
        trust(SAML),
        trust(
            SAML, Condition=when("StringEquals", "saml:recipient", "https://signin.aliyun.com/saml-role/sso")
        ),
    ),
    (
        allow(Condition=when("Bool", "acs:SecureTransport", value=True)),
        allow(Condition=when("Bool", "acs:SecureTransport", "true")),
    ),
    (
        allow(Condition=when("NumericEquals", "k", [1, "2"])),
        allow(Condition=when("NumericEquals", "k", ["1", "2"])),
    ),
    (
        allow(Condition=when("StringEquals", "acs:SourceVpc", "vpc-*")),
        allow(Condition=when("StringLike", "acs:SourceVpc", "vpc-*")),
    ),
    (
        allow(Condition=when("IpAddress", "aws:SourceIp", "10.0.0.0/8")),
        allow(Condition=when("IpAddress", "acs:SourceIp", "10.0.0.0/8")),
    ),
]


@pytest.mark.parametrize(("statement", "meant"), FIXED)
@pytest.mark.parametrize("indent", [None, 2])
def test_what_is_plainly_meant_is_written_in_its_place(
    statement: dict[str, Any], meant: dict[str, Any], indent: int | None
) -> None:
    clean = allow("ecs:Stop*")
    if "Principal" in statement:
        clean = trust(ACCOUNT)
    text = json.dumps({"Version": "1", "Statement": [clean, statement, clean]}, indent=indent)
    finding = next(each for each in check_document(text) if each.fix)
    assert json.loads(finding.fix) == {"Version": "1", "Statement": [clean, meant, clean]}
    assert finding.code not in {each.code for each in check_document(finding.fix)}


def test_a_bare_statement_becomes_a_list_of_one() -> None:
    text = json.dumps({"Version": "1", "Statement": allow("iot:QueryProduct", ROLE)})
    bare, role = check_document(text)
    assert json.loads(bare.fix)["Statement"] == [allow("iot:QueryProduct", ROLE)]
    assert json.loads(role.fix)["Statement"] == allow("sts:AssumeRole", ROLE)


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ('{"Version":"2012-10-17","Statement":[%s]}', '{"Version":"1","Statement":[%s]}'),
        ('{"Statement":[%s]}', '{"Statement":[%s], "Version": "1"}'),
        ('{"Version":"1","Statement":[%s,]}', '{"Version":"1","Statement":[%s]}'),
        ('{"Version":"1","Statements":[%s]}', '{"Version":"1","Statement":[%s]}'),
    ],
)
def test_slips_of_a_document_that_is_refused_are_put_right(text: str, fixed: str) -> None:
    statement = json.dumps(allow())
    (finding,) = check_document(text % statement)
    assert finding.severity == "error"
    assert finding.fix == fixed % statement
    assert check_document(finding.fix) == ()


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ('{"Effect":"ALLOW","Action":"*","Resource":"*"}', '{"Effect":"Allow","Action":"*","Resource":"*"}'),
        ('{"Effect":"Allow","Actions":"*","Resource":"*"}', '{"Effect":"Allow","Action":"*","Resource":"*"}'),
        (
            '{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ipaddress":{"k":"::1"}}}',
            '{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"k":"::1"}}}',
        ),
        (
            '{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"acs:ram::1:root"}',
            '{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM": "acs:ram::1:root"}}',
        ),
    ],
)
def test_slips_of_a_statement_that_is_refused_are_put_right(wrong: str, right: str) -> None:
    (finding,) = check_document(f'{{"Version":"1","Statement":[{wrong}]}}')
    assert finding.fix == f'{{"Version":"1","Statement":[{right}]}}'


@pytest.mark.parametrize("text", ["", "{", "[]", '{"Version":"1"}', '{"Version":"1","Statement":[{}]}'])
def test_where_it_is_not_plain_what_was_meant_nothing_is_written(text: str) -> None:
    (finding,) = check_document(text)
    assert finding.fix == ""


def test_a_finding_says_in_which_line_and_column_it_stands() -> None:
    text = json.dumps({"Version": "1", "Statement": [allow(["ecs:A", "Bare", "ecs:B"])]}, indent=4)
    (finding,) = check_document(text)
    lines = text.splitlines()
    assert lines[finding.start.line - 1][finding.start.column - 1 : finding.end.column - 1] == '"Bare"'


def test_text_that_is_no_json_is_found_where_it_breaks() -> None:
    (finding,) = check_document('{"Version": "1",\n "Statement": [}]}')
    assert finding.start == (2, 16)


def test_every_remark_is_worded_in_both_languages() -> None:
    assert set(CHINESE) == set(ENGLISH)
    for code in ENGLISH:
        texts = [(words.message + words.suggestion) for words in (ENGLISH[code], CHINESE[code])]
        assert {*re.findall(r"\{[0-9]\}", texts[0])} == {*re.findall(r"\{[0-9]\}", texts[1])}


def _reasons() -> list[str]:
    """Return every reason for which documents are refused, as the parser words them."""
    texts = [
        path.read_text(encoding="utf-8")
        for path in (POLICY / "document.py", POLICY / "jsontext.py", POLICY / "errors.py")
    ]
    found = [
        each
        for text in texts
        for each in re.findall(r'(?:MalformedDocument\(|return |reason = )f?"([^"]+)"', text)
    ]
    return [re.sub(r"\{[^}]*\}", "1", each) for each in found if " " in each]


def test_every_reason_for_refusing_is_worded_in_chinese() -> None:
    reasons = _reasons()
    assert len(reasons) > 20
    for reason in reasons:
        assert re.search(r"[\u4e00-\u9fff]", reason_in("zh", reason)), reason


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


@pytest.mark.parametrize("seed", range(300))
def test_what_is_written_instead_is_a_policy_with_one_remark_less(seed: int) -> None:
    invent = Inventor(seed)
    text = json.dumps(invent.document(trust=seed % 3 == 0), indent=seed % 2 or None)
    before = [finding.code for finding in check_document(text)]
    for finding in check_document(text):
        if finding.fix:
            after = [each.code for each in check_document(finding.fix)]
            assert after.count(finding.code) < before.count(finding.code)
            assert not {"malformed", "too-long"} & set(after)
