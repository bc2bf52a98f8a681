"""What one document allows that another does not: decided by the evaluator, not guessed.

The requests of the world are sorted into classes that neither document tells apart
(:mod:`daypass.policy.classes`), conditions into cases in which they hold or do not; one
request of each is decided under either document. Whatever is reported as gained comes
with a request that was denied before and is allowed after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from daypass.policy.actions import fold
from daypass.policy.cases import Case, cases
from daypass.policy.classes import Class, Classes, of_actions, of_resources
from daypass.policy.compiled import AttachedPolicy, PolicySet
from daypass.policy.conditions import ContextValue
from daypass.policy.decision import Request
from daypass.policy.document import Document, Statement

MOST: Final = 20_000
"""Decisions made at most for one comparison."""


class Change(msgspec.Struct, frozen=True):
    """Requests whose answer changes.

    Attributes:
        gained: whether they are allowed after and were not before; else the other way round.
        actions: classes of actions.
        resources: classes of resources.
        cases: the cases in which it changes; all there are, if it always does.
        always: whether these are all the cases there are.
        example: one of the requests.
    """

    gained: bool
    actions: tuple[Class, ...]
    resources: tuple[Class, ...]
    cases: tuple[Case, ...]
    always: bool
    example: Request


class Comparison(msgspec.Struct, frozen=True):
    """How two documents differ.

    Attributes:
        changes: the gains first.
        complete: whether no change can be missing.
    """

    changes: tuple[Change, ...]
    complete: bool


Outcome = tuple[bool, tuple[int, ...]]
"""Gained or lost, and the numbers of the cases."""


def compare(before: Document | None, after: Document, *, known: Iterable[str] = ()) -> Comparison:
    """Compare two documents; without a first, everything the second allows is gained.

    Args:
        before: the document in force.
        after: the document to come.
        known: actions to take examples from.
    """
    statements = [*(before.statements if before is not None else ()), *after.statements]
    actions = of_actions((each for statement in statements for each in statement.actions), known)
    resources = of_resources(each for statement in statements for each in statement.resources)
    tried, all_tried = cases(statements)
    pairs = _pairs(statements, actions, resources)
    fitting = pairs[: MOST // (2 * len(tried))]
    sides = _compiled(before), _compiled(after)
    changed: dict[tuple[Class, Outcome], list[Class]] = {}
    for action, resource in fitting:
        for outcome in _outcomes(sides, action.example, resource.example, tried):
            changed.setdefault((resource, outcome), []).append(action)
    complete = actions.complete and resources.complete and all_tried and len(fitting) == len(pairs)
    found = tuple(_changes(changed, tried))
    return Comparison(tuple(sorted(found, key=lambda change: not change.gained)), complete)


def _compiled(document: Document | None) -> PolicySet:
    attached = [] if document is None else [AttachedPolicy("policy", "Custom", "", document)]
    return PolicySet.compile(attached)


def _pairs(
    statements: Iterable[Statement], actions: Classes, resources: Classes
) -> list[tuple[Class, Class]]:
    """Return the classes that some statement speaks of: no other can change."""
    action_numbers = {fold(pattern): number for number, pattern in enumerate(actions.patterns)}
    resource_numbers = {pattern: number for number, pattern in enumerate(resources.patterns)}
    found: dict[tuple[Class, Class], None] = {}
    for statement in statements:
        named = {action_numbers[fold(each)] for each in statement.actions}
        covered = {resource_numbers[each] for each in statement.resources}
        about = [each for each in resources.found if not covered.isdisjoint(each.matched)]
        for action in actions.found:
            if len(found) > MOST:
                return list(found)
            if named.isdisjoint(action.matched) is statement.not_action:
                found.update({(action, resource): None for resource in about})
    return list(found)


def _outcomes(
    sides: tuple[PolicySet, PolicySet], action: str, resource: str, tried: tuple[Case, ...]
) -> Iterator[Outcome]:
    """Yield what changes for one action and resource: in some cases gained, in some lost."""
    gained: list[int] = []
    lost: list[int] = []
    for number, case in enumerate(tried):
        was, is_now = (allowed(side, action, resource, case.context) for side in sides)
        if is_now and not was:
            gained.append(number)
        elif was and not is_now:
            lost.append(number)
    if gained:
        yield True, tuple(gained)
    if lost:
        yield False, tuple(lost)


def allowed(policies: PolicySet, action: str, resource: str, context: Mapping[str, ContextValue]) -> bool:
    """Return whether a policy by itself allows a request."""
    return policies.decide("identity", Request(action, resource, context)).allowed


def _changes(
    changed: Mapping[tuple[Class, Outcome], list[Class]], tried: tuple[Case, ...]
) -> Iterator[Change]:
    """Put together what changes in the same way, first actions and then resources."""
    together: dict[tuple[tuple[Class, ...], Outcome], list[Class]] = {}
    for (resource, outcome), alike in changed.items():
        together.setdefault((tuple(alike), outcome), []).append(resource)
    for (actions, (gained, numbers)), resources in together.items():
        first = tried[numbers[0]]
        yield Change(
            gained,
            actions,
            tuple(resources),
            tuple(tried[number] for number in numbers),
            len(numbers) == len(tried),
            Request(actions[0].example, resources[0].example, first.context),
        )
