"""Invented policies through both evaluators: the compiled one and the naive one."""

from __future__ import annotations

from collections import Counter

import pytest

from daypass.policy import Layers, decide
from daypass.policy.arn import Arn, ResourcePattern
from daypass.policy.decision import Decision
from tests.policy import oracle
from tests.policy.invent import Inventor, asked, compiled, compiled_layers


def verdict(decision: Decision) -> oracle.Verdict:
    because = {(reason.policy, reason.statement) for reason in decision.because}
    return decision.outcome.value, decision.policy_type, because


@pytest.mark.parametrize("block", range(8))
def test_all_layers_together_decide_as_the_naive_evaluator_does(block: int) -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(block * 500, block * 500 + 500):
        inventor = Inventor(seed)
        layers = inventor.layers()
        made = compiled_layers(layers)
        for _ in range(6):
            request = inventor.request()
            expected = oracle.decide(layers, request)
            assert verdict(decide(made, asked(request))) == expected, f"seed {seed}: {layers} {request}"
            assert verdict(decide(made, asked(request))) == expected, f"seed {seed}, from memory"
            outcomes[f"{expected[0]} {expected[1]}"] += 1
    assert len(outcomes) == 11, outcomes  # allow, and an explicit and an implicit deny of each layer
    assert min(outcomes.values()) >= 5, outcomes


@pytest.mark.parametrize("block", range(4))
def test_the_index_leaves_out_no_statement_that_matches(block: int) -> None:
    for seed in range(block * 50, block * 50 + 50):
        inventor = Inventor(seed)
        policies = [("p", inventor.document(least=9, most=60))]
        made = Layers(identity=compiled(policies))
        for _ in range(12):
            request = inventor.request()
            expected = oracle.decide({"identity": policies}, request)
            assert verdict(decide(made, asked(request))) == expected, f"seed {seed}: {request}"


def test_a_resource_pattern_covers_what_the_naive_matcher_covers() -> None:
    inventor, covered = Inventor(1), 0
    for _ in range(20_000):
        pattern, resource = inventor.resource_pattern(), inventor.resource()
        expected = oracle.resource_matches(pattern, resource)
        assert ResourcePattern(pattern).match(Arn(resource)) == expected, (pattern, resource)
        covered += expected
    assert covered > 2_000
