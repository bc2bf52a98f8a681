"""What a layer says while some of a request is open: yes, no, or that depends.

The evaluator needs every condition key. Who asks whether somebody could assume a role
does not know from where and with what he will ask: a condition on a key that is not given
is open, and the answer says which conditions it hangs on.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

import msgspec

from daypass.policy.conditions import Context, fold_key
from daypass.policy.document import Condition, Effect

if TYPE_CHECKING:
    from daypass.policy.compiled import Candidate, PolicySet
    from daypass.policy.decision import Layer, Reason, Request


class Answer(Enum):
    """Whether something is allowed."""

    YES = "Yes"
    NO = "No"
    CONDITIONAL = "Conditional"


class Requirement(msgspec.Struct, frozen=True):
    """Conditions of one statement that an answer hangs on, all of which must hold.

    Attributes:
        effect: ``Allow``: it is allowed when they hold; ``Deny``: only unless they hold.
        conditions: as written.
        reason: the statement.
    """

    effect: Effect
    conditions: tuple[Condition, ...]
    reason: Reason


class Possibility(msgspec.Struct, frozen=True):
    """An answer, and what it rests on.

    Attributes:
        because: the statements that settle it; of a conditional one, those that may.
        requirements: of a conditional answer; the Allow ones are alternatives, each Deny counts.
    """

    answer: Answer
    because: tuple[Reason, ...] = ()
    requirements: tuple[Requirement, ...] = ()


_NO: Final = Possibility(Answer.NO)


def possibly(policies: PolicySet, layer: Layer, request: Request) -> Possibility:
    """Say whether a layer allows a request of which only the keys in its context are known."""
    plan = policies.plan(layer, request)
    denies = _open(plan.denies, request)
    for reason, conditions in denies:
        if not conditions:
            return Possibility(Answer.NO, (reason,))
    allows = _open(plan.allows, request)
    if not allows:
        return _NO
    settled = tuple(reason for reason, conditions in allows if not conditions)
    unless = tuple(Requirement("Deny", conditions, reason) for reason, conditions in denies)
    if settled and not unless:
        return Possibility(Answer.YES, settled)
    when = () if settled else tuple(Requirement("Allow", conditions, reason) for reason, conditions in allows)
    return Possibility(Answer.CONDITIONAL, tuple(reason for reason, _ in allows), (*when, *unless))


def both(one: Possibility, other: Possibility) -> Possibility:
    """Return what two layers say of which both have to allow."""
    for each in (one, other):
        if each.answer is Answer.NO:
            return each
    if one.answer is Answer.YES and other.answer is Answer.YES:
        return Possibility(Answer.YES, one.because + other.because)
    requirements = one.requirements + other.requirements
    return Possibility(Answer.CONDITIONAL, one.because + other.because, requirements)


def _open(candidates: tuple[Candidate, ...], request: Request) -> list[tuple[Reason, tuple[Condition, ...]]]:
    """Return the statements that may apply, each with its conditions on keys that are not known."""
    context = Context(request.context)
    found: list[tuple[Reason, tuple[Condition, ...]]] = []
    for entry, reason in candidates:
        unknown = [
            check
            for check in entry.checks
            if context.find(check.condition.key, fold_key(check.condition.key)) is None
        ]
        known = [check for check in entry.checks if check not in unknown]
        if all(check.holds(context) for check in known):
            found.append((reason, tuple(check.condition for check in unknown)))
    return found
