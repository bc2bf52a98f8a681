"""Resource directories: Enable, Init, Get and Destroy ResourceDirectory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from daypass.directory.errors import (
    DIRECTORY_EXISTS,
    DIRECTORY_HAS_FOLDERS,
    DIRECTORY_HAS_MEMBERS,
    DIRECTORY_MISSING,
    IN_ANOTHER_DIRECTORY,
    NOT_IN_DIRECTORY,
)
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.service.params import Choice, Text
from daypass.services.resourcemanager.directory_access import moment, on_everything
from daypass.services.resourcemanager.service import resourcemanager

if TYPE_CHECKING:
    from daypass.directory.records import ResourceDirectory
    from daypass.service.call import Call

ENABLE_MODE: Final = Choice(
    wire="EnableMode",
    help="CurrentAccount: the caller's account manages the directory.",
    options=("CurrentAccount",),
)
_UNUSED: Final = "Of a new management account; not used with CurrentAccount."
MA_NAME: Final = Text(wire="MAName", help=_UNUSED, least=0, most=100)
MA_PHONE: Final = Text(wire="MASecureMobilePhone", help=_UNUSED, least=0, most=100)
VERIFICATION_CODE: Final = Text(wire="VerificationCode", help=_UNUSED, least=0, most=100)


class NewDirectory(Response, frozen=True, kw_only=True):
    """A new resource directory."""

    create_time: str
    master_account_id: str
    master_account_name: str
    resource_directory_id: str
    root_folder_id: str


class DirectoryInFull(NewDirectory, frozen=True, kw_only=True):
    """A resource directory, and whether control policies count."""

    control_policy_status: str
    member_deletion_status: str


class NewDirectoryResponse(Response, frozen=True, kw_only=True):
    """The new resource directory."""

    resource_directory: NewDirectory


def _body(call: Call, directory: ResourceDirectory) -> dict[str, str]:
    return {
        "create_time": moment(directory.created_at),
        "master_account_id": directory.account_id,
        "master_account_name": call.txn.accounts.get(directory.account_id).alias_or_id,
        "resource_directory_id": directory.id,
        "root_folder_id": directory.root_folder_id,
    }


class EnableRequest(Request, frozen=True, kw_only=True):
    """How to enable it."""

    enable_mode: Annotated[str, ENABLE_MODE]
    ma_name: Annotated[str | None, MA_NAME] = None
    ma_secure_mobile_phone: Annotated[str | None, MA_PHONE] = None
    verification_code: Annotated[str | None, VERIFICATION_CODE] = None


@resourcemanager.operation(
    "EnableResourceDirectory",
    EnableRequest,
    NewDirectoryResponse,
    authorize=on_everything("resourcemanager:EnableResourceDirectory"),
    runs=Runs.WRITE,
    errors=(DIRECTORY_EXISTS, IN_ANOTHER_DIRECTORY),
    secrets=("VerificationCode",),
)
def enable_resource_directory(call: Call, q: EnableRequest) -> NewDirectoryResponse:  # noqa: ARG001 (there is one mode)
    """Make the caller's account the management account of a new resource directory."""
    directory = call.txn.resource_directories.enable(call.account)
    return NewDirectoryResponse(resource_directory=NewDirectory(**_body(call, directory)))


class NoParameters(Request, frozen=True, kw_only=True):
    """Takes nothing."""


@resourcemanager.operation(
    "InitResourceDirectory",
    NoParameters,
    NewDirectoryResponse,
    authorize=on_everything("resourcemanager:InitResourceDirectory"),
    runs=Runs.WRITE,
    errors=(DIRECTORY_EXISTS, IN_ANOTHER_DIRECTORY),
)
def init_resource_directory(call: Call, q: NoParameters) -> NewDirectoryResponse:  # noqa: ARG001 (takes nothing)
    """Make the caller's account the management account of a new resource directory; the older call for it."""
    directory = call.txn.resource_directories.enable(call.account)
    return NewDirectoryResponse(resource_directory=NewDirectory(**_body(call, directory)))


class GetDirectoryResponse(Response, frozen=True, kw_only=True):
    """The resource directory."""

    resource_directory: DirectoryInFull


@resourcemanager.operation(
    "GetResourceDirectory",
    NoParameters,
    GetDirectoryResponse,
    authorize=on_everything("resourcemanager:GetResourceDirectory"),
    runs=Runs.READ,
    errors=(NOT_IN_DIRECTORY,),
)
def get_resource_directory(call: Call, q: NoParameters) -> GetDirectoryResponse:  # noqa: ARG001 (takes nothing)
    """Show the resource directory that the caller's account manages or is in."""
    directory = call.txn.resource_directories.get(call.account)
    shown = DirectoryInFull(
        **_body(call, directory),
        control_policy_status=status_of(directory),
        member_deletion_status="Disabled",
    )
    return GetDirectoryResponse(resource_directory=shown)


def status_of(directory: ResourceDirectory) -> str:
    """Return whether control policies count, in the service's word."""
    return "Enabled" if directory.control_policies_on else "Disabled"


@resourcemanager.operation(
    "DestroyResourceDirectory",
    NoParameters,
    Nothing,
    authorize=on_everything("resourcemanager:DestroyResourceDirectory"),
    runs=Runs.WRITE,
    errors=(DIRECTORY_MISSING, DIRECTORY_HAS_MEMBERS, DIRECTORY_HAS_FOLDERS),
)
def destroy_resource_directory(call: Call, q: NoParameters) -> Nothing:  # noqa: ARG001 (takes nothing)
    """Give up a resource directory without members and folders, its control policies with it."""
    call.txn.resource_directories.destroy(call.account)
    return Nothing()
