"""RAM users: CreateUser, GetUser, UpdateUser, DeleteUser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from daypass.authz.principal import ACCESS_KEY
from daypass.directory.errors import (
    TOO_MANY,
    USER_EXISTS,
    USER_HAS_GROUPS,
    USER_HAS_KEYS,
    USER_HAS_LOGIN_PROFILE,
    USER_HAS_MFA_DEVICE,
    USER_HAS_POLICIES,
    USER_MISSING,
)
from daypass.service import codes
from daypass.service.call import timestamp
from daypass.service.operation import Nothing, Response, Runs
from daypass.service.params import Tag
from daypass.services.ims.service import (
    BAD_NAME,
    DISPLAY_NAME_CHARS,
    NAMELESS,
    USER_PRINCIPAL_NAME,
    ChosenUserRequest,
    UserRequest,
    chosen,
    ims,
    on_chosen,
)
from daypass.services.principals import PrincipalName, full_name
from daypass.services.ram.parameters import (
    COMMENTS,
    DISPLAY_NAME,
    EMAIL,
    MOBILE_PHONE,
    NEW_COMMENTS,
    NEW_EMAIL,
    NEW_MOBILE_PHONE,
    TAG,
    USER_ACCESS_KEY_ID,
)
from daypass.services.ram.service import on_new
from daypass.services.ram.shapes import TagsBody, tag_list, tags_body

if TYPE_CHECKING:
    from daypass.directory.records import Account, User
    from daypass.errors import ErrorCode
    from daypass.service.call import Call

_DISPLAY_NAME: Final = DISPLAY_NAME.named(
    "DisplayName",
    f"Name for people; 1 to {DISPLAY_NAME_CHARS} characters.",
    least=1,
    most=DISPLAY_NAME_CHARS,
)
_NEW_NAME: Final = USER_PRINCIPAL_NAME.named(
    "NewUserPrincipalName", "New name of the RAM user, user@<alias>.onaliyun.com; 1 to 128 characters."
)
_KEY_OF_USER: Final = USER_ACCESS_KEY_ID.named(
    "UserAccessKeyId", "Id of an AccessKey of the RAM user; instead of its name."
)
_BAD_NEW_NAME: Final = codes.INVALID.of("NewUserPrincipalName")


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
    """A user with its tags."""

    tags: TagsBody


class UserInFull(TaggedUser, frozen=True, kw_only=True):
    """A user with its tags, and its name without the domain."""

    user_name: str


def user_members(account: Account, user: User) -> dict[str, Any]:
    """Return what every answer about a user says."""
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


def _in_own_domain(call: Call, name: PrincipalName, foreign: ErrorCode) -> str:
    """Return the name without its domain.

    Raises:
        ApiError: ``foreign``, the domain is not the account's.
    """
    if not name.is_own(call):
        raise foreign(reason="its domain is not the account's")
    return name.name


class CreateUserRequest(UserRequest, frozen=True, kw_only=True):
    """A new user's name and what is known of the person."""

    display_name: Annotated[str, _DISPLAY_NAME]
    mobile_phone: Annotated[str, MOBILE_PHONE] = ""
    email: Annotated[str, EMAIL] = ""
    comments: Annotated[str, COMMENTS] = ""
    tag: Annotated[tuple[Tag, ...], TAG] = ()


class CreateUserResponse(Response, frozen=True, kw_only=True):
    """The new user."""

    user: TaggedUser


@ims.operation(
    "CreateUser",
    CreateUserRequest,
    CreateUserResponse,
    authorize=on_new("ram:CreateUser", "user"),
    runs=Runs.WRITE,
    errors=(BAD_NAME, USER_EXISTS, TOO_MANY.of("User"), TOO_MANY.of("Tag")),
)
def create_user(call: Call, q: CreateUserRequest) -> CreateUserResponse:
    """Create a RAM user, who may do nothing yet and has no credentials."""
    user = call.txn.users.create(
        call.account,
        _in_own_domain(call, q.user_principal_name, BAD_NAME),
        display_name=q.display_name,
        comments=q.comments,
        email=q.email,
        mobile_phone=q.mobile_phone,
        tags=tag_list(q.tag),
    )
    account = call.txn.accounts.get(call.account)
    shown = TaggedUser(**user_members(account, user), tags=tags_body(user.tags))
    return CreateUserResponse(user=shown)


