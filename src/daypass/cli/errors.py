"""How a command ends that does not do what was asked."""

from __future__ import annotations

from typing import Final

from daypass.errors import DaypassError

EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2
EXIT_INTERRUPTED: Final = 130


class UsageError(DaypassError):
    """The command line cannot be understood.

    Attributes:
        command: the words of the command whose help tells more.
    """

    def __init__(self, command: str, reason: str) -> None:
        super().__init__(f"{command}: {reason}")
        self.command: Final = command


class FailedError(DaypassError):
    """The command could not do what was asked; one line for people."""
