"""Browsers by the names people know them by."""

from __future__ import annotations

import re
from typing import Final

_BROWSERS: Final = (
    ("Edge", re.compile(r"\bEdgA?/(\d+)")),
    ("Opera", re.compile(r"\bOPR/(\d+)")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"\b(?:Headless)?(?:Chrome|CriOS)/(\d+)")),
    ("Safari", re.compile(r"\bVersion/(\d+)[\d.]* (?:Mobile/\w+ )?Safari/")),
)
"""In this order: later ones stand in what earlier ones say of themselves, too."""
_SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """Return a browser's name, version and system; what it says of itself if it is not known."""
    for name, form in _BROWSERS:
        if found := form.search(agent):
            system = next((shown for said, shown in _SYSTEMS if said in agent), "")
            return f"{name} {found[1]} · {system}" if system else f"{name} {found[1]}"
    return agent
