"""``daypass console``: what is done for the console on the machine itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.cli.options import Parser
from daypass.cli.store import add_store, data_directory, open_store

if TYPE_CHECKING:
    from argparse import Namespace

_DEFAULT: Final = "http://127.0.0.1:8621"


def add(parser: Parser) -> None:
    """Add the sub-command and its options."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="setup-link")
    link = verbs.add_parser(
        "setup-link",
        help="make a one-use link that makes an administrator",
        description="Makes a link, good for ten minutes and one use, that makes a RAM user who may sign in "
        "and has AdministratorAccess. A link made before is good no more. It is printed, and written to "
        "console-setup-url in the data directory until it is used. Works while servers run.",
    )
    add_store(link)
    link.add_argument("--account", metavar="ID", help="whose administrator; needed where there are several")
    link.add_argument(
        "--url",
        metavar="URL",
        help=f"where browsers reach the console; default where it was served last, else {_DEFAULT}",
    )


def run(options: Namespace) -> int:
    """Make a link and print it."""
    from daypass import host  # noqa: PLC0415 (slow to import; not for help texts)
    from daypass.host.setup import SetupFiles, make_setup_link  # noqa: PLC0415 (as above)

    files = SetupFiles(data_directory(options))
    with open_store(options, create=False) as database:
        account = host.chosen_account(database, options.account)
        link = make_setup_link(database, account)
    print(files.write_link(options.url or files.console() or _DEFAULT, link))
    return 0
