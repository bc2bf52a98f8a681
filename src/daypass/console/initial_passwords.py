"""Passwords that are made up for somebody: long, at random, of every kind of character."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTH: Final = 20
LONGEST: Final = 32
"""What any policy is content with; the longest password there is."""

_KINDS: Final = ("abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "!#$%*+-=?@^_~")
"""Without characters that are taken for one another."""


def make_password(entropy: Callable[[int], bytes], length: int) -> Secret:
    """Return a password.

    Args:
        entropy: returns that many random bytes.
        length: how many characters; at least one of each kind is among them.
    """
    every = "".join(_KINDS)
    while True:
        text = "".join(_drawn(entropy, every) for _ in range(length))
        if all(set(kind) & set(text) for kind in _KINDS):
            return Secret(text)


def _drawn(entropy: Callable[[int], bytes], letters: str) -> str:
    """Return one of the letters, each as likely as the others."""
    while True:
        (byte,) = entropy(1)
        if byte < 256 - 256 % len(letters):
            return letters[byte % len(letters)]
