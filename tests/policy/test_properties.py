"""What holds for all policies, whatever they say."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from daypass.errors import DaypassError
from daypass.policy import (
    Decision,
    DocumentKind,
    Layers,
    Outcome,
    Request,
    check_document,
    decide,
    parse,
    run_suite,
)
from daypass.policy.actions import Actions
from daypass.policy.pattern import glob
from tests.policy.invent import Inventor, Policies, asked, compiled, compiled_layers

SEEDS = st.integers(0, 2**32)
DENY_ALL: dict[str, Any] = {"Version": "1", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
ALLOW_ALL: dict[str, Any] = {
    "Version": "1",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
RANK = {Outcome.EXPLICIT_DENY: 0, Outcome.IMPLICIT_DENY: 1, Outcome.ALLOW: 2}


def identity(policies: Policies, request: Request) -> Decision:
    return decide(Layers(identity=compiled(policies)), request)


@settings(max_examples=2000)
@given(pattern=st.text("ab*?.\n", max_size=10), text=st.text("ab.*?\n", max_size=12))
@example(pattern="*a?b*", text="aabb")
@example(pattern="ab*ba", text="aba")
def test_the_matcher_agrees_with_a_regular_expression(pattern: str, text: str) -> None:
    letters = {"*": ".*", "?": "."}
    expression = "".join(letters.get(letter, re.escape(letter)) for letter in pattern)
    assert glob(pattern)(text) == (re.fullmatch(expression, text, re.DOTALL) is not None)


@given(st.lists(st.text("ab*?", min_size=1, max_size=4), min_size=1, max_size=5), st.text("ab", max_size=5))
def test_several_actions_are_alternatives_and_not_action_is_their_complement(
    patterns: list[str], action: str
) -> None:
    any_of_them = any(glob(pattern)(action) for pattern in patterns)
    assert Actions(patterns, negated=False).match(action) is any_of_them
    assert Actions(patterns, negated=True).match(action) is not any_of_them


@given(SEEDS)
def test_adding_a_deny_never_opens_anything(seed: int) -> None:
    inventor = Inventor(seed)
    policies, request = inventor.policies(), asked(inventor.request())
    deny = {**inventor.statement(), "Effect": "Deny"}
    before = identity(policies, request)
    after = identity([*policies, ("deny", {"Version": "1", "Statement": [deny]})], request)
    assert RANK[after.outcome] <= RANK[before.outcome]


@given(SEEDS)
def test_a_deny_of_everything_leaves_nothing_allowed(seed: int) -> None:
    inventor = Inventor(seed)
    request = Request("a:Get", inventor.resource())
    assert identity([*inventor.policies(), ("deny", DENY_ALL)], request).outcome is Outcome.EXPLICIT_DENY


@given(SEEDS)
def test_adding_an_allow_never_takes_anything_away(seed: int) -> None:
    inventor = Inventor(seed)
    policies, request = inventor.policies(), asked(inventor.request())
    allow = {**inventor.statement(), "Effect": "Allow"}
    before = identity(policies, request)
    after = identity([*policies, ("allow", {"Version": "1", "Statement": [allow]})], request)
    assert RANK[after.outcome] >= RANK[before.outcome]


@given(SEEDS)
def test_the_order_of_policies_statements_and_values_does_not_count(seed: int) -> None:
    inventor = Inventor(seed)
    policies, request = inventor.policies(), asked(inventor.request())

    def reordered(value: Any) -> Any:
        if isinstance(value, list):
            return inventor.shuffled([reordered(each) for each in value])
        if isinstance(value, dict):
            return {key: reordered(value[key]) for key in inventor.shuffled(list(value))}
        return value

    other = [(name, reordered(document)) for name, document in inventor.shuffled(policies)]
    assert identity(other, request).outcome is identity(policies, request).outcome


@given(SEEDS)
def test_a_scalar_is_a_list_of_one(seed: int) -> None:
    inventor = Inventor(seed)
    policies, request = inventor.policies(), asked(inventor.request())

    def listed(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: listed(each)
                if key in ("Statement", "Condition") or isinstance(each, dict | list)
                else each
                if key in ("Version", "Effect")
                else [each]
                for key, each in value.items()
            }
        return [listed(each) if isinstance(each, dict) else each for each in value]

    other = [(name, listed(document)) for name, document in policies]
    assert identity(other, request) == identity(policies, request)


@given(SEEDS)
def test_a_session_policy_never_widens(seed: int) -> None:
    inventor = Inventor(seed)
    layers, request = inventor.layers(), asked(inventor.request())
    layers.pop("session", None)
    without = decide(compiled_layers(layers), request)
    layers["session"] = [("session", inventor.document())]
    assert without.allowed or not decide(compiled_layers(layers), request).allowed


@given(SEEDS)
def test_a_session_policy_that_allows_all_changes_nothing(seed: int) -> None:
    inventor = Inventor(seed)
    layers, request = inventor.layers(), asked(inventor.request())
    layers.pop("session", None)
    without = decide(compiled_layers(layers), request)
    with_all = decide(compiled_layers({**layers, "session": [("session", ALLOW_ALL)]}), request)
    assert (with_all.outcome, with_all.policy_type) == (without.outcome, without.policy_type)


@given(SEEDS)
def test_a_control_level_never_widens(seed: int) -> None:
    inventor = Inventor(seed)
    layers, request = inventor.layers(), asked(inventor.request())
    without = decide(compiled_layers(layers), request)
    layers["control"] = [*layers.get("control", []), inventor.policies()]
    assert without.allowed or not decide(compiled_layers(layers), request).allowed


@given(SEEDS, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_a_document_keeps_its_text(seed: int, indent: int | str | None, ascii_only: bool) -> None:
    text = json.dumps(Inventor(seed).document(), indent=indent, ensure_ascii=ascii_only)
    assert parse(text, DocumentKind.IDENTITY).text == text


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Version", "Statement", "Effect", "Action", "Resource", "Condition", "Principal", "RAM"]
            )
            | st.sampled_from(["Bool", "IpAddress", "NumericEquals", "k", ""]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)
NEARLY = st.builds(
    lambda seed, key, value: json.dumps(
        {"Version": "1", "Statement": [{**Inventor(seed).statement(), key: value}]}
    ),
    SEEDS,
    st.sampled_from(["Effect", "Action", "Resource", "Condition", "Principal", "Sid"]),
    JSON,
)


@settings(max_examples=600)
@pytest.mark.parametrize("kind", DocumentKind)
@given(text=st.text() | st.text('{}[]":,\\ud8', max_size=40) | JSON.map(json.dumps) | NEARLY)
@example(text='"\\ud800"')
@example(text="\ud800")
@example(text='{"Version": "1", "Statement": ' + "9" * 6000 + "}")
@example(text='{"a": 1e999999999}')
def test_whatever_the_text_a_document_is_read_or_refused(kind: DocumentKind, text: str) -> None:
    try:
        document = parse(text, kind)
    except DaypassError as error:
        str(error).encode("ascii")
        assert any(finding.severity == "error" for finding in check_document(text, kind))
    else:
        assert document.text == text
        assert all(finding.severity == "warning" for finding in check_document(text, kind))


@settings(max_examples=300)
@given(st.text() | JSON.map(json.dumps) | JSON.map(lambda value: json.dumps({"cases": value})))
def test_whatever_the_text_a_policy_test_is_run_or_refused(text: str) -> None:
    try:
        run_suite(text)
    except DaypassError as error:
        str(error).encode()
