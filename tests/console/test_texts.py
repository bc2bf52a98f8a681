"""Every text of the console is there in Chinese, and nothing else is."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import daypass.console
from daypass.console import guard, language
from daypass.console.routing import NAVIGATION
from daypass.console.templating import environment
from daypass.errors import ErrorCode
from daypass.main import CATALOGUE

FOLDER = Path(daypass.console.__file__).parent
TABLES = sorted(path.stem for path in (FOLDER / "zh_CN").glob("*.toml") if path.name != language.ERRORS)
FRAME = "frame"
"""The table of what all pages share."""


def table(area: str) -> dict[str, str]:
    path = FOLDER / "zh_CN" / f"{area}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def of_templates(folder: Path, *, deep: bool = True) -> Iterator[str]:
    for path in folder.rglob("*.html") if deep else folder.glob("*.html"):
        for _, _, text in environment().extract_translations(path.read_text(encoding="utf-8")):  # type: ignore[attr-defined] # the extension's
            yield from [text] if isinstance(text, str) else [part for part in text or () if part]


def of_code(path: Path) -> Iterator[str]:
    """Yield what a module hands to ``page.t`` and ``text``, and constants made for them by ``N_``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _name(node.func) in {"t", "text", "N_"}:
            yield from _strings(node.args[0])


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", "") or getattr(function, "id", "")


def _strings(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def used(area: str) -> set[str]:
    """Return the texts of an area: its module, or package, and its templates."""
    if area == FRAME:
        found = set(of_templates(FOLDER / "templates", deep=False))
        found |= {
            name for group, links in NAVIGATION for name in (group, *(link[1] for link in links)) if name
        }
        modules = list(FOLDER.glob("*.py"))
    else:
        found = set(of_templates(FOLDER / "templates" / area))
        modules = [FOLDER / "pages" / f"{area}.py", *(FOLDER / area).rglob("*.py")]
    return found.union(*(of_code(module) for module in modules if module.exists()))


def areas() -> list[str]:
    folders = {path.name for path in (FOLDER / "templates").iterdir() if path.is_dir()}
    modules = {path.stem for path in (FOLDER / "pages").glob("*.py") if path.stem != "__init__"}
    return sorted({FRAME, *folders, *modules, *TABLES})


@pytest.mark.parametrize("area", areas())
def test_each_text_is_there_in_chinese(area: str) -> None:
    assert used(area) - table(area).keys() - table(FRAME).keys() == set()


@pytest.mark.parametrize("area", TABLES)
def test_nothing_is_translated_that_is_not_shown(area: str) -> None:
    assert table(area).keys() - used(area) == set()


def test_a_text_has_one_translation() -> None:
    seen: dict[str, str] = {}
    for area in TABLES:
        for english, chinese in table(area).items():
            assert seen.setdefault(english, chinese) == chinese, f"{area}: {english}"


@pytest.mark.parametrize("area", TABLES)
def test_a_translation_holds_the_same_names_and_is_no_english(area: str) -> None:
    for english, chinese in table(area).items():
        assert sorted(re.findall(r"%\(\w+\)s", english)) == sorted(re.findall(r"%\(\w+\)s", chinese)), english
        assert chinese.strip(), english


ELSEWHERE = {"Iot", "ResourceDirectoryMaster"}
"""Products that no page calls."""
ERRORS = {
    error.template: re.sub(r"{(\w+)}", r"<\1>", error.template)
    for operation in CATALOGUE
    if operation.product not in ELSEWHERE
    for error in operation.errors()
} | {error.template: error.template for error in vars(guard).values() if isinstance(error, ErrorCode)}


@pytest.mark.parametrize("template", sorted(ERRORS))
def test_each_error_is_told_in_chinese(template: str) -> None:
    if template in {"{reason}", guard.WRONG_HOST.template}:  # the whole message, and what is no page
        return
    message = ERRORS[template]
    language.LANGUAGE.set("zh-CN")
    told = language.told(message)
    assert told != message
    assert re.search("[\u4e00-\u9fff]", told)
    assert sorted(re.findall(r"<\w+>", told)) == sorted(re.findall(r"<\w+>", message))


def test_no_error_is_translated_that_nobody_gets() -> None:
    wordings = language._errors()
    met = {
        next((wording for wording, _ in wordings if wording.fullmatch(message)), None)
        for message in ERRORS.values()
    }
    assert [wording.pattern for wording, _ in wordings if wording not in met] == []


def test_an_error_that_nobody_has_translated_stays_as_it_is() -> None:
    language.LANGUAGE.set("zh-CN")
    assert language.told("Something {else}.") == "Something {else}."
    assert language.told("There is no role {name} \n x.") == "角色 {name} \n x 不存在。"


@pytest.mark.parametrize(
    ("choice", "accepted", "expected"),
    [
        ("", "", "en"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("", "en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("", "fr-FR,zh-TW;q=0.5", "zh-CN"),
        ("", "fr,de", "en"),
        ("", "zh;q=none,en", "zh-CN"),
        ("", "*" * 5000, "en"),
        ("en", "zh-CN", "en"),
        ("zh-CN", "en", "zh-CN"),
        ("xx", "zh", "zh-CN"),
    ],
)
def test_a_page_is_in_the_language_chosen_else_in_the_browsers(
    choice: str, accepted: str, expected: str
) -> None:
    assert language.chosen(choice, accepted) == expected
