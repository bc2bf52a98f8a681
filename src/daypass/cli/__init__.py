"""The command line: ``daypass serve``, ``daypass sts AssumeRole …`` and the rest.

A command is a module with ``add`` (its options) and ``run`` (what it does); the first
word names it, or a product. Only that module is imported, so a start stays quick.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from daypass.cli.errors import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_USAGE, UsageError
from daypass.errors import DaypassError

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        words: the arguments; those of the process if not given.

    Returns:
        0 if it worked; 1 if not, with the reason on stderr; 2 for wrong usage.
    """
    try:
        code = _dispatch(list(sys.argv[1:] if words is None else words))
        sys.stdout.flush()
    except UsageError as wrong:
        _complain(f"{wrong}\nsee: {wrong.command} --help")
        return EXIT_USAGE
    except DaypassError as failure:
        _complain(f"daypass: {failure}")
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    return code


def _dispatch(words: list[str]) -> int:
    from daypass.cli import commands  # noqa: PLC0415 (a start imports what it needs)

    return commands.dispatch(words)


def _complain(text: str) -> None:
    print(text, file=sys.stderr)
