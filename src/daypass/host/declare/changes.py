"""What a declaration would change: named, shown to people, and done step by step."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias, TypeVar

from msgspec import Struct, UnsetType

if TYPE_CHECKING:
    from daypass.directory.database import Transaction

Verb: TypeAlias = Literal["create", "change", "remove"]
Step: TypeAlias = "Callable[[Transaction], None]"

SIGNS: Final[Mapping[Verb, str]] = {"create": "+", "change": "~", "remove": "-"}


class Phase(IntEnum):
    """In which order changes of all kinds are made."""

    ACCOUNT = 0
    SETTINGS = 1
    LOOSEN = 2
    REMOVE = 3
    MAKE = 4
    CONSOLE = 5
    ROLES = 6
    TRUST = 7
    JOIN = 8


class Change(Struct, frozen=True, kw_only=True):
    """One change.

    Attributes:
        kind: of thing, for people.
        name: of the thing.
        details: lines that say what changes.
        action: RAM's word for it, for the record.
        resource: what it is on record as done to.
        parameters: likewise; no secret.
        steps: what does it, and when.
    """

    verb: Verb
    kind: str
    name: str
    details: tuple[str, ...] = ()
    action: str
    resource: str
    parameters: dict[str, Any] = {}
    steps: tuple[tuple[Phase, Step], ...]

    @property
    def title(self) -> str:
        """Kind and name."""
        return f"{self.kind} {self.name}"

    def lines(self) -> Iterator[str]:
        """Yield the change as a plan shows it."""
        yield f"  {SIGNS[self.verb]} {self.title}"
        yield from (f"      {line}" for line in self.details)


class Found(Struct, kw_only=True):
    """What was found when a declaration was compared with an account.

    Attributes:
        unchanged: how many things are as declared.
        undescribed: kind -> names of what the account has and the file does not, left alone.
    """

    prune: bool
    changes: list[Change] = []
    unchanged: int = 0
    undescribed: dict[str, list[str]] = {}

    def left(self, kind: str, name: str) -> None:
        """Note something that the file does not describe."""
        self.undescribed.setdefault(kind, []).append(name)


class Named(Protocol):
    """What has a name."""

    @property
    def name(self) -> str:
        """The name; case does not tell two apart."""
        ...


T = TypeVar("T", bound=Named)


def by_name(entries: Iterable[T] | UnsetType) -> dict[str, T]:
    """Return entries by their folded names."""
    return {} if isinstance(entries, UnsetType) else {entry.name.lower(): entry for entry in entries}


def field_lines(before: Struct, after: Struct, fields: Iterable[str]) -> list[str]:
    """Return a line for each member that differs."""
    return [
        f"{field}: {_shown(getattr(before, field))} -> {_shown(getattr(after, field))}"
        for field in fields
        if getattr(before, field) != getattr(after, field)
    ]


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


class TagChange(Struct, frozen=True):
    """Which tags to put and which to remove."""

    put: dict[str, str]
    remove: tuple[str, ...]
    details: tuple[str, ...]


def tag_change(
    found: Found,
    title: str,
    before: Mapping[str, str] | UnsetType,
    after: Mapping[str, str] | UnsetType,
) -> TagChange:
    """Compare tags; those the file does not list go only when pruning."""
    if isinstance(after, UnsetType):
        return TagChange({}, (), ())
    present = {} if isinstance(before, UnsetType) else before
    put = {key: value for key, value in after.items() if present.get(key) != value}
    extra = tuple(key for key in present if key not in after)
    if not found.prune:
        for key in extra:
            found.left("tag", f"{key} of {title}")
        extra = ()
    lines = [
        f"tag {key}: {_shown(present[key]) + ' -> ' if key in present else ''}{_shown(put[key])}"
        for key in put
    ]
    return TagChange(put, extra, (*lines, *(f"tag {key} goes" for key in extra)))
