"""Members: CreateResourceAccount, GetAccount, ListAccounts, MoveAccount, UpdateAccount and so on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

from daypass.directory.errors import (
    ACCOUNT_NAME_TAKEN,
    DIRECTORY_MISSING,
    FOLDER_MISSING,
    MEMBER_IS_RESOURCE_ACCOUNT,
    MEMBER_MISSING,
    MEMBER_NAME_TAKEN,
    TOO_MANY,
)
from daypass.directory.placements import path_of
from daypass.directory.records import MemberType
from daypass.service import codes
from daypass.service.authorization import Permission
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.service.params import Choice, Tag, Text
from daypass.services.resourcemanager.directory_access import (
    ABOUT_ACCOUNT,
    ABOUT_FOLDER,
    ACCOUNT_ID,
    FOLDER_ID,
    PARENT_FOLDER_ID,
    QUERY_KEYWORD,
    account_resource,
    directory_of,
    folder_resource,
    moment,
)
from daypass.services.resourcemanager.service import (
    INCLUDE_TAGS,
    PAGE_LENGTH,
    PAGE_NUMBER,
    PAGE_SIZE,
    TAGS,
    resourcemanager,
)

if TYPE_CHECKING:
    from daypass.directory.records import Member
    from daypass.service.call import Call

DISPLAY_NAME: Final = Text(
    wire="DisplayName",
    help="Name of the member for people; 2 to 50 characters, unique in the directory.",
    least=2,
    most=50,
    pattern=re.compile(r"[\w. -]*"),
    allowed="letters and digits of any script, spaces and any of _ . -",
)
NEW_DISPLAY_NAME: Final = DISPLAY_NAME.named("NewDisplayName", "New name of the member for people.")
ACCOUNT_NAME_PREFIX: Final = Text(
    wire="AccountNamePrefix",
    help="What the account's name starts with; default its id.",
    least=2,
    most=50,
    pattern=re.compile(r"[A-Za-z0-9]+([_.-][A-Za-z0-9]+)*", re.ASCII),
    allowed="letters, digits and single signs _ . - between them",
)
PAYER_ACCOUNT_ID: Final = ACCOUNT_ID.named(
    "PayerAccountId",
    "Id of the account that pays; nothing is paid for here.",
    length=codes.INVALID.of("PayerAccountId"),
    chars=codes.INVALID.of("PayerAccountId"),
)
RESELL_ACCOUNT_TYPE: Final = Choice(
    wire="ResellAccountType",
    help="Of customers of distributors; nothing is sold here.",
    options=("resell", "non_resell"),
)
NEW_ACCOUNT_TYPE: Final = Choice(
    wire="NewAccountType",
    help="ResourceAccount, or CloudAccount for one that can leave the directory.",
    options=("ResourceAccount", "CloudAccount"),
)
DESTINATION_FOLDER_ID: Final = FOLDER_ID.named(
    "DestinationFolderId",
    "Id of the folder to move the member to.",
    length=codes.INVALID.of("DestinationFolderId"),
    chars=codes.INVALID.of("DestinationFolderId"),
)
MEMBER_TAGS: Final = TAGS.named("Tag", "Tags of the member, up to 20.")
WANTED_TAGS: Final = TAGS.named("Tag", "Only members with all these tags; one without a value is any value.")

ONE_CHANGE: Final = codes.INVALID.of("NewAccountType")


class TagBody(Response, frozen=True, kw_only=True):
    """A tag of a member."""

    key: str
    value: str


class TagsBody(Response, frozen=True, kw_only=True):
    """Tags of a member, in the order of their keys."""

    tag: tuple[TagBody, ...]


class MemberSummary(Response, frozen=True, kw_only=True):
    """What every answer about a member says."""

    account_id: str
    display_name: str
    folder_id: str
    join_method: str
    join_time: str
    modify_time: str
    resource_directory_id: str
    status: str
    type: str


class MemberBody(MemberSummary, frozen=True, kw_only=True):
    """A member with the account's name."""

    account_name: str