class GetUserRequest(ChosenUserRequest, frozen=True, kw_only=True):
    """Names a RAM user by its name, its id or the id of one of its AccessKeys."""

    user_access_key_id: Annotated[str | None, _KEY_OF_USER] = None

    def ways(self) -> tuple[object, ...]:
        """Return what the user may be named by."""
        return (*super().ways(), self.user_access_key_id)

    def id_of(self, call: Call) -> str | None:
        """Return the id of the user if it is not named."""
        if self.user_access_key_id is None:
            return self.user_id
        key = call.look(ACCESS_KEY, self.user_access_key_id)
        return None if key is None else key.user_id


class GetUserResponse(Response, frozen=True, kw_only=True):
    """The user."""

    user: UserInFull


@ims.operation(
    "GetUser",
    GetUserRequest,
    GetUserResponse,
    authorize=on_chosen("ram:GetUser"),
    runs=Runs.READ,
    errors=(NAMELESS, BAD_NAME, USER_MISSING),
)
def get_user(call: Call, q: GetUserRequest) -> GetUserResponse:
    """Show a RAM user."""
    user = chosen(call, q)
    account = call.txn.accounts.get(call.account)
    tags = call.txn.tags.of([user.id]).get(user.id, ())
    shown = UserInFull(**user_members(account, user), user_name=user.name, tags=tags_body(tags))
    return GetUserResponse(user=shown)


class UpdateUserRequest(ChosenUserRequest, frozen=True, kw_only=True):
    """What to change; what is absent stays."""

    new_user_principal_name: Annotated[PrincipalName | None, _NEW_NAME] = None
    new_display_name: Annotated[str | None, _DISPLAY_NAME.named("NewDisplayName")] = None
    new_mobile_phone: Annotated[str | None, NEW_MOBILE_PHONE] = None
    new_email: Annotated[str | None, NEW_EMAIL] = None
    new_comments: Annotated[str | None, NEW_COMMENTS] = None


class UpdateUserResponse(Response, frozen=True, kw_only=True):
    """The user as it is now."""

    user: UserBody


@ims.operation(
    "UpdateUser",
    UpdateUserRequest,
    UpdateUserResponse,
    authorize=on_chosen("ram:UpdateUser"),
    runs=Runs.WRITE,
    errors=(NAMELESS, BAD_NAME, _BAD_NEW_NAME, USER_MISSING, USER_EXISTS),
)
def update_user(call: Call, q: UpdateUserRequest) -> UpdateUserResponse:
    """Change or rename a RAM user; its id, keys, groups, policies and tags stay."""
    new_name = q.new_user_principal_name
    user = call.txn.users.update(
        call.account,
        chosen(call, q).name,
        new_name=None if new_name is None else _in_own_domain(call, new_name, _BAD_NEW_NAME),
        display_name=q.new_display_name,
        comments=q.new_comments,
        email=q.new_email,
        mobile_phone=q.new_mobile_phone,
    )
    account = call.txn.accounts.get(call.account)
    return UpdateUserResponse(user=UserBody(**user_members(account, user)))


@ims.operation(
    "DeleteUser",
    ChosenUserRequest,
    Nothing,
    authorize=on_chosen("ram:DeleteUser"),
    runs=Runs.WRITE,
    errors=(
        NAMELESS,
        BAD_NAME,
        USER_MISSING,
        USER_HAS_GROUPS,
        USER_HAS_KEYS,
        USER_HAS_LOGIN_PROFILE,
        USER_HAS_MFA_DEVICE,
        USER_HAS_POLICIES,
    ),
)
def delete_user(call: Call, q: ChosenUserRequest) -> Nothing:
    """Delete a RAM user without groups, AccessKeys, login profile and policies."""
    call.txn.users.delete(call.account, chosen(call, q).name)
    return Nothing()
