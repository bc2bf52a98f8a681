"""The rules of lint: what each looks for in a document that would be accepted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from daypass.policy.actions import Actions, fold
from daypass.policy.arn import SEGMENTS
from daypass.policy.conditions import OPERATORS, fold_key
from daypass.policy.document import Condition, Document, DocumentKind, Statement
from daypass.policy.edits import Edit, quoted
from daypass.policy.errors import shown
from daypass.policy.jsontext import BareNumber, decode
from daypass.policy.pattern import has_wildcard
from daypass.policy.places import name_of
from daypass.policy.reach import Known, reaches

ASSUME_ROLE: Final = quoted("sts:AssumeRole")
_SAML_RECIPIENT: Final = (
    '"Condition": {"StringEquals": {"saml:recipient": "https://signin.aliyun.com/saml-role/sso"}}'
)


class Remark(NamedTuple):
    """Something to say about a document.

    Attributes:
        code: of the remark, see :mod:`daypass.policy.remarks`.
        at: the part it is about.
        details: what its words name.
        exact: the very place, if that is narrower than the part.
        edits: what to write instead, if that is plain.
    """

    code: str
    at: str
    details: tuple[str, ...] = ()
    exact: str = ""
    edits: tuple[Edit, ...] = ()


def remarks(document: Document, known: Known | None, account: str) -> Iterator[Remark]:
    """Yield what there is to say about a document, statement by statement."""
    written = decode(document.text)["Statement"]
    if isinstance(written, dict):
        yield Remark("bare-statement", "Statement", edits=(Edit("Statement", "list"),))
        written = [written]
    for number, statement in enumerate(document.statements):
        at = f"Statement[{number}]"
        yield from _of_written(written[number], at)
        yield from _of_actions(statement, document.kind, at)
        if document.kind is DocumentKind.TRUST:
            yield from _of_trust(statement, written[number], at)
        else:
            yield from _of_grants(statement, at)
            yield from _of_resources(statement, known, account, at)
        for condition in statement.conditions:
            yield from _of_condition(statement, condition, written[number], f"{at}.Condition")


def _of_written(written: dict[str, Any], at: str) -> Iterator[Remark]:
    """Remark on what only the author's own text shows."""
    if "Principal" in written and "Resource" in written:
        place = f"{at}.Resource"
        yield Remark("trust-resource", place, edits=(Edit(place, "member"),))
    for operator, lines in written.get("Condition", {}).items():
        for key, value in lines.items():
            place = f"{at}.Condition.{operator}.{name_of(key)}"
            bare = [
                (number, _as_text(each))
                for number, each in enumerate(value if isinstance(value, list) else [value])
                if isinstance(each, bool | BareNumber)
            ]
            if bare:
                edits = tuple(Edit(f"{place}[{number}]", "value", quoted(text)) for number, text in bare)
                yield Remark("bare-value", place, edits=edits)


def _as_text(value: bool | BareNumber) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _of_actions(statement: Statement, kind: DocumentKind, at: str) -> Iterator[Remark]:
    at = f"{at}.{'NotAction' if statement.not_action else 'Action'}"
    yield from _variables(statement.actions, at)
    for number, action in enumerate(statement.actions):
        exact = f"{at}[{number}]"
        if ":" not in action and action != "*":
            yield Remark("action-without-service", at, (shown(action),), exact)
        if kind is DocumentKind.TRUST and fold(action) not in {"sts:assumerole", "sts:*", "*"}:
            edits = (Edit(exact, "value", ASSUME_ROLE),)
            yield Remark("trust-action", at, (shown(action),), exact, edits)


def _of_grants(statement: Statement, at: str) -> Iterator[Remark]:
    """Remark on statements that allow more than one would think."""
    if statement.effect == "Deny":
        return
    if statement.not_action:
        if "*" in statement.resources:
            yield Remark("allow-not-action", f"{at}.NotAction")
        return
    if "ram:*" in map(fold, statement.actions):
        yield Remark("all-of-ram", f"{at}.Action")
    assumes = Actions(statement.actions, negated=False).match("sts:assumerole")
    if assumes and "*" in statement.resources and "*" not in statement.actions:
        yield Remark("assume-any-role", f"{at}.Action")


def _of_resources(statement: Statement, known: Known | None, account: str, at: str) -> Iterator[Remark]:
    place = f"{at}.Resource"
    yield from _variables(statement.resources, place)
    for number, resource in enumerate(statement.resources):
        exact = f"{place}[{number}]"
        if resource != "*" and len(resource.split(":", SEGMENTS - 1)) < SEGMENTS:
            yield Remark("short-resource", place, (shown(resource),), exact)
        if not _may_be_a_role(resource):
            continue
        if not statement.not_action and not _reach_roles(statement):
            edits = [Edit(f"{at}.Action", "value", ASSUME_ROLE)]
            if not _is_role(resource):
                edits.append(Edit(exact, "value", quoted(f"acs:ram:*:{account}:role/*")))
            yield Remark("role-needs-assume-role", place, (shown(statement.actions[0]),), exact, tuple(edits))
        if _is_role(resource) and resource != resource.lower():
            lowered = (Edit(exact, "value", quoted(resource.lower())),)
            yield Remark("role-arn-capitals", place, (shown(resource.lower()),), exact, lowered)
    if known is not None and not statement.not_action:
        yield from _of_reach(statement, known, at)


