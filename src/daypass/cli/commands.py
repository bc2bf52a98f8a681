"""Which words name which command."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from daypass.cli.errors import EXIT_USAGE, UsageError
from daypass.cli.options import Parser

if TYPE_CHECKING:
    from collections.abc import Sequence


class Command(NamedTuple):
    """A command that is no operation: its module, and what it does."""

    module: str
    about: str


COMMANDS: Final = {
    "serve": Command("daypass.cli.serve", "run a server"),
    "quickstart": Command("daypass.cli.quickstart", "watch the six steps against a throw-away server"),
    "account": Command(
        "daypass.cli.account",
        "create an account with a root AccessKey, make another key for it, see to its quotas",
    ),
    "console": Command("daypass.cli.console", "make a one-use link for the first administrator"),
    "apply": Command("daypass.cli.apply", "make accounts what a file says"),
    "export": Command("daypass.cli.export", "print what accounts hold, as such a file"),
    "snapshot": Command("daypass.cli.snapshot", "write an archive of a data directory while servers run"),
    "restore": Command("daypass.cli.restore", "make a data directory from such an archive"),
    "audit": Command("daypass.cli.audit", "show what happened, and go on showing what happens"),
    "keys": Command("daypass.cli.keys", "list, rotate or kill the keys that session tokens are sealed under"),
    "tls": Command("daypass.cli.tls", "make a local certificate authority and a certificate for the server"),
    "issuer": Command(
        "daypass.cli.issuer", "check an OpenID Connect issuer as the server does, and show its fingerprints"
    ),
    "policy": Command("daypass.cli.policy", "test policies, check policy documents"),
    "gateway": Command(
        "daypass.cli.gateway", "stand in front of services; check and show their descriptions"
    ),
    "operations": Command("daypass.cli.operations", "list every operation and whether it works"),
}
"""Every command but the operations, in the order the help shows them."""


def dispatch(words: Sequence[str]) -> int:
    """Run the command that the first word names; any other word is a product's."""
    first = words[0] if words else "--help"
    if first in {"-h", "--help"}:
        print(overview(), file=sys.stdout if words else sys.stderr)
        return 0 if words else EXIT_USAGE
    if first == "--version":
        return _version()
    if first in COMMANDS:
        options = parser(first).parse_args(words[1:])
        return int(_module(first).run(options))
    if first.startswith("-"):
        raise UsageError("daypass", f"{first} is no option here")
    from daypass.cli import call  # noqa: PLC0415 (a start imports what it needs)

    return call.run(words)


def parser(name: str) -> Parser:
    """Return the options of a command."""
    made = Parser(prog=f"daypass {name}", description=f"{COMMANDS[name].about}.".capitalize())
    _module(name).add(made)
    return made


def overview() -> str:
    """Return the help text of ``daypass`` itself."""
    from daypass.cli.listing import written  # noqa: PLC0415 (as above)

    commands = [(name, command.about) for name, command in COMMANDS.items()]
    products = [(f"{each.word} ACTION", each.about) for each in written().products if each.actions]
    return "\n".join(
        (
            "usage: daypass COMMAND [options]",
            "       daypass PRODUCT ACTION Key=Value ... [options]",
            "       daypass --version",
            "",
            "commands:",
            *_columns(commands),
            "",
            "operations of a server:",
            *_columns(products),
            "",
            "Each of them explains itself: `daypass COMMAND --help`, `daypass PRODUCT ACTION --help`.",
        )
    )


def _columns(rows: Sequence[tuple[str, str]]) -> list[str]:
    return [f"  {left:24}  {right}" for left, right in rows]


def _module(name: str) -> Any:
    return importlib.import_module(COMMANDS[name].module)


def _version() -> int:
    from importlib.metadata import version  # noqa: PLC0415 (as above)

    print(f"daypass {version('daypass')}")
    return 0
