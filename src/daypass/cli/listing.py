"""What the command line knows of the catalogue.

Two sources give the same: the declarations themselves (:func:`declared`, slow to import),
and ``listing.json``, which ``make docs`` writes from them. Calls read the file, so they
start quickly; whatever the file does not know is looked for in the declarations before it
is refused, so a new operation can be called the moment it is declared.
"""

from __future__ import annotations

import functools
import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from daypass.service.operation import Operation, Service

FILE: Final = Path(__file__).with_name("listing.json")
_ITEM: Final = re.compile(r"\.[0-9]+(\.[A-Za-z]+)?")


class Parameter(msgspec.Struct, frozen=True):
    """A parameter: its name and type on the wire, and whether it must be given."""

    name: str
    type: str
    required: bool = False

    def takes(self, name: str) -> bool:
        """Whether a given name is this parameter's, or, for a list, that of an item."""
        rest = name.removeprefix(self.name)
        return name == self.name or (
            name != rest and self.type.startswith("[") and _ITEM.fullmatch(rest) is not None
        )


class Action(msgspec.Struct, frozen=True, omit_defaults=True):
    """An operation, in the words of the command line.

    Attributes:
        about: the first sentence of its description.
        anonymous: whether it is called without credentials.
    """

    name: str
    about: str
    parameters: tuple[Parameter, ...] = ()
    anonymous: bool = False

    def takes(self, name: str) -> bool:
        """Whether a parameter, or an item of a list, may have this name."""
        return any(parameter.takes(name) for parameter in self.parameters)


class Absent(msgspec.Struct, frozen=True):
    """Why the real service has an operation and daypass does not answer it.

    Attributes:
        state: ``not yet`` or ``out of scope``.
    """

    state: str
    reason: str


class Product(msgspec.Struct, frozen=True):
    """A service of the catalogue.

    Attributes:
        name: as the wire writes it, ``Sts``.
        missing: operations the real service has and daypass does not answer, and why.
    """

    name: str
    version: str
    about: str
    actions: tuple[Action, ...]
    missing: dict[str, Absent] = {}

    @property
    def word(self) -> str:
        """The product on the command line."""
        return self.name.lower()

    def find(self, action: str) -> Action | None:
        """Return an operation by its exact name."""
        return next((each for each in self.actions if each.name == action), None)


class Listing(msgspec.Struct, frozen=True):
    """All products."""

    products: tuple[Product, ...]

    def find(self, word: str) -> Product | None:
        """Return a product by its name in any case."""
        return next((each for each in self.products if each.word == word.lower()), None)

    def action(self, product: str, name: str) -> Action | None:
        """Return an operation of a product."""
        found = self.find(product)
        return found.find(name) if found is not None else None


@functools.cache
def written() -> Listing:
    """Return what ``listing.json`` says."""
    return msgspec.json.decode(FILE.read_bytes(), type=Listing)


def declared() -> Listing:
    """Return what the declarations say; they know nothing of what is missing."""
    from daypass.services import SERVICES  # noqa: PLC0415 (slow to import)

    return Listing(tuple(_product(service) for service in SERVICES))


def operation(product: str, action: str) -> Operation[Any, Any] | None:
    """Return an operation's whole declaration."""
    from daypass.services import SERVICES  # noqa: PLC0415 (slow to import)

    found = (each for service in SERVICES if service.product.lower() == product.lower() for each in service)
    return next((each for each in found if each.name == action), None)


def _product(service: Service) -> Product:
    actions = sorted((_action(operation) for operation in service), key=lambda each: each.name)
    return Product(service.product, service.version, service.about, tuple(actions))


def _action(operation: Operation[Any, Any]) -> Action:
    parameters = (
        Parameter(each.kind.wire, each.kind.wire_type, each.required) for each in operation.parameters
    )
    return Action(operation.name, _sentence(operation.help), tuple(parameters), operation.anonymous)


def _sentence(help_text: str) -> str:
    return inspect.cleandoc(help_text).partition("\n\n")[0].replace("\n", " ")
