"""The ready file: where requests are accepted, for whoever started the server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from daypass.errors import DaypassError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class ReadyFileError(DaypassError):
    """The ready file cannot be written; one line for the operator."""


def clear_ready_file(ready_file: Path) -> None:
    """Remove the ready file of an earlier run, and see that a new one can be written.

    Raises:
        ReadyFileError: it cannot.
    """
    try:
        ready_file.unlink(missing_ok=True)
        partial = _partial(ready_file)
        partial.touch()
        partial.unlink()
    except OSError as fault:
        raise ReadyFileError(f"cannot write the ready file {ready_file}: {fault.strerror}") from None


def write_ready_file(ready_file: Path, facts: Mapping[str, object]) -> None:
    """Write where requests are accepted, all at once."""
    partial = _partial(ready_file)
    partial.write_text(json.dumps(facts), encoding="utf-8")
    partial.replace(ready_file)


def _partial(ready_file: Path) -> Path:
    """Return where the ready file is written before it is moved into place."""
    return ready_file.with_name(ready_file.name + ".partial")
