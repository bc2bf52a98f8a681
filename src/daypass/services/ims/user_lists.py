"""Lists of RAM users: ListUsers, ListUserBasicInfos. All users are active."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from daypass.directory.errors import BAD_MARKER
from daypass.directory.pages import Page
from daypass.service import codes
from daypass.service.operation import Request, Response, Runs
from daypass.service.params import Choice, Integer, Tag
from daypass.services.ims.service import ims
from daypass.services.ims.users import TaggedUser, user_members
from daypass.services.principals import full_name
from daypass.services.ram.parameters import DEFAULT_ITEMS, MARKER, MAX_ITEMS, TAG_FILTER
from daypass.services.ram.service import on_every
from daypass.services.ram.shapes import tag_filter, tags_body

if TYPE_CHECKING:
    from daypass.directory.records import User
    from daypass.service.call import Call

DEFAULT_USERS: Final = 1000
MAX_USERS: Final = Integer(
    wire="MaxItems", help="The most entries to return; 1 to 1000, default 1000.", least=1, most=1000
)
ACTIVE: Final = "active"
FROZEN: Final = "freeze"
STATUS_FILTER: Final = Choice(
    wire="Status",
    help="active, freeze, or both with a comma; default active. No user here is ever frozen.",
    options=(ACTIVE, FROZEN, f"{ACTIVE},{FROZEN}", f"{FROZEN},{ACTIVE}"),
)


class ListRequest(Request, frozen=True, kw_only=True):
    """Which users, and where the list goes on."""

    marker: Annotated[str, MARKER] = ""
    status: Annotated[str | None, STATUS_FILTER] = None
    tag: Annotated[tuple[Tag, ...], TAG_FILTER] = ()


def _page(call: Call, q: ListRequest, limit: int) -> Page[User]:
    # With tags, users of either status are meant.
    if q.status == FROZEN and not q.tag:
        return Page((), None)
    return call.txn.users.list(call.account, tags=tag_filter(q.tag), marker=q.marker or None, limit=limit)


class ListUsersRequest(ListRequest, frozen=True, kw_only=True):
    """Which users, and which part of the list."""

    max_items: Annotated[int, MAX_USERS] = DEFAULT_USERS


class ListedUser(TaggedUser, frozen=True, kw_only=True):
    """A user in a list."""

    status: str


class UsersBody(Response, frozen=True, kw_only=True):
    """Users in the order of their names."""

    user: tuple[ListedUser, ...]


class ListUsersResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    users: UsersBody
    is_truncated: bool
    marker: str | None = None


@ims.operation(
    "ListUsers",
    ListUsersRequest,
    ListUsersResponse,
    authorize=on_every("ram:ListUsers", "user"),
    runs=Runs.READ,
    errors=(BAD_MARKER,),
)
def list_users(call: Call, q: ListUsersRequest) -> ListUsersResponse:
    """List the account's RAM users."""
    page = _page(call, q, q.max_items)
    account = call.txn.accounts.get(call.account)
    shown = tuple(
        ListedUser(**user_members(account, user), status=ACTIVE, tags=tags_body(user.tags))
        for user in page.items
    )
    return ListUsersResponse(users=UsersBody(user=shown), is_truncated=page.is_truncated, marker=page.marker)


_STATUS_WITH_TAGS: Final = codes.INVALID.of("Status")


class ListUserBasicInfosRequest(ListRequest, frozen=True, kw_only=True):
    """Which users, and which part of the list."""

    max_items: Annotated[int, MAX_ITEMS] = DEFAULT_ITEMS

    def __post_init__(self) -> None:
        """Check that not both a status and tags are asked for.

        Raises:
            ApiError: ``InvalidParameter.Status``.
        """
        if self.status is not None and self.tag:
            raise _STATUS_WITH_TAGS(reason="it cannot be given together with Tag")


class UserBasicInfo(Response, frozen=True, kw_only=True):
    """A user in short."""

    user_id: str
    user_principal_name: str
    display_name: str | None = None
    status: str


class UserBasicInfosBody(Response, frozen=True, kw_only=True):
    """Users in the order of their names."""

    user_basic_info: tuple[UserBasicInfo, ...]


class ListUserBasicInfosResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    user_basic_infos: UserBasicInfosBody
    is_truncated: bool
    marker: str | None = None


@ims.operation(
    "ListUserBasicInfos",
    ListUserBasicInfosRequest,
    ListUserBasicInfosResponse,
    authorize=on_every("ram:ListUserBasicInfos", "user"),
    runs=Runs.READ,
    errors=(BAD_MARKER,),
)
def list_user_basic_infos(call: Call, q: ListUserBasicInfosRequest) -> ListUserBasicInfosResponse:
    """List the account's RAM users in short."""
    page = _page(call, q, q.max_items)
    account = call.txn.accounts.get(call.account)
    shown = tuple(
        UserBasicInfo(
            user_id=user.id,
            user_principal_name=full_name(account, "User", user.name),
            display_name=user.display_name or None,
            status=ACTIVE,
        )
        for user in page.items
    )
    return ListUserBasicInfosResponse(
        user_basic_infos=UserBasicInfosBody(user_basic_info=shown),
        is_truncated=page.is_truncated,
        marker=page.marker,
    )
