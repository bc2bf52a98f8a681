"""What a review says is gained or lost is so, by the evaluator that decides requests."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from daypass.policy import AttachedPolicy, DocumentKind, PolicySet, Request, parse
from daypass.policy.changes import Comparison, compare
from daypass.policy.document import Document
from daypass.policy.trust_changes import compare_trust
from tests.policy.invent import Inventor

SEEDS = range(20_000 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 150)
ROLE = "acs:ram::1:role/reader"


def policy(*statements: Any, kind: DocumentKind = DocumentKind.IDENTITY) -> Document:
    return parse(json.dumps({"Version": "1", "Statement": list(statements)}), kind)


def allow(action: Any = "iot:*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "iot:*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def decides(document: Document, request: Request, layer: Any = "identity") -> bool:
    return PolicySet.compile([AttachedPolicy("p", "Custom", "", document)]).decide(layer, request).allowed


def told(comparison: Comparison) -> list[tuple[bool, list[str], list[str]]]:
    """Return the changes as people read them."""

    def labels(classes: Any) -> list[str]:
        return [f"{each.label} but {', '.join(each.but)}" if each.but else each.label for each in classes]

    return [(each.gained, labels(each.actions), labels(each.resources)) for each in comparison.changes]


def test_what_only_the_new_document_allows_is_gained() -> None:
    found = compare(policy(allow("iot:Query*")), policy(allow("iot:*")))
    assert told(found) == [(True, ["iot:* but iot:Query*"], ["*"])]
    assert found.complete
    assert found.changes[0].always


def test_what_only_the_old_document_allows_is_lost() -> None:
    found = compare(policy(allow("iot:*")), policy(allow("iot:Query*")))
    assert told(found) == [(False, ["iot:* but iot:Query*"], ["*"])]


def test_a_policy_that_replaces_none_gains_what_it_allows() -> None:
    assert told(compare(None, policy(allow("iot:Get", "acs:iot:*:*:product/p")))) == [
        (True, ["iot:Get"], ["acs:iot:*:*:product/p"])
    ]


def test_a_deny_takes_away_and_an_equal_text_changes_nothing() -> None:
    found = compare(policy(allow()), policy(allow(), deny("iot:Delete*", "acs:iot:*:*:product/p*")))
    assert told(found) == [(False, ["iot:Delete*"], ["acs:iot:*:*:product/p*"])]
    assert compare(policy(allow()), policy(allow("iot:*"))).changes == ()


def test_allowing_all_but_some_is_told_as_that() -> None:
    found = compare(None, policy({"Effect": "Allow", "NotAction": "ram:*", "Resource": "*"}))
    assert told(found) == [(True, [" but ram:*"], ["*"])]


def test_a_known_action_is_the_example() -> None:
    found = compare(None, policy(allow("iot:*")), known=["ram:GetUser", "iot:QueryProduct"])
    assert found.changes[0].example.action == "iot:QueryProduct"


def test_a_condition_that_falls_away_gains_the_cases_in_which_it_did_not_hold() -> None:
    office = {"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}}
    (change,) = compare(policy(allow(Condition=office)), policy(allow())).changes
    assert change.gained
    assert not change.always
    assert [(case.hold, dict(case.context)) for case in change.cases] == [
        (False, {}),
        (False, {"acs:SourceIp": "192.0.2.1"}),
    ]


def test_patterns_that_cross_are_both_looked_into() -> None:
    found = compare(
        policy(allow("iot:*"), deny("iot:Query*")), policy(allow("iot:*"), deny("iot:Query*List"))
    )
    assert [gained for gained, *_ in told(found)] == [True]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_change_told_is_one_by_the_evaluator(seed: int) -> None:
    invent = Inventor(seed)
    before, after = (parse(json.dumps(invent.document()), DocumentKind.IDENTITY) for _ in range(2))
    for change in compare(before, after).changes:
        assert decides(after, change.example) is change.gained
        assert decides(before, change.example) is not change.gained
        for case in change.cases:
            for action in change.actions:
                for resource in change.resources:
                    request = Request(action.example, resource.example, case.context)
                    assert (decides(before, request), decides(after, request)) == (
                        not change.gained,
                        change.gained,
                    )


@pytest.mark.parametrize("seed", SEEDS)
def test_no_change_is_missing_where_none_is_said_to_be(seed: int) -> None:
    invent = Inventor(seed)
    before, after = (parse(json.dumps(invent.document(most=2)), DocumentKind.IDENTITY) for _ in range(2))
    comparison = compare(before, after)
    told = {change.gained for change in comparison.changes}
    for _ in range(30):
        request = Request(invent.action(), invent.resource(), {})
        was, is_now = decides(before, request), decides(after, request)
        if was is not is_now and request.action != "sts:GetCallerIdentity":
            assert is_now in told or not comparison.complete


@pytest.mark.parametrize("seed", SEEDS)
def test_every_change_of_trust_told_is_one_by_the_evaluator(seed: int) -> None:
    invent = Inventor(seed)
    before, after = (parse(json.dumps(invent.document(trust=True)), DocumentKind.TRUST) for _ in range(2))
    for change in compare_trust(before, after, ROLE).changes:
        assert decides(after, change.example, "trust") is change.gained
        assert decides(before, change.example, "trust") is not change.gained


def trust(*names: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": list(names)}, **more}


def test_a_principal_that_only_the_new_trust_policy_names_gains() -> None:
    before = policy(trust("acs:ram::1:user/alice"), kind=DocumentKind.TRUST)
    after = policy(trust("acs:ram::1:user/bob", "acs:ram::2:root"), kind=DocumentKind.TRUST)
    found = compare_trust(before, after, ROLE)
    assert [(change.gained, change.principal) for change in found.changes] == [
        (True, "acs:ram::1:user/bob"),
        (True, "acs:ram::2:root"),
        (False, "acs:ram::1:user/alice"),
    ]


def test_whom_the_whole_account_covers_before_and_after_nothing_changes_for() -> None:
    before = policy(trust("acs:ram::1:root", "acs:ram::1:user/alice"), kind=DocumentKind.TRUST)
    after = policy(trust("acs:ram::1:root"), kind=DocumentKind.TRUST)
    assert compare_trust(before, after, ROLE).changes == ()


def test_a_provider_of_another_account_gains_nothing() -> None:
    after = policy(
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Federated": ["acs:ram::2:saml-provider/p", "acs:ram::1:saml-provider/p"]},
        },
        kind=DocumentKind.TRUST,
    )
    found = compare_trust(None, after, ROLE)
    assert [change.principal for change in found.changes] == ["acs:ram::1:saml-provider/p"]
