"""Policy documents: text in, frozen values out, and the same text kept.

A document is parsed once, when it is written or loaded. Everything that could go wrong
later goes wrong here: unknown members, operators and principals, values that are not of
their operator's type. What came through is evaluated without a further check.

Source: RAM's policy structure and syntax; for what it leaves open, the strict reading,
because a document understood in two ways hides a statement from one reader.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Final, Literal

import msgspec

from daypass.names import (
    CONTROL_DOCUMENT_CHARS,
    POLICY_DOCUMENT_CHARS,
    SESSION_POLICY_CHARS,
    TRUST_DOCUMENT_CHARS,
)
from daypass.policy.conditions import OPERATORS
from daypass.policy.errors import MalformedDocument, TooLong, shown
from daypass.policy.jsontext import BareNumber, RepeatedKey, decode
from daypass.policy.principals import FORMS, fold_principal

VERSION: Final = "1"

Effect = Literal["Allow", "Deny"]


class DocumentKind(Enum):
    """What a document is for, which decides the members and the length it may have."""

    IDENTITY = "identity"
    SESSION = "session"
    TRUST = "trust"
    CONTROL = "control"

    @property
    def limit(self) -> int:
        """Characters a document of this kind may have."""
        return _LIMITS[self]


_LIMITS: Final = {
    DocumentKind.IDENTITY: POLICY_DOCUMENT_CHARS,
    DocumentKind.SESSION: SESSION_POLICY_CHARS,
    DocumentKind.TRUST: TRUST_DOCUMENT_CHARS,
    DocumentKind.CONTROL: CONTROL_DOCUMENT_CHARS,
}


class Condition(msgspec.Struct, frozen=True, gc=False):
    """One line of a condition block.

    Attributes:
        operator: a name of the operator table.
        key: the condition key as written.
        wanted: the values as written; alternatives.
    """

    operator: str
    key: str
    wanted: tuple[str, ...]


class Statement(msgspec.Struct, frozen=True, gc=False):
    """One statement.

    Attributes:
        effect: ``Allow`` or ``Deny``.
        actions: patterns of ``Action`` or ``NotAction``, as written.
        not_action: whether they are ``NotAction``.
        resources: patterns as written; empty in a trust policy, where they do not count.
        conditions: all must hold.
        principals: of a trust policy, in comparable form; None elsewhere.
    """

    effect: Effect
    actions: tuple[str, ...]
    not_action: bool
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...]
    principals: frozenset[str] | None


class Document(msgspec.Struct, frozen=True, gc=False):
    """A policy document.

    Attributes:
        text: what the author sent, to the character.
        kind: what it was checked as.
        statements: in the author's order.
    """

    text: str
    kind: DocumentKind
    statements: tuple[Statement, ...]


def parse(text: str, kind: DocumentKind, *, limit: int | None = None) -> Document:
    """Read and check a policy document.

    Args:
        text: JSON, 1 character to the limit.
        kind: decides which members are required and refused.
        limit: characters allowed instead of the kind's own; for system policies, which are
            not held to the limit of custom ones.

    Raises:
        TooLong: more characters than allowed; the text was not looked at further.
        MalformedDocument: anything else; ``at`` names the place.
    """
    allowed = kind.limit if limit is None else limit
    if len(text) > allowed:
        raise TooLong(len(text), allowed)
    if not text:
        raise MalformedDocument("the document is empty")
    top = _members(decode(text), "", _TOP)
    if top.get("Version") != VERSION or isinstance(top["Version"], BareNumber):
        raise MalformedDocument('Version is required, and "1" is the only one', "Version")
    if "Statement" not in top:
        raise MalformedDocument("Statement is required", "Statement")
    given = top["Statement"]
    statements = given if isinstance(given, list) else [given]
    if not statements:
        raise MalformedDocument("at least one statement is required", "Statement")
    return Document(
        text, kind, tuple(_statement(each, kind, f"Statement[{i}]") for i, each in enumerate(statements))
    )


_TOP: Final = frozenset(("Version", "Statement"))
_ANY: Final[frozenset[str]] = frozenset()
"""For objects whose members have names of the author's own."""

_MEMBERS: Final = frozenset(("Sid", "Effect", "Action", "NotAction", "Resource", "Condition", "Principal"))


def _members(value: Any, at: str, known: frozenset[str]) -> dict[str, Any]:
    """Return an object's members; refuse another value, a repeated member, an unknown one."""
    if not isinstance(value, dict):
        raise MalformedDocument("an object is required", at)
    if isinstance(value, RepeatedKey):
        raise MalformedDocument(f"the member {shown(value.repeated)} stands there twice", at)
    if known and not known.issuperset(value):
        name = next(name for name in value if name not in known)
        raise MalformedDocument(_unknown(name), f"{at}.{name}" if at and name.isalnum() else at)
    return value


