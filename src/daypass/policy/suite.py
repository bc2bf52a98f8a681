"""Policy tests: a file of policies and cases in, the verdict on each case out.

The format is also that of the conformance vectors. Cases go through the same evaluator
that enforces; nothing is added to a case's context.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec

from daypass.errors import DaypassError
from daypass.policy.compiled import AttachedPolicy, PolicySet
from daypass.policy.decision import Decision, Layers, Outcome, Request
from daypass.policy.document import DocumentKind, parse
from daypass.policy.errors import MalformedDocument, shown
from daypass.policy.evaluate import decide
from daypass.policy.explain import explain
from daypass.policy.principals import (
    provider_principals,
    role_principals,
    service_principals,
    user_principals,
)

INVALID: Final = "invalid"

_RAM: Final = re.compile(
    r"acs:ram::(?P<account>[0-9]+):(?:(?P<root>root)|user/(?P<user>[^/]+)|(?:assumed-)?role/(?P<role>[^/]+)(?:/[^/]+)?)"
)
_SERVICE: Final = re.compile(r"(?:(?P<account>[0-9]+)@)?(?P<service>[^@:/]+\.aliyuncs\.com)", re.IGNORECASE)
_PROVIDER: Final = re.compile(r"acs:ram::[0-9]+:(?:saml|oidc)-provider/.+")


class MalformedSuite(DaypassError):  # noqa: N818 - as MalformedDocument
    """A file that is no policy test; the text says where it departs from the format."""


class CaseResult(msgspec.Struct, frozen=True):
    """What came of one case.

    Attributes:
        when: the case's own words for what is tried.
        passed: whether everything it expects came true.
        expected: the outcome it expects.
        actual: the outcome; ``invalid`` when a document of the file is refused.
        detail: of a failure, what differs and why, in one line; else empty.
        decision: the decision with its reasons; None when there was none.
    """

    when: str
    passed: bool
    expected: str
    actual: str
    detail: str
    decision: Decision | None


class SuiteResult(msgspec.Struct, frozen=True):
    """What came of a file.

    Attributes:
        about: the file's own words.
        source: where the file says its rule comes from.
        results: one for each case, in order.
        warnings: members of the file that the format does not know.
    """

    about: str
    source: str
    results: tuple[CaseResult, ...]
    warnings: tuple[str, ...]

    @property
    def passed(self) -> int:
        """How many cases passed."""
        return sum(result.passed for result in self.results)

    @property
    def failed(self) -> int:
        """How many cases failed."""
        return len(self.results) - self.passed


_ABSENT: Final = msgspec.Raw(b"null")


class _Policy(msgspec.Struct):
    name: str
    document: msgspec.Raw
    group: str = ""


class _Case(msgspec.Struct):
    when: str
    expect: Literal["allow", "explicit deny", "implicit deny", "invalid"]
    principal: str = ""
    action: str = ""
    resource: str = ""
    resource_group: str | None = None
    context: dict[str, str | list[str]] = {}
    policy_type: str | None = None
    because: list[tuple[str, int]] | None = None


class _File(msgspec.Struct):
    cases: list[_Case]
    about: str = ""
    source: str = ""
    account: str = ""
    identity: list[_Policy] | None = None
    resource_group: list[_Policy] | None = None
    session: msgspec.Raw = _ABSENT
    control: list[list[_Policy]] | None = None
    trust: msgspec.Raw = _ABSENT


def run_suite(text: str) -> SuiteResult:
    """Run the cases of a policy test.

    Args:
        text: the file's content, JSON.

    Raises:
        MalformedSuite: it is not of the format. A refused policy document is no such error:
            it is what ``"expect": "invalid"`` waits for, and fails all other cases.
    """
    file = _read(text)
    warnings = _unknown_members(text)
    suite = _Suite(file)
    return SuiteResult(file.about, file.source, tuple(map(suite.run, file.cases)), warnings)


def _read(text: str) -> _File:
    try:
        file = msgspec.json.decode(text.encode(), type=_File)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise MalformedSuite(f"not a policy test: {error}") from None
    except RecursionError:
        raise MalformedSuite("not a policy test: nested too deep") from None
    if not file.cases:
        raise MalformedSuite("not a policy test: it has no cases")
    return file


class _Pairs(list[tuple[str, Any]]):
    """An object's members as they stand in the file."""


def _unknown_members(text: str) -> tuple[str, ...]:
    """Say which members of the file and its cases mean nothing, being misspelt perhaps.

    Raises:
        MalformedSuite: a member stands twice, so that one of the two would be lost.
    """
    file = json.loads(text, object_pairs_hook=_Pairs, parse_int=str)
    unknown = dict.fromkeys(_unread(file, _File, "the file"))
    for case in dict(file)["cases"]:
        unknown.update(dict.fromkeys(_unread(case, _Case, "a case")))
    return tuple(f"the member {name} is unknown and was not read" for name in unknown)


def _unread(members: _Pairs, known: type[msgspec.Struct], of: str) -> Iterator[str]:
    for name, times in Counter(name for name, _ in members).items():
        if times > 1:
            raise MalformedSuite(f"not a policy test: the member {shown(name)} of {of} stands there twice")
        if name not in known.__struct_fields__:
            yield f"{shown(name)} of {of}"