class MemberInFull(MemberBody, frozen=True, kw_only=True):
    """A member, where it is, and its tags if they were asked for."""

    resource_directory_path: str | None = None
    tags: tuple[TagBody, ...] | None = None


class ChildMember(MemberSummary, frozen=True, kw_only=True):
    """A member in the list of a folder."""

    tags: TagsBody | None = None


class ListedMember(ChildMember, frozen=True, kw_only=True):
    """A member in the list of a directory, and where it is."""

    resource_directory_path: str | None = None


def _summary(member: Member) -> dict[str, Any]:
    return {
        "account_id": member.id,
        "display_name": member.name,
        "folder_id": member.folder_id,
        "join_method": member.join_method,
        "join_time": moment(member.created_at),
        "modify_time": moment(member.updated_at),
        "resource_directory_id": member.directory_id,
        "status": "CreateSuccess",
        "type": member.type,
    }


def _body(member: Member) -> MemberBody:
    return MemberBody(**_summary(member), account_name=member.account_name)


def _tags(member: Member) -> tuple[TagBody, ...]:
    return tuple(TagBody(key=key, value=value) for key, value in member.tags)


class CreateRequest(Request, frozen=True, kw_only=True):
    """What to call the new account, and where it goes."""

    display_name: Annotated[str, DISPLAY_NAME]
    account_name_prefix: Annotated[str | None, ACCOUNT_NAME_PREFIX] = None
    parent_folder_id: Annotated[str | None, PARENT_FOLDER_ID] = None
    payer_account_id: Annotated[str | None, PAYER_ACCOUNT_ID] = None
    resell_account_type: Annotated[str | None, RESELL_ACCOUNT_TYPE] = None
    tag: Annotated[tuple[Tag, ...], MEMBER_TAGS] = ()


class MemberResponse(Response, frozen=True, kw_only=True):
    """The member as it is now."""

    account: MemberBody


def _new_in(q: CreateRequest, call: Call) -> str:
    return folder_resource(call, q.parent_folder_id).replace(":folder/", ":account/", 1) + "/*"


@resourcemanager.operation(
    "CreateResourceAccount",
    CreateRequest,
    MemberResponse,
    authorize=Permission(
        "resourcemanager:CreateResourceAccount",
        _new_in,
        about="acs:resourcemanager:*:{AccountId}:account/{ResourceDirectoryPath of the folder}/*",
    ),
    runs=Runs.WRITE,
    errors=(
        DIRECTORY_MISSING,
        FOLDER_MISSING,
        MEMBER_NAME_TAKEN,
        ACCOUNT_NAME_TAKEN,
        TOO_MANY.of("Account"),
        TOO_MANY.of("Tag"),
    ),
)
def create_resource_account(call: Call, q: CreateRequest) -> MemberResponse:
    """Make a new account of this installation a member.

    It has no key of its own. Users and roles of the management account enter it by its role
    ResourceDirectoryAccountAccessRole, which may do everything there, as far as control policies allow.
    """
    member = call.txn.members.create(
        directory_of(call),
        q.display_name,
        prefix=q.account_name_prefix,
        folder_id=q.parent_folder_id,
        tags=tuple((tag.Key, tag.Value) for tag in q.tag),
    )
    return MemberResponse(account=_body(member))


class MemberRequest(Request, frozen=True, kw_only=True):
    """Which member."""

    account_id: Annotated[str, ACCOUNT_ID]


def _on_member(action: str) -> Permission[MemberRequest]:
    """Ask for an action on the member that is named."""
    return Permission(action, lambda q, call: account_resource(call, q.account_id), about=ABOUT_ACCOUNT)


class GetAccountRequest(MemberRequest, frozen=True, kw_only=True):
    """Which member, and whether to show its tags."""

    include_tags: Annotated[bool, INCLUDE_TAGS] = False


