"""The architecture contracts hold, and each of them turns red when it is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.docs.repository import ROOT

LINT: Final = Path(sys.executable).with_name("lint-imports")


def lint(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT, "--no-cache", "--config", project / "pyproject.toml"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the sources and the contracts, to break at will."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_is_kept(project: Path) -> None:
    verdict = lint(project)
    assert verdict.returncode == 0, verdict.stdout
    assert "2 kept, 0 broken" in verdict.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("policy/stray.py", "import daypass.service", "dependencies point inwards"),
        ("errors.py", "import daypass.directory", "dependencies point inwards"),
        ("signing/stray.py", "import daypass.tokens", "dependencies point inwards"),
        ("service/stray.py", "import daypass.services", "dependencies point inwards"),
        ("helpful/__init__.py", "", "dependencies point inwards"),
        ("policy/stray.py", "import time", "the core does no I/O"),
        ("signing/stray.py", "from urllib.parse import quote", "the core does no I/O"),
        ("tokens/stray.py", "import secrets", "the core does no I/O"),
        ("names.py", "import os", "the core does no I/O"),
    ],
)
def test_a_contract_turns_red(project: Path, module: str, line: str, contract: str) -> None:
    offender = project / "src" / "daypass" / module
    offender.parent.mkdir(exist_ok=True)
    with offender.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    verdict = lint(project)
    assert verdict.returncode == 1
    broken = [row for row in verdict.stdout.splitlines() if row.endswith("BROKEN")]
    assert [row for row in broken if row.startswith(contract)], verdict.stdout
