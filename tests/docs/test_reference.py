"""Generated files say what the declarations say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from daypass.cli import listing
from tests.docs.repository import ROOT
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
