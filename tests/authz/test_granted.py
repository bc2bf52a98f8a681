"""What something beside policies may grant: only what identity policies leave open."""

from __future__ import annotations

import pytest

from daypass.authz.authorize import Verdict, granted
from daypass.policy import (
    AttachedPolicy,
    Decision,
    DocumentKind,
    Layers,
    Outcome,
    PolicySet,
    Request,
    decide,
    parse,
)
from tests.world import allow, deny, document

REQUEST = Request("ram:ListAccessKeys", "acs:ram:*:1000000000000001:user/alice")
NOTHING = PolicySet.compile([])


def policies(*statements: dict[str, object], kind: DocumentKind = DocumentKind.IDENTITY) -> PolicySet:
    text = document(*statements)
    return PolicySet.compile([AttachedPolicy("p", "Custom", "v1", parse(text, kind))])


OTHER = policies(allow("iot:*"))
CASES = [
    (Layers(identity=NOTHING), Outcome.ALLOW),
    (Layers(identity=OTHER), Outcome.ALLOW),
    (Layers(identity=policies(allow("ram:*"))), Outcome.ALLOW),
    (Layers(identity=NOTHING, resource_group=OTHER), Outcome.ALLOW),
    (Layers(identity=policies(deny("ram:List*"))), Outcome.EXPLICIT_DENY),
    (Layers(identity=NOTHING, session=OTHER), Outcome.IMPLICIT_DENY),
    (Layers(identity=NOTHING, control=(OTHER,)), Outcome.IMPLICIT_DENY),
    (Layers(identity=NOTHING, control=(policies(deny("ram:*")),)), Outcome.EXPLICIT_DENY),
    (Layers(identity=NOTHING, resource_group=policies(deny("ram:*"))), Outcome.EXPLICIT_DENY),
]


@pytest.mark.parametrize(("layers", "outcome"), CASES)
def test_the_silence_of_identity_policies_is_filled_and_nothing_else(
    layers: Layers, outcome: Outcome
) -> None:
    verdict = Verdict(decide(layers, REQUEST), layers, REQUEST)
    assert granted(verdict).decision.outcome is outcome


def test_what_was_allowed_keeps_its_reasons() -> None:
    layers = Layers(identity=policies(allow("ram:*")))
    verdict = Verdict(decide(layers, REQUEST), layers, REQUEST)
    assert granted(verdict) is verdict
    filled = granted(Verdict(decide(Layers(identity=NOTHING), REQUEST), layers, REQUEST))
    assert filled.decision == Decision(Outcome.ALLOW, None, ())
