from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from tests.docs.repository import ROOT, text

if TYPE_CHECKING:
    from pathlib import Path

LOCKED: Final = sorted(ROOT.glob("requirements/*.txt"))
EACH: Final = pytest.mark.parametrize("file", LOCKED, ids=lambda path: path.name)
PIN: Final = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==([^\s;]+)", re.MULTILINE)
HASH: Final = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@EACH
def test_a_locked_file_names_no_address_and_no_path(file: Path) -> None:
    content = file.read_text(encoding="utf-8")
    assert "://" not in content
    assert "--index" not in content
    assert "--find-links" not in content
    assert " @ " not in content
    assert not re.search(r"(^|\s)/\w", content)


@EACH
def test_every_pin_of_a_locked_file_carries_a_hash(file: Path) -> None:
    requirements = re.split(r"\n(?=[a-z0-9])", file.read_text(encoding="utf-8"))
    assert [r.partition("\n")[0] for r in requirements if not (PIN.match(r) and HASH.search(r))] == []


def test_all_groups_pin_the_same_versions() -> None:
    pins: dict[str, set[tuple[str, ...]]] = {}
    for file in LOCKED:
        versions: dict[str, list[str]] = {}
        for name, version in PIN.findall(file.read_text(encoding="utf-8")):
            versions.setdefault(name, []).append(version)
        for name, found in versions.items():
            pins.setdefault(name, set()).add(tuple(sorted(found)))
    assert {name: versions for name, versions in pins.items() if len(versions) > 1} == {}


def test_every_group_that_is_asked_for_is_locked() -> None:
    asked_for = {file.stem for file in ROOT.glob("requirements/*.in")} | {
        "runtime",
        "quickstart",
        "postgresql",
    }
    assert {file.stem for file in LOCKED} == asked_for


@pytest.mark.parametrize("clients", ["sdk", "console"])
def test_the_node_lock_file_names_no_address(clients: str) -> None:
    lock = text(f"tests/{clients}/node/package-lock.json")
    assert '"resolved"' not in lock
    assert "://" not in lock
