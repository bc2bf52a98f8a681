"""Login profiles: CreateLoginProfile, GetLoginProfile, UpdateLoginProfile, DeleteLoginProfile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from msgspec import field

from daypass.authn.passwords import is_expired_initial
from daypass.directory.errors import LOGIN_PROFILE_EXISTS, LOGIN_PROFILE_MISSING, USER_MISSING
from daypass.directory.records import KeyStatus
from daypass.directory.settings import PasswordPolicy
from daypass.secret import Secret
from daypass.service.call import timestamp
from daypass.service.operation import Nothing, Response, Runs
from daypass.services.ims.service import UserRequest, ims, named, on_user
from daypass.services.passwords import (
    PASSWORD_ERRORS,
    NewPassword,
    password_of_new_profile,
    password_of_profile,
)
from daypass.services.principals import full_name
from daypass.services.ram.parameters import (
    MFA_BIND_REQUIRED,
    PASSWORD,
    PASSWORD_RESET_REQUIRED,
    STATUS,
)

if TYPE_CHECKING:
    from daypass.directory.records import LoginProfile, User
    from daypass.service.call import Call

LOGON_STATUS: Final = STATUS.named(
    "Status", "Active or Inactive; the password of an inactive profile opens nothing. A new one is active."
)


class LoginProfileBody(Response, frozen=True, kw_only=True):
    """A login profile; nothing is shown of the password but whether it is still the first one."""

    user_principal_name: str
    password_reset_required: bool
    mfa_bind_required: bool = field(name="MFABindRequired")
    password_status: str
    status: str
    update_date: str


class LoginProfileInFull(LoginProfileBody, frozen=True, kw_only=True):
    """A login profile, and when it was last used, if it ever was."""

    last_login_time: str | None = None


class LoginProfileResponse(Response, frozen=True, kw_only=True):
    """The login profile as it is now."""

    login_profile: LoginProfileBody


class GetLoginProfileResponse(Response, frozen=True, kw_only=True):
    """The login profile."""

    login_profile: LoginProfileInFull


def _body(call: Call, user: User, profile: LoginProfile) -> dict[str, Any]:
    return {
        "user_principal_name": full_name(call.txn.accounts.get(call.account), "User", user.name),
        "password_reset_required": profile.password_reset_required,
        "mfa_bind_required": profile.mfa_bind_required,
        "password_status": _password_status(call, user, profile),
        "status": profile.status,
        "update_date": timestamp(profile.updated_at),
    }


def _password_status(call: Call, user: User, profile: LoginProfile) -> str:
    if not profile.password_initial:
        return "NotInitial"
    policy = call.txn.settings.get(call.account, PasswordPolicy)
    expired = is_expired_initial(profile, call.txn.passwords.newest(user.id, 1)[0], policy, call.txn.now)
    return "InitialExpired" if expired else "InitialValid"


class CreateLoginProfileRequest(UserRequest, frozen=True, kw_only=True):
    """Whose profile, and with which password."""

    password: Annotated[Secret, PASSWORD]
    password_reset_required: Annotated[bool, PASSWORD_RESET_REQUIRED] = False
    mfa_bind_required: Annotated[bool, MFA_BIND_REQUIRED] = False
    status: Annotated[KeyStatus, LOGON_STATUS] = "Active"


def _new(call: Call, q: CreateLoginProfileRequest) -> NewPassword:
    return password_of_new_profile(call, named(call, q.user_principal_name), q.password)


@ims.operation(
    "CreateLoginProfile",
    CreateLoginProfileRequest,
    LoginProfileResponse,
    authorize=on_user("ram:CreateLoginProfile"),
    runs=Runs.WRITE,
    errors=(USER_MISSING, LOGIN_PROFILE_EXISTS, *PASSWORD_ERRORS),
    secrets=("Password",),
    prepare=_new,
)
def create_login_profile(call: Call, q: CreateLoginProfileRequest) -> LoginProfileResponse:
    """Let a RAM user log on to the console with a password."""
    user = named(call, q.user_principal_name)
    profile = call.txn.login_profiles.create(
        call.account,
        user.name,
        call.prepared(NewPassword).hash_for(call, user),
        password_reset_required=q.password_reset_required,
        mfa_bind_required=q.mfa_bind_required,
        status=q.status,
    )
    return LoginProfileResponse(login_profile=LoginProfileBody(**_body(call, user, profile)))


@ims.operation(
    "GetLoginProfile",
    UserRequest,
    GetLoginProfileResponse,
    authorize=on_user("ram:GetLoginProfile"),
    runs=Runs.READ,
    errors=(USER_MISSING, LOGIN_PROFILE_MISSING),
)
def get_login_profile(call: Call, q: UserRequest) -> GetLoginProfileResponse:
    """Show whether and how a RAM user may log on to the console."""
    user = named(call, q.user_principal_name)
    profile = call.txn.login_profiles.get(call.account, user.name)
    last = None if user.last_login_at is None else timestamp(user.last_login_at)
    shown = LoginProfileInFull(**_body(call, user, profile), last_login_time=last)
    return GetLoginProfileResponse(login_profile=shown)


class UpdateLoginProfileRequest(UserRequest, frozen=True, kw_only=True):
    """What to change; what is absent stays."""

    password: Annotated[Secret | None, PASSWORD] = None
    password_reset_required: Annotated[bool | None, PASSWORD_RESET_REQUIRED] = None
    mfa_bind_required: Annotated[bool | None, MFA_BIND_REQUIRED] = None
    status: Annotated[KeyStatus | None, LOGON_STATUS] = None


def _renewed(call: Call, q: UpdateLoginProfileRequest) -> NewPassword | None:
    return password_of_profile(call, named(call, q.user_principal_name), q.password)


@ims.operation(
    "UpdateLoginProfile",
    UpdateLoginProfileRequest,
    LoginProfileResponse,
    authorize=on_user("ram:UpdateLoginProfile"),
    runs=Runs.WRITE,
    errors=(USER_MISSING, LOGIN_PROFILE_MISSING, *PASSWORD_ERRORS),
    secrets=("Password",),
    prepare=_renewed,
)
def update_login_profile(call: Call, q: UpdateLoginProfileRequest) -> LoginProfileResponse:
    """Change a RAM user's password, what the next logon must do, or whether there may be one."""
    user = named(call, q.user_principal_name)
    given = q.password is not None
    profile = call.txn.login_profiles.update(
        call.account,
        user.name,
        password_hash=call.prepared(NewPassword).hash_for(call, user) if given else None,
        password_reset_required=q.password_reset_required,
        mfa_bind_required=q.mfa_bind_required,
        status=q.status,
    )
    return LoginProfileResponse(login_profile=LoginProfileBody(**_body(call, user, profile)))


@ims.operation(
    "DeleteLoginProfile",
    UserRequest,
    Nothing,
    authorize=on_user("ram:DeleteLoginProfile"),
    runs=Runs.WRITE,
    errors=(USER_MISSING, LOGIN_PROFILE_MISSING),
)
def delete_login_profile(call: Call, q: UserRequest) -> Nothing:
    """Stop a RAM user from logging on to the console."""
    call.txn.login_profiles.delete(call.account, named(call, q.user_principal_name).name)
    return Nothing()
