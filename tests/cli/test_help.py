"""What the command line says about itself."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from typing import Any

import pytest

from daypass.cli import main
from daypass.cli.commands import COMMANDS
from daypass.main import CATALOGUE
from daypass.service.operation import Operation

EVERY = pytest.mark.parametrize("op", list(CATALOGUE), ids=lambda op: f"{op.product}.{op.name}")


def test_the_overview_names_every_command_and_product(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    for name in (*COMMANDS, "sts ACTION", "ram ACTION", "ims ACTION", "resourcemanager ACTION", "iot ACTION"):
        assert f"\n  {name} " in shown


def test_nothing_at_all_is_wrong_usage_and_shows_the_overview(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("usage: daypass COMMAND")


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"daypass {version('daypass')}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: daypass {name}")


def test_a_product_lists_its_operations(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sts", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Sts 2015-04-01: temporary credentials." in shown
    assert "\n  AssumeRole " in shown
    assert "\n  GetCallerIdentity " in shown


def test_a_product_alone_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sts"]) == 2
    assert capsys.readouterr().err.startswith("usage: daypass sts ACTION")


@EVERY
def test_every_operation_shows_parameters_permission_and_errors(
    op: Operation[Any, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([op.product.lower(), op.name, "--help"]) == 0
    shown = capsys.readouterr().out
    flat = " ".join(shown.split())
    assert shown.startswith(f"usage: daypass {op.product.lower()} {op.name} ")
    assert " ".join(op.help.split()) in flat
    for parameter in op.parameters:
        assert f"\n  {parameter.kind.wire}={parameter.kind.wire_type}" in shown
        assert " ".join(parameter.kind.help.split()) in flat
    assert f"permission: {op.authorize.describe().replace('`', '')}" in shown
    for error in op.errors():
        assert f"\n  {error.code} ({error.status})" in shown
    for option in ("--id", "--secret", "--token", "--endpoint", "--output"):
        assert f"\n  {option} " in shown


def test_every_operation_is_listed_with_its_state(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["operations", "--format", "json"]) == 0
    listed = {product["product"]: product["operations"] for product in json.loads(capsys.readouterr().out)}
    works = {
        (name, action)
        for name, states in listed.items()
        for action, state in states.items()
        if state == "works"
    }
    assert works == {(op.product, op.name) for op in CATALOGUE}
    assert listed["ResourceManager"]["DeleteAccount"] == "not yet"
    assert main(["operations"]) == 0
    text = capsys.readouterr().out
    assert "Sts 2015-04-01: 4 of 4 operations\n" in text


def test_a_call_starts_without_loading_the_server() -> None:
    script = "import sys, daypass.cli; daypass.cli.main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    command = [
        sys.executable,
        "-c",
        script,
        "sts",
        "GetCallerIdentity",
        "--id=a",
        "--secret=b",
        "--endpoint=http://127.0.0.1:9",
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = set(run.stderr.split())
    assert "daypass.cli.call" in loaded
    assert loaded & {"sqlalchemy", "uvicorn", "daypass.main", "daypass.services"} == set()
