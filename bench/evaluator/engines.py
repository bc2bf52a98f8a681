"""The engines: the same statements and questions in the form each of them wants.

Each is used the way that is fastest for it: policies parsed beforehand, requests built
beforehand, wildcards of actions as groups where an engine has groups, regular expressions
and networks compiled once.
"""

from __future__ import annotations

import fnmatch
import functools
import ipaddress
import json
import re
from typing import TYPE_CHECKING, Any, Final, Protocol

import casbin
import cedarpy
import msgspec

from bench.evaluator.questions import KNOWN_ACTIONS, Question, Statement
from daypass.policy import AttachedPolicy, DocumentKind, Layers, PolicySet, Request, decide, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_IN_ONE_POLICY: Final = 15

_CASBIN_MODEL: Final = """
[request_definition]
r = action, resource, address
[policy_definition]
p = action, resource, network, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = like(r.action, p.action) && like(r.resource, p.resource) && inside(r.address, p.network)
"""


class Loaded(msgspec.Struct, frozen=True):
    """An engine that holds a principal's statements.

    Attributes:
        request: puts a question into the engine's form; not timed.
        ask: the call that is timed.
        allowed: reads its result; not timed.
    """

    request: Callable[[Question], Any]
    ask: Callable[[Any], Any]
    allowed: Callable[[Any], bool]


class Engine(Protocol):
    """Loads statements; loading is timed."""

    name: str

    def load(self, statements: Sequence[Statement]) -> Loaded:
        """Parse and compile whatever can be."""
        ...


class Daypass:
    """Our own: policies of some statements each, attached to one principal."""

    def __init__(self, name: str, session: Sequence[Statement] = ()) -> None:
        self.name = name
        self._session = session

    def load(self, statements: Sequence[Statement]) -> Loaded:
        """Parse the documents and compile them."""
        layers = Layers(
            session=_compiled(self._session, DocumentKind.SESSION) if self._session else None,
            identity=_compiled(statements, DocumentKind.IDENTITY),
        )
        return Loaded(_own_request, functools.partial(decide, layers), lambda decision: decision.allowed)


def _compiled(statements: Sequence[Statement], kind: DocumentKind) -> PolicySet:
    return PolicySet.compile(
        AttachedPolicy(
            f"p{start}", "Custom", "v1", parse(_document(statements[start:][:_IN_ONE_POLICY]), kind)
        )
        for start in range(0, len(statements), _IN_ONE_POLICY)
    )


def _document(statements: Sequence[Statement]) -> str:
    return json.dumps({"Version": "1", "Statement": [_shown(statement) for statement in statements]})


def _shown(statement: Statement) -> dict[str, object]:
    shown: dict[str, object] = {
        "Effect": statement.effect,
        "Action": statement.action,
        "Resource": statement.resource,
    }
    if statement.network:
        shown["Condition"] = {"IpAddress": {"acs:SourceIp": statement.network}}
    return shown


def _own_request(question: Question) -> Request:
    context = {
        "acs:SourceIp": _anew(question.address),
        "acs:SecureTransport": "false",
        "acs:CurrentTime": "2026-11-23T12:00:00Z",
    }
    return Request(_anew(question.action), _anew(question.resource), context)


def _anew(text: str) -> str:
    """Return an equal text that has no hash yet, like one just read off the wire."""
    return text.encode().decode()


class Cedar:
    """Cedar by cedarpy: policies and entities parsed once, requests in the form that needs no parsing."""

    name = "cedarpy"

    def load(self, statements: Sequence[Statement]) -> Loaded:
        """Write the policies in Cedar and parse them."""
        policies = cedarpy.PolicySet.from_str("\n".join(map(_in_cedar, statements)))
        entities = cedarpy.Entities.from_json_str(json.dumps(_action_groups(statements)))
        return Loaded(
            _cedar_request,
            lambda request: cedarpy.is_authorized(request, policies, entities),
            lambda result: bool(result.allowed),
        )


def _in_cedar(statement: Statement) -> str:
    effect = "permit" if statement.effect == "Allow" else "forbid"
    relation = "in" if "*" in statement.action else "=="
    wanted = [f'context.arn like "{statement.resource}"']
    if statement.network:
        wanted.append(f'context.address.isInRange(ip("{statement.network}"))')
    scope = f'principal, action {relation} Action::"{statement.action}", resource'
    return f"{effect}({scope}) when {{ {' && '.join(wanted)} }};"


def _action_groups(statements: Sequence[Statement]) -> list[dict[str, object]]:
    patterns = {statement.action for statement in statements if "*" in statement.action}
    return [
        {
            "uid": _cedar_id("Action", action),
            "attrs": {},
            "parents": [
                _cedar_id("Action", pattern) for pattern in patterns if fnmatch.fnmatchcase(action, pattern)
            ],
        }
        for action in KNOWN_ACTIONS
    ]


def _cedar_request(question: Question) -> dict[str, object]:
    address = {"__extn": {"fn": "ip", "arg": question.address}}
    return {
        "principal": _cedar_id("User", "application"),
        "action": _cedar_id("Action", question.action),
        "resource": _cedar_id("Resource", question.resource),
        "context": {"arn": question.resource, "address": address},
    }


def _cedar_id(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "id": name}


class Casbin:
    """pycasbin with matching functions that compile each pattern and each network once."""

    name = "pycasbin"

    def load(self, statements: Sequence[Statement]) -> Loaded:
        """Make an enforcer whose rules are the statements."""
        model = casbin.Model()
        model.load_model_from_text(_CASBIN_MODEL)
        enforcer = casbin.Enforcer(model)
        enforcer.add_function("like", _matcher())
        enforcer.add_function("inside", _network_matcher())
        enforcer.add_policies(
            [[each.action, each.resource, each.network or "-", each.effect.lower()] for each in statements]
        )
        return Loaded(
            lambda question: (question.action, question.resource, question.address),
            lambda request: enforcer.enforce(*request),
            bool,
        )


def _matcher() -> Callable[[str, str], bool]:
    compiled = functools.cache(lambda pattern: re.compile(fnmatch.translate(pattern)).match)
    return lambda text, pattern: compiled(pattern)(text) is not None


def _network_matcher() -> Callable[[str, str], bool]:
    network = functools.cache(ipaddress.ip_network)
    address = functools.cache(ipaddress.ip_address)
    return lambda text, pattern: pattern == "-" or address(text) in network(pattern)
