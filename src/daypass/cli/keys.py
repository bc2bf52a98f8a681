"""``daypass keys``: the ring of keys that session tokens are sealed under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.cli.options import Parser, whole
from daypass.cli.store import add_store, open_store

if TYPE_CHECKING:
    from argparse import Namespace

    from daypass.directory.records import TokenKeyRow

_MAX_ID: Final = 2**32 - 1


def add(parser: Parser) -> None:
    """Add the sub-commands and their options."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|rotate|kill")
    listing = verbs.add_parser(
        "list",
        help="show the keys of the ring",
        description="Shows the keys of the ring, never the keys themselves.",
    )
    rotate = verbs.add_parser(
        "rotate",
        help="take a new key into use",
        description="Takes a new key into use. The one before is retired: it makes no more tokens and goes "
        "on opening those it made, so no session ends. Works while servers run.",
    )
    kill = verbs.add_parser(
        "kill",
        help="take a key out of the ring for good",
        description="Takes a key out of the ring for good, for one that leaked: every session it made "
        "ends at once. If it is the one in use, a new one takes its place first.",
    )
    kill.add_argument("id", type=whole(0, _MAX_ID), metavar="ID", help="as `daypass keys list` shows it")
    for verb in (listing, rotate, kill):
        add_store(verb)


def run(options: Namespace) -> int:
    """Do what the verb says, then show the ring."""
    from daypass import host  # noqa: PLC0415 (slow to import; not for help texts)

    with open_store(options, create=False) as database:
        if options.verb == "rotate":
            host.rotate_token_key(database)
        elif options.verb == "kill":
            host.kill_token_key(database, options.id)
        ring = host.token_keys(database)
    print(f"{'id':>4}  {'state':8}  created               changed")
    for key in ring:
        print(_line(key))
    return 0


def _line(key: TokenKeyRow) -> str:
    from daypass.service.call import timestamp  # noqa: PLC0415 (as above)

    return f"{key.id:>4}  {key.state:8}  {timestamp(key.created_at)}  {timestamp(key.changed_at)}"
