"""The same as a form, for people who script: command line, Python SDK, Terraform.

A form of the console makes one or more calls. Whoever shows it hands the calls over as
the form makes them, and shows what comes back: texts that do the same when they are run.
Where the server is and who calls, the texts take from the environment; what is secret
they name and do not hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from daypass.console.snippets import command_line, python, terraform
from daypass.console.snippets.terraform import Lacks
from daypass.console.snippets.values import Wanted, wanted
from daypass.errors import DaypassError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from daypass.service.operation import Catalogue, Operation, Request, Response


class UnknownOperationError(DaypassError):
    """A page shows a call that no operation answers."""


class Snippets(msgspec.Struct, frozen=True):
    """The same calls in three languages.

    Attributes:
        command_line: commands for a POSIX shell.
        python: a program for the official SDKs.
        terraform: resources of the provider `aliyun/alicloud`; None where it has none.
        terraform_lacks: why there is no Terraform, if there is none.
    """

    command_line: str
    python: str
    terraform: str | None
    terraform_lacks: Lacks | None


class Wordings:
    """Writes snippets for the operations of a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._operations = {(each.product, each.name): each for each in catalogue}

    def of(self, calls: Iterable[tuple[str, str, Mapping[str, str]]]) -> Snippets:
        """Return the snippets for calls, each a product, an action and flat parameters.

        Raises:
            UnknownOperationError: there is no such operation, or it has no such parameter.
        """
        asked = [self._wanted(*call) for call in calls]
        resources = terraform.written(asked)
        return Snippets(
            command_line=command_line.written(asked),
            python=python.written(asked),
            terraform=resources if isinstance(resources, str) else None,
            terraform_lacks=None if isinstance(resources, str) else resources,
        )

    def _wanted(self, product: str, action: str, parameters: Mapping[str, str]) -> Wanted:
        operation: Operation[Request, Response] | None = self._operations.get((product, action))
        if operation is None:
            raise UnknownOperationError(f"{product} has no operation {action}")
        made = wanted(operation, parameters)
        strays = set(parameters) - {name for name, _ in made.flat} - made.hidden
        if strays:
            raise UnknownOperationError(f"{action} has no parameter {', '.join(sorted(strays))}")
        return made
