"""The conformance vectors: every case gets its verdict, for the reason it names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from daypass.policy import DocumentKind, SuiteResult, parse, run_suite

if TYPE_CHECKING:
    from daypass.policy import CaseResult

CONFORMANCE = Path(__file__).parents[2] / "conformance"
FILES = sorted((CONFORMANCE / "policy").glob("*.json"))
SUITES: dict[str, SuiteResult] = {path.stem: run_suite(path.read_text(encoding="utf-8")) for path in FILES}
CASES = [pytest.param(case, id=f"{name}: {case.when}") for name, it in SUITES.items() for case in it.results]
ACCEPTED = sorted((CONFORMANCE / "accepted").glob("*/*.json"))


@pytest.mark.parametrize("case", CASES)
def test_a_vector_gets_its_verdict(case: CaseResult) -> None:
    assert case.passed, case.detail


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_a_vector_file_says_what_it_is_about_and_where_the_rule_comes_from(suite: SuiteResult) -> None:
    assert suite.about
    assert suite.source
    assert not suite.warnings
    assert len({case.when for case in suite.results}) == len(suite.results)


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_document_once_accepted_keeps_loading(path: Path) -> None:
    text = path.read_bytes().decode()
    assert parse(text, DocumentKind(path.parent.name)).text == text
