"""Control policies, and the folders and members they are attached to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import structs
from sqlalchemy import case, delete, func, literal, select, update

from daypass.directory import identifiers, scopes
from daypass.directory.errors import (
    CONTROL_ATTACHMENT_EXISTS,
    CONTROL_ATTACHMENT_IS_LAST,
    CONTROL_ATTACHMENT_MISSING,
    CONTROL_POLICIES_OFF,
    CONTROL_POLICY_EXISTS,
    CONTROL_POLICY_IN_USE,
    CONTROL_POLICY_IS_SYSTEM,
    CONTROL_POLICY_MISSING,
    TARGET_MISSING,
    TOO_MANY,
)
from daypass.directory.folders import Folders
from daypass.directory.members import Members
from daypass.directory.pages import NumberedPage, numbered, onwards, within
from daypass.directory.records import (
    ControlAttachment,
    ControlledTarget,
    ControlPolicy,
    PolicyType,
    ResourceDirectory,
)
from daypass.directory.resource_directories import FULL_ACCESS
from daypass.directory.schema import control_attachments, control_policies, directory_members, folders
from daypass.directory.tags import Tags

if TYPE_CHECKING:
    from sqlalchemy import Row

    from daypass.directory.context import Context

FULL_ACCESS_DOCUMENT: Final = (
    '{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
)
_SINCE: Final = 1_606_780_800  # 2020-12-01, when control policies came

_TARGETS: Final = (
    select(
        control_attachments.c.target_id,
        func.coalesce(folders.c.name, directory_members.c.name, literal("")),
        case(
            (directory_members.c.id.is_not(None), literal("Account")),
            (folders.c.parent_id.is_(None), literal("Root")),
            else_=literal("Folder"),
        ),
        control_attachments.c.attached_at,
    )
    .select_from(control_attachments)
    .outerjoin(folders, folders.c.id == control_attachments.c.target_id)
    .outerjoin(directory_members, directory_members.c.id == control_attachments.c.target_id)
)


class ControlPolicies:
    """The control policies of all directories; names are unique in a directory, ignoring case."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def create(
        self, directory: ResourceDirectory, name: str, document: str, *, description: str = ""
    ) -> ControlPolicy:
        """Create a control policy; it counts where it is attached.

        Raises:
            ApiError: ``EntityAlreadyExists.ControlPolicy``, ``LimitExceeded.ControlPolicy``.
        """
        context = self._context
        self._refuse_namesake(directory, name)
        limit = context.quotas(directory.account_id).control_policies
        own = control_policies.c.directory_id == directory.id
        if context.count(control_policies, own) >= limit:
            raise TOO_MANY.of("ControlPolicy")(limit=limit)
        policy_id = identifiers.control_policy_id(context.entropy)
        now = context.now
        policy = ControlPolicy(policy_id, name, "Custom", description, document, 0, now, now)
        context.add(control_policies, {**_values(policy), "id": policy_id, "directory_id": directory.id})
        return policy

    def _refuse_namesake(self, directory: ResourceDirectory, name: str, besides: str = "") -> None:
        own = control_policies.c
        same = (own.directory_id == directory.id, own.name_key == name.lower(), own.id != besides)
        if name.lower() == FULL_ACCESS.lower() or self._context.exists(control_policies, *same):
            raise CONTROL_POLICY_EXISTS(name=name)

    def get(self, directory: ResourceDirectory, policy_id: str) -> ControlPolicy:
        """Return a control policy, of a directory or shipped.

        Raises:
            ApiError: ``EntityNotExists.ControlPolicy``.
        """
        if policy_id == FULL_ACCESS:
            return self._full_access(directory)
        one = (control_policies.c.id == policy_id, control_policies.c.directory_id == directory.id)
        row = self._context.first(select(control_policies).where(*one))
        if row is None:
            raise CONTROL_POLICY_MISSING(policy=policy_id[:64])
        return self._read(directory, [row])[0]

    def _full_access(self, directory: ResourceDirectory) -> ControlPolicy:
        count = self._counts(directory, [FULL_ACCESS]).get(FULL_ACCESS, 0)
        about = "Allows everything; attached to every folder and member at first."
        return ControlPolicy(
            FULL_ACCESS, FULL_ACCESS, "System", about, FULL_ACCESS_DOCUMENT, count, _SINCE, _SINCE
        )

    def _read(self, directory: ResourceDirectory, rows: list[Row[*tuple[Any, ...]]]) -> list[ControlPolicy]:
        counts = self._counts(directory, [row.id for row in rows]) if rows else {}
        return [
            ControlPolicy(
                row.id,
                row.name,
                "Custom",
                row.description,
                row.document,
                counts.get(row.id, 0),
                row.created_at,
                row.updated_at,
            )
            for row in rows
        ]

    def _counts(self, directory: ResourceDirectory, ids: list[str]) -> dict[str, int]:
        policy = control_attachments.c.policy_id
        where = (control_attachments.c.directory_id == directory.id, policy.in_(ids))
        by_policy = select(policy, func.count()).where(*where).group_by(policy)
        return {row[0]: row[1] for row in self._context.all(by_policy)}

    def numbered(
        self,
        directory: ResourceDirectory,
        *,
        policy_type: PolicyType | None = None,
        page: int = 1,
        size: int = 10,
    ) -> NumberedPage[ControlPolicy]:
        """Return a page of the shipped policy and the directory's own, by name, by its number, from 1."""
        size, start = within(size), (max(page, 1) - 1) * within(size)
        shipped = [self._full_access(directory)] if policy_type != "Custom" else []
        own = control_policies.c.directory_id == directory.id
        customs = self._context.count(control_policies, own) if policy_type != "System" else 0
        found = shipped[start : start + size]
        position = max(0, start - len(shipped))
        if len(found) < size and position < customs:
            order = [control_policies.c.name_key]
            there = onwards(self._context, order, [own], position=position, total=customs)
            statement = select(control_policies).where(own, there).order_by(*order)
            found += self._read(directory, list(self._context.all(statement.limit(size - len(found)))))
        return NumberedPage(tuple(found), len(shipped) + customs)

    def update(
        self,
        directory: ResourceDirectory,
        policy_id: str,
        *,
        name: str | None = None,
        document: str | None = None,
        description: str | None = None,
    ) -> ControlPolicy:
        """Change a control policy, wherever it is attached; what is None stays.

        Raises:
            ApiError: ``InvalidParameter.PolicyId`` for the shipped one,
                ``EntityNotExists.ControlPolicy``, ``EntityAlreadyExists.ControlPolicy``.
        """
        policy = self.own(directory, policy_id)
        if name is not None:
            self._refuse_namesake(directory, name, policy.id)
        given = {"name": name, "document": document, "description": description}
        wanted = {field: value for field, value in given.items() if value is not None}
        changed = structs.replace(policy, **wanted, updated_at=self._context.now)
        own = control_policies.c.id == policy.id
        self._context.run(update(control_policies).where(own).values(_values(changed)))
        self._context.changed(scopes.resource_directory(directory.id))
        return changed

    def own(self, directory: ResourceDirectory, policy_id: str) -> ControlPolicy:
        """Return a control policy that the directory has made.

        Raises:
            ApiError: ``InvalidParameter.PolicyId`` for the shipped one, ``EntityNotExists.ControlPolicy``.
        """
        if policy_id == FULL_ACCESS:
            raise CONTROL_POLICY_IS_SYSTEM(policy=FULL_ACCESS)
        return self.get(directory, policy_id)

    def delete(self, directory: ResourceDirectory, policy_id: str) -> None:
        """Delete a control policy that is attached to nothing.

        Raises:
            ApiError: ``InvalidParameter.PolicyId`` for the shipped one,
                ``EntityNotExists.ControlPolicy``, ``DeleteConflict.ControlPolicy.Attachment``.
        """
        policy = self.own(directory, policy_id)
        if policy.attachment_count:
            raise CONTROL_POLICY_IN_USE(policy=policy.id)
        Tags(self._context).remove(directory.account_id, policy.id)
        self._context.run(delete(control_policies).where(control_policies.c.id == policy.id))

    def attach(self, directory: ResourceDirectory, policy_id: str, target_id: str) -> None:
        """Attach a control policy to a folder or a member; it counts for all that is below.

        Raises:
            ApiError: ``Invalid.ControlPolicy.Status`` as long as they are off,
                ``EntityNotExists.ControlPolicy``, ``EntityNotExists.Target``,
                ``EntityAlreadyExists.ControlPolicyAttachment``,
                ``LimitExceeded.ControlPolicyAttachment``.
        """
        context = self._context
        self._require_on(directory)
        policy = self.get(directory, policy_id)
        target = self._target(directory, target_id)
        of_target = control_attachments.c.target_id == target
        if context.exists(control_attachments, of_target, control_attachments.c.policy_id == policy.id):
            raise CONTROL_ATTACHMENT_EXISTS(target=target)
        limit = context.quotas(directory.account_id).control_policies_per_target
        if context.count(control_attachments, of_target) >= limit:
            raise TOO_MANY.of("ControlPolicyAttachment")(limit=limit)
        values = {
            "target_id": target,
            "policy_id": policy.id,
            "directory_id": directory.id,
            "attached_at": context.now,
        }
        context.add(control_attachments, values)
        context.changed(scopes.resource_directory(directory.id))

    def detach(self, directory: ResourceDirectory, policy_id: str, target_id: str) -> None:
        """Detach a control policy from a folder or a member; the last one stays.

        Raises:
            ApiError: ``Invalid.ControlPolicy.Status`` as long as they are off,
                ``EntityNotExists.ControlPolicy``, ``EntityNotExists.Target``,
                ``EntityNotExists.ControlPolicyAttachment``,
                ``DeleteConflict.ControlPolicyAttachment.Last``.
        """
        context = self._context
        self._require_on(directory)
        policy = self.get(directory, policy_id)
        target = self._target(directory, target_id)
        of_target = control_attachments.c.target_id == target
        one = (of_target, control_attachments.c.policy_id == policy.id)
        if not context.exists(control_attachments, *one):
            raise CONTROL_ATTACHMENT_MISSING(target=target)
        if context.count(control_attachments, of_target) == 1:
            raise CONTROL_ATTACHMENT_IS_LAST(target=target)
        context.run(delete(control_attachments).where(*one))
        context.changed(scopes.resource_directory(directory.id))

    def _require_on(self, directory: ResourceDirectory) -> None:
        if not directory.control_policies_on:
            raise CONTROL_POLICIES_OFF()

    def _target(self, directory: ResourceDirectory, target_id: str) -> str:
        context = self._context
        found = Folders(context).find(directory, target_id) or Members(context).find(directory, target_id)
        if found is None:
            raise TARGET_MISSING(target=target_id[:64])
        return found.id

    def of_target(self, directory: ResourceDirectory, target_id: str) -> tuple[ControlAttachment, ...]:
        """Return what is attached to a folder or a member itself, in the order of the policies' ids.

        Raises:
            ApiError: ``EntityNotExists.Target``.
        """
        attached = control_attachments.c
        target = self._target(directory, target_id)
        statement = select(attached.policy_id, attached.attached_at).where(attached.target_id == target)
        rows = self._context.all(statement.order_by(attached.policy_id))
        return tuple(ControlAttachment(self.get(directory, row[0]), row[1]) for row in rows)

    def targets(
        self, directory: ResourceDirectory, policy_id: str, *, page: int = 1, size: int = 10
    ) -> NumberedPage[ControlledTarget]:
        """Return a page of what a control policy is attached to, by its number, from 1.

        Raises:
            ApiError: ``EntityNotExists.ControlPolicy``.
        """
        policy = self.get(directory, policy_id)
        attached = control_attachments.c
        where = [attached.directory_id == directory.id, attached.policy_id == policy.id]
        found = numbered(self._context, _TARGETS, [attached.target_id], where, page=page, size=size)
        return NumberedPage(tuple(ControlledTarget(*row) for row in found.items), found.total)


def _values(policy: ControlPolicy) -> dict[str, object]:
    return {
        "name": policy.name,
        "name_key": policy.name.lower(),
        "description": policy.description,
        "document": policy.document,
        "created_at": policy.created_at,
        "updated_at": policy.updated_at,
    }
