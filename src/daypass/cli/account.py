"""``daypass account``: another account with a root AccessKey; the quotas of one; a way back into one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.cli import quota
from daypass.cli.options import Parser, account_id
from daypass.cli.store import add_store, open_store

if TYPE_CHECKING:
    from argparse import Namespace


def add(parser: Parser) -> None:
    """Add the sub-commands and their options."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="create|key|quota|unlock")
    create = verbs.add_parser(
        "create",
        help="create an account and print its id and root AccessKey",
        description="Creates an account and prints its id and root AccessKey as JSON; this is the only time "
        "that the secret is shown. Works while a server runs. A store that is not there is made.",
    )
    create.add_argument("--id", type=account_id, metavar="ID", help="16 digits; a new id if not given")
    add_store(create)
    key = verbs.add_parser(
        "key",
        help="make a root AccessKey for an account",
        description="Makes a root AccessKey for an account and prints it as JSON; this is the only time that "
        "the secret is shown. For an account that has none, or whose key was lost. Works while a server "
        "runs.",
    )
    key.add_argument(
        "--account", type=account_id, metavar="ID", help="16 digits; needed if there are several accounts"
    )
    add_store(key)
    unlock = verbs.add_parser(
        "unlock",
        help="take away the network policies that shut an account out",
        description="Takes away the network policy of an account and those of its own AccessKeys, so that "
        "its root AccessKey can be used from anywhere again. Policies of its users' keys stay. Works while a "
        "server runs.",
    )
    unlock.add_argument(
        "--account", type=account_id, metavar="ID", help="16 digits; needed if there are several accounts"
    )
    add_store(unlock)
    quota.add(verbs.add_parser("quota", help="show and set how much of everything an account may have"))


def run(options: Namespace) -> int:
    """Create an account or a key and print it, or see to the quotas."""
    if options.verb == "quota":
        return quota.run(options)
    from daypass import host  # noqa: PLC0415 (slow to import; not for help texts)
    from daypass.host import network  # noqa: PLC0415 (as above)

    with open_store(options, create=options.verb == "create") as database:
        if options.verb == "unlock":
            gone = network.unlock(database, host.chosen_account(database, options.account))
            print(f"{gone} network policies taken away" if gone != 1 else "1 network policy taken away")
            return 0
        if options.verb == "create":
            key = host.create_account(database, host.Presets(options.id))
        else:
            key = host.create_root_key(database, host.chosen_account(database, options.account))
    print(host.credentials_json(key))
    return 0