class _Suite:
    """A file's policies, compiled, ready for its cases."""

    def __init__(self, file: _File) -> None:
        self._account = file.account
        self._refused: list[str] = []
        self._identity = self._set(file.identity or [], "identity")
        groups = {policy.group for policy in file.resource_group or []}
        self._groups = {
            group: self._set(
                [each for each in file.resource_group or [] if each.group == group], "resource_group"
            )
            for group in groups
        }
        self._session = self._alone(file.session, DocumentKind.SESSION)
        self._control = tuple(self._set(level, "control") for level in file.control or [])
        self._trust = self._alone(file.trust, DocumentKind.TRUST)

    def run(self, case: _Case) -> CaseResult:
        """Run one case."""
        if self._refused or case.expect == INVALID:
            actual = INVALID if self._refused else "every document is valid"
            detail = "" if actual == case.expect else "; ".join(self._refused) or actual
            return CaseResult(case.when, not detail, case.expect, actual, detail, None)
        try:
            layers, request = self._question(case)
        except MalformedSuite as error:
            return CaseResult(case.when, False, case.expect, "", str(error), None)
        decision = decide(layers, request)
        detail = "; ".join(_differences(case, decision))
        if detail:
            detail = "; ".join((detail, *map(str, explain(layers, request))))
        return CaseResult(case.when, not detail, case.expect, decision.outcome.value, detail, decision)

    def _set(self, policies: list[_Policy], layer: str) -> PolicySet:
        kind = DocumentKind.CONTROL if layer == "control" else DocumentKind.IDENTITY
        read = (self._attached(each.name, each.document, kind, each.group) for each in policies)
        return PolicySet.compile(policy for policy in read if policy is not None)

    def _alone(self, raw: msgspec.Raw, kind: DocumentKind) -> PolicySet | None:
        if bytes(raw) == bytes(_ABSENT):
            return None
        policy = self._attached(kind.value, raw, kind, "")
        return PolicySet.compile([policy] if policy is not None else [])

    def _attached(self, name: str, raw: msgspec.Raw, kind: DocumentKind, group: str) -> AttachedPolicy | None:
        try:
            document = parse(_text(raw), kind)
        except MalformedDocument as error:
            self._refused.append(f"policy {shown(name)}: {error}")
            return None
        return AttachedPolicy(name, "Custom", "v1", document, scope=group or self._account)

    def _question(self, case: _Case) -> tuple[Layers, Request]:
        if not case.action or not case.resource:
            raise MalformedSuite("a case needs an action and a resource")
        context = {
            key: value if isinstance(value, str) else tuple(value) for key, value in case.context.items()
        }
        names, has_identity, root_of = self._caller(case.principal)
        request = Request(case.action, case.resource, context, names)
        layers = Layers(
            control=self._control,
            session=self._session if has_identity else None,
            identity=self._identity if has_identity else None,
            resource_group=self._groups.get(case.resource_group) if case.resource_group is not None else None,
            trust=self._trust,
        )
        if root_of is None:
            return layers, request
        if self._trust is not None or self._owns(root_of, case.resource):
            return msgspec.structs.replace(layers, root=True), request
        return Layers(control=self._control, identity=PolicySet.compile([])), request

    def _caller(self, principal: str) -> tuple[frozenset[str], bool, str | None]:
        """Return what a principal answers to, whether it has identity policies, and whose root it is."""
        if match := _RAM.fullmatch(principal):
            account = match["account"]
            if match["root"]:
                return frozenset(), True, account
            if match["user"]:
                return user_principals(account, match["user"]), True, None
            return role_principals(account, match["role"]), True, None
        if match := _SERVICE.fullmatch(principal):
            acting_for = match["account"] or self._account
            return (
                service_principals(match["service"], acting_for=acting_for, role_account=self._account),
                False,
                None,
            )
        if _PROVIDER.fullmatch(principal):
            return provider_principals(principal, role_account=self._account), False, None
        if principal or self._trust is not None:
            raise MalformedSuite(f"the principal {shown(principal)} has no known form")
        return frozenset(), True, None

    def _owns(self, account: str, resource: str) -> bool:
        parts = resource.split(":", 4)
        return account == self._account and (len(parts) <= len("acs:") or parts[3] in ("", "*", account))


def _text(raw: msgspec.Raw) -> str:
    """Return a document's text: a string's content, or an object exactly as it stands in the file."""
    content = bytes(raw)
    if content.startswith(b'"'):
        text: str = msgspec.json.decode(content, type=str)
        return text
    return content.decode()


def _differences(case: _Case, decision: Decision) -> list[str]:
    found = []
    if decision.outcome is not Outcome(case.expect):
        found.append(f"expected {case.expect}, got {decision.outcome.value}")
    if case.policy_type is not None and decision.policy_type != case.policy_type:
        found.append(f"expected policy type {case.policy_type}, got {decision.policy_type}")
    because = {(reason.policy, reason.statement) for reason in decision.because}
    if case.because is not None and because != set(case.because):
        found.append(f"expected because {_listed(set(case.because))}, got {_listed(because)}")
    return found


def _listed(because: set[tuple[str, int]]) -> str:
    return ", ".join(f"{policy}[{statement}]" for policy, statement in sorted(because)) or "nothing"
