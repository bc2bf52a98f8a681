"""What changes between two documents, in plain words, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from daypass.policy.meaning import conditions_in_words, principal_in_words, spaced

if TYPE_CHECKING:
    from daypass.policy.cases import Case
    from daypass.policy.changes import Change
    from daypass.policy.classes import Class
    from daypass.policy.possible import Requirement
    from daypass.policy.remarks import Language
    from daypass.policy.trust_changes import TrustChange

_GRANTS = {
    ("en", True): "Newly allowed: {actions} on {resources}{when}.",
    ("en", False): "No longer allowed: {actions} on {resources}{when}.",
    ("zh", True): "新增允许：对{resources}执行{actions}{when}。",
    ("zh", False): "不再允许：对{resources}执行{actions}{when}。",
}
_TRUST = {
    ("en", True): "Newly trusted: {who}{when}.",
    ("en", False): "No longer trusted: {who}{when}.",
    ("zh", True): "新增信任：{who}{when}。",
    ("zh", False): "不再信任：{who}{when}。",
}
_EVERY_ACTION = {"en": "every action", "zh": "所有操作"}
_EVERY_RESOURCE = {"en": "every resource", "zh": "所有资源"}
_EXCEPT = {"en": "{label} except {but}", "zh": "{label}（{but} 除外）"}
_IF = {"en": "if {conditions}", "zh": "当{conditions}时"}
_UNLESS = {"en": "unless {conditions}", "zh": "除非{conditions}"}
_WITHOUT = {
    "en": "in requests that carry none of the condition keys",
    "zh": "当请求不携带任何条件键时",
}
_ASIDE = {"en": " ({cases})", "zh": "（{cases}）"}
_COMMA = {"en": ", ", "zh": "、"}
_SEMICOLON = {"en": "; ", "zh": "；"}
_MORE = {"en": "{count} more", "zh": "另外 {count} 项"}
_SHOWN = 8


def change_in_words(change: Change, language: Language) -> str:
    """Return what changes."""
    words = _GRANTS[language, change.gained].format(
        actions=_joined(labels(change.actions, language, _EVERY_ACTION[language]), language),
        resources=_joined(labels(change.resources, language, _EVERY_RESOURCE[language]), language),
        when=_when(change.cases, language) if not change.always else "",
    )
    return spaced(words) if language == "zh" else words


def trust_change_in_words(change: TrustChange, language: Language) -> str:
    """Return for whom it changes whether he may assume the role."""
    words = _TRUST[language, change.gained].format(
        who=principal_in_words(change.principal, language),
        when=_when(change.cases, language) if not change.always else "",
    )
    return spaced(words) if language == "zh" else words


def requirement_in_words(requirement: Requirement, language: Language) -> str:
    """Return what a conditional answer hangs on."""
    words = (_IF if requirement.effect == "Allow" else _UNLESS)[language]
    said = words.format(conditions=conditions_in_words(requirement.conditions, language))
    return spaced(said) if language == "zh" else said


def labels(classes: Iterable[Class], language: Language, everything: str) -> list[str]:
    """Return what classes are called."""
    return [
        _EXCEPT[language].format(label=_name(each, everything), but=_joined(each.but, language))
        if each.but
        else _name(each, everything)
        for each in classes
    ]


def _name(one: Class, everything: str) -> str:
    return everything if one.label in {"", "*"} else one.label


def case_in_words(cases: Sequence[Case], language: Language) -> list[str]:
    """Return in which cases something changes, as far as conditions tell them apart."""
    holding = dict.fromkeys(case.conditions for case in cases if case.hold)
    failing = dict.fromkeys(case.conditions for case in cases if case.conditions and not case.hold)
    said = [
        _IF[language].format(conditions=conditions_in_words(block, language))
        for block in holding
        if block not in failing
    ]
    said += [
        _UNLESS[language].format(conditions=conditions_in_words(block, language))
        for block in failing
        if block not in holding
    ]
    return said or [_WITHOUT[language]]


def _when(cases: Sequence[Case], language: Language) -> str:
    return _ASIDE[language].format(cases=_SEMICOLON[language].join(case_in_words(cases, language)))


def _joined(items: Sequence[str], language: Language) -> str:
    shown = list(items[:_SHOWN])
    if len(items) > _SHOWN:
        shown.append(_MORE[language].format(count=len(items) - _SHOWN))
    return _COMMA[language].join(shown)
