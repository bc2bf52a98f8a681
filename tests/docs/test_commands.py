"""Commands that documents show exist."""

from __future__ import annotations

import itertools
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.docs.repository import ROOT, documents, shell_commands, text

CLI: Final = Path(sys.executable).with_name("daypass")
SHOWN: Final = [
    (document.relative_to(ROOT).as_posix(), words)
    for document in documents()
    for words in shell_commands(document.read_text(encoding="utf-8"))
]
TARGETS: Final = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))


def commands(name: str) -> list[tuple[str, ...]]:
    return sorted({tuple(words[1:]) for _, words in SHOWN if Path(words[0]).name == name})


def test_the_readme_shows_the_two_commands() -> None:
    shown = [shlex.join(words) for document, words in SHOWN if document == "README.md"]
    assert shown[:2] == ["make demo", "make test"]


def test_ci_runs_the_readmes_own_commands() -> None:
    assert {"run make demo", "run make test"} <= set(text(".ci/run").splitlines())


def test_every_make_target_that_is_named_exists() -> None:
    everywhere = "\n".join(document.read_text(encoding="utf-8") for document in documents())
    named = set(re.findall(r"`make ([a-z-]+)`", everywhere)) | {words[0] for words in commands("make")}
    assert named - TARGETS == set()


@pytest.mark.parametrize("arguments", commands("daypass"), ids=lambda words: " ".join(words[:2]))
def test_every_command_line_that_is_shown_is_understood(arguments: tuple[str, ...]) -> None:
    values = re.compile(r"^[A-Z][A-Za-z0-9.]*=")
    command = itertools.takewhile(lambda word: not word.startswith("-"), arguments)
    helped = subprocess.run(
        [CLI, *command, "--help"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert helped.returncode == 0, helped.stderr
    options = [word.partition("=")[0] for word in arguments if word.startswith("--")]
    names = [word.partition("=")[0] for word in arguments if values.match(word)]
    assert [word for word in [*options, *names] if word not in helped.stdout] == []


def test_every_path_that_is_named_exists() -> None:
    path = re.compile(r"`((?:src|tests|docs|conformance|bench|tools|requirements)/[\w./*-]+)`")
    missing = [
        f"{document.relative_to(ROOT)}: {name}"
        for document in documents()
        for name in path.findall(document.read_text(encoding="utf-8"))
        if not list(ROOT.glob(name.rstrip("/")))
    ]
    assert missing == []
