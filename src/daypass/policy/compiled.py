"""Policies compiled for evaluation: immutable, indexed, with a bounded memory of requests.

A :class:`PolicySet` holds the policies of one layer. For an action and a resource it
works out once which statements match so far (a :class:`Plan`); when none of these has a
condition, the plan *is* the verdict and a request seen before costs one dictionary
look-up. Otherwise only conditions are left to ask.

The set is safe to share between threads: its only mutable part is the memory of plans,
whose entries are immutable and may be made twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from daypass.policy.actions import Actions, fold
from daypass.policy.arn import Arn, ResourcePattern
from daypass.policy.conditions import Check, Context
from daypass.policy.decision import (
    ALLOW,
    EXPLICIT_DENY,
    IMPLICIT_DENY,
    POLICY_TYPES,
    Decision,
    Layer,
    Outcome,
    Reason,
    Request,
)
from daypass.policy.document import Condition, Document, Statement
from daypass.policy.index import Index
from daypass.policy.memory import SHARED
from daypass.policy.principals import fold_principal

Principals = frozenset[str] | tuple[str, ...]

_SCANNED: Final = 8
"""Up to this many statements, asking each is faster than an index."""

_PLANS: Final = 1024
"""Requests remembered by one set; all are forgotten when there are more."""

_REMEMBERED_CHARS: Final = 512
"""Requests with longer action and resource are not remembered: callers choose their length."""


class AttachedPolicy(msgspec.Struct, frozen=True):
    """A policy where it is attached.

    Attributes:
        name: the policy's name.
        type: ``System`` or ``Custom``; for other layers, their own word.
        version: as in ``v1``.
        document: the version's document.
        entity: what it is attached to, as in ``alice`` or a group's name.
        scope: the account or resource group it is attached for.
    """

    name: str
    type: str
    version: str
    document: Document
    entity: str = ""
    scope: str = ""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A compiled statement.

    Attributes:
        policy: the policy it stands in.
        number: its place in the policy's document, from 0.
        actions: matches actions.
        resources: as written; none in a trust policy.
        covers: whether one of the resources matches; always, in a trust policy.
        checks: compiled conditions, all of which must hold.
        principals: of a trust policy, one of which the caller must answer to.
    """

    policy: AttachedPolicy
    number: int
    denies: bool
    actions: Actions
    resources: tuple[ResourcePattern, ...]
    covers: Callable[[Arn], bool]
    checks: tuple[Check, ...]
    principals: frozenset[str] | None

    @property
    def fixed(self) -> bool:
        """Whether action, resource and principals settle it: no condition to ask."""
        return not self.checks

    def answers(self, request: Request) -> bool:
        """Whether the caller is one of the principals the statement names, if it names any."""
        return self.principals is None or not self.principals.isdisjoint(
            map(fold_principal, request.principals)
        )

    def holds(self, context: Context) -> bool:
        """Whether a request that matches so far also meets the conditions."""
        for check in self.checks:  # noqa: SIM110 - on every request; a generator costs more than the checks
            if not check.holds(context):
                return False
        return True

    def reason(self, layer: Layer) -> Reason:
        """Return the statement as the reason for a decision."""
        policy = self.policy
        return Reason(
            layer,
            policy.name,
            policy.type,
            policy.version,
            self.number,
            "Deny" if self.denies else "Allow",
            policy.entity,
            policy.scope,
        )


Candidate = tuple[Entry, Reason]
"""A statement that matches so far, and the reason it would be."""


class Plan(msgspec.Struct, frozen=True, gc=False):
    """What one layer has to say about an action and a resource and, for trust, principals.

    Attributes:
        verdict: the layer's decision, when no condition is left to ask.
        denies: Deny statements that match so far.
        allows: Allow statements that match so far.
    """

    verdict: Decision | None
    denies: tuple[Candidate, ...]
    allows: tuple[Candidate, ...]


