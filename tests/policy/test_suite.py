"""Policy test files: how they are read, and what a case that fails says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from daypass.policy import MalformedSuite, run_suite

ALLOW = {
    "Version": "1",
    "Statement": [{"Effect": "Allow", "Action": "ecs:*", "Resource": "acs:ecs:*:*:instance/*"}],
}
ACCOUNT = "1000000000000100"


def suite(*cases: dict[str, Any], **layers: Any) -> str:
    return json.dumps({"about": "a", "source": "s", "account": ACCOUNT, **layers, "cases": list(cases)})


def case(**more: Any) -> dict[str, Any]:
    return {"when": "w", "action": "ecs:Start", "resource": "acs:ecs:::instance/i", "expect": "allow", **more}


IDENTITY = [{"name": "p", "document": ALLOW}]


def test_a_case_that_comes_true_passes() -> None:
    result = run_suite(suite(case(), identity=IDENTITY))
    assert (result.about, result.source, result.passed, result.failed) == ("a", "s", 1, 0)
    assert result.results[0].detail == ""


def test_a_wrong_outcome_is_told_with_the_nearest_statement() -> None:
    result = run_suite(suite(case(resource="acs:ecs:::disk/d"), identity=IDENTITY)).results[0]
    assert not result.passed
    assert result.actual == "implicit deny"
    assert result.detail == (
        "expected allow, got implicit deny; "
        "p statement 0: its resource is acs:ecs:*:*:instance/*, the request has acs:ecs:::disk/d"
    )


def test_a_right_outcome_for_a_wrong_reason_fails() -> None:
    wrong = case(because=[["p", 1]])
    assert "expected because p[1], got p[0]" in run_suite(suite(wrong, identity=IDENTITY)).results[0].detail
    wrong = case(because=[])
    assert (
        "expected because nothing, got p[0]" in run_suite(suite(wrong, identity=IDENTITY)).results[0].detail
    )
    wrong = case(expect="implicit deny", policy_type="SessionPolicy")
    detail = run_suite(suite(wrong)).results[0].detail
    assert detail == "expected policy type SessionPolicy, got AccountLevelIdentityBasedPolicy"


def test_a_refused_document_is_what_invalid_waits_for() -> None:
    refused = [{"name": "p", "document": {"Version": "2", "Statement": []}}]
    result = run_suite(suite({"when": "w", "expect": "invalid"}, case(), identity=refused))
    assert [each.passed for each in result.results] == [True, False]
    assert "policy 'p': Version: " in result.results[1].detail
    result = run_suite(suite({"when": "w", "expect": "invalid"}, identity=IDENTITY))
    assert result.results[0].detail == "every document is valid"


def test_a_document_may_be_text_or_an_object_and_is_read_as_it_stands() -> None:
    text = suite(case(), identity=[{"name": "p", "document": json.dumps(ALLOW)}])
    assert run_suite(text).passed == 1
    padded = suite(case(expect="invalid"), identity=IDENTITY).replace(
        '{"Version"', "{" + " " * 6144 + '"Version"'
    )
    assert run_suite(padded).passed == 1
    twice = suite(case(expect="invalid"), identity=IDENTITY).replace('"Effect"', '"Effect": "Deny", "Effect"')
    assert run_suite(twice).passed == 1


def test_a_layer_that_is_null_is_not_there() -> None:
    layers = {"session": None, "trust": None, "control": None, "resource_group": None}
    assert run_suite(suite(case(), identity=IDENTITY, **layers)).passed == 1


def test_members_the_format_does_not_know_are_told() -> None:
    result = run_suite(suite(case(principle="x"), case(principle="y"), identity=IDENTITY, sesion={}))
    assert result.warnings == (
        "the member 'sesion' of the file is unknown and was not read",
        "the member 'principle' of a case is unknown and was not read",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "\ud800",
        '{"cases": []}',
        '{"cases": [{"when": "w"}]}',
        suite(case(expect="maybe")),
        suite(case(context={"k": 1})),
        suite(case(), identity={"name": "p"}),
        suite(case(), identity=[{"name": "p"}]),
        suite(case(), control=[{"name": "p", "document": ALLOW}]),
        suite(case()).replace('"about"', '"account": "1", "about"'),
        suite(case()).replace('"when"', '"expect": "implicit deny", "when"'),
        '{"cases": ' + "[" * 100_000,
    ],
)
def test_a_file_that_is_no_policy_test_is_refused(text: str) -> None:
    with pytest.raises(MalformedSuite, match="not a policy test"):
        run_suite(text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": ""},
        {"resource": ""},
        {"principal": "alice"},
        {"principal": f"acs:ram::{ACCOUNT}:group/g"},
        {"principal": f"acs:ram::{ACCOUNT}:user/"},
    ],
)
def test_a_case_that_cannot_be_asked_fails_alone(wrong: dict[str, str]) -> None:
    result = run_suite(suite(case(**wrong), case(), identity=IDENTITY))
    assert [each.passed for each in result.results] == [False, True]
    assert result.results[0].detail


def test_a_case_of_assuming_a_role_needs_a_principal() -> None:
    trust = {
        "Version": "1",
        "Statement": [{"Effect": "Allow", "Action": "*", "Principal": {"RAM": f"acs:ram::{ACCOUNT}:root"}}],
    }
    assert "has no known form" in run_suite(suite(case(), trust=trust)).results[0].detail
