"""What is on record of a request, put together for a page that tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from daypass.console.page import address
from daypass.console.passages import Passage, Place, passages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from daypass.console.page import Page

_LATER = "acs:CurrentTime"
_NOT_GIVEN = (_LATER, "acs:PrincipalARN")
"""Condition keys that a simulation has by itself."""


@dataclass(frozen=True)
class Quoted:
    """A statement, and its text if the user may read it.

    Attributes:
        near: what it would have wanted, of a statement that did not match by one thing; else None.
    """

    place: Place
    effect: str
    entity: str
    passage: Passage | None
    near: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Story:
    """How a request was decided.

    Attributes:
        event: as ActionTrail tells it; None for a diagnostic message, which is no record.
        outcome: ``allow``, ``explicit deny``, ``implicit deny`` or ``refused``.
        who: the caller's name.
        kind: what kind of principal, as ActionTrail words it.
        action: that was decided on.
        resource: likewise.
        policy_type: of a denial, the layer.
        conditions: condition keys with their values.
        decided: the statements that decided.
        nearly: those that would have allowed but for one thing.
        simulator: the address of the same in the simulator; "" where it cannot be asked there.
        explained: whether all there is to know of it is known: not of another account's caller, nor of
            what was sealed under a key that was taken out since.
    """

    event: Mapping[str, Any] | None
    outcome: str
    who: str
    kind: str
    action: str
    resource: str
    policy_type: str
    conditions: tuple[tuple[str, tuple[str, ...]], ...]
    decided: tuple[Quoted, ...]
    nearly: tuple[Quoted, ...]
    simulator: str
    explained: bool


async def of_request(page: Page, explanation: Mapping[str, Any]) -> Story:
    """Tell what ExplainRequest explains."""
    event, denial = explanation["Event"], explanation.get("Denial")
    data, identity = event["additionalEventData"], event["userIdentity"]
    resource = data.get("resource", "")
    places = [_place(each, resource) for each in explanation["Statements"]]
    if denial is not None:
        return await of_denial(page, denial, event=event)
    texts = await passages(page, places)
    return Story(
        event=event,
        outcome=data["outcome"],
        who=identity.get("userName", ""),
        kind=identity["type"],
        action=data.get("action", ""),
        resource=resource,
        policy_type=data.get("policyType", ""),
        conditions=(),
        decided=tuple(Quoted(place, "", "", texts.get(place)) for place in places),
        nearly=(),
        simulator=_simulator(identity.get("principalArn", ""), data.get("action", ""), resource, ()),
        explained=not data["outcome"].endswith("deny"),
    )


async def of_denial(page: Page, denial: Mapping[str, Any], event: Mapping[str, Any] | None = None) -> Story:
    """Tell what DecodeDiagnosticMessage tells."""
    resource, policy_type = denial["AuthResource"], denial.get("NoPermissionPolicyType", "")
    decided = [
        _matched(each, denial.get("NoPermissionPolicyType", ""), resource)
        for each in denial["MatchedPolicies"]
    ]
    near = [(_nearly(each, resource), each) for each in denial["NearlyMatchedPolicies"]]
    texts = await passages(page, [place for place, _, _ in decided] + [place for place, _ in near])
    conditions = tuple(
        (each["ConditionKey"], tuple(each["ConditionValues"])) for each in denial["AuthConditions"]
    )
    principal = _first(conditions, "acs:PrincipalARN")
    who = denial["AuthPrincipal"]
    name = principal.rpartition(":")[2].partition("/")[2] or who["AuthPrincipalDisplayName"]
    if event is not None:
        principal = event["userIdentity"].get("principalArn", principal)
        name = event["userIdentity"].get("userName", name)
    return Story(
        event=event,
        outcome="explicit deny" if denial["ExplicitDeny"] else "implicit deny",
        who=name,
        kind=_KINDS.get(who["AuthPrincipalType"], "unknown"),
        action=denial["AuthAction"],
        resource=resource,
        policy_type=policy_type,
        conditions=conditions,
        decided=tuple(Quoted(place, effect, entity, texts.get(place)) for place, effect, entity in decided),
        nearly=tuple(Quoted(place, "Allow", "", texts.get(place), each) for place, each in near),
        simulator=_simulator(principal, denial["AuthAction"], resource, conditions),
        explained=True,
    )


_KINDS = {
    "SubUser": "ram-user",
    "Account": "root-account",
    "AssumedRoleUser": "assumed-role",
    "Federated": "oidc-user",
}

_LAYERS = {
    "AccountLevelIdentityBasedPolicy": "identity",
    "ResourceGroupLevelIdentityBasedPolicy": "resource_group",
    "SessionPolicy": "session",
    "AssumeRolePolicy": "trust",
    "ControlPolicy": "control",
}


def _place(statement: Mapping[str, Any], resource: str) -> Place:
    return Place(
        statement.get("Layer", ""),
        statement["PolicyName"],
        statement.get("PolicyType", ""),
        statement.get("PolicyVersion", ""),
        statement["Statement"],
        resource,
    )


def _matched(policy: Mapping[str, Any], policy_type: str, resource: str) -> tuple[Place, str, str]:
    layer = _LAYERS.get(policy_type, "")
    kind = policy["PolicyType"] if policy["PolicyType"] in ("System", "Custom") else ""
    place = Place(
        layer,
        policy["PolicyIdentifier"],
        kind,
        policy.get("PolicyVersion", ""),
        policy["Statement"],
        resource,
    )
    return place, policy["Effect"], policy.get("AttachedEntity", "")


def _nearly(policy: Mapping[str, Any], resource: str) -> Place:
    return Place(
        policy["Layer"],
        policy["PolicyIdentifier"],
        "",
        policy.get("PolicyVersion", ""),
        policy["Statement"],
        resource,
    )


def _first(conditions: Iterable[tuple[str, tuple[str, ...]]], key: str) -> str:
    return next((values[0] for name, values in conditions if name == key and values), "")


def _simulator(
    principal: str, action: str, resource: str, conditions: Iterable[tuple[str, tuple[str, ...]]]
) -> str:
    """Return where the same is simulated, to be tried with something changed."""
    if not principal.startswith("acs:") or ":" not in action:
        return ""
    context = "\n".join(
        f"{key} = {value}" for key, values in conditions if key not in _NOT_GIVEN for value in values
    )
    return address(
        "/simulator", principal=principal, action=action, resource=resource or "*", context=context
    )
