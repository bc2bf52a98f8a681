"""The order in which layers are asked, and how their answers combine.

Ordinary request: control levels, session policy, identity policies; the first that does
not allow ends it. Identity policies are read in two scopes: an Allow or a Deny at account
scope is final, only in their silence the attachments of the resource's own resource
group are read. AssumeRole: the trust policy besides, and both identity and trust must
allow; a Deny of either is final.

Source: RAM's policy evaluation process, and that of assuming a RAM role.
"""

from __future__ import annotations

from typing import Final

from daypass.policy.actions import fold
from daypass.policy.compiled import PolicySet
from daypass.policy.decision import POLICY_TYPES, Decision, Layers, Outcome, Request

EXEMPT: Final = frozenset(("sts:getcalleridentity",))
"""Actions that need no permission and no Deny can take away, folded."""

_GRANTED: Final = Decision(Outcome.ALLOW, None, ())
_ROOT_MAY_NOT_ASSUME: Final = Decision(Outcome.IMPLICIT_DENY, POLICY_TYPES["trust"], ())
_NOTHING_ATTACHED: Final = Decision(Outcome.IMPLICIT_DENY, POLICY_TYPES["identity"], ())


def decide(layers: Layers, request: Request) -> Decision:
    """Decide a request.

    Cost: about a microsecond for an action and resource asked before, whatever the number
    of statements; the time of an index look-up for one never asked.
    """
    identity = layers.identity
    if (
        identity is not None
        and layers.session is None
        and layers.trust is None
        and layers.resource_group is None
        and not layers.control
        and not layers.root
    ):
        plan = identity.remembered("identity", request)
        if plan is not None and plan.verdict is not None:
            return plan.verdict
    if fold(request.action) in EXEMPT:
        return _GRANTED
    if layers.root:
        return _GRANTED if layers.trust is None else _ROOT_MAY_NOT_ASSUME
    return _in_order(layers, request)


def _in_order(layers: Layers, request: Request) -> Decision:
    granted: list[Decision] = []
    if layers.control:
        granted.append(_control(layers.control, request))
        if not granted[-1].allowed:
            return granted[-1]
    if layers.session is not None:
        granted.append(layers.session.decide("session", request))
        if not granted[-1].allowed:
            return granted[-1]
    if layers.trust is None:
        granted.append(_identity(layers, request))
        return granted[-1] if not granted[-1].allowed else _all(granted)
    return _assume(layers, layers.trust, request, granted)


def _control(levels: tuple[PolicySet, ...], request: Request) -> Decision:
    """Ask control policies: a Deny on any level is explicit, and each level must allow."""
    answers = [level.decide("control", request) for level in levels]
    denied = [answer for answer in answers if answer.outcome is Outcome.EXPLICIT_DENY]
    if denied:
        because = tuple(reason for answer in denied for reason in answer.because)
        return Decision(Outcome.EXPLICIT_DENY, POLICY_TYPES["control"], because)
    silent = [answer for answer in answers if not answer.allowed]
    return silent[0] if silent else _all(answers)


def _identity(layers: Layers, request: Request) -> Decision:
    """Ask the caller's identity policies: account scope, and in its silence the resource group's."""
    if layers.identity is not None:
        answer = layers.identity.decide("identity", request)
        if answer.outcome is not Outcome.IMPLICIT_DENY:
            return answer
    if layers.resource_group is not None and layers.resource_group.entries:
        return layers.resource_group.decide("resource_group", request)
    return _NOTHING_ATTACHED


def _assume(layers: Layers, trust: PolicySet, request: Request, granted: list[Decision]) -> Decision:
    """Ask for a role: both halves must allow; callers without identity policies have one half."""
    halves = [] if layers.identity is None else [_identity(layers, request)]
    halves.append(trust.decide("trust", request))
    for outcome in (Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY):
        for half in halves:
            if half.outcome is outcome:
                return half
    return _all([*granted, *halves])


def _all(granted: list[Decision]) -> Decision:
    """Combine layers that all allow."""
    if len(granted) == 1:
        return granted[0]
    return Decision(Outcome.ALLOW, None, tuple(reason for each in granted for reason in each.because))
