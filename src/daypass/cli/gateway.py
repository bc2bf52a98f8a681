"""``daypass gateway``: descriptions of services."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from daypass.cli.errors import FailedError
from daypass.cli.options import Parser

if TYPE_CHECKING:
    from argparse import Namespace

    from daypass.descriptions import Description


def add(parser: Parser) -> None:
    """Add the sub-commands and their options."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="check|show")
    check = verbs.add_parser(
        "check",
        help="check descriptions of services",
        description="Checks descriptions of services: their form, and whether they contradict themselves. "
        "Prints what each describes; exits 1 if one cannot be used.",
    )
    check.add_argument("files", nargs="+", metavar="FILE", help="a description, TOML; - is standard input")
    show = verbs.add_parser(
        "show",
        help="print a description that comes with daypass",
        description="Prints a description that comes with daypass, to start one of your own from.",
    )
    show.add_argument("service", metavar="SERVICE", help="as its actions begin, as in oss")


def run(options: Namespace) -> int:
    """Check every file, or show one."""
    return _show(options.service) if options.verb == "show" else _check(options.files)


def _check(files: list[str]) -> int:
    from daypass.descriptions import DescriptionError, parse  # noqa: PLC0415 (not for help texts)

    wrong = 0
    for name in files:
        try:
            description, _ = parse(_read(name))
        except (DescriptionError, FailedError) as fault:
            print(f"{name}: {fault}", file=sys.stderr)
            wrong += 1
        else:
            print(f"{name}: {_about(description)}")
    return 1 if wrong else 0


def _about(description: Description) -> str:
    parts = [
        f"{len({name for action in each.action for name in action.all_names})} actions by {each.protocol}"
        for each in description.interface
    ]
    return f"{description.service}, {' and '.join(parts)}"


def _show(service: str) -> int:
    from daypass.descriptions import DescriptionError, shipped_text  # noqa: PLC0415 (as above)

    try:
        print(shipped_text(service), end="")
    except DescriptionError as fault:
        raise FailedError(str(fault)) from None
    return 0


def _read(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except OSError as fault:
        raise FailedError(f"cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise FailedError("is not UTF-8 text") from None
