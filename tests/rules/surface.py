"""The published surface of each product, as facts to hold the catalogue against."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

OWN = "Daypass"
"""The product that nobody else publishes: its declarations are all there is of it."""

DIRECTORY = Path(__file__).parents[2] / "conformance" / "surface"


def published() -> dict[tuple[str, str], dict[str, Any]]:
    """Return the facts by (product, action)."""
    facts = {}
    for path in sorted(DIRECTORY.glob("*-*.json")):
        product = json.loads(path.read_text(encoding="utf-8"))
        for action, fact in product["operations"].items():
            facts[product["product"], action] = {**fact, "version": product["version"]}
    return facts
