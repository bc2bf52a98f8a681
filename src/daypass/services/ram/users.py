"""RAM users: CreateUser, GetUser, UpdateUser, DeleteUser, ListUsers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from daypass.directory.errors import (
    BAD_MARKER,
    TOO_MANY,
    USER_EXISTS,
    USER_HAS_GROUPS,
    USER_HAS_KEYS,
    USER_HAS_LOGIN_PROFILE,
    USER_HAS_MFA_DEVICE,
    USER_HAS_POLICIES,
    USER_MISSING,
)
from daypass.service.call import timestamp
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.services.ram.parameters import (
    COMMENTS,
    DEFAULT_ITEMS,
    DISPLAY_NAME,
    EMAIL,
    MARKER,
    MAX_ITEMS,
    MOBILE_PHONE,
    NEW_COMMENTS,
    NEW_DISPLAY_NAME,
    NEW_EMAIL,
    NEW_MOBILE_PHONE,
    NEW_USER_NAME,
)
from daypass.services.ram.service import UserRequest, on_every, on_user, ram

if TYPE_CHECKING:
    from daypass.directory.records import User
    from daypass.service.call import Call


class UserBody(Response, frozen=True, kw_only=True):
    """A new user."""

    user_id: str
    user_name: str
    display_name: str | None = None
    mobile_phone: str | None = None
    email: str | None = None
    comments: str | None = None
    create_date: str


class ChangedUser(UserBody, frozen=True, kw_only=True):
    """A user and when it was last changed."""

    update_date: str


class UserInFull(ChangedUser, frozen=True, kw_only=True):
    """A user and when it last logged on to the console, if it ever did."""

    last_login_date: str | None = None


def _body(user: User) -> dict[str, Any]:
    return {
        "user_id": user.id,
        "user_name": user.name,
        "display_name": user.display_name or None,
        "mobile_phone": user.mobile_phone or None,
        "email": user.email or None,
        "comments": user.comments or None,
        "create_date": timestamp(user.created_at),
    }


def _changed(user: User) -> ChangedUser:
    return ChangedUser(**_body(user), update_date=timestamp(user.updated_at))


class CreateUserRequest(UserRequest, frozen=True, kw_only=True):
    """A new user's name and what is known of the person."""

    display_name: Annotated[str, DISPLAY_NAME] = ""
    mobile_phone: Annotated[str, MOBILE_PHONE] = ""
    email: Annotated[str, EMAIL] = ""
    comments: Annotated[str, COMMENTS] = ""


class CreateUserResponse(Response, frozen=True, kw_only=True):
    """The new user."""

    user: UserBody


@ram.operation(
    "CreateUser",
    CreateUserRequest,
    CreateUserResponse,
    authorize=on_every("ram:CreateUser", "user"),
    runs=Runs.WRITE,
    errors=(USER_EXISTS, TOO_MANY.of("User")),
)
def create_user(call: Call, q: CreateUserRequest) -> CreateUserResponse:
    """Create a RAM user, who may do nothing yet and has no credentials."""
    user = call.txn.users.create(
        call.account,
        q.user_name,
        display_name=q.display_name,
        comments=q.comments,
        email=q.email,
        mobile_phone=q.mobile_phone,
    )
    return CreateUserResponse(user=UserBody(**_body(user)))


class GetUserResponse(Response, frozen=True, kw_only=True):
    """The user."""

    user: UserInFull


@ram.operation(
    "GetUser",
    UserRequest,
    GetUserResponse,
    authorize=on_user("ram:GetUser"),
    runs=Runs.READ,
    errors=(USER_MISSING,),
)
def get_user(call: Call, q: UserRequest) -> GetUserResponse:
    """Show a RAM user."""
    user = call.txn.users.get(call.account, q.user_name)
    last_login = timestamp(user.last_login_at) if user.last_login_at is not None else None
    shown = UserInFull(**_body(user), update_date=timestamp(user.updated_at), last_login_date=last_login)
    return GetUserResponse(user=shown)


class UpdateUserRequest(UserRequest, frozen=True, kw_only=True):
    """What to change; what is absent stays."""

    new_user_name: Annotated[str | None, NEW_USER_NAME] = None
    new_display_name: Annotated[str | None, NEW_DISPLAY_NAME] = None
    new_mobile_phone: Annotated[str | None, NEW_MOBILE_PHONE] = None
    new_email: Annotated[str | None, NEW_EMAIL] = None
    new_comments: Annotated[str | None, NEW_COMMENTS] = None


class UpdateUserResponse(Response, frozen=True, kw_only=True):
    """The user as it is now."""

    user: ChangedUser


@ram.operation(
    "UpdateUser",
    UpdateUserRequest,
    UpdateUserResponse,
    authorize=on_user("ram:UpdateUser"),
    runs=Runs.WRITE,
    errors=(USER_MISSING, USER_EXISTS),
)
def update_user(call: Call, q: UpdateUserRequest) -> UpdateUserResponse:
    """Change or rename a RAM user; its id, keys, groups and policies stay."""
    user = call.txn.users.update(
        call.account,
        q.user_name,
        new_name=q.new_user_name,
        display_name=q.new_display_name,
        comments=q.new_comments,
        email=q.new_email,
        mobile_phone=q.new_mobile_phone,
    )
    return UpdateUserResponse(user=_changed(user))


@ram.operation(
    "DeleteUser",
    UserRequest,
    Nothing,
    authorize=on_user("ram:DeleteUser"),
    runs=Runs.WRITE,
    errors=(
        USER_MISSING,
        USER_HAS_GROUPS,
        USER_HAS_KEYS,
        USER_HAS_LOGIN_PROFILE,
        USER_HAS_MFA_DEVICE,
        USER_HAS_POLICIES,
    ),
)
def delete_user(call: Call, q: UserRequest) -> Nothing:
    """Delete a RAM user without groups, AccessKeys, login profile and policies."""
    call.txn.users.delete(call.account, q.user_name)
    return Nothing()


class ListUsersRequest(Request, frozen=True, kw_only=True):
    """Which part of the list."""

    marker: Annotated[str, MARKER] = ""
    max_items: Annotated[int, MAX_ITEMS] = DEFAULT_ITEMS


class UsersBody(Response, frozen=True, kw_only=True):
    """Users in the order of their names."""

    user: tuple[ChangedUser, ...]


class ListUsersResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    users: UsersBody
    is_truncated: bool
    marker: str | None = None


@ram.operation(
    "ListUsers",
    ListUsersRequest,
    ListUsersResponse,
    authorize=on_every("ram:ListUsers", "user"),
    runs=Runs.READ,
    errors=(BAD_MARKER,),
)
def list_users(call: Call, q: ListUsersRequest) -> ListUsersResponse:
    """List the account's RAM users."""
    page = call.txn.users.list(call.account, marker=q.marker or None, limit=q.max_items)
    return ListUsersResponse(
        users=UsersBody(user=tuple(_changed(user) for user in page.items)),
        is_truncated=page.is_truncated,
        marker=page.marker,
    )
