"""The page that holds the catalogue against what the real products answer, and why something is absent."""

from __future__ import annotations

import fnmatch
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from daypass.cli.listing import Absent
from tools.reference.markdown import code, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from daypass.cli.listing import Listing, Product

ABSENT: Final = Path(__file__).parents[2] / "conformance" / "surface" / "absent.json"

_PREFACE: Final = """# Coverage

What the products answer by their published descriptions, and what daypass answers. An operation that works
obeys the laws of `tests/rules/`: published names, types and error codes, signature and permission. The
reasons stand in `conformance/surface/absent.json`.
"""


class Reason(msgspec.Struct, forbid_unknown_fields=True):
    """Why some operations of a product are absent.

    Attributes:
        operations: names, in which * stands for anything.
    """

    product: str
    operations: tuple[str, ...]
    state: str
    reason: str


def reasons() -> tuple[Reason, ...]:
    """Return the table of reasons."""
    return msgspec.json.decode(ABSENT.read_bytes(), type=tuple[Reason, ...])


def absent(product: str, missing: Iterable[str]) -> dict[str, Absent]:
    """Return why each of a product's missing operations is, by its name.

    Raises:
        LookupError: one has no reason.
    """
    known = [reason for reason in reasons() if reason.product == product]
    found: dict[str, Absent] = {}
    for name in sorted(missing):
        why = next((reason for reason in known if _names(reason, name)), None)
        if why is None:
            raise LookupError(f"{ABSENT.name} has no reason for {product}.{name}")
        found[name] = Absent(why.state, why.reason)
    return found


def _names(reason: Reason, operation: str) -> bool:
    return any(fnmatch.fnmatchcase(operation, pattern) for pattern in reason.operations)


def page(known: Listing, tiers: Mapping[str, Mapping[str, int]]) -> str:
    """Return the page.

    Args:
        known: all products.
        tiers: product -> operation -> how much it is wanted, from 1.
    """
    rows = [_row(product, tiers[product.name]) for product in known.products if product.name in tiers]
    parts = [_PREFACE, table(_HEAD, rows)]
    for product in known.products:
        if product.missing:
            parts += [
                f"## {product.name} {product.version}\n",
                table(("operation", "state", "why"), _why(product)),
            ]
    return "\n".join(parts)


_HEAD: Final = (
    "product",
    "answered",
    "what most need",
    "what many need",
    "the rest",
    "not yet",
    "out of scope",
)


def _row(product: Product, tiers: Mapping[str, int]) -> tuple[str, ...]:
    all_of, there = Counter(tiers.values()), Counter(tiers[action.name] for action in product.actions)
    states = Counter(why.state for why in product.missing.values())
    return (
        f"{product.name} {product.version}",
        _of(there.total(), all_of.total()),
        *(_of(there[tier], all_of[tier]) for tier in (1, 2, 3)),
        str(states["not yet"]),
        str(states["out of scope"]),
    )


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole}" if whole else ""


def _why(product: Product) -> Iterator[tuple[str, str, str]]:
    for name, why in product.missing.items():
        yield code(name), why.state, why.reason
