"""``daypass snapshot``: an archive of a data directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.cli.errors import FailedError
from daypass.cli.options import Parser, path
from daypass.cli.passphrase import add_passphrase, read_passphrase
from daypass.cli.store import add_store, data_directory, open_store

if TYPE_CHECKING:
    from argparse import Namespace


def add(parser: Parser) -> None:
    """Add the options."""
    parser.description = (
        "Writes an archive of a data directory while servers run. Every change that was acknowledged before "
        "is in it. With a passphrase it is encrypted, and the master key's file and the keys of `daypass tls "
        "init` are in it too; without one they are not, and the archive is of use only to who has the master "
        "key. Nonces and root-credentials.json are never in it."
    )
    parser.add_argument("file", type=path, metavar="FILE", help="the archive to make; must not be there")
    add_passphrase(parser, "encrypts the archive")
    parser.add_argument("--with-decisions", action="store_true", help="take the decision log too")
    add_store(parser)


def run(options: Namespace) -> int:
    """Write the archive."""
    from daypass.host.snapshots import snapshot  # noqa: PLC0415 (slow to import; not for help texts)

    passphrase = read_passphrase(options, "daypass snapshot")
    data = data_directory(options)
    try:
        with open_store(options, create=False) as database:
            snapshot(
                database,
                data,
                options.file,
                passphrase=passphrase,
                with_decisions=options.with_decisions,
            )
    except OSError as fault:
        place = fault.filename or options.file
        raise FailedError(f"cannot write {place}: {fault.strerror or fault}") from None
    print(options.file)
    return 0
