"""What the policy editor's scripts say is handed to them in the page's language."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import daypass.console
from daypass.console.language import LANGUAGE
from daypass.console.templating import environment

STATIC = Path(daypass.console.__file__).parent / "static"
SCRIPTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("policy-*.js")))
TABLE = STATIC.parent / "templates" / "policy_editor" / "editor.html"


def handed(language: str) -> dict[str, str]:
    token = LANGUAGE.set(language)
    try:
        macros = environment().get_template("policy_editor/editor.html").module
        texts: dict[str, str] = json.loads(html.unescape(str(macros.texts())))  # type: ignore[attr-defined] # a macro
    finally:
        LANGUAGE.reset(token)
    return texts


def said() -> set[str]:
    """Return the texts that the scripts show: handed to `t`, reasons of faults, names of choices."""
    direct = re.findall(r'\bt\("((?:[^"\\]|\\.)*)"', SCRIPTS)
    faults = re.findall(r"(?:this|reader)\.fault\(([^)]*)\)", SCRIPTS)
    reasons = [text for fault in faults for text in re.findall(r'"([A-Z][^"]+ [^"]*)"', fault)]
    named = re.findall(r'choice\("([^"]+)"', SCRIPTS) + re.findall(
        r'\["\w+", "(Cloud \w+|Identity \w+)"\]', SCRIPTS
    )
    return {*direct, *reasons, *named} - {"This name stands twice"}


def test_every_text_of_the_scripts_is_in_the_table_and_no_other() -> None:
    levels = {"list", "read", "write"}
    effects = {"Allow", "Deny"}
    assert handed("en").keys() == said() | levels | effects


def test_placeholders_are_the_same_in_chinese() -> None:
    chinese = handed("zh-CN")
    for english, shown in handed("en").items():
        assert re.findall(r"\{\w+\}", english) == re.findall(r"\{\w+\}", shown)
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", chinese[english]))
    assert chinese["Visual Editor"] == "可视化编辑"
