"""Questions and answers: a request, the layers it meets, the decision and its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from daypass.policy.conditions import ContextValue
from daypass.policy.document import Effect

if TYPE_CHECKING:
    from daypass.policy.compiled import PolicySet

Layer = Literal["control", "session", "identity", "resource_group", "trust"]

POLICY_TYPES: Final[Mapping[Layer, str]] = {
    "control": "ControlPolicy",
    "session": "SessionPolicy",
    "identity": "AccountLevelIdentityBasedPolicy",
    "resource_group": "ResourceGroupLevelIdentityBasedPolicy",
    "trust": "AssumeRolePolicy",
}
"""What ``AccessDeniedDetail`` calls each layer in its ``PolicyType``."""


class Outcome(Enum):
    """How a request is decided."""

    ALLOW = "allow"
    EXPLICIT_DENY = "explicit deny"
    IMPLICIT_DENY = "implicit deny"


ALLOW: Final = Outcome.ALLOW
EXPLICIT_DENY: Final = Outcome.EXPLICIT_DENY
IMPLICIT_DENY: Final = Outcome.IMPLICIT_DENY
"""By their own names: looking up a member of an enumeration costs as much as half a decision."""


class Request(msgspec.Struct, frozen=True, gc=False):
    """What somebody asks to do.

    Attributes:
        action: ``<ram-code>:<name>``.
        resource: its ARN, or ``*`` for operations on no single resource.
        context: condition keys; several values as a tuple. A key that is absent is missing.
        principals: the ARNs or service names the caller answers to; read by trust
            policies only, see :mod:`daypass.policy.principals`.
    """

    action: str
    resource: str
    context: Mapping[str, ContextValue] = {}
    principals: frozenset[str] | tuple[str, ...] = ()


class Reason(msgspec.Struct, frozen=True, gc=False):
    """A statement that decided.

    Attributes:
        layer: where its policy stands.
        policy: the policy's name.
        policy_type: ``System`` or ``Custom``.
        version: the policy's version, as in ``v1``.
        statement: its place in the document, from 0.
        effect: ``Allow`` or ``Deny``.
        entity: what the policy is attached to.
        scope: the account or resource group it is attached for.
    """

    layer: Layer
    policy: str
    policy_type: str
    version: str
    statement: int
    effect: Effect
    entity: str
    scope: str


class Decision(msgspec.Struct, frozen=True, gc=False):
    """The answer to a request, with what made it.

    It has no truth value: ask :attr:`allowed`.

    Attributes:
        outcome: allow, explicit deny or implicit deny.
        policy_type: of a denial, RAM's name for the layer that denied; None for an allow.
        because: of an allow, the matching Allow statements of every layer consulted; of an
            explicit deny, the matching Deny statements of the layer that denied; of an
            implicit deny, nothing, for no statement decided.
    """

    outcome: Outcome
    policy_type: str | None
    because: tuple[Reason, ...]

    @property
    def allowed(self) -> bool:
        """Whether the request may go on."""
        return self.outcome is ALLOW

    def __bool__(self) -> bool:
        raise TypeError("a decision has no truth value; ask whether it is allowed")


class Layers(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The compiled policies a request meets, in the order they are asked.

    Attributes:
        control: a set for each level from the root folder to the member, where the
            resource's account is in a resource directory.
        session: the caller's own session policy.
        identity: attached for the account. None: the caller has no identity policies at
            all, being a service or vouched for by an identity provider.
        resource_group: attached for the resource's own resource group.
        trust: of the role to assume.
        root: the caller is the root user of the account that owns the resource.
    """

    control: tuple[PolicySet, ...] = ()
    session: PolicySet | None = None
    identity: PolicySet | None = None
    resource_group: PolicySet | None = None
    trust: PolicySet | None = None
    root: bool = False
