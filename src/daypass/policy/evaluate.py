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
from daypass.policy.decision import (
    ALLOW,
    EXPLICIT_DENY,
    IMPLICIT_DENY,
    POLICY_TYPES,
    Decision,
    Layers,
    Reason,
    Request,
)

EXEMPT: Final = frozenset(("sts:getcalleridentity",))
"""Actions that need no permission and no Deny can take away, folded."""

_GRANTED: Final = Decision(ALLOW, None, ())
_ROOT_MAY_NOT_ASSUME: Final = Decision(IMPLICIT_DENY, POLICY_TYPES["trust"], ())
_NOTHING_ATTACHED: Final = Decision(IMPLICIT_DENY, POLICY_TYPES["identity"], ())


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
    because: tuple[Reason, ...] = ()
    if layers.control:
        answer = _control(layers.control, request)
        if answer.outcome is not ALLOW:
            return answer
        because = answer.because
    if layers.session is not None:
        answer = layers.session.decide("session", request)
        if answer.outcome is not ALLOW:
            return answer
        because += answer.because
    answer = _identity(layers, request) if layers.trust is None else _assume(layers, layers.trust, request)
    if not because or answer.outcome is not ALLOW:
        return answer
    return Decision(ALLOW, None, because + answer.because)


def _control(levels: tuple[PolicySet, ...], request: Request) -> Decision:
    """Ask control policies: a Deny on any level is explicit, and each level must allow."""
    answers = [level.decide("control", request) for level in levels]
    because = tuple(reason for answer in answers for reason in answer.because if reason.effect == "Deny")
    if because:
        return Decision(EXPLICIT_DENY, POLICY_TYPES["control"], because)
    for answer in answers:
        if answer.outcome is IMPLICIT_DENY:
            return answer
    return Decision(ALLOW, None, tuple(reason for answer in answers for reason in answer.because))


def _identity(layers: Layers, request: Request) -> Decision:
    """Ask the caller's identity policies: account scope, and in its silence the resource group's."""
    if layers.identity is not None:
        answer = layers.identity.decide("identity", request)
        if answer.outcome is not IMPLICIT_DENY:
            return answer
    if layers.resource_group is not None and layers.resource_group.entries:
        return layers.resource_group.decide("resource_group", request)
    return _NOTHING_ATTACHED


def _assume(layers: Layers, trust: PolicySet, request: Request) -> Decision:
    """Ask for a role: both halves must allow; callers without identity policies have one half."""
    trusted = trust.decide("trust", request)
    if layers.identity is None:
        return trusted
    permitted = _identity(layers, request)
    if permitted.outcome is ALLOW and trusted.outcome is ALLOW:
        return Decision(ALLOW, None, permitted.because + trusted.because)
    if trusted.outcome is EXPLICIT_DENY and permitted.outcome is not EXPLICIT_DENY:
        return trusted
    return trusted if permitted.outcome is ALLOW else permitted
