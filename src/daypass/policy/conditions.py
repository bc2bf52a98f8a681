"""Condition operators, all of them, as one table.

An operator reads the values of the policy once, when the document is checked, and
compares request values with them. Values of one key are alternatives; keys and operators
must all hold. A negated operator is the complement of its positive twin: it holds when
the request's values match *none* of the policy's. So a value that is missing or cannot
be read satisfies the negated operator and never the positive one, and a Deny written
with a negation stays shut.

Source: RAM's policy elements (Condition), complete list of operators; string and number
semantics of its examples; ``...IfExists`` and ``Null`` are refused by the live service.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from daypass.policy import values
from daypass.policy.pattern import glob

if TYPE_CHECKING:
    from daypass.policy.document import Condition

Test = Callable[[str], bool]
"""Whether one value of a request matches any of the policy's; never raises."""

ContextValue = str | tuple[str, ...]

_MEMO: Final = 1024

_KEPT: Final = 8
_KEPT_CHARS: Final = 64
"""So many values, so long at most, does one line of a condition block keep its answers to."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition operator.

    Attributes:
        name: as written in policies; exact in case.
        family: String, Number, Date, Boolean or IP.
        read: reads one value of a policy; raises ValueError when it is not of the family.
        prepare: makes the test for one request value from what was read.
        negated: whether the condition holds when the test does not.
    """

    name: str
    family: str
    read: Callable[[str], Any]
    prepare: Callable[[list[Any]], Test]
    negated: bool


def _among(wanted: list[Any]) -> Test:
    return frozenset(wanted).__contains__


def _among_folded(wanted: list[Any]) -> Test:
    alternatives = frozenset(wanted)
    return lambda actual: actual.casefold() in alternatives


def _like(wanted: list[Any]) -> Test:
    return _any_of([glob(pattern) for pattern in wanted])


def _any_of(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda actual: any(test(actual) for test in tests)


def _compared(read: Callable[[str], Any], holds: Callable[[Any, Any], bool]) -> Callable[[list[Any]], Test]:
    """Make ``prepare`` for values that are read and then compared one by one."""

    def prepare(wanted: list[Any]) -> Test:
        def test(actual: str) -> bool:
            try:
                value = read(actual)
            except ValueError:
                return False
            return any(holds(value, each) for each in wanted)

        return test

    return prepare


def _inside(actual: values.Address, wanted: values.Network) -> bool:
    version, bits, first = wanted
    return actual[0] == version and actual[1] >> bits == first


def _family(
    family: str, read: Callable[[str], Any], *rows: tuple[str, Callable[[list[Any]], Test], bool]
) -> Iterable[Operator]:
    return (Operator(name, family, read, prepare, negated) for name, prepare, negated in rows)


def _ordered(family: str, prefix: str, read: Callable[[str], Any]) -> Iterable[Operator]:
    return _family(
        family,
        read,
        (f"{prefix}Equals", _compared(read, operator.eq), False),
        (f"{prefix}NotEquals", _compared(read, operator.eq), True),
        (f"{prefix}LessThan", _compared(read, operator.lt), False),
        (f"{prefix}LessThanEquals", _compared(read, operator.le), False),
        (f"{prefix}GreaterThan", _compared(read, operator.gt), False),
        (f"{prefix}GreaterThanEquals", _compared(read, operator.ge), False),
    )


_TABLE: Final = (
    *_family(
        "String",
        str,
        ("StringEquals", _among, False),
        ("StringNotEquals", _among, True),
        ("StringLike", _like, False),
        ("StringNotLike", _like, True),
    ),
    *_family(
        "String",
        str.casefold,
        ("StringEqualsIgnoreCase", _among_folded, False),
        ("StringNotEqualsIgnoreCase", _among_folded, True),
    ),
    *_ordered("Number", "Numeric", values.number),
    *_ordered("Date", "Date", values.instant),
    *_family("Boolean", values.boolean, ("Bool", _compared(values.boolean, operator.eq), False)),
    *_family(
        "IP",
        values.network,
        ("IpAddress", _compared(values.address, _inside), False),
        ("NotIpAddress", _compared(values.address, _inside), True),
    ),
)

OPERATORS: Final[Mapping[str, Operator]] = {row.name: row for row in _TABLE}
"""Every operator there is, by name."""


@lru_cache(_MEMO)
def fold_key(key: str) -> str:
    """Return a condition key's comparable form: case counts only after the first slash.

    ``acs:PrincipalARN`` and ``acs:PrincipalArn`` are one key; the tag ``acs:RequestTag/Team``
    is not the tag ``acs:RequestTag/team``.
    """
    name, slash, tag = key.partition("/")
    return f"{name.lower()}{slash}{tag}"


class Context:
    """The condition keys of one request, looked up as RAM spells them or otherwise."""

    __slots__ = ("_folded", "_given")

    def __init__(self, given: Mapping[str, ContextValue]) -> None:
        self._given = given
        self._folded: dict[str, ContextValue] | None = None

    def find(self, key: str, folded: str) -> ContextValue | None:
        """Return a key's value or values; None when the request does not carry it."""
        value = self._given.get(key)
        if value is not None:
            return value
        if self._folded is None:
            self._folded = {fold_key(name): given for name, given in self._given.items()}
        return self._folded.get(folded)


class Check:
    """One compiled line of a condition block: an operator, a key, the values wanted.

    Attributes:
        condition: the line as written.
        unless_given: what holds when the request does not carry the key.
    """

    __slots__ = ("_folded", "_key", "_known", "_negated", "_test", "condition", "unless_given")

    def __init__(self, condition: Condition, *, missing_key_negated: bool) -> None:
        used = OPERATORS[condition.operator]
        self.condition = condition
        self.unless_given = used.negated and missing_key_negated
        self._key, self._folded = condition.key, fold_key(condition.key)
        self._test = used.prepare([used.read(value) for value in condition.wanted])
        self._negated = used.negated
        self._known: dict[str, bool] = {}

    def holds(self, context: Context) -> bool:
        """Whether a request satisfies the line."""
        actual = context.find(self._key, self._folded)
        if actual is None:
            return self.unless_given
        if isinstance(actual, str):
            known = self._known.get(actual)
            return self._of_one(actual) if known is None else known
        return any(map(self._test, actual)) is not self._negated

    def _of_one(self, actual: str) -> bool:
        """Test a value, which alone decides, and keep the answer: addresses come back, times do not."""
        answer = self._test(actual) is not self._negated
        if len(actual) <= _KEPT_CHARS:
            if len(self._known) >= _KEPT:
                self._known = {}
            self._known[actual] = answer
        return answer
