"""Whether a request might be allowed of which not everything is known yet: no decision, a forecast.

Meant for what is shown to people before they have filled a form in. It errs on the side of
what may be tried: whoever tries is decided on like anybody else.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from daypass.policy.actions import fold
from daypass.policy.arn import SEGMENTS, Arn
from daypass.policy.conditions import Context
from daypass.policy.decision import IMPLICIT_DENY, Layer, Layers, Request
from daypass.policy.evaluate import decide
from daypass.policy.explain import asked, failures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daypass.policy.compiled import PolicySet


def conceivable(layers: Layers, request: Request, scoped: Iterable[PolicySet] = ()) -> bool:
    """Whether a request might be allowed of which not everything is known yet.

    Args:
        layers: the policies it meets.
        request: its resource has ``*`` for what is not known.
        scoped: attached for resource groups, one of which the resource might be in.

    Reads every statement.
    """
    decided = decide(layers, request)
    if decided.outcome is not IMPLICIT_DENY:
        return decided.allowed
    identity: list[tuple[Layer, PolicySet]] = [("resource_group", policies) for policies in scoped]
    for layer, policies in asked(layers):
        if layer in {"identity", "resource_group"}:
            identity.append((layer, policies))
        elif not _might_allow(layer, policies, request):
            return False
    return any(_might_allow(layer, policies, request) for layer, policies in identity)


def _might_allow(layer: Layer, policies: PolicySet, request: Request) -> bool:
    if policies.decide(layer, request).allowed:
        return True
    action, arn, context = fold(request.action), Arn(request.resource), Context(request.context)
    for entry in policies.entries:
        if entry.denies or not entry.actions.match(action):
            continue
        missed = list(islice(failures(entry, layer, request, arn, context), 2))
        if [miss.failed for miss in missed] == ["resource"] and any(
            meets(wanted, request.resource) for wanted in missed[0].wanted
        ):
            return True
    return False


def meets(one: str, other: str) -> bool:
    """Whether some resource is covered by both of two patterns; letter case never counts here."""
    mine, theirs = (fold(text).split(":", SEGMENTS - 1) for text in (one, other))
    if len(mine) != len(theirs):
        return overlap(fold(one), fold(other))
    return all(overlap(a or "*", b or "*") for a, b in zip(mine, theirs, strict=True))


def overlap(one: str, other: str) -> bool:
    """Whether some text fits both of two wildcard patterns."""
    # Which beginnings of the other pattern fit what has been read of the first one.
    row = [True, *(other[: end + 1].strip("*") == "" for end in range(len(other)))]
    for letter in one:
        star = letter == "*"
        following = [row[0] and star]
        for at, opposite in enumerate(other):
            if star or opposite == "*":
                fits = row[at + 1] or following[at]
            else:
                fits = row[at] and (letter == opposite or "?" in (letter, opposite))
            following.append(fits)
        row = following
    return row[-1]