def _is_role(resource: str) -> bool:
    segments = fold(resource).split(":", SEGMENTS - 1)
    return segments[:2] == ["acs", "ram"] and segments[-1].startswith("role/")


def _may_be_a_role(resource: str) -> bool:
    """Return whether a resource is a role, or says so in words where its ARN belongs."""
    return _is_role(resource) or (":" not in resource and "role" in resource.lower().split())


def _reach_roles(statement: Statement) -> bool:
    return any(fold(each).startswith(("ram:", "sts:", "*", "?")) for each in statement.actions)


def _of_reach(statement: Statement, known: Known, at: str) -> Iterator[Remark]:
    """Remark on actions and resources of which it is known that they never meet."""
    if any(map(_may_be_a_role, statement.resources)) and not _reach_roles(statement):
        return  # told already, in plainer words
    asked = [known.resources(action) for action in statement.actions]
    lost = [
        bool(arns) and not any(reaches(arns, resource) for resource in statement.resources) for arns in asked
    ]
    for number, action in enumerate(statement.actions):
        if lost[number]:
            place = f"{at}.Action"
            details = shown(action), shown(statement.resources[0]), shown(asked[number][0])
            yield Remark("action-never-matches", place, details, f"{place}[{number}]")
    if all(lost) or not all(asked):
        return
    for number, resource in enumerate(statement.resources):
        if not any(reaches(arns, resource) for arns in asked):
            place = f"{at}.Resource"
            yield Remark("resource-never-matches", place, (shown(resource),), f"{place}[{number}]")


_OPTIONAL: Final = ("acs:requesttag/", "acs:resourcetag/", "acs:sourcevpc", "acs:mfapresent")
_OF_AWS: Final = {
    "aws:sourceip": "acs:SourceIp",
    "aws:currenttime": "acs:CurrentTime",
    "aws:securetransport": "acs:SecureTransport",
    "aws:principalarn": "acs:PrincipalARN",
    "aws:multifactorauthpresent": "acs:MFAPresent",
    "aws:sourcevpc": "acs:SourceVpc",
}
"""Keys of AWS, folded, that RAM has under a name of its own."""


def _of_condition(
    statement: Statement, condition: Condition, written: dict[str, Any], block: str
) -> Iterator[Remark]:
    operator = f"{block}.{condition.operator}"
    at = f"{operator}.{name_of(condition.key)}"
    key = fold_key(condition.key)
    yield from _variables(condition.wanted, at)
    if key.startswith("aws:"):
        meant = _OF_AWS.get(key, "")
        edits = (Edit(at, "key", quoted(meant)),) if meant else ()
        yield Remark("aws-key", at, (meant or f"acs:{condition.key[4:]}",), edits=edits)
    if statement.effect == "Deny" and key == "acs:mfapresent" and "false" in map(fold, condition.wanted):
        yield Remark("mfa-deny", at)
    elif OPERATORS[condition.operator].negated and key.startswith(_OPTIONAL):
        yield Remark("negated-optional-key", at, (condition.operator, shown(condition.key)[1:-1]))
    if condition.operator.startswith("StringEquals") and any(map(has_wildcard, condition.wanted)):
        block_written = written["Condition"]
        alone = len(block_written[condition.operator]) == 1 and "StringLike" not in block_written
        plain = alone and condition.operator == "StringEquals"
        edits = (Edit(operator, "key", quoted("StringLike")),) if plain else ()
        yield Remark("literal-wildcard", at, (condition.operator,), edits=edits)
    if key.startswith("acs:resourcetag/") and _only_lists(statement):
        yield Remark("resource-tag-on-lists", at)


def _only_lists(statement: Statement) -> bool:
    names = [fold(action).partition(":")[2] for action in statement.actions]
    return not statement.not_action and all(name.startswith(("describe", "list")) for name in names)


def _of_trust(statement: Statement, written: dict[str, Any], at: str) -> Iterator[Remark]:
    keys = {fold_key(condition.key) for condition in statement.conditions}
    principals = statement.principals or frozenset()
    if statement.effect == "Deny":
        yield Remark("trust-deny", f"{at}.Effect")
        return
    if any(":oidc-provider/" in each for each in principals) and "oidc:sub" not in keys:
        yield Remark("oidc-without-sub", f"{at}.Condition")
    if any(":saml-provider/" in each for each in principals) and "saml:recipient" not in keys:
        bare = "Condition" not in written and len(principals) == 1
        edits = (Edit(f"{at}.Principal", "beside", _SAML_RECIPIENT),) if bare else ()
        yield Remark("saml-without-recipient", f"{at}.Condition", edits=edits)


def _variables(texts: tuple[str, ...], at: str) -> Iterator[Remark]:
    if any("${" in text for text in texts):
        yield Remark("variable", at)