class GetAccountResponse(Response, frozen=True, kw_only=True):
    """The member."""

    account: MemberInFull


@resourcemanager.operation(
    "GetAccount",
    GetAccountRequest,
    GetAccountResponse,
    authorize=_on_member("resourcemanager:GetAccount"),
    runs=Runs.READ,
    errors=(DIRECTORY_MISSING, MEMBER_MISSING),
)
def get_account(call: Call, q: GetAccountRequest) -> GetAccountResponse:
    """Show a member and where it is."""
    directory = directory_of(call)
    member = call.txn.members.get(directory, q.account_id)
    shown = MemberInFull(
        **_summary(member),
        account_name=member.account_name,
        resource_directory_path=path_of(call.txn, directory, member.id),
        tags=_tags(member) if q.include_tags else None,
    )
    return GetAccountResponse(account=shown)


class ListAccountsRequest(Request, frozen=True, kw_only=True):
    """Which members, and which page."""

    include_tags: Annotated[bool, INCLUDE_TAGS] = False
    page_number: Annotated[int, PAGE_NUMBER] = 1
    page_size: Annotated[int, PAGE_LENGTH] = PAGE_SIZE
    tag: Annotated[tuple[Tag, ...], WANTED_TAGS] = ()

    @property
    def wanted(self) -> tuple[tuple[str, str | None], ...]:
        """The tags to look for."""
        return tuple((tag.Key, tag.Value or None) for tag in self.tag)

    def shown(self, member: Member) -> TagsBody | None:
        """Return a member's tags if they were asked for or looked for."""
        return TagsBody(tag=_tags(member)) if self.include_tags or self.tag else None


class ListedMembers(Response, frozen=True, kw_only=True):
    """Members in the order of their names."""

    account: tuple[ListedMember, ...]


class ListAccountsResponse(Response, frozen=True, kw_only=True):
    """A page of members."""

    accounts: ListedMembers
    page_number: int
    page_size: int
    total_count: int


@resourcemanager.operation(
    "ListAccounts",
    ListAccountsRequest,
    ListAccountsResponse,
    authorize=Permission(
        "resourcemanager:ListAccounts",
        lambda _, call: f"acs:resourcemanager:*:{call.account}:account/*",
        about="acs:resourcemanager:*:{AccountId}:account/*",
    ),
    runs=Runs.READ,
    errors=(DIRECTORY_MISSING,),
)
def list_accounts(call: Call, q: ListAccountsRequest) -> ListAccountsResponse:
    """List all members of the resource directory, by name."""
    directory = directory_of(call)
    found = call.txn.members.numbered(directory, tags=q.wanted, page=q.page_number, size=q.page_size)
    around = {
        folder_id: path_of(call.txn, directory, folder_id)
        for folder_id in {member.folder_id for member in found.items}
    }
    shown = tuple(
        ListedMember(
            **_summary(member),
            resource_directory_path=f"{around[member.folder_id]}/{member.id}",
            tags=q.shown(member),
        )
        for member in found.items
    )
    return ListAccountsResponse(
        accounts=ListedMembers(account=shown),
        page_number=q.page_number,
        page_size=q.page_size,
        total_count=found.total,
    )


class ListForParentRequest(ListAccountsRequest, frozen=True, kw_only=True):
    """The members of which folder, and which page."""

    parent_folder_id: Annotated[str | None, PARENT_FOLDER_ID] = None
    query_keyword: Annotated[str | None, QUERY_KEYWORD] = None


class ChildMembers(Response, frozen=True, kw_only=True):
    """Members in the order of their names."""

    account: tuple[ChildMember, ...]


class ListForParentResponse(Response, frozen=True, kw_only=True):
    """A page of members."""

    accounts: ChildMembers
    page_number: int
    page_size: int
    total_count: int


