"""``daypass export``: what accounts hold, in the form that ``daypass apply`` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.cli.options import Parser, account_id, one_of
from daypass.cli.store import add_store, open_store

if TYPE_CHECKING:
    from argparse import Namespace


def add(parser: Parser) -> None:
    """Add the options."""
    parser.description = (
        "Prints what accounts hold, in the form that `daypass apply` reads. No secret is in it: no "
        "AccessKey, no password."
    )
    parser.add_argument("--account", type=account_id, metavar="ID", help="only this account; 16 digits")
    parser.add_argument(
        "--format",
        type=one_of("yaml", "json"),
        default="yaml",
        metavar="FORM",
        help="yaml or json; default yaml",
    )
    add_store(parser)


def run(options: Namespace) -> int:
    """Print them."""
    from daypass import host  # noqa: PLC0415 (slow to import; not for help texts)
    from daypass.host import declare  # noqa: PLC0415 (as above)

    with open_store(options, create=False) as database:
        asked = options.account
        chosen = None if asked is None else (host.chosen_account(database, asked),)
        forms = declare.declare(database, chosen)
    print(declare.write(forms, options.format), end="")
    return 0
