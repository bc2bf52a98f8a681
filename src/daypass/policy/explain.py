"""Why a request was not allowed: the statements that came within one step of allowing it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from daypass.policy.actions import fold
from daypass.policy.arn import Arn
from daypass.policy.conditions import Context, fold_key
from daypass.policy.decision import IMPLICIT_DENY, Layer, Layers, Reason, Request
from daypass.policy.evaluate import decide

if TYPE_CHECKING:
    from daypass.policy.compiled import Entry, PolicySet

MOST: Final = 16
"""Near misses returned at most."""

Failed = Literal["condition", "resource", "principal"]


class NearMiss(msgspec.Struct, frozen=True, gc=False):
    """An Allow statement that names the action and failed by exactly one thing.

    Attributes:
        statement: which one.
        failed: what did not match.
        wanted: the values of the statement, any of which would have done.
        actual: the values of the request; None when it does not carry the condition key.
        operator: of the failed condition, else empty.
        key: of the failed condition, else empty.
    """

    statement: Reason
    failed: Failed
    wanted: tuple[str, ...]
    actual: tuple[str, ...] | None
    operator: str = ""
    key: str = ""

    def __str__(self) -> str:
        where = f"{self.statement.policy} statement {self.statement.statement}"
        wanted = " or ".join(self.wanted)
        actual = "nothing" if self.actual is None else ", ".join(self.actual)
        if self.failed == "condition":
            return f"{where}: {self.operator} {self.key} wants {wanted}, the request has {actual}"
        return f"{where}: its {self.failed} is {wanted}, the request has {actual}"


def explain(layers: Layers, request: Request) -> tuple[NearMiss, ...]:
    """Return what came nearest to allowing a request that is denied for want of an Allow.

    Layers are read in the order of evaluation, those that allow are left out. Nothing is
    returned for a request that is allowed or explicitly denied: there the decision's own
    reasons say it all. Reads every statement; meant for denials, not for every request.
    """
    if layers.root or decide(layers, request).outcome is not IMPLICIT_DENY:
        return ()
    return tuple(islice(_misses(layers, request), MOST))


def _misses(layers: Layers, request: Request) -> Iterator[NearMiss]:
    action, arn, context = fold(request.action), Arn(request.resource), Context(request.context)
    for layer, policies in asked(layers):
        if policies.decide(layer, request).allowed:
            continue
        for entry in policies.entries:
            if not entry.denies and entry.actions.match(action):
                failed = list(islice(failures(entry, layer, request, arn, context), 2))
                if len(failed) == 1:
                    yield failed[0]


def asked(layers: Layers) -> Iterator[tuple[Layer, PolicySet]]:
    """Yield the layers that are there, in the order of evaluation."""
    for level in layers.control:
        yield "control", level
    named: tuple[tuple[Layer, PolicySet | None], ...] = (
        ("session", layers.session),
        ("identity", layers.identity),
        ("resource_group", layers.resource_group),
        ("trust", layers.trust),
    )
    for layer, policies in named:
        if policies is not None:
            yield layer, policies


def failures(entry: Entry, layer: Layer, request: Request, arn: Arn, context: Context) -> Iterator[NearMiss]:
    """Yield everything that keeps a statement from matching a request."""
    statement = entry.reason(layer)
    if not entry.covers(arn):
        wanted = tuple(pattern.text for pattern in entry.resources)
        yield NearMiss(statement, "resource", wanted, (request.resource,))
    if not entry.answers(request):
        wanted = tuple(sorted(entry.principals or ()))
        yield NearMiss(statement, "principal", wanted, tuple(sorted(request.principals)))
    for check in entry.checks:
        if not check.holds(context):
            line = check.condition
            given = context.find(line.key, fold_key(line.key))
            actual = (given,) if isinstance(given, str) else None if given is None else tuple(given)
            yield NearMiss(statement, "condition", line.wanted, actual, line.operator, line.key)
