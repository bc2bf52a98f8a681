"""Help for products and operations, made from their declarations."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from daypass.cli import listing
from daypass.cli.call import add_common, command_of
from daypass.cli.options import WIDTH, Parser

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from daypass.cli.listing import Action, Product

_COLUMN: Final = 30


def of_product(product: Product) -> str:
    """Return the help of ``daypass PRODUCT``: its operations."""
    known = listing.declared().find(product.word) or product
    return "\n".join(
        (
            f"usage: daypass {product.word} ACTION Key=Value ... [options]",
            "",
            f"{known.name} {known.version}: {known.about}.",
            "",
            "operations:",
            *_rows((action.name, action.about) for action in known.actions),
            "",
            f"`daypass {product.word} ACTION --help` shows parameters, permission and errors.",
        )
    )


def of_action(product: Product, action: Action) -> str:
    """Return the help of an operation: parameters, permission, errors, options."""
    operation = listing.operation(product.name, action.name)
    if operation is None:
        raise LookupError(f"the listing names {action.name}, which is not declared; `make docs` renews it")
    usage = " ".join(f"{each.kind.wire}=..." for each in operation.parameters if each.required)
    errors = sorted(operation.errors(), key=lambda error: (error.code, error.status))
    return "\n".join(
        (
            f"usage: {command_of(product, action)} {usage} [Key=Value ...] [options]".replace("  ", " "),
            "",
            *_paragraphs(operation.help),
            "",
            "parameters (also as --Key value):",
            *_rows(
                (f"{each.kind.wire}={each.kind.wire_type}", _needed(each.kind.help, required=each.required))
                for each in operation.parameters
            ),
            *(() if operation.parameters else ("  none",)),
            "",
            f"permission: {operation.authorize.describe().replace('`', '')}",
            "",
            "errors:",
            *_rows((f"{error.code} ({error.status})", error.template) for error in errors),
            "",
            *common_options(),
        )
    )


def common_options() -> list[str]:
    """Return the lines about the options that every operation has."""
    parser = Parser(prog="daypass", usage="", add_help=False)
    add_common(parser)
    return parser.format_help().strip().removeprefix("usage:").strip().splitlines()


def _needed(about: str, *, required: bool) -> str:
    return f"Required. {about}" if required else about


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            yield ""
        yield from textwrap.wrap(" ".join(paragraph.split()), WIDTH, break_on_hyphens=False)


def _rows(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield two columns; a left part that is too wide has a line of its own."""
    for left, right in rows:
        lines = textwrap.wrap(right, WIDTH - _COLUMN - 2, break_on_hyphens=False) or [""]
        if len(left) > _COLUMN - 4:
            yield f"  {left}"
        else:
            yield f"  {left:{_COLUMN - 2}}{lines.pop(0)}".rstrip()
        yield from (" " * _COLUMN + line for line in lines)
