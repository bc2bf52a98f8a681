"""Generated files say what the declarations say."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Final

import pytest

from daypass.cli import listing
from tests.docs.repository import ROOT
from tests.rules.surface import OWN, published
from tools.reference import coverage
from tools.reference.files import PAGES, generated

if TYPE_CHECKING:
    from pathlib import Path

GENERATED: Final = generated()


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_generated_file_is_as_make_docs_writes_it(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == GENERATED[path]


def test_no_page_is_left_over() -> None:
    assert set(PAGES.glob("*.md")) == {path for path in GENERATED if path.suffix == ".md"}


def test_the_listing_holds_every_declared_operation() -> None:
    written = {(product.name, action) for product in listing.written().products for action in product.actions}
    assert written == {
        (product.name, action) for product in listing.declared().products for action in product.actions
    }


def test_every_operation_that_is_absent_has_a_reason_and_no_reason_is_for_nothing() -> None:
    names = {product: [name for owner, name in published() if owner == product] for product, _ in published()}
    for reason in coverage.reasons():
        assert reason.state in {"not yet", "out of scope"}
        assert reason.reason.endswith(".")
        for pattern in reason.operations:
            assert fnmatch.filter(names[reason.product], pattern), pattern
    for product in listing.written().products:
        if product.name == OWN:
            assert not product.missing
            continue
        works = {action.name for action in product.actions}
        assert works | set(product.missing) == set(names[product.name])
        assert not works & set(product.missing)


def test_coverage_is_of_the_whole_published_surface() -> None:
    assert sum(owner != "Iot" for owner, _ in published()) == 294 + 74 + 46
