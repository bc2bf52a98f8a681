"""System policies: what ships with daypass, one data file each, read when first asked for.

They belong to no account, cannot be edited, and move on with daypass's releases: the
file says of which day, on whose word, and how completely the text is known.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

OWNER: Final = "system"
"""Stands where a custom policy has its account id."""

_FILES: Final = Path(__file__).with_name("system_policies")


class SystemPolicy(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A system policy.

    Attributes:
        version: the version id the text has in the cloud, ``v3``.
        created_at: epoch seconds of its first version.
        updated_at: epoch seconds of this one.
        completeness: ``complete``: the published text; ``partial``: its end is not
            known; ``stand-in``: no published text, one that fits the description.
        note: what is missing or assumed.
        source: where the text was read.
        document: its text.
    """

    name: str
    version: str
    created_at: int
    updated_at: int
    description: str
    completeness: Literal["complete", "partial", "stand-in"]
    note: str
    source: str
    document: str


class _File(Struct, forbid_unknown_fields=True, rename={"doc": "document"}):
    """The form of a data file: the document stands in it as JSON, for readers."""

    name: str
    version: str
    created_at: int
    updated_at: int
    description: str
    completeness: Literal["complete", "partial", "stand-in"]
    note: str
    source: str
    doc: dict[str, object]


@cache
def all_policies() -> tuple[SystemPolicy, ...]:
    """Return the system policies in the order of their names, ignoring case."""
    read = [_read(path) for path in _FILES.glob("*.json")]
    return tuple(sorted(read, key=lambda policy: policy.name.lower()))


@cache
def _by_name() -> dict[str, SystemPolicy]:
    return {policy.name.lower(): policy for policy in all_policies()}


def find(name: str) -> SystemPolicy | None:
    """Return the system policy of that name, ignoring case, or None."""
    return _by_name().get(name.lower())


def _read(path: Path) -> SystemPolicy:
    file = msgspec.json.decode(path.read_bytes(), type=_File)
    return SystemPolicy(
        file.name,
        file.version,
        file.created_at,
        file.updated_at,
        file.description,
        file.completeness,
        file.note,
        file.source,
        json.dumps(file.doc, indent=2),
    )
