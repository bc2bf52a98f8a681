"""Actions: ``<ram-code>:<name>``, matched as one text, ignoring case.

A ``*`` may stand anywhere and crosses the colon. Only ASCII letters fold: no letter of
another script may come to equal an action's name.

Source: RAM's policy elements (Action, NotAction) and its sample policies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.policy.pattern import glob, has_wildcard

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
    """

    __slots__ = ("_exact", "_globs", "_prefixes", "negated", "patterns")

    def __init__(self, patterns: Iterable[str], *, negated: bool) -> None:
        self.patterns = tuple(map(fold, patterns))
        self.negated = negated
        self._exact = frozenset(p for p in self.patterns if not has_wildcard(p))
        self._prefixes = tuple(p[:-1] for p in self.patterns if p[-1:] == "*" and not has_wildcard(p[:-1]))
        self._globs = tuple(
            glob(p) for p in self.patterns if has_wildcard(p) and (p[-1:] != "*" or has_wildcard(p[:-1]))
        )

    def match(self, action: str) -> bool:
        """Whether a folded action is meant."""
        named = (
            action in self._exact
            or action.startswith(self._prefixes)
            or any(matches(action) for matches in self._globs)
        )
        return named is not self.negated
