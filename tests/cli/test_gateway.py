"""``daypass gateway``: descriptions are checked and shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from daypass.cli import main
from daypass.descriptions import SHIPPED


@pytest.mark.parametrize("service", SHIPPED)
def test_what_is_shown_passes_the_check(
    service: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gateway", "show", service]) == 0
    file = tmp_path / "shown.toml"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["gateway", "check", str(file)]) == 0
    assert capsys.readouterr().out.startswith(f"{file}: {service}, ")


def test_a_description_with_a_fault_is_told_in_one_line_and_the_others_are_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong, right = tmp_path / "wrong.toml", tmp_path / "right.toml"
    wrong.write_text('service = "x"\ntitle = "X"\ninterfaces = []\n', encoding="utf-8")
    assert main(["gateway", "show", "mns"]) == 0
    right.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["gateway", "check", str(wrong), str(tmp_path / "nowhere"), str(right)]) == 1
    said = capsys.readouterr()
    assert said.out == f"{right}: mns, 21 actions by mns\n"
    assert len(said.err.splitlines()) == 2
    assert said.err.startswith(f"{wrong}: Object")


def test_a_service_that_nobody_describes_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gateway", "show", "shelf"]) == 1
    assert "no description of shelf comes with daypass" in capsys.readouterr().err