@resourcemanager.operation(
    "ListAccountsForParent",
    ListForParentRequest,
    ListForParentResponse,
    authorize=Permission(
        "resourcemanager:ListAccountsForParent",
        lambda q, call: folder_resource(call, q.parent_folder_id),
        about=ABOUT_FOLDER,
    ),
    runs=Runs.READ,
    errors=(DIRECTORY_MISSING, FOLDER_MISSING),
)
def list_accounts_for_parent(call: Call, q: ListForParentRequest) -> ListForParentResponse:
    """List the members right in a folder, by default in the root folder."""
    directory = directory_of(call)
    found = call.txn.members.numbered(
        directory,
        folder=call.txn.folders.get(directory, q.parent_folder_id or directory.root_folder_id),
        name=q.query_keyword,
        tags=q.wanted,
        page=q.page_number,
        size=q.page_size,
    )
    shown = tuple(ChildMember(**_summary(member), tags=q.shown(member)) for member in found.items)
    return ListForParentResponse(
        accounts=ChildMembers(account=shown),
        page_number=q.page_number,
        page_size=q.page_size,
        total_count=found.total,
    )


class MoveAccountRequest(MemberRequest, frozen=True, kw_only=True):
    """Which member, and where to."""

    destination_folder_id: Annotated[str, DESTINATION_FOLDER_ID]


@resourcemanager.operation(
    "MoveAccount",
    MoveAccountRequest,
    Nothing,
    authorize=Permission(
        "resourcemanager:MoveAccount",
        lambda q, call: (
            account_resource(call, q.account_id),
            folder_resource(call, q.destination_folder_id),
        ),
        about=f"{ABOUT_ACCOUNT} and folder/{{ResourceDirectoryPath}}",
    ),
    runs=Runs.WRITE,
    errors=(DIRECTORY_MISSING, MEMBER_MISSING, FOLDER_MISSING),
)
def move_account(call: Call, q: MoveAccountRequest) -> Nothing:
    """Put a member into another folder; that folder's control policies count from the next decision on."""
    call.txn.members.move(directory_of(call), q.account_id, q.destination_folder_id)
    return Nothing()


class UpdateAccountRequest(MemberRequest, frozen=True, kw_only=True):
    """Which member, and either its new name or its new type."""

    new_account_type: Annotated[MemberType | None, NEW_ACCOUNT_TYPE] = None
    new_display_name: Annotated[str | None, NEW_DISPLAY_NAME] = None

    def __post_init__(self) -> None:
        """Check that there is one change.

        Raises:
            ApiError: ``InvalidParameter.NewAccountType``.
        """
        if (self.new_account_type is None) == (self.new_display_name is None):
            raise ONE_CHANGE(reason="either NewDisplayName or NewAccountType is wanted")


@resourcemanager.operation(
    "UpdateAccount",
    UpdateAccountRequest,
    MemberResponse,
    authorize=_on_member("resourcemanager:UpdateAccount"),
    runs=Runs.WRITE,
    errors=(DIRECTORY_MISSING, MEMBER_MISSING, MEMBER_NAME_TAKEN, ONE_CHANGE),
)
def update_account(call: Call, q: UpdateAccountRequest) -> MemberResponse:
    """Give a member another name or another type."""
    member = call.txn.members.update(
        directory_of(call), q.account_id, name=q.new_display_name, member_type=q.new_account_type
    )
    return MemberResponse(account=_body(member))


@resourcemanager.operation(
    "RemoveCloudAccount",
    MemberRequest,
    Nothing,
    authorize=_on_member("resourcemanager:RemoveCloudAccount"),
    runs=Runs.WRITE,
    errors=(DIRECTORY_MISSING, MEMBER_MISSING, MEMBER_IS_RESOURCE_ACCOUNT),
)
def remove_cloud_account(call: Call, q: MemberRequest) -> Nothing:
    """Let a cloud account leave the resource directory; control policies limit it no more.

    The account stays as it is, and so does its role for the management account.
    """
    call.txn.members.remove(directory_of(call), q.account_id)
    return Nothing()
