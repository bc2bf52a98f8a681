from __future__ import annotations

import re
from typing import Final

from tests.docs.repository import ROOT, documents, prose, tracked

HERE: Final = "tests/docs/test_words.py"
OPEN_ENDS: Final = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE_PATHS: Final = re.compile(r"(?<![\w.$}/])/(work|root|opt/wheels|home/\w+)/")
REGISTRIES: Final = re.compile(
    r"\b(pypi\.org|pythonhosted\.org|npmjs\.(org|com)|crates\.io|proxy\.golang\.org|deb\.debian\.org)\b"
)
VAGUE_NAMES: Final = re.compile(r"(?i)(manager|helper|util)s?$")


def offending(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if name == HERE or (name.startswith("requirements/") and name.endswith(".txt")):
            continue
        try:
            content = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name}: {match.group()}" for match in pattern.finditer(content)]
    return found


def test_no_tracked_file_leaves_an_open_end() -> None:
    assert offending(OPEN_ENDS) == []


def test_no_tracked_file_knows_the_machine_it_was_written_on() -> None:
    assert offending(MACHINE_PATHS) == []


def test_no_tracked_file_names_a_package_index() -> None:
    assert offending(REGISTRIES) == []


def test_no_module_is_named_by_a_word_that_says_nothing() -> None:
    modules = [path for path in tracked() if path.suffix == ".py"]
    assert [path.name for path in modules if VAGUE_NAMES.search(path.stem)] == []


def test_documents_write_the_products_name_in_lower_case() -> None:
    # With its version, or before an operation, it is the name of the API.
    wrong = re.compile(r"\b(Daypass(?! 2026-| [|]|[.][A-Z])|DayPass|DAYPASS)\b(?!_)")
    assert [path.name for path in documents() if wrong.search(prose(path.read_text(encoding="utf-8")))] == []
