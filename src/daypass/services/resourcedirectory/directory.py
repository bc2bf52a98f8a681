"""GetResourceDirectory, which shows one thing more than ResourceManager's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from daypass.directory.errors import NOT_IN_DIRECTORY
from daypass.service.operation import Response, Runs
from daypass.services.resourcedirectory.service import resourcedirectory
from daypass.services.resourcemanager import resource_directories
from daypass.services.resourcemanager.directory_access import on_everything
from daypass.services.resourcemanager.resource_directories import DirectoryInFull, NoParameters

if TYPE_CHECKING:
    from daypass.service.call import Call


class Directory(DirectoryInFull, frozen=True, kw_only=True):
    """A resource directory, and whether members' names are carried into their accounts."""

    member_account_display_name_sync_status: str


class GetDirectoryResponse(Response, frozen=True, kw_only=True):
    """The resource directory."""

    resource_directory: Directory


@resourcedirectory.operation(
    "GetResourceDirectory",
    NoParameters,
    GetDirectoryResponse,
    authorize=on_everything("resourcemanager:GetResourceDirectory"),
    runs=Runs.READ,
    errors=(NOT_IN_DIRECTORY,),
)
def get_resource_directory(call: Call, q: NoParameters) -> GetDirectoryResponse:
    """Show the resource directory that the caller's account manages or is in."""
    shown = resource_directories.get_resource_directory(call, q).resource_directory
    return GetDirectoryResponse(
        resource_directory=Directory(
            **msgspec.structs.asdict(shown), member_account_display_name_sync_status="Disabled"
        )
    )
