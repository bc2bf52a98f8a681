"""Folders of resource directories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import structs
from sqlalchemy import delete, select, update

from daypass.directory import identifiers, scopes
from daypass.directory.errors import (
    FOLDER_HAS_FOLDERS,
    FOLDER_HAS_MEMBERS,
    FOLDER_IS_ROOT,
    FOLDER_MISSING,
    FOLDER_NAME_TAKEN,
    FOLDER_TOO_DEEP,
    TOO_MANY_FOLDERS,
)
from daypass.directory.pages import NumberedPage, numbered
from daypass.directory.records import Folder, ResourceDirectory
from daypass.directory.resource_directories import control_fully, release
from daypass.directory.rows import columns
from daypass.directory.schema import directory_members, folders
from daypass.directory.tags import Tags

if TYPE_CHECKING:
    from daypass.directory.context import Context

DEEPEST: Final = 5
"""Levels of folders below the root folder."""

_COLUMNS: Final = columns(folders, Folder)


class Folders:
    """The folders of all directories; names are unique in a folder, ignoring case."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def create(self, directory: ResourceDirectory, name: str, parent_id: str | None = None) -> Folder:
        """Create a folder in another one, by default in the root folder.

        Raises:
            ApiError: ``EntityNotExists.Folder``, ``InvalidParameter.Folder.Name.AlreadyUsed``,
                ``LimitExceeded.Folder.Depth``, ``QuotaExceeded.Folder.Count``.
        """
        context = self._context
        parents = self.path(directory, parent_id or directory.root_folder_id)
        parent = parents[-1]
        self._refuse_namesake(parent.id, name)
        if len(parents) > DEEPEST:
            raise FOLDER_TOO_DEEP(limit=DEEPEST)
        limit = context.quotas(directory.account_id).folders
        # The root folder is one of them.
        if context.count(folders, folders.c.directory_id == directory.id) > limit:
            raise TOO_MANY_FOLDERS(limit=limit)
        new_id = identifiers.folder_id(context.entropy)
        folder = Folder(new_id, directory.id, parent.id, name, context.now)
        context.add(folders, {**structs.asdict(folder), "name_key": name.lower()})
        control_fully(context, directory, folder.id)
        context.changed(scopes.resource_directory(directory.id))
        return folder

    def _refuse_namesake(self, parent_id: str, name: str, besides: str = "") -> None:
        same = (folders.c.parent_id == parent_id, folders.c.name_key == name.lower())
        if self._context.exists(folders, *same, folders.c.id != besides):
            raise FOLDER_NAME_TAKEN(name=name)

    def find(self, directory: ResourceDirectory, folder_id: str) -> Folder | None:
        """Return a folder of a directory, or None."""
        one = (folders.c.id == folder_id, folders.c.directory_id == directory.id)
        row = self._context.first(select(*_COLUMNS).where(*one))
        return None if row is None else Folder(*row)

    def get(self, directory: ResourceDirectory, folder_id: str) -> Folder:
        """Return a folder of a directory.

        Raises:
            ApiError: ``EntityNotExists.Folder``.
        """
        folder = self.find(directory, folder_id)
        if folder is None:
            raise FOLDER_MISSING(folder=folder_id[:64])
        return folder

    def path(self, directory: ResourceDirectory, folder_id: str) -> tuple[Folder, ...]:
        """Return the folders from the root folder to a folder, both included.

        Raises:
            ApiError: ``EntityNotExists.Folder``.
        """
        found = [self.get(directory, folder_id)]
        while (parent_id := found[-1].parent_id) is not None:
            found.append(self.get(directory, parent_id))
        return tuple(reversed(found))

    def numbered(
        self, parent: Folder, *, name: str | None = None, page: int = 1, size: int = 10
    ) -> NumberedPage[Folder]:
        """Return a page of the folders in a folder by its number, from 1; ``name`` is part of theirs."""
        where = [folders.c.parent_id == parent.id]
        if name is not None:
            where.append(folders.c.name_key.contains(name.lower(), autoescape=True))
        found = numbered(self._context, select(*_COLUMNS), [folders.c.name_key], where, page=page, size=size)
        return NumberedPage(tuple(Folder(*row) for row in found.items), found.total)

    def rename(self, directory: ResourceDirectory, folder_id: str, name: str) -> Folder:
        """Give a folder another name.

        Raises:
            ApiError: ``EntityNotExists.Folder``, ``InvalidParameter.FolderId`` for the root folder,
                ``InvalidParameter.Folder.Name.AlreadyUsed``.
        """
        folder = self.get(directory, folder_id)
        if folder.parent_id is None:
            raise FOLDER_IS_ROOT()
        self._refuse_namesake(folder.parent_id, name, folder.id)
        own = folders.c.id == folder.id
        self._context.run(update(folders).where(own).values(name=name, name_key=name.lower()))
        self._context.changed(scopes.resource_directory(directory.id))
        return structs.replace(folder, name=name)

    def delete(self, directory: ResourceDirectory, folder_id: str) -> None:
        """Delete an empty folder.

        Raises:
            ApiError: ``EntityNotExists.Folder``, ``InvalidParameter.FolderId`` for the root folder,
                ``DeleteConflict.Folder.SubFolder``, ``DeleteConflict.Folder.Account``.
        """
        context, folder = self._context, self.get(directory, folder_id)
        if folder.parent_id is None:
            raise FOLDER_IS_ROOT()
        if context.exists(folders, folders.c.parent_id == folder.id):
            raise FOLDER_HAS_FOLDERS(folder=folder.id)
        if context.exists(directory_members, directory_members.c.folder_id == folder.id):
            raise FOLDER_HAS_MEMBERS(folder=folder.id)
        release(context, folder.id)
        Tags(context).remove(directory.account_id, folder.id)
        context.run(delete(folders).where(folders.c.id == folder.id))
        context.changed(scopes.resource_directory(directory.id))
