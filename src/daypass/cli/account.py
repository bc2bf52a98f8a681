"""``daypass account create``: another account with a root AccessKey."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from daypass.cli.options import Parser
from daypass.cli.store import add_store, open_store
from daypass.names import ACCOUNT_ID

if TYPE_CHECKING:
    from argparse import Namespace


def add(parser: Parser) -> None:
    """Add the sub-command and its options."""
    create = parser.add_subparsers(dest="verb", required=True, metavar="create").add_parser(
        "create",
        help="create an account and print its id and root AccessKey",
        description="Creates an account and prints its id and root AccessKey as JSON; this is the only time "
        "that the secret is shown. Works while a server runs. A store that is not there is made.",
    )
    create.add_argument("--id", type=_account_id, metavar="ID", help="16 digits; a new id if not given")
    add_store(create)


def run(options: Namespace) -> int:
    """Create the account and print it."""
    from daypass import host  # noqa: PLC0415 (slow to import; not for help texts)

    with open_store(options, create=True) as database:
        key = host.create_account(database, host.Presets(options.id))
    print(host.credentials_json(key))
    return 0


def _account_id(text: str) -> str:
    if not ACCOUNT_ID.fullmatch(text):
        raise argparse.ArgumentTypeError("an account id has 16 digits")
    return text
