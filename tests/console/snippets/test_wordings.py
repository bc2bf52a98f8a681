from __future__ import annotations

import ast
import inspect
import os
import re
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daypass.console.snippets import Snippets, UnknownOperationError, Wordings
from daypass.console.snippets.command_line import quoted
from daypass.console.snippets.python import SDKS, UNKNOWN, literal
from daypass.service.operation import Operation
from tests.console.snippets.samples import CATALOGUE, HOSTILE, WRITES, every_parameter

WORDINGS = Wordings(CATALOGUE)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
"""Whatever a program can be given as an argument."""


def _snippets(product: str, action: str, **parameters: str) -> Snippets:
    return WORDINGS.of([(product, action, parameters)])


@given(TEXTS)
def test_a_shell_reads_any_text_as_it_is(text: str) -> None:
    for name in ("sh", "bash"):
        done = subprocess.run(
            [name, "-c", f"printf %s {quoted(f'Key={text}')}"], capture_output=True, check=True, env={}
        )
        assert done.stdout.decode() == f"Key={text}"


@given(TEXTS)
def test_python_reads_any_text_as_it_is(text: str) -> None:
    assert ast.literal_eval(literal(text)) == text


@given(TEXTS)
def test_nothing_that_turns_a_line_around_or_cannot_be_seen_is_shown_as_it_is(text: str) -> None:
    shown = WORDINGS.of([("Ram", "CreateUser", {"UserName": "a", "Comments": text})])
    for snippet in (shown.command_line, shown.python, shown.terraform or ""):
        assert snippet.replace("\n", "").replace("\t", "").isprintable()


@pytest.mark.parametrize("operation", WRITES, ids=lambda each: f"{each.product}-{each.name}")
def test_classes_members_and_types_are_those_of_the_sdk(
    operation: Operation[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = {
        name: text
        for name, text in every_parameter(operation).items()
        if (operation.product, operation.name, name) not in UNKNOWN
    }
    program = _snippets(operation.product, operation.name, **parameters).python
    if operation.product not in SDKS:
        assert "call_api(params" in program
        return
    for name in re.findall(r'environ\["(\w+)"\]', program):
        monkeypatch.setenv(name, "set")
    names: dict[str, Any] = {}
    prepared = [each for each in ast.parse(program).body if _prepares(each)]
    exec(compile(ast.Module(prepared, []), "snippet", "exec"), names)  # noqa: S102 (what people would run)
    (method,) = re.findall(r"^answer = \w+\.(\w+)\(", program, re.MULTILINE)
    (client,) = (names[each] for each in names if each.endswith("Client"))
    assert callable(getattr(client, method))
    if operation.parameters:
        _check_types(names["request"])


def _check_types(request: Any) -> None:
    request.validate()
    types = {"str": str, "int": int, "bool": bool}
    members = inspect.signature(type(request)).parameters
    given = {name: value for name in members if (value := getattr(request, name)) is not None}
    assert given
    for name, value in given.items():
        hint = str(members[name].annotation)
        assert isinstance(value, list if hint.startswith("List") else types[hint]), (name, value)


def test_what_an_sdk_does_not_know_goes_through_the_client_that_all_sdks_share() -> None:
    for product, action, name in UNKNOWN:
        assert "call_api(params" in _snippets(product, action, **{name: "true"}).python


def _prepares(statement: ast.stmt) -> bool:
    """Whether it imports something or makes the request."""
    if isinstance(statement, ast.Assign):
        return ast.unparse(statement.targets[0]) == "request"
    return isinstance(statement, ast.Import | ast.ImportFrom)


@pytest.mark.parametrize("operation", WRITES, ids=lambda each: f"{each.product}-{each.name}")
def test_no_secret_is_in_any_snippet(operation: Operation[Any, Any]) -> None:
    secret = "the-secret-of-this-test"
    parameters = every_parameter(operation) | dict.fromkeys(operation.secret_parameters, secret)
    shown = _snippets(operation.product, operation.name, **parameters)
    for text in (shown.command_line, shown.python, shown.terraform or ""):
        assert secret not in text
    for name in operation.secret_parameters:
        assert f"{name}=" in shown.command_line


def test_a_required_parameter_that_is_still_missing_has_its_place() -> None:
    shown = _snippets("Ram", "AddUserToGroup", UserName="Alice")
    assert shown.command_line == "daypass ram AddUserToGroup UserName=Alice 'GroupName=<GroupName>'"


def test_what_no_operation_answers_is_refused() -> None:
    with pytest.raises(UnknownOperationError, match="Ram has no operation MakeUser"):
        _snippets("Ram", "MakeUser")
    with pytest.raises(UnknownOperationError, match="CreateUser has no parameter Nickname"):
        _snippets("Ram", "CreateUser", UserName="a", Nickname="b")


def test_a_command_needs_its_secrets() -> None:
    line = _snippets("Ram", "CreateLoginProfile", UserName="a", Password="x").command_line
    done = subprocess.run(
        ["sh", "-c", line], capture_output=True, check=False, env={"PATH": os.environ["PATH"]}
    )
    assert done.returncode != 0
    assert b"PASSWORD" in done.stderr


def test_hostile_text_is_one_word_and_one_literal() -> None:
    shown = _snippets("Ram", "CreateUser", UserName="a", Comments=HOSTILE)
    printed = shown.command_line.replace("daypass", "printf '%s\\0'", 1)
    words = subprocess.run(["sh", "-c", printed], capture_output=True, check=True, env={}).stdout
    assert words.decode().split("\0")[2:4] == ["UserName=a", f"Comments={HOSTILE}"]
    arguments = [each.value for each in ast.walk(ast.parse(shown.python)) if isinstance(each, ast.keyword)]
    assert HOSTILE in {each.value for each in arguments if isinstance(each, ast.Constant)}
