"""SimulateRequest: what a principal may do, decided as the server would, and by which statements.

The policies are those the directory holds now, compiled and asked by the evaluator that
enforces. One policy may be tried out: a further one, or one of the principal's with another
text; for ``sts:AssumeRole`` also another trust policy of the role.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec

from daypass.authz.authorize import (
    ASSUME_ROLE,
    Verdict,
    decide_on,
    decide_on_assuming,
    decide_on_vouching,
)
from daypass.authz.controls import CONTROLS, Controls
from daypass.authz.principal import TRUSTED_ROLE, Caller, IdentityType, TrustedRole, compile_trust_policy
from daypass.authz.simulated import Principal, Trial, simulated
from daypass.directory.errors import ROLE_MISSING, USER_MISSING
from daypass.names import RoleArn
from daypass.policy import DocumentKind, NearMiss, Reason, asked, explain
from daypass.service import codes
from daypass.service.authorization import Permission
from daypass.service.call import NO_CONDITIONS, timestamp
from daypass.service.operation import Request, Response, Runs
from daypass.service.params import Parsed, Text, Texts
from daypass.services.daypass.service import daypass
from daypass.services.daypass.statements import StatementBody
from daypass.services.ram.parameters import PolicyText
from daypass.services.tags import tags_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from daypass.service.call import Call, ContextValue

MOST_ACTIONS: Final = 20
MOST_RESOURCES: Final = 20
MOST_KEYS: Final = 50

_ACTION: Final = re.compile(r"[A-Za-z0-9-]{1,64}:[A-Za-z0-9]{1,128}", re.ASCII)


def _context(text: str) -> dict[str, ContextValue]:
    try:
        read = msgspec.json.decode(text, type=dict[str, str | list[str]])
    except (msgspec.DecodeError, RecursionError):
        raise ValueError(
            "a JSON object of condition keys is wanted, each with a text or a list of texts"
        ) from None
    if len(read) > MOST_KEYS:
        raise ValueError(f"at most {MOST_KEYS} condition keys are allowed")
    return {key: value if isinstance(value, str) else tuple(value) for key, value in read.items()}


PRINCIPAL: Final = Parsed(
    wire="Principal",
    help="Who would call: the ARN of a RAM user, a role or a session of it, an identity provider or root, or "
    "the name of a service, as in ecs.aliyuncs.com.",
    parse=Principal.parse,
    invalid=codes.INVALID.of("Principal"),
)
ACTION: Final = Texts(
    wire="ActionName",
    help=f"The actions to decide on, up to {MOST_ACTIONS}.",
    most=MOST_ACTIONS,
    item=Text(
        wire="ActionName",
        help="An action, as in iot:QueryProduct.",
        most=193,
        pattern=_ACTION,
        allowed="a service's code, a colon and a name, without wildcards",
    ),
)
RESOURCE: Final = Texts(
    wire="Resource",
    help=f"The resources to decide on, up to {MOST_RESOURCES}; each action is decided on each.",
    most=MOST_RESOURCES,
    item=Text(wire="Resource", help="An ARN, or * for what is no single resource.", most=1024),
)
RESOURCE_GROUP_ID: Final = Text(
    wire="ResourceGroupId",
    help="Id of the resource group that the resources would be in; default the one that each is in.",
    most=64,
)
CONTEXT: Final = Parsed(
    wire="Context",
    help="Condition keys of the request, a JSON object; an empty list takes one away that is there by "
    "default: acs:CurrentTime, acs:SourceIp, acs:SecureTransport and acs:PrincipalARN.",
    parse=_context,
    invalid=codes.INVALID.of("Context"),
)
SESSION_POLICY: Final = PolicyText(
    wire="SessionPolicy", help="Session policy of the role session.", document=DocumentKind.SESSION
)
POLICY_DOCUMENT: Final = PolicyText(
    wire="PolicyDocument", help="A policy to try out on the principal.", document=DocumentKind.IDENTITY
)
POLICY_NAME: Final = Text(
    wire="PolicyName",
    help="Name of the attached custom policy that PolicyDocument stands for; without it, a further one.",
    most=128,
)
TRUST_POLICY_DOCUMENT: Final = PolicyText(
    wire="TrustPolicyDocument",
    help="A trust policy to try out on the roles that are to be assumed.",
    document=DocumentKind.TRUST,
)


class SimulateRequestRequest(Request, frozen=True, kw_only=True):
    """Who would ask for what, and what would be different."""

    principal: Annotated[Principal, PRINCIPAL]
    action_name: Annotated[tuple[str, ...], ACTION]
    resource: Annotated[tuple[str, ...], RESOURCE]
    resource_group_id: Annotated[str | None, RESOURCE_GROUP_ID] = None
    context: Annotated[dict[str, Any] | None, CONTEXT] = None
    session_policy: Annotated[str | None, SESSION_POLICY] = None
    policy_document: Annotated[str, POLICY_DOCUMENT] = ""
    policy_name: Annotated[str, POLICY_NAME] = ""
    trust_policy_document: Annotated[str, TRUST_POLICY_DOCUMENT] = ""


class LayerBody(Response, frozen=True, kw_only=True):
    """What one layer says by itself, and the statements that make it say so."""

    layer: str
    outcome: str
    statements: tuple[StatementBody, ...]


class NearStatementBody(Response, frozen=True, kw_only=True):
    """A statement that would allow but for one thing."""

    layer: str
    policy_name: str
    policy_version: str | None = None
    statement: int
    failed: str
    condition_operator: str | None = None
    condition_key: str | None = None
    wanted: tuple[str, ...]
    actual: tuple[str, ...]


class ResultBody(Response, frozen=True, kw_only=True):
    """The decision on one action and one resource.

    Attributes:
        outcome: ``allow``, ``explicit deny`` or ``implicit deny``.
        policy_type: of a denial, the layer that denies.
        statements: those that decide.
        layers: all there are, in the order they are asked; one that denies ends it.
        unknown: layers that are not known here, being another account's.
    """

    action: str
    resource: str
    resource_group_id: str | None = None
    outcome: str
    policy_type: str | None = None
    statements: tuple[StatementBody, ...]
    layers: tuple[LayerBody, ...]
    nearly_matched_policies: tuple[NearStatementBody, ...]
    unknown: tuple[str, ...] | None = None


class ContextBody(Response, frozen=True, kw_only=True):
    """A condition key that the request was decided with."""

    condition_key: str
    condition_values: tuple[str, ...]


class SimulateRequestResponse(Response, frozen=True, kw_only=True):
    """The decisions: of the first action on each resource, then of the second."""

    principal: str
    context: tuple[ContextBody, ...]
    results: tuple[ResultBody, ...]


@daypass.operation(
    "SimulateRequest",
    SimulateRequestRequest,
    SimulateRequestResponse,
    authorize=Permission(
        "daypass:SimulateRequest",
        lambda q, call: f"acs:daypass:*:{call.account}:*",  # noqa: ARG005 (the account as a whole)
        about="acs:daypass:*:{AccountId}:*",
    ),
    runs=Runs.READ,
    errors=(USER_MISSING, ROLE_MISSING),
)
def simulate_request(call: Call, q: SimulateRequestRequest) -> SimulateRequestResponse:
    """Decide what a principal may do, and show the statements of each layer that decide it."""
    trial = Trial(q.policy_document, q.policy_name)
    caller = simulated(call.txn, q.principal, call.account, trial, q.session_policy)
    if caller is None:
        missing = USER_MISSING if q.principal.kind == "user" else ROLE_MISSING
        raise missing(name=q.principal.name)
    context = _keys(call, caller, q.context or {})
    question = _Simulation(call, q, caller, context)
    return SimulateRequestResponse(
        principal=caller.arn,
        context=tuple(
            ContextBody(condition_key=key, condition_values=(value,) if isinstance(value, str) else value)
            for key, value in sorted(context.items())
        ),
        results=tuple(
            question.result(action, resource) for action in q.action_name for resource in q.resource
        ),
    )


def _keys(call: Call, caller: Caller, given: Mapping[str, ContextValue]) -> dict[str, ContextValue]:
    """Return the condition keys of the request: those that any would have, then those given."""
    controls = call.look(CONTROLS, caller.account) if caller.account == call.account else Controls()
    keys: dict[str, ContextValue] = {
        "acs:CurrentTime": timestamp(call.now),
        "acs:PrincipalARN": caller.policy_arn,
        "acs:SecureTransport": "true" if call.secure else "false",
        "acs:SourceIp": call.source_ip,
    }
    if controls.directory_id:
        keys |= {"acs:PrincipalRDId": controls.directory_id, "acs:PrincipalRDPath": controls.path}
    spelt = {key.lower() for key in given}
    kept = {key: value for key, value in keys.items() if key.lower() not in spelt}
    return kept | {key: value for key, value in given.items() if value != ()}


class _Simulation:
    """One principal's requests."""

    def __init__(
        self, call: Call, q: SimulateRequestRequest, caller: Caller, context: Mapping[str, ContextValue]
    ) -> None:
        self._call: Final = call
        self._q: Final = q
        self._caller: Final = caller
        self._context: Final = context
        self._foreign: Final = caller.account != call.account
        self._unknown: Final[tuple[str, ...]] = ("identity",) if self._foreign else ()

    def result(self, action: str, resource: str) -> ResultBody:
        """Decide on one action and resource."""
        role = _role_arn(resource) if action.lower() == ASSUME_ROLE.lower() else None
        group, unknown = None, self._unknown
        if role is None:
            group = self._q.resource_group_id or self._call.txn.resource_groups.of(resource)
            verdict = self._ordinary(action, resource, group)
        elif role.account == self._call.account:
            verdict = self._assuming(role)
        else:
            verdict, unknown = self._ordinary(ASSUME_ROLE, str(role), None), (*unknown, "trust")
        decision = verdict.decision
        return ResultBody(
            action=action,
            resource=resource,
            resource_group_id=group,
            outcome=decision.outcome.value,
            policy_type=decision.policy_type,
            statements=tuple(map(_statement, decision.because)),
            layers=tuple(_layers(verdict)),
            nearly_matched_policies=tuple(map(_near, _own(verdict))),
            unknown=unknown or None,
        )

    def _ordinary(self, action: str, resource: str, group: str | None) -> Verdict:
        call = self._call
        tagged = tags_for(action)
        tags = NO_CONDITIONS if tagged is None else tagged(_starred(resource), call)
        controls = call.look(CONTROLS, call.account)
        return decide_on(
            self._caller, controls, action, resource, {**tags, **self._context}, resource_group=group
        )

    def _assuming(self, arn: RoleArn) -> Verdict:
        role = self._trusted(arn)
        controls = self._call.look(CONTROLS, self._call.account)
        if self._foreign or self._caller.identity_type is IdentityType.FEDERATED:
            return decide_on_vouching(self._caller, controls, role, self._context)
        return decide_on_assuming(self._caller, controls, role, self._context)

    def _trusted(self, arn: RoleArn) -> TrustedRole:
        role = self._call.look(TRUSTED_ROLE, (arn.account, arn.name.lower()))
        if role is None:
            raise ROLE_MISSING(name=arn.name)
        if self._q.trust_policy_document:
            trust = compile_trust_policy(self._q.trust_policy_document)
            role = msgspec.structs.replace(role, trust=trust, bound={})
        return role