def _unknown(name: str) -> str:
    if name == "NotResource":
        return "NotResource is not supported"
    return f"the member {shown(name)} is unknown"


def _statement(value: Any, kind: DocumentKind, at: str) -> Statement:
    members = _members(value, at, _MEMBERS)
    effect = members.get("Effect")
    if effect not in ("Allow", "Deny") or isinstance(effect, BareNumber):
        raise MalformedDocument("Effect is required, either Allow or Deny", f"{at}.Effect")
    if not _is_string(members.get("Sid", "")):
        raise MalformedDocument("a string is required", f"{at}.Sid")
    actions, not_action = _actions(members, at)
    return Statement(
        effect,
        actions,
        not_action,
        _resources(members, kind, at),
        _conditions(members["Condition"], f"{at}.Condition") if "Condition" in members else (),
        _principals(members, kind, at),
    )


def _actions(members: dict[str, Any], at: str) -> tuple[tuple[str, ...], bool]:
    if "Action" in members and "NotAction" in members:
        raise MalformedDocument("Action and NotAction exclude each other", at)
    for name in ("Action", "NotAction"):
        if name in members:
            return _patterns(members[name], f"{at}.{name}"), name == "NotAction"
    raise MalformedDocument("Action or NotAction is required", at)


def _resources(members: dict[str, Any], kind: DocumentKind, at: str) -> tuple[str, ...]:
    if "Resource" in members:
        resources = _patterns(members["Resource"], f"{at}.Resource")
        return () if kind is DocumentKind.TRUST else resources
    if kind is DocumentKind.TRUST:
        return ()
    raise MalformedDocument("Resource is required", at)


def _principals(members: dict[str, Any], kind: DocumentKind, at: str) -> frozenset[str] | None:
    if kind is not DocumentKind.TRUST:
        if "Principal" in members:
            raise MalformedDocument("only trust policies have a Principal", f"{at}.Principal")
        return None
    if "Principal" not in members:
        raise MalformedDocument("a trust policy's statement requires a Principal", at)
    at = f"{at}.Principal"
    by_type = _members(members["Principal"], at, frozenset(FORMS))
    if not by_type:
        raise MalformedDocument(f"one of {', '.join(FORMS)} is required", at)
    return frozenset(
        _principal(text, name, f"{at}.{name}")
        for name, given in by_type.items()
        for text in _patterns(given, f"{at}.{name}")
    )


def _principal(text: str, name: str, at: str) -> str:
    if FORMS[name].fullmatch(text) is None:
        raise MalformedDocument(f"{shown(text)} is no principal of type {name}", at)
    return fold_principal(text)


def _conditions(value: Any, at: str) -> tuple[Condition, ...]:
    found: list[Condition] = []
    for operator, keys in _members(value, at, _ANY).items():
        if operator not in OPERATORS:
            raise MalformedDocument(f"the condition operator {shown(operator)} is not supported", at)
        lines = _members(keys, f"{at}.{operator}", _ANY)
        if not lines:
            raise MalformedDocument("at least one condition key is required", f"{at}.{operator}")
        found.extend(_condition(operator, key, wanted, f"{at}.{operator}") for key, wanted in lines.items())
    return tuple(found)


def _condition(operator: str, key: str, value: Any, at: str) -> Condition:
    if not key:
        raise MalformedDocument("a condition key is empty", at)
    wanted = tuple(_text(each, key, at) for each in (value if isinstance(value, list) else (value,)))
    if not wanted:
        raise MalformedDocument("the list is empty", f"{at}.{shown(key)[1:-1]}")
    read = OPERATORS[operator].read
    for text in wanted:
        try:
            read(text)
        except ValueError:
            reason = f"{shown(text)} is no value for {operator}"
            raise MalformedDocument(reason, f"{at}.{shown(key)[1:-1]}") from None
    return Condition(operator, key, wanted)


def _text(value: Any, key: str, at: str) -> str:
    """Return a condition value as text; JSON numbers and booleans are taken as they are written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value)
    raise MalformedDocument("a string is required", f"{at}.{shown(key)[1:-1]}")


def _patterns(value: Any, at: str) -> tuple[str, ...]:
    """Return one pattern or a list of them as a tuple."""
    patterns = tuple(value) if isinstance(value, list) else (value,)
    if not patterns:
        raise MalformedDocument("the list is empty", at)
    for pattern in patterns:
        if not _is_string(pattern):
            raise MalformedDocument("a string is required", at)
        if not pattern:
            raise MalformedDocument("an element is empty", at)
    return patterns


def _is_string(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, BareNumber)
