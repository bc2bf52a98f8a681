"""RAM users: GetUser, ListUsers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from daypass.directory.errors import BAD_MARKER, USER_MISSING
from daypass.service.call import timestamp
from daypass.service.operation import Request, Response, Runs
from daypass.service.params import Tag
from daypass.services.ims.service import (
    ACTIVE,
    DEFAULT_ITEMS,
    FROZEN,
    MAX_ITEMS,
    NAMED_TWICE,
    NAMELESS,
    STATUS_FILTER,
    USER_ACCESS_KEY_ID,
    ChosenUserRequest,
    chosen,
    ims,
    on_chosen,
)
from daypass.services.principals import full_name
from daypass.services.ram.parameters import MARKER, TAG_FILTER
from daypass.services.ram.service import on_every
from daypass.services.ram.shapes import TagsBody, tag_filter, tags_body

if TYPE_CHECKING:
    from daypass.directory.records import Account, User
    from daypass.service.call import Call


class UserBody(Response, frozen=True, kw_only=True):
    """A user, and when it last logged on to the console, if it ever did."""

    user_id: str
    user_principal_name: str
    display_name: str | None = None
    mobile_phone: str | None = None
    email: str | None = None
    comments: str | None = None
    create_date: str
    update_date: str
    last_login_date: str | None = None
    provision_type: str


class TaggedUser(UserBody, frozen=True, kw_only=True):
    """A user with its tags, and its name without the domain."""

    tags: TagsBody
    user_name: str


class ListedUser(UserBody, frozen=True, kw_only=True):
    """A user in a list."""

    status: str
    tags: TagsBody


def _body(account: Account, user: User) -> dict[str, Any]:
    return {
        "user_id": user.id,
        "user_principal_name": full_name(account, "User", user.name),
        "display_name": user.display_name or None,
        "mobile_phone": user.mobile_phone or None,
        "email": user.email or None,
        "comments": user.comments or None,
        "create_date": timestamp(user.created_at),
        "update_date": timestamp(user.updated_at),
        "last_login_date": None if user.last_login_at is None else timestamp(user.last_login_at),
        "provision_type": "Manual",  # nothing here makes users from another directory's
    }


class GetUserRequest(ChosenUserRequest, frozen=True, kw_only=True):
    """Names a RAM user by its name, its id or the id of one of its AccessKeys."""

    user_access_key_id: Annotated[str | None, USER_ACCESS_KEY_ID] = None

    def ways(self) -> tuple[object, ...]:
        """Return what the user may be named by."""
        return (*super().ways(), self.user_access_key_id)


class GetUserResponse(Response, frozen=True, kw_only=True):
    """The user."""

    user: TaggedUser


@ims.operation(
    "GetUser",
    GetUserRequest,
    GetUserResponse,
    authorize=on_chosen("ram:GetUser"),
    runs=Runs.READ,
    errors=(NAMELESS, NAMED_TWICE, USER_MISSING),
)
def get_user(call: Call, q: GetUserRequest) -> GetUserResponse:
    """Show a RAM user."""
    user = chosen(call, q)
    account = call.txn.accounts.get(call.account)
    tags = call.txn.tags.of([user.id]).get(user.id, ())
    shown = TaggedUser(**_body(account, user), user_name=user.name, tags=tags_body(tags))
    return GetUserResponse(user=shown)


class ListUsersRequest(Request, frozen=True, kw_only=True):
    """Which users, and which part of the list."""

    marker: Annotated[str, MARKER] = ""
    max_items: Annotated[int, MAX_ITEMS] = DEFAULT_ITEMS
    status: Annotated[str | None, STATUS_FILTER] = None
    tag: Annotated[tuple[Tag, ...], TAG_FILTER] = ()


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
    """List the account's RAM users, all of which are active."""
    if q.status == FROZEN and not q.tag:
        return ListUsersResponse(users=UsersBody(user=()), is_truncated=False)
    account = call.txn.accounts.get(call.account)
    page = call.txn.users.list(
        call.account, tags=tag_filter(q.tag), marker=q.marker or None, limit=q.max_items
    )
    shown = tuple(
        ListedUser(**_body(account, user), status=ACTIVE, tags=tags_body(user.tags)) for user in page.items
    )
    return ListUsersResponse(users=UsersBody(user=shown), is_truncated=page.is_truncated, marker=page.marker)
