"""What all policy sets remember together is bounded."""

from __future__ import annotations

import pytest

from daypass.policy import AttachedPolicy, DocumentKind, PolicySet, Request, compiled, parse
from daypass.policy.memory import Memory

DOCUMENT = parse(
    '{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}',
    DocumentKind.IDENTITY,
)


def _set() -> PolicySet:
    return PolicySet.compile([AttachedPolicy("p", "Custom", "v1", DOCUMENT)])


def test_many_sets_together_remember_no_more_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "SHARED", Memory(100))
    sets = [_set() for _ in range(50)]
    for number in range(1000):
        decision = sets[number % 50].decide("identity", Request(f"iot:Query{number}", "*"))
        assert decision.allowed
        assert sum(len(made._plans) for made in sets) <= 100


def test_a_set_that_is_gone_is_not_kept_by_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory(100)
    monkeypatch.setattr(compiled, "SHARED", memory)
    made = _set()
    assert len(memory._members) == 1
    del made
    assert len(memory._members) == 0
