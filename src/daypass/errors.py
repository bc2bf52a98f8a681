"""Errors as data: a code, a status and a wording, each stated once.

An :class:`ErrorCode` is a row of a table (``daypass.directory.errors``,
``daypass.service.codes`` and so on). Calling it makes the exception, so the place
that raises reads ``raise ROLE_MISSING(role=name)``. Only the renderer knows that
errors travel as JSON or XML; anything that is not an :class:`ApiError` becomes a
500 with a request id and no detail.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class DaypassError(Exception):
    """Base of everything daypass raises on purpose."""


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One declared error: what SDKs switch on, its HTTP status, its wording.

    Attributes:
        code: the wire code, as in ``EntityNotExist.Role``.
        status: HTTP status, 4xx or 5xx.
        template: the message; ``{names}`` are filled from the call's keywords.
    """

    code: str
    status: int
    template: str

    def __call__(self, **details: str | int) -> ApiError:
        """Make the exception. A missing detail is a programming error (``KeyError``)."""
        message = self.template.format_map(details) if details else self.template
        return ApiError(self, message, details=details)

    def said(self, message: str) -> ApiError:
        """Make the exception with a message of its own, for texts that carry free detail."""
        return ApiError(self, message)


class ApiError(DaypassError):
    """An error the caller is meant to see.

    Attributes:
        declared: the row it came from; operations list the rows they may raise.
        message: the text for people. Never holds a secret.
        extra: further members of the error body (``AccessDeniedDetail``).
        headers: further response headers (``x-acs-retry-after``).
        details: what the message was made with, for who says it in another language.
    """

    def __init__(
        self,
        declared: ErrorCode,
        message: str,
        *,
        extra: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        details: Mapping[str, str | int] | None = None,
    ) -> None:
        super().__init__(f"{declared.code}: {message}")
        self.declared = declared
        self.message = message
        self.extra: Mapping[str, object] = extra or {}
        self.headers: Mapping[str, str] = headers or {}
        self.details: Mapping[str, str | int] = details or {}

    @property
    def code(self) -> str:
        """The wire code."""
        return self.declared.code

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.declared.status


class NotedRefusalError(DaypassError):
    """An operation refuses, and what it has written is to stay: a failed attempt that counts.

    Attributes:
        error: what the caller sees.
    """

    def __init__(self, error: ApiError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True, slots=True)
class Family:
    """Codes that differ only in a name: ``InvalidParameter.{name}.Length`` and the like."""

    code: str
    status: int
    template: str
    _made: dict[str, ErrorCode] = field(default_factory=dict, compare=False, repr=False)

    def of(self, name: str) -> ErrorCode:
        """Return the member for ``name``; the same object each time."""
        made = self._made.get(name)
        if made is None:
            made = ErrorCode(
                self.code.replace("{name}", name), self.status, self.template.replace("{name}", name)
            )
            self._made[name] = made
        return made
