"""The account's password policy: SetPasswordPolicy, GetPasswordPolicy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from daypass.directory.settings import PasswordPolicy
from daypass.service.operation import Request, Response, Runs
from daypass.services.ims.service import ims
from daypass.services.members import shown
from daypass.services.password_policies import (
    DIFFERENT,
    HARD_EXPIRE,
    INITIAL_AGE,
    INTERCEPT,
    NO_USER_NAME,
    PasswordPolicyBody,
    SetPasswordPolicyRequest,
    change_policy,
)
from daypass.services.ram.service import on_account

if TYPE_CHECKING:
    from daypass.service.call import Call


class ImsSetPasswordPolicyRequest(SetPasswordPolicyRequest, frozen=True, kw_only=True):
    """What to change of the policy; what is absent stays."""

    hard_expire: Annotated[bool | None, HARD_EXPIRE] = None
    initial_password_age: Annotated[int | None, INITIAL_AGE] = None
    minimum_password_different_character: Annotated[int | None, DIFFERENT] = None
    password_not_contain_user_name: Annotated[bool | None, NO_USER_NAME] = None
    intercept_risk_password_on_api: Annotated[bool | None, INTERCEPT] = None


class ImsPasswordPolicyBody(PasswordPolicyBody, frozen=True, kw_only=True):
    """The policy."""

    hard_expire: bool
    initial_password_age: int
    minimum_password_different_character: int
    password_not_contain_user_name: bool
    intercept_risk_password_on_api: bool


class PasswordPolicyResponse(Response, frozen=True, kw_only=True):
    """The policy in force."""

    password_policy: ImsPasswordPolicyBody


@ims.operation(
    "SetPasswordPolicy",
    ImsSetPasswordPolicyRequest,
    PasswordPolicyResponse,
    authorize=on_account("ram:SetPasswordPolicy"),
    runs=Runs.WRITE,
)
def set_password_policy(call: Call, q: ImsSetPasswordPolicyRequest) -> PasswordPolicyResponse:
    """Change what passwords of RAM users must be like; passwords that are set already stay."""
    return PasswordPolicyResponse(password_policy=shown(ImsPasswordPolicyBody, change_policy(call, q)))


@ims.operation(
    "GetPasswordPolicy",
    Request,
    PasswordPolicyResponse,
    authorize=on_account("ram:GetPasswordPolicy"),
    runs=Runs.READ,
)
def get_password_policy(call: Call, q: Request) -> PasswordPolicyResponse:  # noqa: ARG001 (asks for nothing more)
    """Show what passwords of RAM users must be like."""
    return PasswordPolicyResponse(
        password_policy=shown(ImsPasswordPolicyBody, call.txn.settings.get(call.account, PasswordPolicy))
    )
