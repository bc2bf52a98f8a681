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

_SQLITE: Final = "sqlite:///"


def add_data(parser: Parser) -> None:
    """Add the option that says where the data directory is."""
    parser.setting(
        "--data",
        f"directory of the store, its keys and records; default {DEFAULT_DATA}, or daypass in XDG_DATA_HOME",
        read=path,
        metavar="DIR",
    )


def add_store(parser: Parser) -> None:
    """Add the options that say where the store is."""
    add_data(parser)
    parser.setting(
        "--database", "URL of the store; default SQLite in the data directory", default="", metavar="URL"
    )


def data_directory(options: Namespace) -> Path:
    """Return the data directory: the one asked for, else the store's own, else the user's.

    The store's own counts if the master key lies there, beside a SQLite file that was named.
    """
    if options.data is not None:
        asked: Path = options.data
        return asked
    file = _sqlite_file(options.database)
    if file is not None and (file.parent / "master.key").exists():
        return file.parent
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
    file = _sqlite_file(settings.database_url)
    if not create and file is not None and not file.exists():
        raise FailedError(f"there is no store in {file.parent}; a server makes one when it starts")
    return open_database(settings)


def store_is_there(options: Namespace) -> bool:
    """Return whether the options name a store that is there, as far as that shows without opening it."""
    from daypass.main import Settings  # noqa: PLC0415 (as above)

    file = _sqlite_file(Settings(data=data_directory(options), database=options.database).database_url)
    return file is None or file.exists()


def _sqlite_file(url: str) -> Path | None:
    """Return the file that an SQLite URL names."""
    name = url.removeprefix(_SQLITE)
    return Path(name) if name not in {"", url} else None
