"""Examples in documents work."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from daypass.gateway.config import read
from tests.docs.repository import ROOT, blocks, documents, text

CLI: Final = Path(sys.executable).with_name("daypass")
PYTHON: Final = [
    pytest.param(block, id=f"{document.relative_to(ROOT)}-{number}")
    for document in documents()
    for number, block in enumerate(blocks(document.read_text(encoding="utf-8"), "python"))
]


@pytest.mark.parametrize("block", PYTHON)
def test_a_python_example_parses_and_what_it_imports_exists(block: str) -> None:
    imports: list[ast.stmt] = [
        node for node in ast.parse(block).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    exec(compile(ast.Module(imports, []), "example", "exec"), {})  # noqa: S102 - our own documents


def test_the_service_of_the_guide_can_be_declared() -> None:
    (example,) = blocks(text("docs/guides/write-a-service.md"), "python")
    names: dict[str, object] = {"__name__": "daypass_example"}
    exec(compile(example, "example", "exec", dont_inherit=True), names)  # noqa: S102 - our own documents
    operations = list(names["park"])  # type: ignore[call-overload] # a Service, which iterates
    assert [operation.name for operation in operations] == ["GetSpace"]


def test_the_policy_test_of_the_guide_passes(tmp_path: Path) -> None:
    (example,) = blocks(text("docs/guides/policy-tests.md"), "json")
    file = tmp_path / "readers.json"
    file.write_text(example, encoding="utf-8")
    run = subprocess.run([CLI, "policy", "test", file], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.splitlines()[-1] == f"{len(json.loads(example)['cases'])} passed, 0 failed"


def test_the_configurations_of_the_gateways_guide_can_be_used(tmp_path: Path) -> None:
    examples = blocks(text("docs/guides/gateway.md"), "toml")
    assert len(examples) == 3
    (tmp_path / "fixtures.toml").write_text(examples[2], encoding="utf-8")
    for example in examples[:2]:
        file = tmp_path / "gateway.toml"
        file.write_text(example, encoding="utf-8")
        assert read(file).upstreams


def test_the_description_of_the_guide_can_be_used(tmp_path: Path) -> None:
    (example,) = blocks(text("docs/guides/describe-a-service.md"), "toml")
    file = tmp_path / "shelf.toml"
    file.write_text(example, encoding="utf-8")
    run = subprocess.run([CLI, "gateway", "check", file], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, f"{file}: shelf, 2 actions by oss\n")
