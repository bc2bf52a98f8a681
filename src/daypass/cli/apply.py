"""``daypass apply``: make accounts what a file says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.cli.options import Parser, path
from daypass.cli.store import add_store, open_store, store_is_there

if TYPE_CHECKING:
    from argparse import Namespace

    from daypass.host.declare import Plan

EXIT_WOULD_CHANGE: Final = 3


def add(parser: Parser) -> None:
    """Add the options."""
    parser.description = (
        "Makes accounts what a file says: prints a plan, then carries it out, in one transaction for each "
        "account. What the file does not describe is left alone. Works while servers run, which honour it at "
        "their next decision. A store that is not there is made."
    )
    parser.add_argument("file", type=path, metavar="FILE", help="a declaration, YAML or JSON")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help=f"stop after the plan; exit code {EXIT_WOULD_CHANGE} if something would change, 0 if nothing",
    )
    parser.add_argument(
        "--prune",
        action="store_true",
        help="remove what the file does not list, of the kinds that it describes",
    )
    add_store(parser)


def run(options: Namespace) -> int:
    """Show the plan, and carry it out."""
    from daypass.host import declare  # noqa: PLC0415 (slow to import; not for help texts)

    accounts = declare.read(options.file).accounts
    prune: bool = options.prune
    if options.dry_run and not store_is_there(options):
        return _show([declare.make_plan(None, wanted, prune=prune) for wanted in accounts], EXIT_WOULD_CHANGE)
    with open_store(options, create=True) as database:
        plans = [declare.plan(database, wanted, prune=prune) for wanted in accounts]
        code = _show(plans, EXIT_WOULD_CHANGE if options.dry_run else 0)
        carry_out = declare.rehearse if options.dry_run else declare.apply
        for wanted, plan in zip(accounts, plans, strict=True):
            if plan.changes:
                carry_out(database, wanted, plan, prune=prune)
    return code


def _show(plans: list[Plan], code_of_change: int) -> int:
    for plan in plans:
        print("\n".join(plan.lines()), flush=True)
    return code_of_change if any(plan.changes for plan in plans) else 0
