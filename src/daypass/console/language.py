"""English and Chinese: the English text is the key, ``zh_CN/<area>.toml`` says the same in Chinese."""

from __future__ import annotations

import functools
import re
import tomllib
from contextvars import ContextVar
from importlib import resources
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: Final[Mapping[str, str]] = {"en": "English", "zh-CN": "简体中文"}
"""What can be chosen, by the tags of HTTP and HTML."""

LANGUAGE: Final[ContextVar[str]] = ContextVar("language", default="en")
"""Of the page that is being made."""


ERRORS: Final = "errors.toml"
"""The table of what operations answer when they refuse."""


def chinese() -> dict[str, str]:
    """Return all texts of pages in Chinese, by their English."""
    texts: dict[str, str] = {}
    for table in resources.files("daypass.console").joinpath("zh_CN").iterdir():
        if table.name.endswith(".toml") and table.name != ERRORS:
            texts.update(tomllib.loads(table.read_text(encoding="utf-8")))
    return texts


_CHINESE: Final[dict[str, str]] = chinese()


_GAP: Final = re.compile(r"{(\w+)}")


@functools.cache
def _errors() -> list[tuple[re.Pattern[str], str]]:
    """Return the wordings of errors, as patterns whose gaps are groups, with their Chinese.

    Of two that fit a message, the one that says more of it itself comes first.
    """
    table = resources.files("daypass.console").joinpath("zh_CN").joinpath(ERRORS)
    wordings = tomllib.loads(table.read_text(encoding="utf-8"))
    own = {english: len(_GAP.sub("", english)) for english in wordings}
    return [(_pattern(english), wordings[english]) for english in sorted(own, key=lambda each: -own[each])]


def _pattern(wording: str) -> re.Pattern[str]:
    parts = _GAP.split(wording)
    made = "".join(f"(?P<{part}>.+)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    return re.compile(made, re.DOTALL)


def told(message: str) -> str:
    """Return an error's message in the language of the page; as it is, if nobody has translated it."""
    if LANGUAGE.get() != "en":
        for wording, chinese in _errors():
            found = wording.fullmatch(message)
            if found is not None:
                return chinese.format_map(found.groupdict())
    return message


def text(english: str) -> str:
    """Return a text in the language of the page that is being made."""
    return english if LANGUAGE.get() == "en" else _CHINESE.get(english, english)


def N_(english: str) -> str:  # noqa: N802 (gettext's own name for it)
    """Mark a text that is handed to :func:`text` later, when it is known in which language."""
    return english


def texts(one: str, many: str, count: int) -> str:
    """Return a text about one or several things; Chinese has the same for both."""
    return text(one if count == 1 and LANGUAGE.get() == "en" else many)


def chosen(choice: str, accepted: str) -> str:
    """Return the language of a page.

    Args:
        choice: what the user has chosen, if anything.
        accepted: the browser's ``Accept-Language``.
    """
    if choice in LANGUAGES:
        return choice
    return max(_wishes(accepted), key=lambda wish: wish[1], default=("en", 0.0))[0]


def _wishes(accepted: str) -> list[tuple[str, float]]:
    """Return the languages of ours that a header names, with their weights; the first of equals wins."""
    wishes = []
    for part in accepted[:500].split(","):
        tag, _, parameters = part.strip().lower().partition(";")
        language = {"zh": "zh-CN", "en": "en"}.get(tag.split("-")[0])
        weight = parameters.strip().removeprefix("q=")
        if language is not None:
            wishes.append((language, float(weight) if weight.replace(".", "", 1).isdecimal() else 1.0))
    return wishes
