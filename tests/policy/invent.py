"""Invented policies and requests, over alphabets so small that things really match.

A seed gives the same case each time: a failing test names its seed.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

from daypass.policy import AttachedPolicy, DocumentKind, Layers, PolicySet, Request, parse
from daypass.policy.conditions import OPERATORS

Document = dict[str, Any]
Policies = list[tuple[str, Document]]

NUMBERS = ["1", "1.0", "+1", "2", "-1", "1e0", ".5", "10"]
DATES = [
    "2025-01-01T00:00:00Z",
    "2025-01-01T08:00:00+08:00",
    "2025-01-01T00:00Z",
    "2025-01-01T00:00:00.50Z",
    "2025-01-01T00:00:00.5Z",
    "2024-12-31T23:59:59-0000",
]
ADDRESSES = ["10.0.0.1", "10.0.0.2", "10.1.0.1", "::1", "::ffff:10.0.0.1", "2001:db8::1"]
BLOCKS = ["10.0.0.0/8", "10.0.0.9/24", "0.0.0.0/0", "::/0", "::ffff:10.0.0.0/120", "2001:db8::/32"]
TEXTS = ["", "a", "A", "ab", "a*", "?", "*b", "ß", "SS"]
WANTED = {
    "String": TEXTS,
    "Number": NUMBERS,
    "Date": DATES,
    "Boolean": ["true", "False"],
    "IP": ADDRESSES + BLOCKS,
}
ODD = ["x", "1x", "10.0.0.0/8", "2025-01-01", "NaN", "TRUE", "false"]
ACTUAL = TEXTS + NUMBERS + DATES + ADDRESSES + ODD
KEYS = ["k", "K", "acs:Tag/x", "ACS:tag/x", "acs:Tag/X"]
PRINCIPALS = [
    "acs:ram::1:root",
    "acs:ram::2:root",
    "acs:ram::1:user/Al",
    "acs:ram::1:user/al",
    "acs:ram::1:role/al",
    "ecs.aliyuncs.com",
    "1@ecs.aliyuncs.com",
]


class Inventor:
    """Makes cases up from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - the same cases each time is the point
        self._pick = self._random.choice

    def _chance(self, of: float) -> bool:
        return self._random.random() < of

    def _text(self, alphabet: str, most: int, least: int = 0) -> str:
        return "".join(self._random.choices(alphabet, k=self._random.randint(least, most)))

    def _some(self, one: Any) -> Any:
        """Return one of a thing, or a list of one to three."""
        return one() if self._chance(0.5) else [one() for _ in range(self._random.randint(1, 3))]

    def action(self) -> str:
        if self._chance(0.03):
            return "sts:GetCallerIdentity"
        return f"{self._pick(['a', 'ab', 'AB'])}:{self._pick(['Get', 'get', 'GetX', 'Put', 'P'])}"

    def action_pattern(self) -> str:
        if self._chance(0.2):
            return "*"
        service = self._pick(["a:", "ab:", "*:", "?b:", "A*", "*b*", "ab:"])
        return service + self._pick(["Get*", "*", "G?t", "P", "*t", "G*X", "?*?", "get", "Put", "*e*e*"])

    def resource(self) -> str:
        if self._chance(0.1):
            return self._pick(["*", "acs", "acs:oss:*", "a/B", "acs:ram:cn:1"])
        places = [["acs"] * 4 + ["ACS", "arn"], ["oss", "ram", "OSS", "ess"]]
        places += [["", "*", "cn", "CN", "c1"], ["", "*", "1", "12"]]
        return ":".join([*map(self._pick, places), self._text("aB/:", 4)])

    def resource_pattern(self) -> str:
        if self._chance(0.15):
            return "*"
        if self._chance(0.15):
            return self._text("acsoB:*?/", 6, 1)
        places = [["acs", "acs", "*", "a?s", "ACS"], ["oss", "*", "ram", "?am", "OsS", "*s*"]]
        places += [["", "*", "*", "cn", "c*", "?N"], ["", "*", "*", "1", "1?", "*2"]]
        relative = self._text("aB/:*?", 6) if self._chance(0.6) else self._pick(["*", "a*", "*B"])
        return ":".join([*map(self._pick, places), relative])

    def conditions(self) -> dict[str, dict[str, Any]]:
        names = self._random.sample(sorted(OPERATORS), self._random.randint(1, 2))
        return {name: self._lines(WANTED[OPERATORS[name].family]) for name in names}

    def _lines(self, values: list[str]) -> dict[str, Any]:
        keys = self._random.sample(KEYS, 1 if self._chance(0.8) else 2)
        return {key: self._some(lambda: self._pick(values)) for key in keys}

    def statement(self, *, trust: bool = False) -> Document:
        made: Document = {"Effect": self._pick(["Allow", "Allow", "Deny"])}
        made["NotAction" if self._chance(0.15) else "Action"] = self._some(self.action_pattern)
        if trust:
            made["Principal"] = {}
            for name in self._random.sample(PRINCIPALS, self._random.randint(1, 3)):
                kind = "RAM" if name.startswith("acs:") else "Service"
                made["Principal"].setdefault(kind, []).append(name)
        else:
            made["Resource"] = self._some(self.resource_pattern)
        if self._chance(0.4):
            made["Condition"] = self.conditions()
        return made

    def document(self, *, trust: bool = False, least: int = 1, most: int = 3) -> Document:
        count = self._random.randint(least, most)
        return {"Version": "1", "Statement": [self.statement(trust=trust) for _ in range(count)]}

    def policies(self, most: int = 3) -> Policies:
        return [(f"p{number}", self.document()) for number in range(self._random.randint(0, most))]

    def request(self) -> dict[str, Any]:
        given = self._random.sample(["k", "acs:tag/x", "Acs:Tag/X"], self._random.randint(0, 3))
        return {
            "action": self.action(),
            "resource": self.resource(),
            "context": {key: self._some(lambda: self._pick(ACTUAL)) for key in given},
            "principals": set(self._random.sample(PRINCIPALS, self._random.randint(0, 2))),
        }

    def layers(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if self._chance(0.3):
            made["control"] = [self.policies() for _ in range(self._random.randint(1, 2))]
        if self._chance(0.3):
            made["session"] = [("session", self.document())]
        if self._chance(0.3):
            made["trust"] = [("trust", self.document(trust=True))]
        if self._chance(0.9) or "trust" not in made:
            made["identity"] = self.policies()
        if self._chance(0.3) and "identity" in made:
            made["resource_group"] = self.policies()
        made["root"] = self._chance(0.03)
        return made

    def shuffled(self, things: list[Any]) -> list[Any]:
        return self._random.sample(things, len(things))


def compiled(named: Policies, kind: DocumentKind = DocumentKind.IDENTITY) -> PolicySet:
    """Compile policies as the product does, from their text."""
    return PolicySet.compile(
        AttachedPolicy(name, "Custom", "v1", parse(json.dumps(document), kind, limit=10**6))
        for name, document in named
    )


def compiled_layers(given: dict[str, Any]) -> Layers:
    """Compile invented layers."""
    sets: dict[str, Any] = {
        name: compiled(given[name], DocumentKind.TRUST if name == "trust" else DocumentKind.IDENTITY)
        for name in ("session", "identity", "resource_group", "trust")
        if name in given
    }
    control = tuple(compiled(level) for level in given.get("control", []))
    return Layers(control=control, root=given.get("root", False), **sets)


def asked(request: dict[str, Any]) -> Request:
    """Make the product's request of an invented one."""
    context = {
        key: tuple(value) if isinstance(value, list) else value for key, value in request["context"].items()
    }
    return Request(request["action"], request["resource"], context, frozenset(request["principals"]))
