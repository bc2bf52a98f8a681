"""System policies: what ships with daypass, a data file for each version, read when first asked for.

They belong to no account, cannot be edited, and move on with daypass's releases: the
file says of which day, on whose word, and how completely the text is known. The newest
version is in force; older ones stay, as files, to be looked at and compared.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

OWNER: Final = "system"
"""Stands where a custom policy has its account id."""

_FILES: Final = Path(__file__).with_name("system_policies")


class SystemPolicy(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """One version of a system policy.

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

    @property
    def number(self) -> int:
        """The 3 of ``v3``."""
        return int(self.version.removeprefix("v"))


class _File(Struct, forbid_unknown_fields=True):
    """The form of a data file: times and the document stand in it for readers."""

    name: str
    version: str
    created: datetime
    updated: datetime
    description: str
    completeness: Literal["complete", "partial", "stand-in"]
    note: str
    source: str
    document: dict[str, object]


@cache
def all_policies() -> tuple[SystemPolicy, ...]:
    """Return the system policies in force, in the order of their names, ignoring case."""
    return tuple(versions[-1] for _, versions in sorted(_by_name().items()))


@cache
def _by_name() -> dict[str, tuple[SystemPolicy, ...]]:
    found: dict[str, list[SystemPolicy]] = {}
    for path in _FILES.glob("*/v*.json"):
        policy = _read(path)
        found.setdefault(policy.name.lower(), []).append(policy)
    return {name: tuple(sorted(found[name], key=lambda policy: policy.number)) for name in found}


def find(name: str) -> SystemPolicy | None:
    """Return the system policy of that name as it is in force, ignoring case, or None."""
    versions = versions_of(name)
    return versions[-1] if versions else None


def versions_of(name: str) -> tuple[SystemPolicy, ...]:
    """Return all known versions of the system policy of that name, ignoring case, oldest first."""
    return _by_name().get(name.lower(), ())


def _read(path: Path) -> SystemPolicy:
    file = msgspec.json.decode(path.read_bytes(), type=_File)
    return SystemPolicy(
        file.name,
        file.version,
        int(file.created.timestamp()),
        int(file.updated.timestamp()),
        file.description,
        file.completeness,
        file.note,
        file.source,
        json.dumps(file.document, indent=2),
    )
