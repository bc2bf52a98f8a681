"""Every generated file and its text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from daypass.cli import listing
from daypass.cli.listing import Listing, Product
from daypass.services import SERVICES
from tools.reference import commands, conditions, coverage, errors, operations
from tools.reference.markdown import table

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = ROOT / "docs" / "reference"
SURFACE: Final = ROOT / "conformance" / "surface"

_PREFACE: Final = """# Reference

Generated from the declarations in `src/daypass/services/` by `make docs`, and compared with them by the
tests. Not edited by hand.

- [The command line](commands.md)
- [Error codes](errors.md)
- [Condition operators and keys](conditions.md)
- [Coverage](coverage.md): what is answered of the published products, and why not the rest
"""


def generated() -> dict[Path, str]:
    """Return every generated file, the pages first."""
    known = complete_listing()
    pages = {"README.md": _index(known), "commands.md": commands.page(), "errors.md": errors.page()}
    pages["conditions.md"] = conditions.page()
    tiers = {
        fact.product: {name: each.tier for name, each in fact.operations.items()} for fact in _published()
    }
    pages["coverage.md"] = coverage.page(known, tiers)
    for service in SERVICES:
        product = known.find(service.product)
        pages[f"{service.product.lower()}.md"] = operations.page(
            service, list(product.missing) if product else ()
        )
    return {PAGES / name: text for name, text in sorted(pages.items())} | {listing.FILE: _json(known)}


def complete_listing() -> Listing:
    """Return what is declared, and beside it what the real services answer and daypass does not yet."""
    products = []
    published = {fact.product: fact for fact in _published()}
    for product in listing.declared().products:
        names = {action.name for action in product.actions}
        there = published.pop(product.name, None)
        # Our own product is published by its declaration alone: nothing of it is missing.
        missing = coverage.absent(product.name, set(there.operations) - names) if there is not None else {}
        products.append(msgspec.structs.replace(product, missing=missing))
    products += [
        Product(
            fact.product, fact.version, "not answered yet", (), coverage.absent(fact.product, fact.operations)
        )
        for fact in published.values()
    ]
    return Listing(tuple(products))


class _Operation(msgspec.Struct):
    """What is published of an operation, as far as it matters here."""

    tier: int


class _Published(msgspec.Struct):
    """A product as its publisher describes it."""

    product: str
    version: str
    operations: dict[str, _Operation]


def _published() -> Iterator[_Published]:
    for path in sorted(SURFACE.glob("*-*.json")):
        yield msgspec.json.decode(path.read_bytes(), type=_Published)


def _json(known: Listing) -> str:
    return json.dumps(msgspec.to_builtins(known), indent=1) + "\n"


def _index(known: Listing) -> str:
    rows = [
        (
            _link(product),
            product.about,
            f"{len(product.actions)} of {len(product.actions) + len(product.missing)}",
        )
        for product in known.products
    ]
    return f"{_PREFACE}\n{table(('product', 'for', 'operations answered'), rows)}"


def _link(product: Product) -> str:
    name = f"{product.name} {product.version}"
    return f"[{name}]({product.word}.md)" if product.actions else name
