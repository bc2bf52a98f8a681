"""ChangePassword, the same in RAM and IMS: a RAM user replaces his own password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from daypass.authz.principal import IdentityType
from daypass.directory.errors import LOGIN_PROFILE_MISSING, USER_MISSING
from daypass.errors import ErrorCode, NotedRefusalError
from daypass.secret import Secret
from daypass.service.authorization import Permission
from daypass.service.operation import Nothing, Request, Runs, Service
from daypass.services.passwords import (
    CHANGE_ERRORS,
    WRONG_PASSWORD,
    FreshPassword,
    NewPassword,
    Password,
    WrongPassword,
    password_instead_of,
)
from daypass.services.ram.service import user_resource
from daypass.services.security_preferences import SelfService
from daypass.services.tags import tags_for

if TYPE_CHECKING:
    from daypass.directory.records import User
    from daypass.service.call import Call

NOT_A_USER: Final = ErrorCode(
    "NotSupport.Account", 400, "Only a RAM user has a password to change; sign with a RAM user's AccessKey."
)
OLD_PASSWORD: Final = Password(wire="OldPassword", help="The password so far.")
NEW_PASSWORD: Final = FreshPassword(
    wire="NewPassword", help="The new password, as the account's policy wants it."
)


class ChangePasswordRequest(Request, frozen=True, kw_only=True):
    """The old and the new password."""

    old_password: Annotated[Secret, OLD_PASSWORD]
    new_password: Annotated[Secret, NEW_PASSWORD]


def _resource(_: ChangePasswordRequest, call: Call) -> str:
    """Return the calling user as a resource.

    Raises:
        ApiError: ``NotSupport.Account``, the account or a role session calls.
    """
    caller = call.caller
    if caller.identity_type is not IdentityType.RAM_USER:
        raise NOT_A_USER()
    return user_resource(call, caller.display_name)


def _user(call: Call) -> User:
    user = call.txn.users.by_id(call.caller.user_id)
    if user is None:
        raise USER_MISSING(name=call.caller.display_name)
    return user


def _changed(call: Call, q: ChangePasswordRequest) -> NewPassword | WrongPassword:
    return password_instead_of(call, _user(call), q.old_password, q.new_password)


def declare(service: Service) -> None:
    """Declare ChangePassword as an operation of a service."""

    @service.operation(
        "ChangePassword",
        ChangePasswordRequest,
        Nothing,
        authorize=SelfService(
            Permission(
                "ram:ChangePassword",
                _resource,
                tags=tags_for("ram:ChangePassword"),
                about="acs:ram:*:{AccountId}:user/{UserName}",
            ),
            own=lambda q, call: True,  # noqa: ARG005 (there is nobody else to name)
            member="allow_user_to_change_password",
            alone=True,
        ),
        runs=Runs.WRITE,
        errors=(
            NOT_A_USER,
            USER_MISSING,
            LOGIN_PROFILE_MISSING,
            *CHANGE_ERRORS,
        ),
        secrets=("OldPassword", "NewPassword"),
        prepare=_changed,
    )
    def change_password(call: Call, q: ChangePasswordRequest) -> Nothing:  # noqa: ARG001 (prepared already)
        """Replace the calling RAM user's own password; a wrong old one counts as a failed logon."""
        user = _user(call)
        if isinstance(call.given_prepared, WrongPassword):
            call.txn.login_profiles.note_failure(call.txn.login_profiles.get(call.account, user.name))
            raise NotedRefusalError(WRONG_PASSWORD())
        call.txn.login_profiles.update(
            call.account,
            user.name,
            password_hash=call.prepared(NewPassword).hash_for(call, user),
            password_reset_required=False,
            session=call.caller.session.session_id if call.caller.session is not None else "",
        )
        return Nothing()
