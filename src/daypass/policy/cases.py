"""Cases that conditions make: requests in which they hold, and in which they do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_network
from typing import Final

import msgspec

from daypass.policy.conditions import OPERATORS, Check, Context, ContextValue
from daypass.policy.document import Condition, Statement

_MOST: Final = 24
"""Cases tried at most for one comparison."""


class Case(msgspec.Struct, frozen=True):
    """A case.

    Attributes:
        conditions: those of one statement that it is about; none in a request without any key.
        hold: whether all of them hold.
        context: condition keys of a request that is such a case.
    """

    conditions: tuple[Condition, ...]
    hold: bool
    context: Mapping[str, ContextValue]


def cases(statements: Iterable[Statement]) -> tuple[tuple[Case, ...], bool]:
    """Return the cases that statements tell apart, and whether none can be missing.

    One case has no condition key at all. Each set of conditions adds one in which they hold
    and one in which they do not. How sets of different statements combine is not tried, so
    where there are several, something can be missing.
    """
    found = [Case((), hold=False, context={})]
    blocks = list(dict.fromkeys(each.conditions for each in statements if each.conditions))
    complete = len(blocks) <= 1
    for block in blocks:
        for hold in (True, False):
            context = _context(block, hold)
            if context is None or len(found) >= _MOST:
                complete = False
            else:
                found.append(Case(block, hold, context))
    return tuple(found), complete


def _context(block: tuple[Condition, ...], hold: bool) -> dict[str, ContextValue] | None:
    """Return condition keys with which a block holds, or fails; None if none was found."""
    context: dict[str, ContextValue] = {}
    for condition in block:
        value = next(_values(condition, hold), None)
        if value is None:
            return None
        context.setdefault(condition.key, value)
    held = [Check(each, missing_key_negated=True).holds(Context(context)) for each in block]
    return context if all(held) is hold else None


def _values(condition: Condition, hold: bool) -> Iterator[str]:
    """Yield values with which one condition holds, or does not."""
    check = Check(condition, missing_key_negated=True)
    for text in _candidates(condition):
        if check.holds(Context({condition.key: text})) is hold:
            yield text


def _candidates(condition: Condition) -> Iterator[str]:
    family = OPERATORS[condition.operator].family
    for wanted in condition.wanted:
        if family == "IP":
            yield str(ip_network(wanted, strict=False).network_address)
            continue
        yield wanted.replace("*", "x").replace("?", "x") if family == "String" else wanted
        yield wanted
    yield from _ELSEWHERE[family]


_ELSEWHERE: Final = {
    "String": ("another", "yet-another", ""),
    "Number": ("0", "-1e300", "1e300", "0.5"),
    "Date": ("1970-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "2001-01-01T00:00:00Z"),
    "Boolean": ("true", "false"),
    "IP": ("192.0.2.1", "198.51.100.1", "2001:db8::1"),
}
