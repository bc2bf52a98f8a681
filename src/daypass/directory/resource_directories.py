"""Resource directories: which account manages which, and whether control policies count there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import structs
from sqlalchemy import delete, insert, literal, select, update

from daypass.directory import identifiers, scopes
from daypass.directory.errors import (
    DIRECTORY_EXISTS,
    DIRECTORY_HAS_FOLDERS,
    DIRECTORY_HAS_MEMBERS,
    DIRECTORY_MISSING,
    IN_ANOTHER_DIRECTORY,
    NOT_IN_DIRECTORY,
)
from daypass.directory.records import ResourceDirectory
from daypass.directory.rows import columns
from daypass.directory.schema import (
    control_attachments,
    control_policies,
    directory_members,
    folders,
    resource_directories,
)
from daypass.directory.tags import Tags

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from daypass.directory.context import Context

FULL_ACCESS: Final = "FullAliyunAccess"
"""Id and name of the control policy that is attached to everything at first."""

ROOT_NAME: Final = "Root"

_COLUMNS: Final = columns(resource_directories, ResourceDirectory)


class ResourceDirectories:
    """The resource directories of this installation; an account manages one or is in one."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def enable(self, account_id: str) -> ResourceDirectory:
        """Make an account the management account of a new directory.

        Raises:
            ApiError: ``EntityAlreadyExists.ResourceDirectory``,
                ``NotSupport.AccountInAnotherResourceDirectory``.
        """
        context = self._context
        present = self.of(account_id)
        if present is not None:
            raise DIRECTORY_EXISTS() if present.account_id == account_id else IN_ANOTHER_DIRECTORY()
        directory = ResourceDirectory(
            identifiers.directory_id(context.entropy),
            account_id,
            identifiers.root_folder_id(context.entropy),
            control_policies_on=False,
            created_at=context.now,
        )
        context.add(resource_directories, structs.asdict(directory))
        root = {
            "id": directory.root_folder_id,
            "directory_id": directory.id,
            "parent_id": None,
            "name": ROOT_NAME,
            "name_key": ROOT_NAME.lower(),
            "created_at": context.now,
        }
        context.add(folders, root)
        self._changed(directory)
        return directory

    def managed_by(self, account_id: str) -> ResourceDirectory:
        """Return the directory that an account manages.

        Raises:
            ApiError: ``EntityNotExists.ResourceDirectory``.
        """
        found = self._first(resource_directories.c.account_id == account_id)
        if found is None:
            raise DIRECTORY_MISSING()
        return found

    def of(self, account_id: str) -> ResourceDirectory | None:
        """Return the directory that an account manages or is in, or None."""
        managed = self._first(resource_directories.c.account_id == account_id)
        if managed is not None:
            return managed
        member = select(directory_members.c.directory_id).where(directory_members.c.id == account_id)
        return self._first(resource_directories.c.id == member.scalar_subquery())

    def get(self, account_id: str) -> ResourceDirectory:
        """Return the directory that an account manages or is in.

        Raises:
            ApiError: ``ResourceDirectoryNotInUse``.
        """
        found = self.of(account_id)
        if found is None:
            raise NOT_IN_DIRECTORY()
        return found

    def _first(self, where: ColumnElement[bool]) -> ResourceDirectory | None:
        row = self._context.first(select(*_COLUMNS).where(where))
        return None if row is None else ResourceDirectory(*row)

    def destroy(self, account_id: str) -> None:
        """Give up a directory without members and folders; its control policies go with it.

        Raises:
            ApiError: ``EntityNotExists.ResourceDirectory``,
                ``DeleteConflict.ResourceDirectory.Account`` or ``.Folder``.
        """
        context, directory = self._context, self.managed_by(account_id)
        if context.exists(directory_members, directory_members.c.directory_id == directory.id):
            raise DIRECTORY_HAS_MEMBERS()
        own = folders.c.directory_id == directory.id
        if context.exists(folders, own, folders.c.parent_id.is_not(None)):
            raise DIRECTORY_HAS_FOLDERS()
        for table in (control_policies, folders):
            for (tagged_id,) in context.all(select(table.c.id).where(table.c.directory_id == directory.id)):
                Tags(context).remove(account_id, tagged_id)
        for table in (control_attachments, control_policies, folders):
            context.run(delete(table).where(table.c.directory_id == directory.id))
        context.run(delete(resource_directories).where(resource_directories.c.id == directory.id))
        self._changed(directory)

    def switch_control_policies(self, account_id: str, *, on: bool) -> None:
        """Let control policies count from now on, or not any more.

        Switched on, every folder and member has FullAliyunAccess and nothing else; switched
        off, nothing is attached to anything.

        Raises:
            ApiError: ``EntityNotExists.ResourceDirectory``.
        """
        context, directory = self._context, self.managed_by(account_id)
        if directory.control_policies_on == on:
            return
        own = resource_directories.c.id == directory.id
        context.run(update(resource_directories).where(own).values(control_policies_on=on))
        context.run(delete(control_attachments).where(control_attachments.c.directory_id == directory.id))
        if on:
            for table in (folders, directory_members):
                targets = select(
                    table.c.id, literal(FULL_ACCESS), literal(directory.id), literal(context.now)
                ).where(table.c.directory_id == directory.id)
                names = ["target_id", "policy_id", "directory_id", "attached_at"]
                context.connection.execute(insert(control_attachments).from_select(names, targets))
        self._changed(directory)

    def _changed(self, directory: ResourceDirectory) -> None:
        self._context.changed(
            scopes.membership(directory.account_id), scopes.resource_directory(directory.id)
        )


def control_fully(context: Context, directory: ResourceDirectory, target_id: str) -> None:
    """Attach FullAliyunAccess to a new folder or member, where control policies count."""
    if directory.control_policies_on:
        values = {
            "target_id": target_id,
            "policy_id": FULL_ACCESS,
            "directory_id": directory.id,
            "attached_at": context.now,
        }
        context.add(control_attachments, values)


def release(context: Context, target_id: str) -> None:
    """Detach whatever is attached to a folder or member that goes."""
    context.run(delete(control_attachments).where(control_attachments.c.target_id == target_id))
