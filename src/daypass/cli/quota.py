"""``daypass account quota``: how much of everything an account may have."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from daypass.cli.options import Parser, account_id, whole
from daypass.cli.store import add_store, open_store

if TYPE_CHECKING:
    from argparse import Namespace

    from daypass.host.quotas import Quota

_MOST = 1_000_000
_DEFAULT = "default"


def add(parser: Parser) -> None:
    """Add the sub-commands and their options."""
    verbs = parser.add_subparsers(dest="quota_verb", required=True, metavar="list|set")
    listing = verbs.add_parser(
        "list",
        help="show the quotas of an account",
        description="Shows the quotas of an account, each with its default.",
    )
    setting = verbs.add_parser(
        "set",
        help="set a quota of an account",
        description="Sets a quota of an account, or goes back to its default. Works while servers run and "
        "counts at once at all of them. What an account has beyond a new value stays; more is refused.",
    )
    setting.add_argument("name", metavar="NAME", help="as `daypass account quota list` shows it")
    setting.add_argument(
        "value", type=_value, metavar="VALUE", help=f"a number from 0 to {_MOST}, or {_DEFAULT}"
    )
    for verb in (listing, setting):
        verb.add_argument(
            "--account", type=account_id, metavar="ID", help="16 digits; needed if there are several accounts"
        )
        add_store(verb)


def run(options: Namespace) -> int:
    """Do what the verb says, then show the quotas."""
    from daypass import host  # noqa: PLC0415 (slow to import; not for help texts)
    from daypass.host.quotas import quotas, set_quota  # noqa: PLC0415 (as above)

    with open_store(options, create=False) as database:
        account = host.chosen_account(database, options.account)
        if options.quota_verb == "set":
            set_quota(database, account, options.name, options.value)
        shown = quotas(database, account)
    width = max(len(quota.name) for quota in shown)
    print(f"{'quota':{width}}  {'value':>7}  default")
    for quota in shown:
        print(_line(quota, width))
    return 0


def _line(quota: Quota, width: int) -> str:
    return f"{quota.name:{width}}  {quota.value:>7}  {quota.default:>7}"


def _value(text: str) -> int | None:
    if text == _DEFAULT:
        return None
    try:
        return whole(0, _MOST)(text)
    except argparse.ArgumentTypeError as wrong:
        raise argparse.ArgumentTypeError(f"{wrong}; or {_DEFAULT}") from None
