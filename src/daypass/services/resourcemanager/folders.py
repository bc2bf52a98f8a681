"""Folders: Create, Update, Delete and Get Folder, ListFoldersForParent, ListAncestors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

from daypass.directory.errors import (
    DIRECTORY_MISSING,
    FOLDER_HAS_FOLDERS,
    FOLDER_HAS_MEMBERS,
    FOLDER_IS_ROOT,
    FOLDER_MISSING,
    FOLDER_NAME_TAKEN,
    FOLDER_TOO_DEEP,
    TARGET_MISSING,
    TOO_MANY_FOLDERS,
)
from daypass.directory.placements import path_of
from daypass.errors import ErrorCode
from daypass.service.authorization import Permission
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.service.params import Text
from daypass.services.resourcemanager.directory_access import (
    ABOUT_FOLDER,
    FOLDER_ID,
    PARENT_FOLDER_ID,
    QUERY_KEYWORD,
    directory_of,
    folder_resource,
    moment,
    target_resource,
)
from daypass.services.resourcemanager.service import PAGE_LENGTH, PAGE_NUMBER, PAGE_SIZE, resourcemanager

if TYPE_CHECKING:
    from daypass.directory.records import Folder
    from daypass.service.call import Call

FOLDER_NAME: Final = Text(
    wire="FolderName",
    help="Name of the folder; 1 to 24 characters.",
    most=24,
    pattern=re.compile(r"[\w.-]*"),
    allowed="letters and digits of any script and any of _ . -",
    missing=ErrorCode("MissingParameter.Folder.Name", 400, "The name of the folder is required."),
    length=ErrorCode(
        "InvalidParameter.Folder.Name.Length",
        400,
        "A folder's name has {least} to {most} characters.",
    ),
    chars=ErrorCode("InvalidParameter.Folder.Name", 400, "The name of a folder may hold only {allowed}."),
)
NEW_FOLDER_NAME: Final = FOLDER_NAME.named("NewFolderName", "New name of the folder; 1 to 24 characters.")
CHILD_ID: Final = Text(wire="ChildId", help="Id of a folder or a member.", most=32)


class ListedFolder(Response, frozen=True, kw_only=True):
    """A folder in a list."""

    create_time: str
    folder_id: str
    folder_name: str


class FolderBody(ListedFolder, frozen=True, kw_only=True):
    """A folder and the one it is in; the root folder is in none."""

    parent_folder_id: str | None = None


class FolderInFull(FolderBody, frozen=True, kw_only=True):
    """A folder and where it is."""

    resource_directory_path: str | None = None


class FolderResponse(Response, frozen=True, kw_only=True):
    """The folder as it is now."""

    folder: FolderBody


class GetFolderResponse(Response, frozen=True, kw_only=True):
    """The folder."""

    folder: FolderInFull


class FoldersBody(Response, frozen=True, kw_only=True):
    """Folders."""

    folder: tuple[ListedFolder, ...]


def _listed(folder: Folder) -> ListedFolder:
    return ListedFolder(create_time=moment(folder.created_at), folder_id=folder.id, folder_name=folder.name)


def _body(folder: Folder) -> FolderBody:
    return FolderBody(
        create_time=moment(folder.created_at),
        folder_id=folder.id,
        folder_name=folder.name,
        parent_folder_id=folder.parent_id,
    )


class CreateFolderRequest(Request, frozen=True, kw_only=True):
    """A new folder's name, and which folder it is in."""

    folder_name: Annotated[str, FOLDER_NAME]
    parent_folder_id: Annotated[str | None, PARENT_FOLDER_ID] = None


@resourcemanager.operation(
    "CreateFolder",
    CreateFolderRequest,
    FolderResponse,
    authorize=Permission(
        "resourcemanager:CreateFolder",
        lambda q, call: folder_resource(call, q.parent_folder_id),
        about=ABOUT_FOLDER,
    ),
    runs=Runs.WRITE,
    errors=(DIRECTORY_MISSING, FOLDER_MISSING, FOLDER_NAME_TAKEN, FOLDER_TOO_DEEP, TOO_MANY_FOLDERS),
)
def create_folder(call: Call, q: CreateFolderRequest) -> FolderResponse:
    """Create a folder in another one, up to five deep."""
    folder = call.txn.folders.create(directory_of(call), q.folder_name, q.parent_folder_id)
    return FolderResponse(folder=_body(folder))


class FolderRequest(Request, frozen=True, kw_only=True):
    """Which folder."""

    folder_id: Annotated[str, FOLDER_ID]


def _on_folder(action: str) -> Permission[FolderRequest]:
    """Ask for an action on the folder that is named."""
    return Permission(action, lambda q, call: folder_resource(call, q.folder_id), about=ABOUT_FOLDER)


