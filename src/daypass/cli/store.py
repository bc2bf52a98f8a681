"""Which store a command of the host works on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from daypass.cli.errors import FailedError
from daypass.cli.options import Parser, path

if TYPE_CHECKING:
    from argparse import Namespace

    from daypass.directory.database import Database

DEFAULT_DATA: Final = "~/.local/share/daypass"
"""As help texts write it; ``$XDG_DATA_HOME/daypass`` where that is set."""


def add_store(parser: Parser) -> None:
    """Add the options that say where the store is."""
    parser.setting(
        "--data",
        f"directory of the store, its keys and records; default {DEFAULT_DATA}, or daypass in XDG_DATA_HOME",
        read=path,
        metavar="DIR",
    )
    parser.setting(
        "--database", "URL of the store; default SQLite in the data directory", default="", metavar="URL"
    )


def data_directory(options: Namespace) -> Path:
    """Return the data directory that is asked for, or the user's own."""
    if options.data is not None:
        asked: Path = options.data
        return asked
    base = Path(os.environ.get("XDG_DATA_HOME", ""))
    try:
        return (base if base.is_absolute() else Path.home() / ".local" / "share") / "daypass"
    except RuntimeError:
        raise FailedError("there is no home directory; name a data directory with --data") from None


def open_store(options: Namespace, *, create: bool) -> Database:
    """Open the store that the options name.

    Args:
        options: with what :func:`add_store` added.
        create: make it if it is not there.

    Raises:
        DaypassError: it cannot be opened, or is not there; one line.
    """
    from daypass.main import Settings, open_database  # noqa: PLC0415 (slow to import; not for help texts)

    settings = Settings(data=data_directory(options), database=options.database)
    if not create and not settings.database and not (settings.data / "daypass.db").exists():
        raise FailedError(
            f"there is no store in {settings.data}; name its directory with --data, "
            "or start a server there, which makes one"
        )
    return open_database(settings)
