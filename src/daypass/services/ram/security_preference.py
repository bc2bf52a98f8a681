"""What RAM users may do for themselves: SetSecurityPreference, GetSecurityPreference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from msgspec import field

from daypass.directory.settings import SecurityPreference
from daypass.service.operation import Request, Response, Runs
from daypass.services.members import shown
from daypass.services.ram.service import on_account, ram
from daypass.services.security_preferences import (
    CHANGE_PASSWORD,
    SetSecurityPreferenceRequest,
    change_preference,
)

if TYPE_CHECKING:
    from daypass.service.call import Call

MANAGE_PUBLIC_KEYS: Final = CHANGE_PASSWORD.named(
    "AllowUserToManagePublicKeys",
    "Whether RAM users may manage their own public keys; default false. There are none here.",
)


class RamSetSecurityPreferenceRequest(SetSecurityPreferenceRequest, frozen=True, kw_only=True):
    """What to change of the preference; what is absent stays."""

    allow_user_to_manage_public_keys: Annotated[bool | None, MANAGE_PUBLIC_KEYS] = None


class AccessKeyPreference(Response, frozen=True, kw_only=True):
    """About AccessKeys."""

    allow_user_to_manage_access_keys: bool


class LoginProfilePreference(Response, frozen=True, kw_only=True):
    """About logons."""

    allow_user_to_change_password: bool
    enable_save_mfa_ticket: bool = field(name="EnableSaveMFATicket")
    login_network_masks: str
    login_session_duration: int


class MfaPreference(Response, frozen=True, kw_only=True):
    """About MFA devices."""

    allow_user_to_manage_mfa_devices: bool = field(name="AllowUserToManageMFADevices")


class PublicKeyPreference(Response, frozen=True, kw_only=True):
    """About public keys."""

    allow_user_to_manage_public_keys: bool


class SecurityPreferenceBody(Response, frozen=True, kw_only=True):
    """The preference, by what it is about."""

    access_key_preference: AccessKeyPreference
    login_profile_preference: LoginProfilePreference
    mfa_preference: MfaPreference = field(name="MFAPreference")
    public_key_preference: PublicKeyPreference


class SecurityPreferenceResponse(Response, frozen=True, kw_only=True):
    """The preference in force."""

    security_preference: SecurityPreferenceBody


def _response(preference: SecurityPreference) -> SecurityPreferenceResponse:
    return SecurityPreferenceResponse(
        security_preference=SecurityPreferenceBody(
            access_key_preference=shown(AccessKeyPreference, preference),
            login_profile_preference=shown(LoginProfilePreference, preference),
            mfa_preference=shown(MfaPreference, preference),
            public_key_preference=shown(PublicKeyPreference, preference),
        )
    )


@ram.operation(
    "SetSecurityPreference",
    RamSetSecurityPreferenceRequest,
    SecurityPreferenceResponse,
    authorize=on_account("ram:SetSecurityPreference"),
    runs=Runs.WRITE,
)
def set_security_preference(call: Call, q: RamSetSecurityPreferenceRequest) -> SecurityPreferenceResponse:
    """Change what RAM users may do for themselves, and how they log on."""
    return _response(change_preference(call, q))


@ram.operation(
    "GetSecurityPreference",
    Request,
    SecurityPreferenceResponse,
    authorize=on_account("ram:GetSecurityPreference"),
    runs=Runs.READ,
)
def get_security_preference(call: Call, q: Request) -> SecurityPreferenceResponse:  # noqa: ARG001 (asks for no more)
    """Show what RAM users may do for themselves, and how they log on."""
    return _response(call.txn.settings.get(call.account, SecurityPreference))
