"""The account's password policy: SetPasswordPolicy, GetPasswordPolicy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import field

from daypass.directory.settings import PasswordPolicy
from daypass.service.operation import Request, Response, Runs
from daypass.services.members import shown
from daypass.services.password_policies import (
    HARD_EXPIRY,
    PasswordPolicyBody,
    SetPasswordPolicyRequest,
    change_policy,
)
from daypass.services.ram.service import on_account, ram

if TYPE_CHECKING:
    from daypass.service.call import Call


class RamSetPasswordPolicyRequest(SetPasswordPolicyRequest, frozen=True, kw_only=True):
    """What to change of the policy; what is absent stays."""

    hard_expire: Annotated[bool | None, HARD_EXPIRY] = None


class RamPasswordPolicyBody(PasswordPolicyBody, frozen=True, kw_only=True):
    """The policy, without what only IMS shows."""

    hard_expire: bool = field(name="HardExpiry")


class PasswordPolicyResponse(Response, frozen=True, kw_only=True):
    """The policy in force."""

    password_policy: RamPasswordPolicyBody


@ram.operation(
    "SetPasswordPolicy",
    RamSetPasswordPolicyRequest,
    PasswordPolicyResponse,
    authorize=on_account("ram:SetPasswordPolicy"),
    runs=Runs.WRITE,
)
def set_password_policy(call: Call, q: RamSetPasswordPolicyRequest) -> PasswordPolicyResponse:
    """Change what passwords of RAM users must be like; passwords that are set already stay."""
    return PasswordPolicyResponse(password_policy=shown(RamPasswordPolicyBody, change_policy(call, q)))


@ram.operation(
    "GetPasswordPolicy",
    Request,
    PasswordPolicyResponse,
    authorize=on_account("ram:GetPasswordPolicy"),
    runs=Runs.READ,
)
def get_password_policy(call: Call, q: Request) -> PasswordPolicyResponse:  # noqa: ARG001 (asks for nothing more)
    """Show what passwords of RAM users must be like."""
    return PasswordPolicyResponse(
        password_policy=shown(RamPasswordPolicyBody, call.txn.settings.get(call.account, PasswordPolicy))
    )
