"""Statements of one principal, and what is asked about them.

The statements of the ordinary sets are what an IoT application accumulates: each is about
one product, by exact or wildcard action, exact or wildcard resource, and one in ten
denies. One set adds a condition on the source address to each. The adversarial sets are
made against an index: statements that differ only where a look-up cannot begin.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES: Final = (1, 10, 100, 1_000, 10_000)

_ACCOUNT: Final = "1000000000000100"
_PRODUCTS: Final = f"acs:iot:*:{_ACCOUNT}:product"
_HERE: Final = f"acs:iot:cn-shanghai:{_ACCOUNT}:product"
_ACTIONS: Final = (
    "iot:QueryProduct",
    "iot:QueryDevice*",
    "iot:Query*",
    "iot:GetDeviceStatus",
    "iot:RegisterDevice",
)
_INSIDE: Final = "10.0.0.0/8"
KNOWN_ACTIONS: Final = (
    "iot:QueryProduct",
    "iot:QueryDeviceDetail",
    "iot:QueryDetail",
    "iot:GetDeviceStatus",
    "iot:RegisterDevice",
)
"""What the ordinary questions ask to do; engines that know no wildcards in actions are told them."""


class Statement(msgspec.Struct, frozen=True):
    """One action pattern on one resource pattern.

    Attributes:
        network: where the request must come from; empty for anywhere.
    """

    effect: str
    action: str
    resource: str
    network: str = ""


class Question(msgspec.Struct, frozen=True):
    """One request."""

    action: str
    resource: str
    address: str


class QuestionSet(msgspec.Struct, frozen=True):
    """A way to make statements and questions.

    Attributes:
        name: for people.
        statement: makes the statement of a number.
        question: makes a question that no other serial number makes, about one of so
            many statements.
    """

    name: str
    statement: Callable[[int], Statement]
    question: Callable[[random.Random, int, int], Question]

    def statements(self, size: int) -> list[Statement]:
        """Return the principal's statements."""
        return [self.statement(number) for number in range(size)]

    def questions(self, size: int, count: int, first: int) -> list[Question]:
        """Return questions with serial numbers from ``first``; the same for the same arguments."""
        chance = random.Random(first)  # noqa: S311 (a benchmark repeats itself)
        return [self.question(chance, size, serial) for serial in range(first, first + count)]


def _of_a_product(number: int) -> Statement:
    product = f"p{number:05d}"
    resource = (
        f"{_PRODUCTS}/{product}*",
        f"{_HERE}/{product}",
        f"{_PRODUCTS}/{product}/device/*",
        f"{_HERE}/{product}*",
    )[number % 4]
    if number % 10 == 9:
        return Statement("Deny", "iot:*", f"{_PRODUCTS}/p{number - 1:05d}/*")
    return Statement("Allow", _ACTIONS[number % 5], resource)


def _from_inside(number: int) -> Statement:
    return msgspec.structs.replace(_of_a_product(number), network=_INSIDE)


def _asked(share: float) -> Callable[[random.Random, int, int], Question]:
    """Return a maker of questions of which that share is about a product that has a statement."""

    def question(chance: random.Random, size: int, serial: int) -> Question:
        number = chance.randrange(size)
        product = f"p{number:05d}" if chance.random() < share else f"q{number:05d}"
        action = KNOWN_ACTIONS[number % 5]
        address = chance.choice(("10.1.2.3", "192.0.2.7"))
        return Question(action, f"{_HERE}/{product}/device/d{serial:07d}", address)

    return question


def _with_shared_head(number: int) -> Statement:
    return Statement("Allow", "iot:QueryProduct", f"{_PRODUCTS}/line-of-the-same-factory-{number:05d}*")


def _ask_shared_head(_: random.Random, size: int, serial: int) -> Question:
    number = serial % (size + size // 4 + 1)
    resource = f"{_HERE}/line-of-the-same-factory-{number:05d}-{serial}"
    return Question("iot:QueryProduct", resource, "10.1.2.3")


def _with_leading_wildcard(number: int) -> Statement:
    return Statement("Allow", "iot:Query*", f"{_PRODUCTS}/*-{number:05d}-*-of-the-same-factory")


def _ask_leading_wildcard(_: random.Random, size: int, serial: int) -> Question:
    number = serial % (size + size // 4 + 1)
    return Question("iot:QueryProduct", f"{_HERE}/s{serial}-{number:05d}-x-of-the-same-factory", "10.1.2.3")


HITS: Final = QuestionSet("products, mostly hits", _of_a_product, _asked(0.9))
CONDITIONS: Final = QuestionSet("the same, each with a condition", _from_inside, _asked(0.9))
MISSES: Final = QuestionSet("products, mostly misses", _of_a_product, _asked(0.1))
SHARED_HEADS: Final = QuestionSet("one action, shared heads", _with_shared_head, _ask_shared_head)
LEADING_WILDCARDS: Final = QuestionSet(
    "wildcards first, shared tails", _with_leading_wildcard, _ask_leading_wildcard
)
ORDINARY: Final = (HITS, CONDITIONS, MISSES)
SETS: Final = (*ORDINARY, SHARED_HEADS, LEADING_WILDCARDS)
