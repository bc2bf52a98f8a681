"""``daypass restore``: a data directory from an archive."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from daypass.cli.errors import FailedError
from daypass.cli.options import Parser, path
from daypass.cli.passphrase import add_passphrase, read_passphrase
from daypass.cli.store import add_data, data_directory

if TYPE_CHECKING:
    from argparse import Namespace

    from daypass.directory.master_key import MasterKeySource


def add(parser: Parser) -> None:
    """Add the options."""
    parser.description = (
        "Makes a data directory from an archive of `daypass snapshot`. A server on it refuses requests "
        "signed before its first start, since nobody knows which of them were used. An archive that was "
        "cut short or altered is refused, and so is a directory that is not empty."
    )
    parser.add_argument("file", type=path, metavar="FILE", help="the archive")
    add_passphrase(parser, "opens an encrypted archive")
    parser.add_argument(
        "--master-key",
        type=path,
        metavar="FILE",
        help="the master key's file, for an archive without it; DAYPASS_MASTER_KEY can hold the key instead",
    )
    add_data(parser)


def run(options: Namespace) -> int:
    """Restore it."""
    from daypass import main  # noqa: PLC0415 (slow to import; not for help texts)
    from daypass.host.snapshots import restore  # noqa: PLC0415 (as above)

    options.database = ""
    data = data_directory(options).absolute()
    try:
        restore(
            options.file,
            data,
            passphrase=read_passphrase(options, "daypass restore"),
            master_key=_master_key(options),
            clock=main.clock,
            entropy=os.urandom,
        )
    except OSError as fault:
        raise FailedError(f"cannot use {fault.filename or data}: {fault.strerror or fault}") from None
    print(data)
    return 0


def _master_key(options: Namespace) -> MasterKeySource | None:
    from daypass.directory.master_key import KeyFile, KeyText  # noqa: PLC0415 (as above)
    from daypass.secret import Secret  # noqa: PLC0415 (as above)

    if options.master_key is not None:
        source = KeyFile(options.master_key)
        if not source.load():
            raise FailedError(f"there is no master key in {source}")
        return source
    text = os.environ.get("DAYPASS_MASTER_KEY", "")
    return KeyText(Secret(text), "DAYPASS_MASTER_KEY") if text else None