@resourcemanager.operation(
    "GetFolder",
    FolderRequest,
    GetFolderResponse,
    authorize=_on_folder("resourcemanager:GetFolder"),
    runs=Runs.READ,
    errors=(DIRECTORY_MISSING, FOLDER_MISSING),
)
def get_folder(call: Call, q: FolderRequest) -> GetFolderResponse:
    """Show a folder and where it is."""
    directory = directory_of(call)
    folder = call.txn.folders.get(directory, q.folder_id)
    shown = FolderInFull(
        create_time=moment(folder.created_at),
        folder_id=folder.id,
        folder_name=folder.name,
        parent_folder_id=folder.parent_id,
        resource_directory_path=path_of(call.txn, directory, folder.id),
    )
    return GetFolderResponse(folder=shown)


class UpdateFolderRequest(FolderRequest, frozen=True, kw_only=True):
    """Which folder, and its new name."""

    new_folder_name: Annotated[str, NEW_FOLDER_NAME]


@resourcemanager.operation(
    "UpdateFolder",
    UpdateFolderRequest,
    FolderResponse,
    authorize=_on_folder("resourcemanager:UpdateFolder"),
    runs=Runs.WRITE,
    errors=(DIRECTORY_MISSING, FOLDER_MISSING, FOLDER_IS_ROOT, FOLDER_NAME_TAKEN),
)
def update_folder(call: Call, q: UpdateFolderRequest) -> FolderResponse:
    """Give a folder another name."""
    folder = call.txn.folders.rename(directory_of(call), q.folder_id, q.new_folder_name)
    return FolderResponse(folder=_body(folder))


@resourcemanager.operation(
    "DeleteFolder",
    FolderRequest,
    Nothing,
    authorize=_on_folder("resourcemanager:DeleteFolder"),
    runs=Runs.WRITE,
    errors=(DIRECTORY_MISSING, FOLDER_MISSING, FOLDER_IS_ROOT, FOLDER_HAS_FOLDERS, FOLDER_HAS_MEMBERS),
)
def delete_folder(call: Call, q: FolderRequest) -> Nothing:
    """Delete a folder without folders and members."""
    call.txn.folders.delete(directory_of(call), q.folder_id)
    return Nothing()


class ListFoldersRequest(Request, frozen=True, kw_only=True):
    """The folders of which folder, and which page."""

    page_number: Annotated[int, PAGE_NUMBER] = 1
    page_size: Annotated[int, PAGE_LENGTH] = PAGE_SIZE
    parent_folder_id: Annotated[str | None, PARENT_FOLDER_ID] = None
    query_keyword: Annotated[str | None, QUERY_KEYWORD] = None


class ListFoldersResponse(Response, frozen=True, kw_only=True):
    """A page of folders, in the order of their names."""

    folders: FoldersBody
    page_number: int
    page_size: int
    total_count: int


@resourcemanager.operation(
    "ListFoldersForParent",
    ListFoldersRequest,
    ListFoldersResponse,
    authorize=Permission(
        "resourcemanager:ListFoldersForParent",
        lambda q, call: folder_resource(call, q.parent_folder_id),
        about=ABOUT_FOLDER,
    ),
    runs=Runs.READ,
    errors=(DIRECTORY_MISSING, FOLDER_MISSING),
)
def list_folders_for_parent(call: Call, q: ListFoldersRequest) -> ListFoldersResponse:
    """List the folders right in a folder, by default in the root folder."""
    directory = directory_of(call)
    parent = call.txn.folders.get(directory, q.parent_folder_id or directory.root_folder_id)
    found = call.txn.folders.numbered(parent, name=q.query_keyword, page=q.page_number, size=q.page_size)
    return ListFoldersResponse(
        folders=FoldersBody(folder=tuple(map(_listed, found.items))),
        page_number=q.page_number,
        page_size=q.page_size,
        total_count=found.total,
    )


class ListAncestorsRequest(Request, frozen=True, kw_only=True):
    """Whose ancestors."""

    child_id: Annotated[str, CHILD_ID]


class ListAncestorsResponse(Response, frozen=True, kw_only=True):
    """The folders around it, the root folder first."""

    folders: FoldersBody


@resourcemanager.operation(
    "ListAncestors",
    ListAncestorsRequest,
    ListAncestorsResponse,
    authorize=Permission(
        "resourcemanager:ListAncestors",
        lambda q, call: target_resource(call, q.child_id),
        about=f"{ABOUT_FOLDER} or account/{{ResourceDirectoryPath}}",
    ),
    runs=Runs.READ,
    errors=(DIRECTORY_MISSING, TARGET_MISSING),
)
def list_ancestors(call: Call, q: ListAncestorsRequest) -> ListAncestorsResponse:
    """List the folders that a folder or a member is in, from the root folder on."""
    directory, txn = directory_of(call), call.txn
    member = txn.members.find(directory, q.child_id)
    if member is not None:
        around = txn.folders.path(directory, member.folder_id)
    elif txn.folders.find(directory, q.child_id) is not None:
        around = txn.folders.path(directory, q.child_id)[:-1]
    else:
        raise TARGET_MISSING(target=q.child_id)
    return ListAncestorsResponse(folders=FoldersBody(folder=tuple(map(_listed, around))))
