"""Parts of a page that the user may be denied, or that are not there: the rest is shown all the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from daypass.errors import ApiError

if TYPE_CHECKING:
    from daypass.console.page import Page

_FORBIDDEN: Final = 403


@dataclass(frozen=True)
class Part:
    """What an operation said for a part of a page.

    Attributes:
        body: the answer; empty if there is none.
        denied: the message of the refusal, if the user may not see it.
    """

    body: dict[str, Any] = field(default_factory=dict)
    denied: str = ""

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.body)


async def part(
    page: Page, product: str, operation: str, *, absent: str = "", **parameters: str | int | None
) -> Part:
    """Ask for a part of a page.

    Args:
        page: that it is for.
        product: of the operation.
        operation: that reads it.
        absent: how the codes start that say there is no such thing, which is no fault.
        parameters: of the operation.

    Raises:
        ApiError: anything but that, and a denial.
    """
    try:
        return Part(await page.call(product, operation, **parameters))
    except ApiError as error:
        if error.status == _FORBIDDEN:
            return Part(denied=error.message)
        if absent and error.code.startswith(absent):
            return Part()
        raise
