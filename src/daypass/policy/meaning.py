"""What a statement means, in plain words, in English and in Chinese.

The words say what the evaluator does with the statement, no more: whether somebody may do
something depends on the other policies as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from daypass.policy.actions import fold
from daypass.policy.arn import SEGMENTS
from daypass.policy.conditions import OPERATORS
from daypass.policy.document import Condition, Document, DocumentKind, Statement
from daypass.policy.errors import shown
from daypass.policy.jsontext import decode
from daypass.policy.pattern import has_wildcard
from daypass.policy.principals import fold_principal
from daypass.policy.remarks import Language

_NARROW: Final = re.compile(
    r"(?<=[\u4e00-\u9fff])(?=[\w*'.(])(?![\u4e00-\u9fff])|(?<=[\w*'.)])(?<![\u4e00-\u9fff])(?=[\u4e00-\u9fff])"
)
_TOO_WIDE: Final = re.compile(r" +(?=[，、。；：（）])|(?<=[，、。；：（）]) +")

_SHOWN: Final = 12
"""So many of a list are written out."""


class _Tongue(NamedTuple):
    """The words of one language."""

    comma: str
    last: str
    either: str
    more: str
    allows: str
    denies: str
    lets: str
    lets_not: str
    every_action: str
    service: str
    beginning: str
    all_but: str
    every_resource: str
    when: str
    and_when: str
    nothing: str


_ENGLISH: Final = _Tongue(
    comma=", ",
    last=" and ",
    either=" or ",
    more="{count} more",
    allows="Allows {actions} on {resources}{when}.",
    denies="Denies {actions} on {resources}{when}, whatever else allows it.",
    lets="Lets {who} assume the role{when}.",
    lets_not="Does not let {who} assume the role{when}, whatever else does.",
    every_action="every action of every service",
    service="every action of {service}",
    beginning="actions of {service} that begin with {name}",
    all_but="everything except {actions}",
    every_resource="every resource",
    when=" if {conditions}",
    and_when=" and ",
    nothing="Says nothing of who may assume the role: its Action is not sts:AssumeRole.",
)
_CHINESE: Final = _Tongue(
    comma="、",
    last="和",
    either="或",
    more="另外 {count} 项",
    allows="{when}允许对{resources}执行{actions}。",
    denies="{when}拒绝对{resources}执行{actions}，无论其他策略是否允许。",
    lets="{when}允许{who}扮演该角色。",
    lets_not="{when}禁止{who}扮演该角色，无论其他语句是否允许。",
    every_action="所有云服务的所有操作",
    service="{service} 的所有操作",
    beginning="{service} 中以 {name} 开头的操作",
    all_but="除{actions}以外的所有操作",
    every_resource="所有资源",
    when="当{conditions}时，",
    and_when="，并且",
    nothing="没有说明谁可以扮演该角色：其 Action 不是 sts:AssumeRole。",
)
_TONGUES: Final[Mapping[Language, _Tongue]] = {"en": _ENGLISH, "zh": _CHINESE}

_OPERATORS: Final[Mapping[str, tuple[str, str]]] = {
    "StringEquals": ("{key} is {values}", "{key} 等于{values}"),
    "StringNotEquals": ("{key} is not {values}", "{key} 不等于{values}"),
    "StringEqualsIgnoreCase": ("{key} is {values} in any case", "{key} 等于{values}（不区分大小写）"),
    "StringNotEqualsIgnoreCase": (
        "{key} is not {values} in any case",
        "{key} 不等于{values}（不区分大小写）",
    ),
    "StringLike": ("{key} is like {values}", "{key} 匹配{values}"),
    "StringNotLike": ("{key} is not like {values}", "{key} 不匹配{values}"),
    "NumericEquals": ("{key} is {values}", "{key} 等于{values}"),
    "NumericNotEquals": ("{key} is not {values}", "{key} 不等于{values}"),
    "NumericLessThan": ("{key} is less than {values}", "{key} 小于{values}"),
    "NumericLessThanEquals": ("{key} is at most {values}", "{key} 不大于{values}"),
    "NumericGreaterThan": ("{key} is more than {values}", "{key} 大于{values}"),
    "NumericGreaterThanEquals": ("{key} is at least {values}", "{key} 不小于{values}"),
    "DateEquals": ("{key} is {values}", "{key} 为{values}"),
    "DateNotEquals": ("{key} is not {values}", "{key} 不为{values}"),
    "DateLessThan": ("{key} is before {values}", "{key} 早于{values}"),
    "DateLessThanEquals": ("{key} is not after {values}", "{key} 不晚于{values}"),
    "DateGreaterThan": ("{key} is after {values}", "{key} 晚于{values}"),
    "DateGreaterThanEquals": ("{key} is not before {values}", "{key} 不早于{values}"),
    "Bool": ("{key} is {values}", "{key} 为{values}"),
    "IpAddress": ("{key} is in {values}", "{key} 属于{values}"),
    "NotIpAddress": ("{key} is not in {values}", "{key} 不属于{values}"),
}
_OR_MISSING: Final = (" or the request does not carry it", "，或请求中没有该键")

_PRINCIPALS: Final = (
    (
        re.compile(r"acs:ram:[*]?:([0-9]+):root"),
        "every RAM user and role of the account {0} (who also need a permission of their own)",
        "云账号 {0} 的所有 RAM 用户和角色（还需自身具有权限）",
    ),
    (
        re.compile(r"acs:ram:[*]?:([0-9]+):user/(.+)"),
        "the RAM user {1} of the account {0}",
        "云账号 {0} 的 RAM 用户 {1}",
    ),
    (
        re.compile(r"acs:ram:[*]?:([0-9]+):role/(.+)"),
        "the role {1} of the account {0}",
        "云账号 {0} 的角色 {1}",
    ),
    (
        re.compile(r"acs:ram:[*]?:([0-9]+):saml-provider/(.+)"),
        "whom the SAML provider {1} vouches for",
        "经 SAML 身份提供商 {1} 认证的身份",
    ),
    (
        re.compile(r"acs:ram:[*]?:([0-9]+):oidc-provider/(.+)"),
        "whom the OIDC provider {1} vouches for",
        "经 OIDC 身份提供商 {1} 认证的身份",
    ),
    (
        re.compile(r"([0-9]+)@(.+)"),
        "the service {1} acting for the account {0}",
        "代表云账号 {0} 的云服务 {1}",
    ),
    (re.compile(r"(.+)"), "the service {0}", "云服务 {0}"),
)


def meaning(document: Document, language: Language) -> tuple[str, ...]:
    """Return what each statement of a document means."""
    tongue = _TONGUES[language]
    trust = document.kind is DocumentKind.TRUST
    spelled = as_written(document.text) if trust else {}
    said = (
        _trust(each, spelled, language, tongue) if trust else _grant(each, language, tongue)
        for each in document.statements
    )
    return tuple(spaced(each) if language == "zh" else each for each in said)


def as_written(*texts: str) -> dict[str, str]:
    """Return the principals of trust policies as their authors spell them, by their comparable forms."""
    found: dict[str, str] = {}
    for text in texts:
        written = decode(text)["Statement"]
        for statement in written if isinstance(written, list) else [written]:
            for named in statement["Principal"].values():
                names = named if isinstance(named, list) else [named]
                found |= {fold_principal(name): name for name in names}
    return found


def spaced(words: str) -> str:
    """Put a space between Chinese and Latin text, as is usual, and none before a mark."""
    return _TOO_WIDE.sub("", _NARROW.sub(" ", words))


def conditions_in_words(conditions: Iterable[Condition], language: Language) -> str:
    """Return what all have to hold."""
    said = _TONGUES[language].and_when.join(_condition(each, language) for each in conditions)
    return spaced(said) if language == "zh" else said


def principal_in_words(principal: str, language: Language) -> str:
    """Return who a principal of a trust policy is."""
    for form, english, chinese in _PRINCIPALS:
        if found := form.fullmatch(principal):
            return (chinese if language == "zh" else english).format(*found.groups())
    return principal


def _grant(statement: Statement, language: Language, tongue: _Tongue) -> str:
    words = tongue.denies if statement.effect == "Deny" else tongue.allows
    return words.format(
        actions=_actions(statement, tongue),
        resources=_resources(statement.resources, language, tongue),
        when=_when(statement, language, tongue),
    )


def _trust(statement: Statement, spelled: Mapping[str, str], language: Language, tongue: _Tongue) -> str:
    named = any(fold(each) in {"*", "sts:*", "sts:assumerole"} for each in statement.actions)
    if named is statement.not_action:
        return tongue.nothing
    words = tongue.lets_not if statement.effect == "Deny" else tongue.lets
    named_ones = sorted(statement.principals or ())
    who = [principal_in_words(spelled.get(each, each), language) for each in named_ones]
    return words.format(who=_list(who, tongue, tongue.last), when=_when(statement, language, tongue))


def _actions(statement: Statement, tongue: _Tongue) -> str:
    words = _list([_action(each, tongue) for each in statement.actions], tongue, tongue.last)
    return tongue.all_but.format(actions=words) if statement.not_action else words


def _action(pattern: str, tongue: _Tongue) -> str:
    service, _, name = pattern.partition(":")
    if pattern == "*":
        return tongue.every_action
    if name == "*" and not has_wildcard(service):
        return tongue.service.format(service=service)
    if name.endswith("*") and not has_wildcard(service + name[:-1]):
        return tongue.beginning.format(service=service, name=name[:-1])
    return pattern


_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "role": ("the role {0} of the account {1}", "云账号 {1} 的角色 {0}"),
    "user": ("the RAM user {0} of the account {1}", "云账号 {1} 的 RAM 用户 {0}"),
    "group": ("the group {0} of the account {1}", "云账号 {1} 的用户组 {0}"),
    "policy": ("the policy {0} of the account {1}", "云账号 {1} 的权限策略 {0}"),
}


def _resources(patterns: Sequence[str], language: Language, tongue: _Tongue) -> str:
    if "*" in patterns:
        return tongue.every_resource
    return _list([_resource(each, language) for each in patterns], tongue, tongue.last)


def _resource(pattern: str, language: Language) -> str:
    segments = pattern.split(":", SEGMENTS - 1)
    kind, _, name = segments[-1].partition("/")
    plain = (
        len(segments) == SEGMENTS and segments[1] == "ram" and name and not has_wildcard(name + segments[3])
    )
    if plain and kind in _KINDS:
        return _KINDS[kind][language == "zh"].format(name, segments[3])
    return pattern


def _when(statement: Statement, language: Language, tongue: _Tongue) -> str:
    if not statement.conditions:
        return ""
    return tongue.when.format(conditions=conditions_in_words(statement.conditions, language))


def _condition(condition: Condition, language: Language) -> str:
    tongue, chinese = _TONGUES[language], language == "zh"
    values = [shown(each) for each in condition.wanted]
    words = _OPERATORS[condition.operator][chinese]
    missing = _OR_MISSING[chinese] if OPERATORS[condition.operator].negated else ""
    key = shown(condition.key)[1:-1]
    return words.format(key=key, values=_list(values, tongue, tongue.either)) + missing


def _list(items: Sequence[str], tongue: _Tongue, last: str) -> str:
    """Join words as the language does; of a long list only the beginning is written out."""
    shown_items = list(items[:_SHOWN])
    if len(items) > _SHOWN:
        shown_items.append(tongue.more.format(count=len(items) - _SHOWN))
    *first, final = shown_items
    return f"{tongue.comma.join(first)}{last}{final}" if first else final
