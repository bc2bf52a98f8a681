"""The page of the command line, made from the parsers themselves."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from daypass.cli.call import add_common
from daypass.cli.commands import COMMANDS, parser
from daypass.cli.options import Parser
from tools.reference.markdown import code, plain, table

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFACE: Final = """# The command line

`daypass --help`, `daypass COMMAND --help`, `daypass PRODUCT --help` and `daypass PRODUCT ACTION --help` say
the same at a terminal. Exit codes: 0 it worked, 1 it did not (stderr says why), 2 wrong usage.

## daypass PRODUCT ACTION

Calls an operation: `daypass PRODUCT ACTION Key=Value ...`. Products are written in any case, operations and
keys exactly. `--Key value` is the same as `Key=value`. Items of a list are `Key.1=...`, `Key.2=...`, or `Key`
holding a JSON list. Credentials come from the options, else from `ALIBABA_CLOUD_ACCESS_KEY_ID`,
`ALIBABA_CLOUD_ACCESS_KEY_SECRET` and `ALIBABA_CLOUD_SECURITY_TOKEN`, else from the current profile of
`~/.aliyun/config.json`.
"""


def page() -> str:
    """Return the page."""
    common = Parser(prog="daypass PRODUCT ACTION", add_help=False)
    add_common(common)
    parts = [_PREFACE, _options(common)]
    for name in COMMANDS:
        parts += _sections(parser(name))
    return "\n".join(parts)


def _sections(command: argparse.ArgumentParser) -> Iterator[str]:
    """Yield a section for a command, or for each of its sub-commands."""
    verbs = [action for action in command._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001 (argparse shows its options to nobody)
    if verbs:
        for sub in verbs[0].choices.values():
            yield from _sections(sub)
        return
    about = " ".join((command.description or "").split())
    yield f"## {command.prog}\n\n{plain(about)}\n"
    yield _options(command)


def _options(command: argparse.ArgumentParser) -> str:
    rows = [
        (code(_spelling(action)), plain(action.help or ""))
        for action in command._actions  # noqa: SLF001 (as above)
        if action.dest != "help"
    ]
    return table(("option", ""), rows)


def _spelling(action: argparse.Action) -> str:
    value = str(action.metavar or "")
    return f"{action.option_strings[0]} {value}".strip() if action.option_strings else value
