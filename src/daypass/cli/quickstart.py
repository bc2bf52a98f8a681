"""``daypass quickstart``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.cli.options import Parser

if TYPE_CHECKING:
    from argparse import Namespace


def add(parser: Parser) -> None:
    """Add the options: there are none."""
    parser.description = "Runs the six steps."


def run(options: Namespace) -> int:
    """Run the six steps."""
    del options
    return 1
