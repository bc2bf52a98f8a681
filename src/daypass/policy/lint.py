"""What is wrong, or very likely not meant, in one policy document.

An error is a document that would be refused when written. A warning is one that would be
accepted and probably does not do what its author thinks. Each finding says where, what,
and what to write instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec

from daypass.policy.actions import Actions, fold
from daypass.policy.conditions import OPERATORS, fold_key
from daypass.policy.document import Condition, Document, DocumentKind, Statement, parse
from daypass.policy.errors import MalformedDocument, TooLong, shown
from daypass.policy.jsontext import BareNumber, decode
from daypass.policy.pattern import has_wildcard

Severity = Literal["error", "warning"]


class Finding(msgspec.Struct, frozen=True):
    """One remark on a document.

    Attributes:
        code: what kind of remark, stable, for scripts.
        severity: ``error``: it would be refused; ``warning``: it would be accepted.
        at: the place, as in ``Statement[0].Resource``; empty for the whole document.
        message: what is wrong.
        suggestion: what to do about it.
    """

    code: str
    severity: Severity
    at: str
    message: str
    suggestion: str

    def __str__(self) -> str:
        where = f"{self.at}: " if self.at else ""
        return f"{self.severity} {self.code}: {where}{self.message}; {self.suggestion}"


_REMEDIES: Final = {
    "not supported": "use an operator of the published list; IfExists, Null and set operators are not in it",
    "twice": "merge the two; readers differ in which of them they see",
    "required": "add it",
    "unknown": "remove it, or correct its spelling",
}


def check_document(text: str, kind: DocumentKind | None = None) -> tuple[Finding, ...]:
    """Check a document's form and look for what is probably not meant.

    Args:
        text: the document.
        kind: what it is for; None takes a document with a Principal for a trust policy and
            any other for an identity policy.
    """
    try:
        document = parse(text, kind or _guess(text))
    except TooLong as error:
        return (Finding("too-long", "error", "", error.reason, "shorten it, or split it in two policies"),)
    except MalformedDocument as error:
        remedy = next((advice for word, advice in _REMEDIES.items() if word in error.reason), "correct it")
        return (Finding("malformed", "error", error.at, error.reason, remedy),)
    return tuple(_warnings(document))


def _guess(text: str) -> DocumentKind:
    trust = '"Principal"' in text and any(
        isinstance(each, dict) and "Principal" in each for each in _written_statements(decode(text))
    )
    return DocumentKind.TRUST if trust else DocumentKind.IDENTITY


def _written_statements(top: Any) -> list[Any]:
    given = top.get("Statement", []) if isinstance(top, dict) else []
    return given if isinstance(given, list) else [given]


def _warnings(document: Document) -> Iterator[Finding]:
    written = decode(document.text)
    if isinstance(written["Statement"], dict):
        yield _warning(
            "bare-statement", "Statement", "Statement is one object", "write a list, as documented"
        )
    for number, statement in enumerate(document.statements):
        at = f"Statement[{number}]"
        yield from _of_written(_written_statements(written)[number], at)
        yield from _of_actions(statement, document.kind, at)
        if document.kind is DocumentKind.TRUST:
            yield from _of_trust(statement, at)
        else:
            yield from _of_resources(statement, at)
        for condition in statement.conditions:
            yield from _of_condition(statement, condition, f"{at}.Condition.{condition.operator}")


def _warning(code: str, at: str, message: str, suggestion: str) -> Finding:
    return Finding(code, "warning", at, message, suggestion)


def _of_written(written: dict[str, Any], at: str) -> Iterator[Finding]:
    """Remark on what only the author's own text shows."""
    if "Principal" in written and "Resource" in written:
        yield _warning(
            "trust-resource", f"{at}.Resource", "a trust policy's Resource is not read", "remove it"
        )
    for operator, lines in written.get("Condition", {}).items():
        for key, value in lines.items():
            values = value if isinstance(value, list) else [value]
            if any(isinstance(each, bool | BareNumber) for each in values):
                place = f"{at}.Condition.{operator}.{key}"
                yield _warning("bare-value", place, "a value stands without quotes", "write it as a string")


def _of_actions(statement: Statement, kind: DocumentKind, at: str) -> Iterator[Finding]:
    at = f"{at}.{'NotAction' if statement.not_action else 'Action'}"
    yield from _variables(statement.actions, at)
    for action in statement.actions:
        if ":" not in action and action != "*":
            yield _warning(
                "action-without-service", at, f"{shown(action)} names no service", "write <ram-code>:<name>"
            )
        if kind is DocumentKind.TRUST and fold(action) not in {"sts:assumerole", "sts:*", "*"}:
            yield _warning(
                "trust-action",
                at,
                f"{shown(action)} lets nobody assume the role",
                "write sts:AssumeRole; it serves SAML and OIDC as well",
            )
    if kind is DocumentKind.TRUST or statement.effect == "Deny":
        return
    if statement.not_action and "*" in statement.resources:
        yield _warning(
            "allow-not-action",
            at,
            "Allow with NotAction on * also grants every action and service invented later",
            "list the actions that are meant",
        )
    if not statement.not_action and "ram:*" in map(fold, statement.actions):
        yield _warning(
            "all-of-ram",
            at,
            "ram:* lets its holder grant itself everything",
            "list the actions that are meant",
        )
    assumes = Actions(statement.actions, negated=False).match("sts:assumerole") and not statement.not_action
    if assumes and "*" in statement.resources and "*" not in statement.actions:
        yield _warning(
            "assume-any-role",
            at,
            "sts:AssumeRole on * covers every role that trusts the account",
            "name the roles in Resource",
        )


