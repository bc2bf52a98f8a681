"""Whether an action is ever asked for on a resource, by what is known of actions.

Only what is known is told: an action nobody has heard of may be about anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from daypass.policy.actions import fold
from daypass.policy.arn import SEGMENTS
from daypass.policy.overlap import may_meet
from daypass.policy.pattern import glob, has_wildcard

_VARYING: Final = re.compile(r"\{[^}]*\}")


class Known:
    """Known actions, and the resources that each of them is asked on.

    Args:
        actions: by action as published, ARNs in which ``{Names}`` and ``*`` vary.
    """

    def __init__(self, actions: Mapping[str, Iterable[str]]) -> None:
        self.names: Final = {fold(name): name for name in actions}
        self._resources: Final = {
            fold(name): tuple(_VARYING.sub("*", arn) for arn in arns) for name, arns in actions.items()
        }
        self._services: Final = {name.partition(":")[0] for name in self._resources}

    def of(self, pattern: str) -> tuple[str, ...]:
        """Return the known actions that a pattern matches, folded."""
        folded = fold(pattern)
        if not has_wildcard(folded):
            return (folded,) if folded in self._resources else ()
        matches = glob(folded)
        return tuple(name for name in self._resources if matches(name))

    def resources(self, pattern: str) -> tuple[str, ...]:
        """Return what the actions of a pattern are asked on; nothing if some of them may be unknown.

        A pattern can match actions that are unknown. Of a service whose actions are all on
        resources of certain services they are taken to be on these as well.
        """
        folded = fold(pattern)
        service = folded.partition(":")[0]
        if ":" not in folded or has_wildcard(service) or service not in self._services:
            return ()
        if folded in self._resources:
            return self._resources[folded]
        codes = {
            arn.split(":", 2)[1] if ":" in arn else "*"
            for name, arns in self._resources.items()
            if name.startswith(f"{service}:")
            for arn in arns
        }
        return tuple(f"acs:{code}:*:*:*" for code in sorted(codes))


def reaches(action_resources: Iterable[str], resource: str) -> bool:
    """Return whether something asked on some ARNs may be asked on what a pattern of a policy covers."""
    wanted = resource.split(":", SEGMENTS - 1)
    if len(wanted) < SEGMENTS:
        return True
    return any(_meets(arn.split(":", SEGMENTS - 1), wanted) for arn in action_resources)


def _meets(asked: list[str], wanted: list[str]) -> bool:
    if len(asked) < SEGMENTS:  # on no single resource: only a star covers that
        return False
    return may_meet(fold(asked[1]), fold(wanted[1])) and may_meet(fold(asked[-1]), fold(wanted[-1]))
