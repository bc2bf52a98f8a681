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

from collections.abc import Callable
from typing import Final

from daypass.policy.actions import fold
from daypass.policy.pattern import Matcher, glob, has_wildcard

SEGMENTS: Final = 5
_FOLDED: Final = 3
"""How many segments ignore letter case whatever the service: ``acs``, RAM code, region."""

_RAM: Final = "ram"


class Arn:
    """The resource of a request, split once.

    Attributes:
        text: as given, with ``acs``, RAM code and region folded.
        lowered: the whole text folded.
        segments: the five segments, folded like the text; empty for a text with fewer.
        relative: the relative id folded.
        of_ram: whether it is a resource of RAM itself, whose names ignore case.
    """

    __slots__ = ("lowered", "of_ram", "relative", "segments", "text")

    def __init__(self, resource: str) -> None:
        self.lowered = fold(resource)
        self.segments, self.relative = _split(resource, self.lowered)
        self.text = resource if resource == self.lowered else ":".join(self.segments) or resource
        self.of_ram = bool(self.segments) and self.segments[1] == _RAM


class ResourcePattern:
    """One entry of a statement's ``Resource``.

    The matching function is made when it is first needed: of a large set of policies most
    patterns are never asked.

    Attributes:
        text: as written.
        segments: of the pattern, ``acs``, RAM code and region folded; empty for a short pattern.
        relative: its relative id, folded; of a short pattern, the whole of it.
    """

    __slots__ = ("_test", "relative", "segments", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        lowered = fold(text)
        self.segments, relative = _split(text, lowered)
        self.relative = relative if self.segments else lowered
        self._test: Callable[[Arn], bool] | None = None

    def match(self, arn: Arn) -> bool:
        """Whether the pattern covers a request's resource."""
        test = self._test
        if test is None:
            test = (
                _by_segment(self.segments, self.relative)
                if self.segments
                else _short(self.text, self.relative)
            )
            self._test = test
        return test(arn)


def _by_segment(segments: tuple[str, ...], folded_relative: str) -> Callable[[Arn], bool]:
    scheme, service = glob(segments[0]), glob(segments[1])
    region, account = _place(segments[2]), _place(segments[3])
    exact, folded = glob(segments[-1]), glob(folded_relative)

    def matches(arn: Arn) -> bool:
        if not arn.segments:
            return False
        actual = arn.segments
        return (
            (folded(arn.relative) if arn.of_ram else exact(actual[4]))
            and service(actual[1])
            and account(actual[3])
            and region(actual[2])
            and scheme(actual[0])
        )

    return matches


def _split(text: str, lowered: str) -> tuple[tuple[str, ...], str]:
    """Return the five segments, those that ignore case folded, and the folded relative id."""
    parts = text.split(":", SEGMENTS - 1)
    if len(parts) < SEGMENTS:
        return (), ""
    if text == lowered:
        return tuple(parts), parts[-1]
    folded = lowered.split(":", SEGMENTS - 1)
    return (*folded[:_FOLDED], *parts[_FOLDED:]), folded[-1]


def _place(pattern: str) -> Matcher:
    """Match a region or an account: an empty one means an empty one or a literal star."""
    return glob(pattern) if pattern else _NOWHERE.__contains__


_NOWHERE: Final = frozenset(("", "*"))


def _short(text: str, lowered: str) -> Callable[[Arn], bool]:
    """Match a pattern of fewer than five segments as one glob over the whole ARN.

    What stands after a wildcard lines up with no segment, so of the segments that ignore
    case only the whole ones before the first wildcard fold.
    """
    parts = text.split(":")
    for place, part in enumerate(parts[:-1]):
        if has_wildcard(part):
            break
        parts[place] = fold(part)
    exact, folded = glob(":".join(parts)), glob(lowered)
    return lambda arn: folded(arn.lowered) if arn.of_ram else exact(arn.text)
