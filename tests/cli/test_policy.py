"""``daypass policy test`` and ``daypass policy check``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from daypass.cli import main
from tests.cli.processes import daypass
from tests.world import allow, deny, document, trusting

if TYPE_CHECKING:
    from pathlib import Path

READ = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "iot:Query*", "Resource": "*"}]}


def suite(**case: Any) -> str:
    given = {"when": "a product is read", "principal": "acs:ram::1000000000000100:user/alice"}
    given |= {"action": "iot:QueryProduct", "resource": "acs:iot:cn-shanghai:1000000000000100:product/p"}
    return json.dumps(
        {
            "about": "readers read",
            "account": "1000000000000100",
            "identity": [{"name": "read", "document": READ}],
            "cases": [{**given, "expect": "allow", **case}],
        }
    )


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return write


def test_tests_that_pass_are_counted(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    files = [write("a.json", suite()), write("b.json", suite(because=[["read", 0]]))]
    assert main(["policy", "test", *files]) == 0
    assert capsys.readouterr().out == "2 passed, 0 failed\n"


def test_a_case_that_fails_has_a_line_that_says_why(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = write("a.json", suite(expect="explicit deny"))
    assert main(["policy", "test", file, write("b.json", suite())]) == 1
    failed, closing = capsys.readouterr().out.splitlines()
    assert failed == f"{file}: a product is read: expected explicit deny, got allow"
    assert closing == "1 passed, 1 failed"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cases": []}', "[" * 10_000])
def test_a_file_that_is_no_policy_test_fails_and_the_others_still_run(
    write: Any, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = write("broken.json", text)
    assert main(["policy", "test", broken, write("a.json", suite())]) == 1
    shown = capsys.readouterr()
    assert shown.out == "1 passed, 0 failed\n"
    assert shown.err.startswith(f"{broken}: not a policy test: ")
    assert len(shown.err.splitlines()) == 1


def test_a_file_that_is_not_there_or_no_text_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "latin").write_bytes(b"\xff\xfe")
    assert main(["policy", "test", str(tmp_path / "none"), str(tmp_path / "latin")]) == 1
    shown = capsys.readouterr()
    assert shown.out == "0 passed, 0 failed\n"
    assert "cannot be read: No such file or directory" in shown.err
    assert "is not UTF-8 text" in shown.err


def test_a_misspelt_member_is_warned_of(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "test", write("a.json", suite(becuase=[["read", 0]]))]) == 0
    assert "warning: the member" in capsys.readouterr().err


def test_a_test_can_come_from_standard_input() -> None:
    run = daypass("policy", "test", "-", stdin=suite())
    assert (run.returncode, run.stdout) == (0, "1 passed, 0 failed\n")


def test_a_document_without_faults_is_said_to_be_fine(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    files = [write("read.json", json.dumps(READ)), write("deny.json", document(deny("iot:*")))]
    assert main(["policy", "check", *files]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{file}: nothing to remark" for file in files]


def test_a_document_that_would_be_refused_is_an_error(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = write("bad.json", document(allow("iot:*", Condition={"StringLikely": {"a": "b"}})))
    assert main(["policy", "check", file]) == 1
    assert f"{file}: error malformed: Statement[0].Condition" in capsys.readouterr().out


def test_the_sample_of_step_four_that_grants_nothing_is_warned_of(
    write: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(
        "step4.json", document(allow("iot:QueryProduct", "acs:ram::1234567890123456:role/iotstsrole"))
    )
    assert main(["policy", "check", file]) == 0
    shown = capsys.readouterr().out
    assert "warning role-needs-assume-role" in shown
    assert "write sts:AssumeRole" in shown


def test_the_kind_of_a_document_is_guessed_or_given(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = write("trust.json", trusting("acs:ram::1000000000000100:root"))
    assert main(["policy", "check", file]) == 0
    assert main(["policy", "check", "--kind", "trust", file]) == 0
    capsys.readouterr()
    assert main(["policy", "check", "--kind", "identity", file]) == 1
    assert "Resource is required" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_an_error_of_the_check(tmp_path: Path) -> None:
    assert main(["policy", "check", str(tmp_path / "none.json")]) == 1


@pytest.mark.parametrize(
    "words", [["policy"], ["policy", "test"], ["policy", "check", "--kind", "x", "f"], ["policy", "tst", "f"]]
)
def test_wrong_usage_exits_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert capsys.readouterr().err.startswith("daypass policy")


def test_a_check_knows_what_actions_are_about(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = write("a.json", document(allow("ram:GetUser", "acs:ram:*:1:role/x")))
    assert main(["policy", "check", file]) == 0
    assert "action-never-matches" in capsys.readouterr().out
