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

_VARYING: Final = re.compile(r"\{[^}]*\}")


class Known:
    """Known actions, and the resources that each of them is asked on.

    Args:
        actions: by action as published, ARNs in which ``{Names}`` and ``*`` vary.
    """

    def __init__(self, actions: Mapping[str, Iterable[str]]) -> None:
        self._resources: Final = {
            fold(name): tuple(_VARYING.sub("*", arn) for arn in arns) for name, arns in actions.items()
        }
        codes: dict[str, set[str]] = {}
        for name, arns in self._resources.items():
            service = codes.setdefault(name.partition(":")[0], set())
            service.update(arn.split(":", 2)[1] if ":" in arn else "*" for arn in arns)
        self._of_services: Final = {
            service: tuple(f"acs:{code}:*:*:*" for code in sorted(found)) for service, found in codes.items()
        }

    def resources(self, pattern: str) -> tuple[str, ...]:
        """Return what the actions of a pattern are asked on; nothing if that is not known.

        A pattern can match actions that are not known. Where all known ones of a service are
        on resources of certain services, the others are taken to be on these as well.
        """
        folded = fold(pattern)
        if folded in self._resources:
            return self._resources[folded]
        return self._of_services.get(folded.partition(":")[0], ()) if ":" in folded else ()


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
