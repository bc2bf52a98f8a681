"""How much all policy sets of a process may remember together.

One set's memory is small; there may be many sets, one for each principal and session.
What they remember is counted together, and when it is too much all of them forget.
"""

from __future__ import annotations

import threading
from typing import Final, Protocol
from weakref import WeakSet

MOST: Final = 32_768
"""Requests remembered in all: at most some 40 MiB, usually a quarter of it."""


class Forgetful(Protocol):
    """Something that can forget what it remembers."""

    def forget(self) -> None:
        """Forget it."""
        ...


class Memory:
    """Counts what is remembered. Safe to share between threads.

    Args:
        most: remembered things in all.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most: Final = most
        self._count = 0
        self._members: Final[WeakSet[Forgetful]] = WeakSet()
        self._lock: Final = threading.Lock()

    def join(self, member: Forgetful) -> None:
        """Count what a member remembers from now on."""
        with self._lock:
            self._members.add(member)

    def another(self) -> None:
        """Count one more; the members forget everything if that is too much."""
        self._count += 1
        if self._count > self._most:
            with self._lock:
                self._count = 0
                for member in self._members:
                    member.forget()


SHARED: Final = Memory()
"""The memory of this process."""