def _of_resources(statement: Statement, at: str) -> Iterator[Finding]:
    at = f"{at}.Resource"
    yield from _variables(statement.resources, at)
    for resource in statement.resources:
        segments = resource.split(":", 4)
        if resource != "*" and len(segments) < 5:  # noqa: PLR2004 - the segments of an ARN
            yield _warning(
                "short-resource",
                at,
                f"{shown(resource)} has fewer than five segments, so its stars cross colons",
                "write acs:<ram-code>:<region>:<account>:<relative-id>",
            )
        elif fold(":".join(segments[:2])) == "acs:ram" and segments[-1].lower().startswith("role/"):
            yield from _of_role_arn(statement, resource, at)


def _of_role_arn(statement: Statement, resource: str, at: str) -> Iterator[Finding]:
    reaching = ("ram:", "sts:", "*", "?")
    if not statement.not_action and not any(fold(each).startswith(reaching) for each in statement.actions):
        yield _warning(
            "role-needs-assume-role",
            at,
            f"the resource is a role, and {shown(statement.actions[0])} does nothing to a role",
            "write sts:AssumeRole as the Action to let somebody assume it",
        )
    if resource != resource.lower():
        yield _warning(
            "role-arn-capitals",
            at,
            "RAM prints role ARNs in lower case",
            f"write {shown(resource.lower())}; letter case does not count here",
        )


_OPTIONAL: Final = ("acs:requesttag/", "acs:resourcetag/", "acs:sourcevpc", "acs:mfapresent")


def _of_condition(statement: Statement, condition: Condition, at: str) -> Iterator[Finding]:
    at = f"{at}.{shown(condition.key)[1:-1]}"
    key = fold_key(condition.key)
    yield from _variables(condition.wanted, at)
    if key.startswith("aws:"):
        yield _warning(
            "aws-key", at, "keys of AWS are never set", f"write acs:{condition.key[4:]} if it exists"
        )
    if statement.effect == "Deny" and key == "acs:mfapresent" and "false" in map(fold, condition.wanted):
        yield _warning(
            "mfa-deny",
            at,
            "AccessKey calls do not carry acs:MFAPresent, so this Deny does not stop them",
            "allow with acs:MFAPresent true instead of denying without",
        )
    elif OPERATORS[condition.operator].negated and key.startswith(_OPTIONAL):
        yield _warning(
            "negated-optional-key",
            at,
            f"{condition.operator} also holds for requests without {condition.key}",
            "make sure that is meant",
        )
    if condition.operator.startswith("StringEquals") and any(map(has_wildcard, condition.wanted)):
        yield _warning(
            "literal-wildcard", at, f"* and ? are plain characters to {condition.operator}", "use StringLike"
        )
    if key.startswith("acs:resourcetag/") and _only_lists(statement):
        yield _warning(
            "resource-tag-on-lists",
            at,
            "Describe and List calls do not carry tags of resources",
            "drop the condition for these actions",
        )


def _only_lists(statement: Statement) -> bool:
    names = [fold(action).partition(":")[2] for action in statement.actions]
    return not statement.not_action and all(name.startswith(("describe", "list")) for name in names)


def _of_trust(statement: Statement, at: str) -> Iterator[Finding]:
    keys = {fold_key(condition.key) for condition in statement.conditions}
    principals = statement.principals or frozenset()
    if statement.effect == "Deny":
        yield _warning(
            "trust-deny",
            f"{at}.Effect",
            "some tools expect trust statements to allow",
            "narrow Principal instead",
        )
        return
    if any(":oidc-provider/" in each for each in principals) and "oidc:sub" not in keys:
        yield _warning(
            "oidc-without-sub",
            f"{at}.Condition",
            "every identity of the provider may assume the role",
            "add StringEquals oidc:sub",
        )
    if any(":saml-provider/" in each for each in principals) and "saml:recipient" not in keys:
        yield _warning(
            "saml-without-recipient",
            f"{at}.Condition",
            "assertions meant for another recipient are accepted",
            "add StringEquals saml:recipient",
        )


def _variables(texts: tuple[str, ...], at: str) -> Iterator[Finding]:
    if any("${" in text for text in texts):
        yield _warning(
            "variable", at, "${...} is not substituted, it is plain text", "write the value itself"
        )
