"""What the tests of this folder read: the repository's own files."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def tracked() -> list[Path]:
    """List the files git knows, or, where there is no repository, all that it would not ignore."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        names = listed.stdout.decode().split("\0")
        return [path for name in names if name and (path := ROOT / name).is_file()]
    hidden = {".git", ".venv", "node_modules", "__pycache__"}
    return [
        path for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.relative_to(ROOT).parts)
    ]


def documents() -> list[Path]:
    """List the Markdown files."""
    return [path for path in tracked() if path.suffix == ".md"]


def text(name: str) -> str:
    """Read a file by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(document: str, language: str) -> list[str]:
    """List a document's code blocks of one language."""
    return [block for found, block in _FENCE.findall(document) if found == language]


def shell_commands(document: str) -> list[list[str]]:
    """List the commands in a document's shell blocks, each as its words."""
    commands: list[list[str]] = []
    for block in blocks(document, "sh"):
        pending = ""
        for line in block.splitlines():
            pending += f"{line}\n"
            try:
                words = shlex.split(pending, comments=True)
            except ValueError:  # a quotation goes on in the next line
                continue
            pending = ""
            if words:
                commands.append(words)
    return commands


def prose(document: str) -> str:
    """Return a document without its code blocks."""
    return _FENCE.sub("", document)