class PolicySet:
    """The policies of one layer, compiled together."""

    __slots__ = ("__weakref__", "_index", "_plans", "entries", "policies")

    def __init__(self, policies: tuple[AttachedPolicy, ...], entries: tuple[Entry, ...]) -> None:
        self.policies = policies
        self.entries = entries
        self._index = Index(entries) if len(entries) > _SCANNED else None
        self._plans: dict[tuple[Layer, str, str, Principals], Plan] = {}
        SHARED.join(self)

    @classmethod
    def compile(cls, policies: Iterable[AttachedPolicy], *, missing_key_negated: bool = True) -> PolicySet:
        """Compile policies that are evaluated together.

        Args:
            policies: of one layer (of one level, for control policies).
            missing_key_negated: whether a negated operator holds for a key that the request
                does not carry. True keeps a Deny shut; the live service's way is unconfirmed.

        Cost: about ten microseconds a statement.
        """
        attached = tuple(policies)
        compile_statement = _Compiler(missing_key_negated).entry
        entries = (
            compile_statement(policy, number, statement)
            for policy in attached
            for number, statement in enumerate(policy.document.statements)
        )
        return cls(attached, tuple(entries))

    def forget(self) -> None:
        """Forget the requests asked so far."""
        self._plans = {}

    def remembered(self, layer: Layer, request: Request) -> Plan | None:
        """Return the plan for a request asked before, if it is still remembered."""
        return self._plans.get(_key(layer, request))

    def plan(self, layer: Layer, request: Request) -> Plan:
        """Return what this set, standing in a layer, has to say about a request."""
        key = _key(layer, request)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._make_plan(layer, request)
            if len(request.action) + len(request.resource) <= _REMEMBERED_CHARS:
                if len(self._plans) >= _PLANS:
                    self._plans = {}
                self._plans[key] = plan
                SHARED.another()
        return plan

    def decide(self, layer: Layer, request: Request) -> Decision:
        """Decide by this layer alone: a matching Deny wins, else a matching Allow, else deny."""
        plan = self.plan(layer, request)
        if plan.verdict is not None:
            return plan.verdict
        context = Context(request.context)
        if plan.denies:
            because = _applying(plan.denies, context)
            if because:
                return _verdict(layer, EXPLICIT_DENY, because)
        because = _applying(plan.allows, context)
        return _verdict(layer, ALLOW if because else IMPLICIT_DENY, because)

    def candidates(self, action: str, arn: Arn) -> Iterable[Entry]:
        """Yield the statements that could match a folded action and a resource, in order."""
        if self._index is None:
            return self.entries
        entries = self.entries
        return [entries[number] for number in self._index.candidates(action, arn)]

    def _make_plan(self, layer: Layer, request: Request) -> Plan:
        action, arn = fold(request.action), Arn(request.resource)
        denies: list[Candidate] = []
        allows: list[Candidate] = []
        for entry in self.candidates(action, arn):
            if entry.actions.match(action) and entry.covers(arn) and entry.answers(request):
                (denies if entry.denies else allows).append((entry, entry.reason(layer)))
        return Plan(_settled(layer, denies, allows), tuple(denies), tuple(allows))


def _key(layer: Layer, request: Request) -> tuple[Layer, str, str, Principals]:
    """Return what a plan depends on: principals count in trust policies only."""
    return layer, request.action, request.resource, request.principals if layer == "trust" else ()


def _applying(candidates: tuple[Candidate, ...], context: Context) -> tuple[Reason, ...]:
    return tuple([reason for entry, reason in candidates if entry.holds(context)])


def _settled(layer: Layer, denies: list[Candidate], allows: list[Candidate]) -> Decision | None:
    """Return the layer's decision if no condition is left to ask."""
    asked = denies or allows
    if not all(entry.fixed for entry, _ in asked):
        return None
    outcome = EXPLICIT_DENY if denies else ALLOW if allows else IMPLICIT_DENY
    return _verdict(layer, outcome, tuple(reason for _, reason in asked))


def _verdict(layer: Layer, outcome: Outcome, because: tuple[Reason, ...]) -> Decision:
    return Decision(outcome, None if outcome is ALLOW else POLICY_TYPES[layer], because)


class _Compiler:
    """Compiles statements; equal parts of the policies of one set share what they compile to."""

    def __init__(self, missing_key_negated: bool) -> None:
        self._missing_key_negated = missing_key_negated
        self._actions: dict[tuple[bool, tuple[str, ...]], Actions] = {}
        self._patterns: dict[str, ResourcePattern] = {}
        self._checks: dict[Condition, Check] = {}

    def entry(self, policy: AttachedPolicy, number: int, statement: Statement) -> Entry:
        """Compile one statement."""
        resources = tuple(map(self._pattern, statement.resources))
        return Entry(
            policy,
            number,
            statement.effect == "Deny",
            self._action(statement),
            resources,
            _covers(resources),
            tuple(map(self._check, statement.conditions)),
            statement.principals,
        )

    def _action(self, statement: Statement) -> Actions:
        key = statement.not_action, statement.actions
        made = self._actions.get(key)
        if made is None:
            made = self._actions[key] = Actions(statement.actions, negated=statement.not_action)
        return made

    def _pattern(self, text: str) -> ResourcePattern:
        made = self._patterns.get(text)
        if made is None:
            made = self._patterns[text] = ResourcePattern(text)
        return made

    def _check(self, condition: Condition) -> Check:
        made = self._checks.get(condition)
        if made is None:
            made = Check(condition, missing_key_negated=self._missing_key_negated)
            self._checks[condition] = made
        return made


def _covers(resources: tuple[ResourcePattern, ...]) -> Callable[[Arn], bool]:
    if not resources:
        return lambda _: True
    if len(resources) == 1:
        return resources[0].match
    return lambda arn: any(pattern.match(arn) for pattern in resources)
