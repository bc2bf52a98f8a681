"""Actions: ``<ram-code>:<name>``, matched as one text, ignoring case.

A ``*`` may stand anywhere and crosses the colon. Only ASCII letters fold: no letter of
another script may come to equal an action's name.

Source: RAM's policy elements (Action, NotAction) and its sample policies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.policy.pattern import Matcher, glob, has_wildcard

if TYPE_CHECKING:
    from collections.abc import Iterable

_FOLD: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def fold(text: str) -> str:
    """Lower-case the ASCII letters of a text and nothing else."""
    return text.lower() if text.isascii() else text.translate(_FOLD)


class Actions:
    """The actions a statement names, or with ``NotAction`` all others.

    Attributes:
        patterns: as written, folded.
        negated: whether the statement says ``NotAction``.
        match: says whether a folded action is meant.
    """

    __slots__ = ("match", "negated", "patterns")

    def __init__(self, patterns: Iterable[str], *, negated: bool) -> None:
        self.patterns = tuple(map(fold, patterns))
        self.negated = negated
        named = _named(self.patterns)
        self.match: Matcher = (lambda action: not named(action)) if negated else named


def _named(patterns: tuple[str, ...]) -> Matcher:
    """Match any of some patterns; the forms that policies are full of, in few steps."""
    if len(patterns) == 1:
        return glob(patterns[0])
    exact = frozenset(each for each in patterns if not has_wildcard(each))
    prefixes = tuple(each[:-1] for each in patterns if each[-1] == "*" and not has_wildcard(each[:-1]))
    globs = [glob(each) for each in patterns if each not in exact and each[:-1] not in prefixes]
    return lambda action: (
        action in exact or action.startswith(prefixes) or any(matches(action) for matches in globs)
    )
