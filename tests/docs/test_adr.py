from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from tests.docs.repository import ROOT, text

if TYPE_CHECKING:
    from pathlib import Path

RECORDS: Final = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
EACH: Final = pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
STATUS: Final = re.compile(r"^Status: (proposed|accepted|superseded by \[\d{4}\]\(\S+\))$", re.MULTILINE)
SECTIONS: Final = ("## Context", "## Options", "## Decision", "## Consequences")


def test_records_are_numbered_without_gaps_or_doubles() -> None:
    assert [path.name[:5] for path in RECORDS] == [f"{n:04}-" for n in range(1, len(RECORDS) + 1)]


@EACH
def test_a_record_has_a_title_a_status_and_every_section(record: Path) -> None:
    content = record.read_text(encoding="utf-8")
    assert content.startswith(f"# {int(record.name[:4])}. ")
    assert STATUS.search(content)
    positions = [content.find(f"{section}\n") for section in SECTIONS]
    assert -1 not in positions
    assert positions == sorted(positions)


@EACH
def test_a_record_is_listed_in_the_index_under_its_own_title(record: Path) -> None:
    title = record.read_text(encoding="utf-8").partition("\n")[0].partition(". ")[2]
    assert f"[{record.name[:4]}]({record.name}) | {title} |" in text("docs/adr/README.md")
