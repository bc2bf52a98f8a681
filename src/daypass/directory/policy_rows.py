"""Reading policies: custom ones from their rows, system ones from the data files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from msgspec import structs
from sqlalchemy import func, select

from daypass.directory import system
from daypass.directory.errors import BAD_VERSION_ID, POLICY_MISSING, VERSION_MISSING
from daypass.directory.records import Policy, PolicyVersion
from daypass.directory.schema import attachments, policies, policy_versions
from daypass.directory.tags import Tags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row, Select

    from daypass.directory.context import Context
    from daypass.directory.system import SystemPolicy

_VERSION_ID: Final = re.compile(r"v([1-9][0-9]{0,8})", re.ASCII)


def version_number(version_id: str) -> int:
    """Return the 3 of ``v3``.

    Raises:
        ApiError: ``InvalidParameter.VersionId.Format``.
    """
    read = _VERSION_ID.fullmatch(version_id)
    if read is None:
        raise BAD_VERSION_ID()
    return int(read[1])


def find_custom(context: Context, account_id: str, name: str) -> Row[*tuple[Any, ...]] | None:
    """Return the row of an account's policy of that name, ignoring case, or None."""
    named = (policies.c.account_id == account_id, policies.c.name_key == name.lower())
    return context.first(select(policies).where(*named))


def custom(context: Context, account_id: str, name: str) -> Row[*tuple[Any, ...]]:
    """Return the row of an account's policy of that name, ignoring case.

    Raises:
        ApiError: ``EntityNotExist.Policy``.
    """
    row = find_custom(context, account_id, name)
    if row is None:
        raise POLICY_MISSING(type="Custom", name=name)
    return row


def customs_of(account_id: str) -> Select[*tuple[Any, ...]]:
    """Return the query for an account's policies in the order of their names."""
    return select(policies).where(policies.c.account_id == account_id).order_by(policies.c.name_key)


def read_customs(context: Context, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Policy]:
    """Return the records of these rows, with tags and attachment counts."""
    ids = [row.id for row in rows]
    if not ids:
        return []
    carried = Tags(context).of(ids)
    counts = _attachment_counts(context, ids)
    return [
        Policy(
            account_id=row.account_id,
            name=row.name,
            type="Custom",
            description=row.description,
            default_version=f"v{row.default_version}",
            attachment_count=counts.get(row.id, 0),
            created_at=row.created_at,
            updated_at=row.updated_at,
            tags=carried.get(row.id, ()),
        )
        for row in rows
    ]


def _attachment_counts(context: Context, ids: Sequence[str]) -> dict[str, int]:
    attached = attachments.c.policy_id
    by_policy = select(attached, func.count()).where(attached.in_(ids)).group_by(attached)
    return {row[0]: row[1] for row in context.all(by_policy)}


def version_row(context: Context, policy: Row[*tuple[Any, ...]], number: int) -> Row[*tuple[Any, ...]]:
    """Return the row of one version.

    Raises:
        ApiError: ``EntityNotExist.Policy.Version``.
    """
    one = (policy_versions.c.policy_id == policy.id, policy_versions.c.number == number)
    found = context.first(select(policy_versions).where(*one))
    if found is None:
        raise VERSION_MISSING(name=policy.name, version=f"v{number}")
    return found


def as_version(row: Row[*tuple[Any, ...]], default: int) -> PolicyVersion:
    """Return the record of a version's row."""
    return PolicyVersion(f"v{row.number}", row.document, row.number == default, row.created_at)


def shipped(name: str) -> SystemPolicy:
    """Return the system policy of that name, ignoring case.

    Raises:
        ApiError: ``EntityNotExist.Policy``.
    """
    found = system.find(name)
    if found is None:
        raise POLICY_MISSING(type="System", name=name)
    return found


def shipped_versions(name: str) -> tuple[PolicyVersion, ...]:
    """Return the known versions of a system policy, oldest first; the newest is in force.

    Raises:
        ApiError: ``EntityNotExist.Policy``.
    """
    present = shipped(name)
    return tuple(
        PolicyVersion(policy.version, policy.document, policy == present, policy.updated_at)
        for policy in system.versions_of(name)
    )


def seen_from(context: Context, account_id: str, found: Sequence[SystemPolicy]) -> list[Policy]:
    """Return the records of system policies, with the attachments of one account counted."""
    if not found:
        return []
    of_account = (
        attachments.c.account_id == account_id,
        attachments.c.policy_type == "System",
        attachments.c.policy_name.in_([policy.name for policy in found]),
    )
    name = attachments.c.policy_name
    by_name = select(name, func.count()).where(*of_account).group_by(name)
    counts = {row[0]: row[1] for row in context.all(by_name)}
    return [
        structs.replace(_system_record(policy), attachment_count=counts.get(policy.name, 0))
        for policy in found
    ]


def _system_record(policy: SystemPolicy) -> Policy:
    return Policy(
        account_id=system.OWNER,
        name=policy.name,
        type="System",
        description=policy.description,
        default_version=policy.version,
        attachment_count=0,
        created_at=policy.created_at,
        updated_at=policy.updated_at,
    )
