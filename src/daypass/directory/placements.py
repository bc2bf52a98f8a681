"""Where an account stands in a resource directory, and what is attached on the way there.

What a decision needs to know, like :mod:`daypass.directory.lookups`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from sqlalchemy import select

from daypass.directory import scopes
from daypass.directory.control_policies import FULL_ACCESS_DOCUMENT
from daypass.directory.records import PolicyType
from daypass.directory.resource_directories import FULL_ACCESS
from daypass.directory.schema import control_attachments, control_policies

if TYPE_CHECKING:
    from sqlalchemy import Row

    from daypass.directory.database import Transaction
    from daypass.directory.records import ResourceDirectory

_ATTACHED: Final = (
    select(
        control_attachments.c.target_id,
        control_attachments.c.policy_id,
        control_policies.c.name,
        control_policies.c.document,
    )
    .select_from(control_attachments)
    .outerjoin(control_policies, control_policies.c.id == control_attachments.c.policy_id)
    .order_by(control_attachments.c.target_id, control_attachments.c.policy_id)
)


class ControlGrant(Struct, frozen=True, gc=False):
    """A control policy in force."""

    policy: str
    policy_type: PolicyType
    document: str


class Level(Struct, frozen=True, gc=False):
    """A folder or a member, ``folder/fd-x`` or ``account/ID``, and what is attached right there."""

    entity: str
    attached: tuple[ControlGrant, ...]


class Placement(Struct, frozen=True, gc=False):
    """Where an account stands.

    Attributes:
        directory_id: of the resource directory.
        path: ``<directory>/<root folder>/…/<account>``.
        levels: from the root folder to the member; none where control policies do not count,
            and none for the management account, which they never limit.
    """

    directory_id: str
    path: str
    levels: tuple[Level, ...]
    depends_on: frozenset[str]


def placement_of(txn: Transaction, account_id: str) -> Placement | None:
    """Return where an account stands, or None if it is in no resource directory."""
    directory = txn.resource_directories.of(account_id)
    if directory is None:
        return None
    member = txn.members.find(directory, account_id)
    folder_id = directory.root_folder_id if member is None else member.folder_id
    folders = [folder.id for folder in txn.folders.path(directory, folder_id)]
    path = "/".join((directory.id, *folders, account_id))
    depends_on = frozenset((scopes.membership(account_id), scopes.resource_directory(directory.id)))
    counts = directory.control_policies_on and member is not None
    levels = _levels(txn, folders, account_id) if counts else ()
    return Placement(directory.id, path, levels, depends_on)


def _levels(txn: Transaction, folders: list[str], account_id: str) -> tuple[Level, ...]:
    targets = [*folders, account_id]
    by_target: dict[str, list[ControlGrant]] = {target: [] for target in targets}
    for row in txn.all(_ATTACHED.where(control_attachments.c.target_id.in_(targets))):
        by_target[row.target_id].append(_grant(row))
    return tuple(
        Level(f"account/{target}" if target == account_id else f"folder/{target}", tuple(attached))
        for target, attached in by_target.items()
    )


def _grant(row: Row[*tuple[Any, ...]]) -> ControlGrant:
    if row.policy_id == FULL_ACCESS:
        return ControlGrant(FULL_ACCESS, "System", FULL_ACCESS_DOCUMENT)
    return ControlGrant(row.name, "Custom", row.document)


def path_of(txn: Transaction, directory: ResourceDirectory, target_id: str) -> str | None:
    """Return the path of a folder, a member or the management account of a directory, or None."""
    member = txn.members.find(directory, target_id)
    if member is None and target_id != directory.account_id:
        if txn.folders.find(directory, target_id) is None:
            return None
        return "/".join((directory.id, *(folder.id for folder in txn.folders.path(directory, target_id))))
    folder_id = directory.root_folder_id if member is None else member.folder_id
    folders = txn.folders.path(directory, folder_id)
    return "/".join((directory.id, *(folder.id for folder in folders), target_id))
