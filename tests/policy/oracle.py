"""A second evaluator, deliberately naive, written from the rules and sharing no code with the first.

It reads a document's dict at the moment of decision, builds a regular expression for each
pattern, asks every statement and remembers nothing. Slow and short, so that a mistake in
it is a different mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

Document = dict[str, Any]
Policies = list[tuple[str, Document]]
"""Names and documents of one layer."""

Verdict = tuple[str, str | None, set[tuple[str, int]]]
"""Outcome, policy type of a denial, the statements that decided."""

ALLOW, EXPLICIT, IMPLICIT = "allow", "explicit deny", "implicit deny"


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def like(pattern: str, text: str) -> bool:
    expression = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(expression, text, re.DOTALL) is not None


def ascii_lower(text: str) -> str:
    return "".join(chr(ord(letter) + 32) if "A" <= letter <= "Z" else letter for letter in text)


def action_matches(statement: Document, action: str) -> bool:
    if "NotAction" in statement:
        return not any(like(ascii_lower(p), ascii_lower(action)) for p in listed(statement["NotAction"]))
    return any(like(ascii_lower(p), ascii_lower(action)) for p in listed(statement["Action"]))


def place_matches(pattern: str, actual: str) -> bool:
    return actual in ("", "*") if pattern == "" else like(pattern, actual)


def resource_matches(pattern: str, resource: str) -> bool:
    wanted, actual = pattern.split(":"), resource.split(":")
    of_ram = len(actual) >= 5 and ascii_lower(actual[1]) == "ram"
    if len(wanted) >= 5:
        if len(actual) < 5:
            return False
        tail, actual_tail = ":".join(wanted[4:]), ":".join(actual[4:])
        if of_ram:
            tail, actual_tail = ascii_lower(tail), ascii_lower(actual_tail)
        return (
            like(ascii_lower(wanted[0]), ascii_lower(actual[0]))
            and like(ascii_lower(wanted[1]), ascii_lower(actual[1]))
            and place_matches(ascii_lower(wanted[2]), ascii_lower(actual[2]))
            and place_matches(wanted[3], actual[3])
            and like(tail, actual_tail)
        )
    if of_ram:
        return like(ascii_lower(pattern), ascii_lower(resource))
    if len(actual) >= 5:
        actual[:3] = map(ascii_lower, actual[:3])
    for place in range(len(wanted) - 1):
        if "*" in wanted[place] or "?" in wanted[place]:
            break
        wanted[place] = ascii_lower(wanted[place])
    return like(":".join(wanted), ":".join(actual))


def as_number(text: str) -> Fraction:
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?", text):
        raise ValueError(text)
    return Fraction(text)


def as_moment(text: str) -> Fraction:
    form = r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)"
    match = re.fullmatch(form, text, re.ASCII)
    if match is None:
        raise ValueError(text)
    minute, second, fraction, zone = match[1], match[2] or ":00", match[3] or "", match[4]
    zone = "+00:00" if zone == "Z" else zone
    whole = datetime.strptime(f"{minute}{second[:3]}{zone}", "%Y-%m-%dT%H:%M:%S%z")
    return Fraction(whole.timestamp()) + Fraction(f"0{fraction}")


def as_truth(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def in_network(actual: str, wanted: str) -> bool:
    def plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return mapped or address

    network, address = ip_network(wanted, strict=False), plain(ip_address(actual))
    first, last = plain(network.network_address), plain(network.broadcast_address)
    return first.version == address.version and int(first) <= int(address) <= int(last)


POSITIVE: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda actual, wanted: actual == wanted,
    "StringEqualsIgnoreCase": lambda actual, wanted: actual.casefold() == wanted.casefold(),
    "StringLike": lambda actual, wanted: like(wanted, actual),
    "NumericEquals": lambda actual, wanted: as_number(actual) == as_number(wanted),
    "NumericLessThan": lambda actual, wanted: as_number(actual) < as_number(wanted),
    "NumericLessThanEquals": lambda actual, wanted: as_number(actual) <= as_number(wanted),
    "NumericGreaterThan": lambda actual, wanted: as_number(actual) > as_number(wanted),
    "NumericGreaterThanEquals": lambda actual, wanted: as_number(actual) >= as_number(wanted),
    "DateEquals": lambda actual, wanted: as_moment(actual) == as_moment(wanted),
    "DateLessThan": lambda actual, wanted: as_moment(actual) < as_moment(wanted),
    "DateLessThanEquals": lambda actual, wanted: as_moment(actual) <= as_moment(wanted),
    "DateGreaterThan": lambda actual, wanted: as_moment(actual) > as_moment(wanted),
    "DateGreaterThanEquals": lambda actual, wanted: as_moment(actual) >= as_moment(wanted),
    "Bool": lambda actual, wanted: as_truth(actual) == as_truth(wanted),
    "IpAddress": in_network,
}
NEGATIONS = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}


def one_matches(operator: str, actual: str, wanted: str) -> bool:
    try:
        return POSITIVE[operator](actual, wanted)
    except (ValueError, KeyError):
        return False


def spelled(key: str) -> str:
    name, slash, tag = key.partition("/")
    return name.lower() + slash + tag


def condition_holds(block: dict[str, dict[str, Any]], context: dict[str, Any]) -> bool:
    given = {spelled(key): listed(value) for key, value in context.items()}
    for operator, lines in block.items():
        for key, wanted in lines.items():
            actual = given.get(spelled(key), [])
            positive = NEGATIONS.get(operator, operator)
            met = any(one_matches(positive, a, w) for a in actual for w in listed(wanted))
            if met == (operator in NEGATIONS):
                return False
    return True


def principal_matches(statement: Document, names: set[str]) -> bool:
    trusted = {name.lower() for values in statement["Principal"].values() for name in listed(values)}
    return bool(trusted & {name.lower() for name in names})


def matches(statement: Document, request: dict[str, Any]) -> bool:
    if not action_matches(statement, request["action"]):
        return False
    if "Principal" in statement:
        if not principal_matches(statement, request["principals"]):
            return False
    elif not any(resource_matches(pattern, request["resource"]) for pattern in listed(statement["Resource"])):
        return False
    return condition_holds(statement.get("Condition", {}), request["context"])


def layer(policies: Policies, request: dict[str, Any], policy_type: str) -> Verdict:
    hits: dict[str, set[tuple[str, int]]] = {"Allow": set(), "Deny": set()}
    for name, document in policies:
        for number, statement in enumerate(listed(document["Statement"])):
            if matches(statement, request):
                hits[statement["Effect"]].add((name, number))
    if hits["Deny"]:
        return EXPLICIT, policy_type, hits["Deny"]
    if hits["Allow"]:
        return ALLOW, None, hits["Allow"]
    return IMPLICIT, policy_type, set()


def control_layer(levels: list[Policies], request: dict[str, Any]) -> Verdict:
    verdicts = [layer(level, request, "ControlPolicy") for level in levels]
    denies = [v for v in verdicts if v[0] == EXPLICIT]
    if denies:
        return EXPLICIT, "ControlPolicy", set().union(*(v[2] for v in denies))
    if any(v[0] == IMPLICIT for v in verdicts):
        return IMPLICIT, "ControlPolicy", set()
    return ALLOW, None, set().union(*(v[2] for v in verdicts))


def identity_layer(layers: dict[str, Any], request: dict[str, Any]) -> Verdict:
    account = layer(layers["identity"], request, "AccountLevelIdentityBasedPolicy")
    if account[0] != IMPLICIT or not layers.get("resource_group"):
        return account
    return layer(layers["resource_group"], request, "ResourceGroupLevelIdentityBasedPolicy")


def decide(layers: dict[str, Any], request: dict[str, Any]) -> Verdict:  # noqa: C901 - naive, one step after the other
    """Decide a request; ``layers`` has the keys of the policy test format that are there."""
    if request["action"].lower() == "sts:getcalleridentity":
        return ALLOW, None, set()
    if layers.get("root"):
        return (IMPLICIT, "AssumeRolePolicy", set()) if "trust" in layers else (ALLOW, None, set())
    granted: list[Verdict] = []
    if layers.get("control"):
        granted.append(control_layer(layers["control"], request))
    if "session" in layers and (not granted or granted[-1][0] == ALLOW):
        granted.append(layer(layers["session"], request, "SessionPolicy"))
    if granted and granted[-1][0] != ALLOW:
        return granted[-1]
    if "identity" in layers:
        granted.append(identity_layer(layers, request))
    if "trust" in layers:
        granted.append(layer(layers["trust"], request, "AssumeRolePolicy"))
    for outcome in (EXPLICIT, IMPLICIT):
        for verdict in granted:
            if verdict[0] == outcome:
                return verdict
    return ALLOW, None, set().union(*(v[2] for v in granted))