def _role_arn(text: str) -> RoleArn | None:
    try:
        return RoleArn.parse(text)
    except ValueError:
        return None


def _starred(arn: str) -> str:
    """Return an ARN of RAM as tags are looked for under it."""
    return arn.replace("acs:ram::", "acs:ram:*:", 1)


def _layers(verdict: Verdict) -> Iterator[LayerBody]:
    for layer, policies in asked(verdict.layers):
        said = policies.decide(layer, verdict.request)
        yield LayerBody(
            layer=layer, outcome=said.outcome.value, statements=tuple(map(_statement, said.because))
        )


def _own(verdict: Verdict) -> Iterator[NearMiss]:
    """Yield near misses but those in control policies, whose text is for the managing account."""
    return (miss for miss in explain(verdict.layers, verdict.request) if miss.statement.layer != "control")


def _statement(reason: Reason) -> StatementBody:
    return StatementBody(
        layer=reason.layer,
        policy_name=reason.policy,
        policy_type=reason.policy_type,
        policy_version=reason.version or None,
        statement=reason.statement,
        effect=reason.effect,
        attached_entity=reason.entity or None,
        attached_scope=reason.scope or None,
    )


def _near(miss: NearMiss) -> NearStatementBody:
    statement = miss.statement
    return NearStatementBody(
        layer=statement.layer,
        policy_name=statement.policy,
        policy_version=statement.version or None,
        statement=statement.statement,
        failed=miss.failed,
        condition_operator=miss.operator or None,
        condition_key=miss.key or None,
        wanted=miss.wanted,
        actual=miss.actual or (),
    )
