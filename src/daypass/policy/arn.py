"""Resources: ``acs:<ram-code>:<region>:<account>:<relative-id>``, matched segment by segment.

The first four segments are matched one by one, so a star in a policy never reaches over
a colon into the part that callers choose; the relative id is one text in which stars
cross everything. A pattern with fewer than five segments is one glob over the whole ARN.

Two kinds of emptiness: role ARNs are printed with an empty region while policies write a
star there, and the other way round, so an empty region or account in a pattern means an
empty one or a literal star, and an empty one in a request is met by that or by ``*``.

Letter case counts in the relative id, except for RAM's own resources; it does not count
in ``acs``, the RAM code and the region.

Source: RAM's policy elements (Resource), the authorization tables of RAM and STS, the
control-policy guide for ``acs:*:*cn-beijing*:*:*``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from daypass.policy.actions import fold
from daypass.policy.pattern import Matcher, glob

SEGMENTS: Final = 5
_MEMO: Final = 4096


class Arn:
    """The resource of a request, split once.

    Attributes:
        text: as given, with ``acs``, RAM code and region folded.
        segments: the five segments, folded likewise; empty for a text with fewer.
        folded: the relative id folded, or the whole text when there are no segments.
        of_ram: whether it is a resource of RAM itself, whose names ignore case.
    """

    __slots__ = ("folded", "of_ram", "segments", "text")

    def __init__(self, resource: str) -> None:
        parts = resource.split(":", SEGMENTS - 1)
        if len(parts) < SEGMENTS:
            self.segments: tuple[str, ...] = ()
            self.text, self.folded, self.of_ram = resource, fold(resource), False
            return
        parts[:3] = map(fold, parts[:3])
        self.segments = tuple(parts)
        self.text = ":".join(parts)
        self.folded = fold(parts[4])
        self.of_ram = parts[1] == "ram"


class ResourcePattern:
    """One entry of a statement's ``Resource``.

    Attributes:
        text: as written.
        segments: of the pattern, ``acs``, RAM code and region folded; empty for a short pattern.
    """

    __slots__ = ("_account", "_folded", "_heads", "_region", "_relative", "segments", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        parts = _split(text)
        self.segments = parts if len(parts) == SEGMENTS else ()
        self._relative = glob(parts[4] if self.segments else ":".join(parts))
        self._folded = glob(fold(parts[4] if self.segments else text))
        if self.segments:
            self._heads = glob(parts[0]), glob(parts[1])
            self._region, self._account = _place(parts[2]), _place(parts[3])

    def match(self, arn: Arn) -> bool:
        """Whether the pattern covers a request's resource."""
        if not self.segments:
            return self._folded(fold(arn.text)) if arn.of_ram else self._relative(arn.text)
        if not arn.segments:
            return False
        scheme, service, region, account, relative = arn.segments
        matches_scheme, matches_service = self._heads
        return (
            matches_service(service)
            and (self._folded(arn.folded) if arn.of_ram else self._relative(relative))
            and self._account(account)
            and self._region(region)
            and matches_scheme(scheme)
        )


def _place(pattern: str) -> Matcher:
    """Match a region or an account: an empty one means an empty one or a literal star."""
    return glob(pattern) if pattern else _NOWHERE.__contains__


_NOWHERE: Final = frozenset(("", "*"))


def _split(text: str) -> tuple[str, ...]:
    """Split a pattern; those of the first three segments that are whole are folded.

    In a short pattern the segments after a wildcard line up with nothing, so only the
    whole segments before the first wildcard fold.
    """
    parts = text.split(":", SEGMENTS - 1)
    if len(parts) == SEGMENTS:
        return (*map(fold, parts[:3]), *parts[3:])
    for place, part in enumerate(parts[:-1]):
        if "*" in part or "?" in part:
            break
        parts[place] = fold(part)
    return tuple(parts)


@lru_cache(_MEMO)
def resource_pattern(text: str) -> ResourcePattern:
    """Compile one resource pattern; equal texts share the result."""
    return ResourcePattern(text)
