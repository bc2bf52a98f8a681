"""What a new document would change, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from daypass.authz.principal import entitlements
from daypass.directory import lookups
from daypass.policy import Layers, Request, decide
from daypass.policy.change_words import (
    case_in_words,
    change_in_words,
    labels,
    trust_change_in_words,
)
from daypass.policy.changes import compare
from daypass.policy.meaning import as_written
from daypass.policy.trust_changes import ASSUME_ROLE, compare_trust
from daypass.service.operation import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from daypass.authz.principal import Entitlements
    from daypass.directory.lookups import Grants
    from daypass.directory.records import Attachment, PolicyType
    from daypass.policy import Document
    from daypass.policy.cases import Case
    from daypass.policy.changes import Change
    from daypass.policy.remarks import Language
    from daypass.service.call import Call

MOST_CHANGES: Final = 50
MOST_ENTITIES: Final = 20
_MOST_LABELS: Final = 50
_MOST_KNOWN: Final = 20

Policy = tuple["PolicyType", str]
"""Type and name."""


class ContextBody(Response, frozen=True, kw_only=True):
    """A condition key of an example, and its value."""

    key: str
    value: str


class ExampleBody(Response, frozen=True, kw_only=True):
    """One of the requests whose answer changes, as the simulator takes it."""

    action: str
    resource: str
    context: tuple[ContextBody, ...]


class ChangeBody(Response, frozen=True, kw_only=True):
    """What becomes allowed (``Gained``) or is so no longer (``Lost``), in words and in parts.

    A trust policy's change names a principal; another's actions and resources, patterns of
    the documents. ``Cases`` are left out when it always changes.
    """

    effect: str
    text: str
    principal: str | None = None
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    known_actions: tuple[str, ...]
    cases: tuple[str, ...]
    example: ExampleBody


class ChangesBody(Response, frozen=True, kw_only=True):
    """The changes, gains first."""

    change: tuple[ChangeBody, ...]


class EntityBody(Response, frozen=True, kw_only=True):
    """Somebody who has the policy, and which of the changes, counted from 0, are changes for him.

    ``Basis`` is ``AllPolicies`` where all of his policies were asked: what another of them allows
    or denies anyway does not change. It is ``ThisPolicy`` for a group, whose members have others.
    """

    type: str
    name: str
    scope: str
    basis: str
    changes: tuple[int, ...]
    unchanged: tuple[int, ...]


class EntitiesBody(Response, frozen=True, kw_only=True):
    """Those the policy is attached to, as far as they were asked."""

    entity: tuple[EntityBody, ...]


class ComparisonBody(Response, frozen=True, kw_only=True):
    """What changes, and for whom.

    ``IsComplete`` is false where a change may be missing: several statements have conditions, or
    there were too many combinations. ``EntityCount`` counts all attachments, asked or not.
    """

    is_complete: bool
    changes: ChangesBody
    change_count: int
    entities: EntitiesBody
    entity_count: int


class _Told(NamedTuple):
    body: ChangeBody
    request: Request


def compare_policy(
    call: Call, policy: Policy, documents: tuple[Document, Document], known: Iterable[str], language: Language
) -> ComparisonBody:
    """Compare the document in force with the one to come, for all who have the policy."""
    names = tuple(known)
    comparison = compare(*documents, known=names)
    told = [_Told(_change(each, names, language), each.example) for each in comparison.changes[:MOST_CHANGES]]
    attached = call.txn.attachments.numbered(
        call.account, policy_type=policy[0], policy_name=policy[1], page=1, size=MOST_ENTITIES
    )
    asked = tuple(_entity(call, each, documents[1], [one.request for one in told]) for each in attached.items)
    return ComparisonBody(
        is_complete=comparison.complete and len(comparison.changes) <= MOST_CHANGES,
        changes=ChangesBody(change=tuple(one.body for one in told)),
        change_count=len(comparison.changes),
        entities=EntitiesBody(entity=asked),
        entity_count=attached.total,
    )


def compare_role(
    call: Call, role_name: str, before: Document, after: Document, language: Language
) -> ComparisonBody:
    """Compare two trust policies of a role: who may assume it."""
    role = call.txn.roles.get(call.account, role_name)
    comparison = compare_trust(before, after, role.arn)
    spelled = as_written(before.text, after.text)
    changes = [
        msgspec.structs.replace(each, principal=spelled[each.principal])
        for each in comparison.changes[:MOST_CHANGES]
    ]
    bodies = tuple(
        ChangeBody(
            effect=_effect(change.gained),
            text=trust_change_in_words(change, language),
            principal=change.principal,
            actions=(ASSUME_ROLE,),
            resources=(role.arn,),
            known_actions=(ASSUME_ROLE,),
            cases=_cases(change.cases, change.always, language),
            example=_example(change.example),
        )
        for change in changes
    )
    return ComparisonBody(
        is_complete=comparison.complete and len(comparison.changes) <= MOST_CHANGES,
        changes=ChangesBody(change=bodies),
        change_count=len(comparison.changes),
        entities=EntitiesBody(entity=()),
        entity_count=0,
    )


def _change(change: Change, known: tuple[str, ...], language: Language) -> ChangeBody:
    listed = set(known)
    return ChangeBody(
        effect=_effect(change.gained),
        text=change_in_words(change, language),
        actions=tuple(labels(change.actions[:_MOST_LABELS], language, "*")),
        resources=tuple(labels(change.resources[:_MOST_LABELS], language, "*")),
        known_actions=tuple(each.example for each in change.actions if each.example in listed)[:_MOST_KNOWN],
        cases=_cases(change.cases, change.always, language),
        example=_example(change.example),
    )


def _effect(gained: bool) -> str:
    return "Gained" if gained else "Lost"


def _cases(cases: tuple[Case, ...], always: bool, language: Language) -> tuple[str, ...]:
    return () if always else tuple(case_in_words(cases, language))


def _example(request: Request) -> ExampleBody:
    given = ((key, value) for key, value in request.context.items() if isinstance(value, str))
    context = tuple(ContextBody(key=key, value=value) for key, value in given)
    return ExampleBody(action=request.action, resource=request.resource, context=context)


def _entity(call: Call, attached: Attachment, after: Document, requests: list[Request]) -> EntityBody:
    """Ask all policies of somebody, as they are and as they would be."""
    own = _grants(call, attached)
    if own is None:
        changes: tuple[int, ...] = tuple(range(len(requests)))
    else:
        was, to_be = entitlements(own), entitlements(_replaced(own, attached, after))
        changes = tuple(_differing(was, to_be, attached.scope, requests))
    return EntityBody(
        type=attached.principal_kind,
        name=attached.principal_name,
        scope=attached.scope,
        basis="ThisPolicy" if own is None else "AllPolicies",
        changes=changes,
        unchanged=tuple(number for number in range(len(requests)) if number not in changes),
    )


def _grants(call: Call, attached: Attachment) -> Grants | None:
    if attached.principal_kind == "User":
        return lookups.grants_of_user(call.txn, attached.principal_id)
    if attached.principal_kind == "Role":
        return lookups.grants_of_role(call.txn, attached.principal_id)
    return None


def _replaced(grants: Grants, attached: Attachment, after: Document) -> Grants:
    same = (attached.policy_type, attached.policy_name)
    return msgspec.structs.replace(
        grants,
        attached=tuple(
            msgspec.structs.replace(grant, document=after.text)
            if (grant.policy_type, grant.policy) == same
            else grant
            for grant in grants.attached
        ),
    )


def _differing(was: Entitlements, to_be: Entitlements, scope: str, requests: list[Request]) -> Iterator[int]:
    """Yield the requests that one set of policies allows and the other does not, within a scope."""
    for number, request in enumerate(requests):
        before, after = (
            Layers(identity=own.account_scope, resource_group=own.group_scope.get(scope))
            for own in (was, to_be)
        )
        if decide(before, request).allowed is not decide(after, request).allowed:
            yield number
