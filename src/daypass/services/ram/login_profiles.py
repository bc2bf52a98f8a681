"""Login profiles: CreateLoginProfile, GetLoginProfile, UpdateLoginProfile, DeleteLoginProfile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import field

from daypass.directory.errors import LOGIN_PROFILE_EXISTS, LOGIN_PROFILE_MISSING, USER_MISSING
from daypass.secret import Secret
from daypass.service.call import timestamp
from daypass.service.operation import Nothing, Response, Runs
from daypass.services.passwords import (
    PASSWORD_ERRORS,
    NewPassword,
    password_of_new_profile,
    password_of_profile,
)
from daypass.services.ram.parameters import MFA_BIND_REQUIRED, PASSWORD, PASSWORD_RESET_REQUIRED
from daypass.services.ram.service import UserRequest, on_user, ram

if TYPE_CHECKING:
    from daypass.directory.records import LoginProfile
    from daypass.service.call import Call


class LoginProfileBody(Response, frozen=True, kw_only=True):
    """A login profile; nothing is shown of the password."""

    user_name: str
    password_reset_required: bool
    mfa_bind_required: bool = field(name="MFABindRequired")
    create_date: str


class LoginProfileResponse(Response, frozen=True, kw_only=True):
    """The login profile."""

    login_profile: LoginProfileBody


def _response(call: Call, q: UserRequest, profile: LoginProfile) -> LoginProfileResponse:
    return LoginProfileResponse(
        login_profile=LoginProfileBody(
            user_name=call.txn.users.get(call.account, q.user_name).name,
            password_reset_required=profile.password_reset_required,
            mfa_bind_required=profile.mfa_bind_required,
            create_date=timestamp(profile.created_at),
        )
    )


class CreateLoginProfileRequest(UserRequest, frozen=True, kw_only=True):
    """Whose profile, and with which password."""

    password: Annotated[Secret, PASSWORD]
    password_reset_required: Annotated[bool, PASSWORD_RESET_REQUIRED] = False
    mfa_bind_required: Annotated[bool, MFA_BIND_REQUIRED] = False


def _new(call: Call, q: CreateLoginProfileRequest) -> NewPassword:
    return password_of_new_profile(call, call.txn.users.get(call.account, q.user_name), q.password)


@ram.operation(
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
    user = call.txn.users.get(call.account, q.user_name)
    profile = call.txn.login_profiles.create(
        call.account,
        user.name,
        call.prepared(NewPassword).hash_for(call, user),
        password_reset_required=q.password_reset_required,
        mfa_bind_required=q.mfa_bind_required,
    )
    return _response(call, q, profile)


@ram.operation(
    "GetLoginProfile",
    UserRequest,
    LoginProfileResponse,
    authorize=on_user("ram:GetLoginProfile"),
    runs=Runs.READ,
    errors=(USER_MISSING, LOGIN_PROFILE_MISSING),
)
def get_login_profile(call: Call, q: UserRequest) -> LoginProfileResponse:
    """Show whether and how a RAM user may log on to the console."""
    return _response(call, q, call.txn.login_profiles.get(call.account, q.user_name))


class UpdateLoginProfileRequest(UserRequest, frozen=True, kw_only=True):
    """What to change; what is absent stays."""

    password: Annotated[Secret | None, PASSWORD] = None
    password_reset_required: Annotated[bool | None, PASSWORD_RESET_REQUIRED] = None
    mfa_bind_required: Annotated[bool | None, MFA_BIND_REQUIRED] = None


def _renewed(call: Call, q: UpdateLoginProfileRequest) -> NewPassword | None:
    return password_of_profile(call, call.txn.users.get(call.account, q.user_name), q.password)


@ram.operation(
    "UpdateLoginProfile",
    UpdateLoginProfileRequest,
    Nothing,
    authorize=on_user("ram:UpdateLoginProfile"),
    runs=Runs.WRITE,
    errors=(USER_MISSING, LOGIN_PROFILE_MISSING, *PASSWORD_ERRORS),
    secrets=("Password",),
    prepare=_renewed,
)
def update_login_profile(call: Call, q: UpdateLoginProfileRequest) -> Nothing:
    """Change a RAM user's password, or what the next logon must do."""
    user = call.txn.users.get(call.account, q.user_name)
    given = q.password is not None
    call.txn.login_profiles.update(
        call.account,
        user.name,
        password_hash=call.prepared(NewPassword).hash_for(call, user) if given else None,
        password_reset_required=q.password_reset_required,
        mfa_bind_required=q.mfa_bind_required,
    )
    return Nothing()


@ram.operation(
    "DeleteLoginProfile",
    UserRequest,
    Nothing,
    authorize=on_user("ram:DeleteLoginProfile"),
    runs=Runs.WRITE,
    errors=(USER_MISSING, LOGIN_PROFILE_MISSING),
)
def delete_login_profile(call: Call, q: UserRequest) -> Nothing:
    """Stop a RAM user from logging on to the console."""
    call.txn.login_profiles.delete(call.account, q.user_name)
    return Nothing()
