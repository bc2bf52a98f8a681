"""The count of scenarios: a run that shrinks unseen is no longer a check."""

from __future__ import annotations

import functools
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FLOOR: Final = Path(__file__).with_name("scenarios.txt")


@dataclass
class Scenarios:
    """A run's scenarios, and where its pictures are.

    Attributes:
        asked: the folder that pictures are wanted in; a new one outside the repository without it.
        passed: how many scenarios passed.
        browser: its name and version; empty if none was started.
        whole: whether the run is of all scenarios there are.
    """

    asked: Path | None = None
    passed: int = 0
    browser: str = ""
    whole: bool = False

    @functools.cached_property
    def pictures(self) -> Path:
        """The folder of the pictures, there since it was first asked for."""
        folder = self.asked or Path(tempfile.mkdtemp(prefix="daypass-screenshots-"))
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def line(self) -> str:
        """The run in a line."""
        return f"{self.browser}: {self.passed} scenarios passed; screenshots in {self.pictures}"

    def shortfall(self, floor: int) -> str:
        """Say that there were too few; empty if there were enough, or not all were asked for."""
        if not self.whole or self.passed >= floor:
            return ""
        return f"{self.passed} scenarios passed, fewer than the {floor} of tests/console/scenarios.txt"


def floor() -> int:
    """Return how many scenarios there have to be."""
    return int(FLOOR.read_text(encoding="ascii"))
