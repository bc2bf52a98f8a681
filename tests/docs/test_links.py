from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from tests.docs.repository import ROOT, documents, prose

if TYPE_CHECKING:
    from pathlib import Path

LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)
OUTSIDE: Final = ("https://", "http://", "mailto:")


def anchors(document: Path) -> set[str]:
    headings = HEADING.findall(prose(document.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_internal_link_leads_somewhere(document: Path) -> None:
    dead = []
    for target in LINK.findall(prose(document.read_text(encoding="utf-8"))):
        if target.startswith(OUTSIDE):
            continue
        name, _, anchor = target.partition("#")
        path = (document.parent / name).resolve() if name else document
        if not path.exists() or (anchor and anchor not in anchors(path)):
            dead.append(target)
    assert dead == []
