"""Decisions on one action and resource, for ordinary requests and for AssumeRole.

Source: RAM's policy evaluation process, and its variant for assuming a role.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from daypass.authz.principal import Caller
from daypass.policy import Decision, Layers, Request, decide
from daypass.policy.decision import ALLOW, IMPLICIT_DENY, POLICY_TYPES

if TYPE_CHECKING:
    from daypass.authz.controls import Controls
    from daypass.authz.principal import TrustedRole

Context = Mapping[str, str | tuple[str, ...]]

_IDENTITY: Final = frozenset((POLICY_TYPES["identity"], POLICY_TYPES["resource_group"]))

ASSUME_ROLE: Final = "sts:AssumeRole"


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What authorization came to, with all that explains it.

    Attributes:
        decision: the outcome and the statements that decided.
        layers: the compiled policies that were asked.
        request: what they were asked.
        vouched_for: who asks, where that is not who signed the request but somebody an identity
            provider vouches for.
        shown: the resource as a refusal may name it to the caller, where that is not the one
            decided on.
    """

    decision: Decision
    layers: Layers
    request: Request
    shown: str = ""
    vouched_for: Caller | None = None

    @property
    def allowed(self) -> bool:
        """Whether the request may go on."""
        return self.decision.allowed


def decide_on(
    caller: Caller,
    controls: Controls,
    action: str,
    resource: str,
    context: Context,
    *,
    resource_group: str | None = None,
) -> Verdict:
    """Decide whether a caller may do an action on a resource of its own account, which ``controls`` limit."""
    layers = caller.layers(resource_group, control=controls.levels)
    request = Request(action, resource, context)
    return Verdict(decide(layers, request), layers, request)


def granted(verdict: Verdict) -> Verdict:
    """Return a verdict that allows what no identity policy allows, since something else grants it.

    Only what identity policies leave open can be granted so: a denial, and what a control policy
    or a session policy does not allow, stay as they are.
    """
    decision = verdict.decision
    if decision.outcome is not IMPLICIT_DENY or decision.policy_type not in _IDENTITY:
        return verdict
    return msgspec.structs.replace(verdict, decision=Decision(ALLOW, None, ()))


def decide_on_assuming(caller: Caller, controls: Controls, target: TrustedRole, context: Context) -> Verdict:
    """Decide whether a caller may assume a role: its own policies and the trust policy must both allow.

    ``controls``, those of the role's account, come first, then the caller's session policy.
    """
    layers = caller.layers(trust=target.trust, control=controls.levels)
    request = Request(
        ASSUME_ROLE,
        target.role.arn,
        context,
        principals=stands_for(caller.names, caller.role_id or caller.user_id, target),
    )
    return Verdict(decide(layers, request), layers, request)


def decide_on_vouching(subject: Caller, controls: Controls, target: TrustedRole, context: Context) -> Verdict:
    """Decide whether somebody may assume a role whom an identity provider vouches for.

    After ``controls``, those of the role's account, the trust policy alone does: there are no
    identity policies, and no session policy to ask.
    """
    layers = Layers(control=controls.levels, trust=target.trust)
    request = Request(ASSUME_ROLE, target.role.arn, context, principals=subject.names)
    return Verdict(decide(layers, request), layers, request, vouched_for=subject)


def stands_for(names: frozenset[str], own_id: str, target: TrustedRole) -> frozenset[str]:
    """Return the principals that mean somebody in the role's trust policy.

    A user or role of the role's own account was resolved to an id when the trust policy
    was saved; a later namesake is somebody else.

    Args:
        names: all that somebody answers to.
        own_id: his id.
        target: the role.
    """
    bound = target.bound
    if not bound or bound.keys().isdisjoint(names):
        return names
    strangers = [name for name in names if bound.get(name, own_id) != own_id]
    return names.difference(strangers) if strangers else names
