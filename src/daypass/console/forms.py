"""What a form sent, or an address asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.datastructures import FormData, QueryParams

MOST_FIELDS: Final = 2000
MOST_FILES: Final = 10


class Fields:
    """Values by name, as text. What was not sent is empty, like what was left empty."""

    def __init__(self, sent: FormData | QueryParams, files: dict[str, bytes] | None = None) -> None:
        self._sent: Final = sent
        self._files: Final = files or {}

    def __getitem__(self, name: str) -> str:
        """Return a value, exactly as typed but for line ends, which browsers change."""
        value = self._sent.get(name, "")
        return value.replace("\r\n", "\n") if isinstance(value, str) else ""

    def __contains__(self, name: str) -> bool:
        return name in self._sent

    def items(self) -> list[tuple[str, str]]:
        """Return the names and values of all that is text and not empty."""
        return [(name, self[name]) for name in self._sent if self[name]]

    def word(self, name: str, default: str = "") -> str:
        """Return a value without the space around it."""
        return self[name].strip() or default

    def all(self, name: str) -> list[str]:
        """Return all values of a name that is sent several times, without empty ones."""
        return [value for value in self._sent.getlist(name) if isinstance(value, str) and value]

    def file(self, name: str) -> bytes:
        """Return what a file that was sent holds."""
        return self._files.get(name, b"")

    def given(self, *names: str) -> dict[str, str]:
        """Return those of the names that have a value, ready to be parameters of a call."""
        return {name: self.word(name) for name in names if self.word(name)}
