"""Who may assume a role under one trust policy and not under another.

Decided by the evaluator for each principal that either document names, and for what they
cover besides: ``acs:ram::<account>:root`` stands for every other user and role of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from daypass.policy.cases import Case, cases
from daypass.policy.compiled import AttachedPolicy, PolicySet
from daypass.policy.decision import Request
from daypass.policy.document import Document
from daypass.policy.principals import (
    FORMS,
    fold_principal,
    provider_principals,
    role_principals,
    service_principals,
    user_principals,
)

ASSUME_ROLE: Final = "sts:AssumeRole"


class TrustChange(msgspec.Struct, frozen=True):
    """A principal whose answer changes.

    Attributes:
        gained: whether it may assume the role after and could not before.
        principal: as trust policies name it, in comparable form.
        cases: the cases in which it changes.
        always: whether these are all the cases there are.
        example: one of the requests.
    """

    gained: bool
    principal: str
    cases: tuple[Case, ...]
    always: bool
    example: Request


class TrustComparison(msgspec.Struct, frozen=True):
    """How two trust policies differ.

    Attributes:
        changes: the gains first.
        complete: whether no change can be missing.
    """

    changes: tuple[TrustChange, ...]
    complete: bool


def compare_trust(before: Document | None, after: Document, role: str) -> TrustComparison:
    """Compare two trust policies of a role.

    Args:
        before: the document in force; None for a new role.
        after: the document to come.
        role: its ARN.
    """
    statements = [*(before.statements if before is not None else ()), *after.statements]
    tried, complete = cases(statements)
    account = role.split(":", 4)[3]
    named = sorted({name for statement in statements for name in statement.principals or ()})
    sides = _compiled(before), _compiled(after)
    found = [
        change
        for principal in named
        for change in _of(principal, answering(principal, account), sides, role, tried)
    ]
    return TrustComparison(tuple(sorted(found, key=lambda change: not change.gained)), complete)


def answering(principal: str, role_account: str) -> frozenset[str]:
    """Return the names that a principal answers to before a role of an account."""
    if FORMS["Federated"].fullmatch(principal):
        return provider_principals(principal, role_account=role_account)
    if FORMS["Service"].fullmatch(principal):
        acting_for, at, service = principal.rpartition("@")
        return service_principals(
            service, acting_for=acting_for if at else role_account, role_account=role_account
        )
    account, relative = principal.split(":", 4)[3:]
    kind, _, name = relative.partition("/")
    if kind == "root":
        return frozenset((fold_principal(principal),))
    return user_principals(account, name) if kind == "user" else role_principals(account, name)


def _compiled(document: Document | None) -> PolicySet:
    attached = [] if document is None else [AttachedPolicy("trust", "Trust", "", document)]
    return PolicySet.compile(attached)


def _of(
    principal: str,
    names: frozenset[str],
    sides: tuple[PolicySet, PolicySet],
    role: str,
    tried: tuple[Case, ...],
) -> Iterator[TrustChange]:
    requests = [Request(ASSUME_ROLE, role, case.context, names) for case in tried]
    answers = [tuple(side.decide("trust", request).allowed for side in sides) for request in requests]
    for gained in (True, False):
        numbers = [
            number for number, (was, is_now) in enumerate(answers) if (is_now, was) == (gained, not gained)
        ]
        if numbers:
            hit = tuple(tried[number] for number in numbers)
            yield TrustChange(gained, principal, hit, len(hit) == len(tried), requests[numbers[0]])
