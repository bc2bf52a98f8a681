"""``daypass operations``: what is answered, and what of the real services is not yet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from daypass.cli import listing
from daypass.cli.options import Parser, one_of

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from daypass.cli.listing import Product

WORKS: Final = "works"


def add(parser: Parser) -> None:
    """Add the options."""
    parser.description = (
        "Lists every operation of the products that daypass answers for, whether it works, and if not, why."
    )
    parser.add_argument(
        "--format",
        type=one_of("text", "json"),
        default="text",
        metavar="FORM",
        help="text or json; default text",
    )


def run(options: Namespace) -> int:
    """List them."""
    products = listing.written().products
    if options.format == "json":
        print(json.dumps([_object(product) for product in products], indent=2))
    else:
        print("\n\n".join("\n".join(_lines(product)) for product in products))
    return 0


def _states(product: Product) -> dict[str, str]:
    states = {action.name: WORKS for action in product.actions}
    return dict(sorted((states | {name: why.state for name, why in product.missing.items()}).items()))


def _object(product: Product) -> dict[str, object]:
    reasons = {name: why.reason for name, why in product.missing.items()}
    return {
        "product": product.name,
        "version": product.version,
        "operations": _states(product),
        "reasons": reasons,
    }


def _lines(product: Product) -> Iterator[str]:
    states = _states(product)
    yield f"{product.name} {product.version}: {len(product.actions)} of {len(states)} operations"
    width = max(map(len, states), default=0)
    for name, state in states.items():
        why = product.missing.get(name)
        yield f"  {name:{width}}  {state}" + (f": {why.reason}" if why is not None else "")
