"""What RAM users may do for themselves: SetSecurityPreference, GetSecurityPreference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from msgspec import field

from daypass.directory.settings import MfaOperation, RiskOperation, SecurityPreference
from daypass.service import codes
from daypass.service.operation import Request, Response, Runs
from daypass.service.params import Choice, Parsed, Texts
from daypass.services.ims.service import ims
from daypass.services.members import shown
from daypass.services.ram.service import on_account
from daypass.services.security_preferences import (
    CHANGE_PASSWORD,
    SetSecurityPreferenceRequest,
    change_preference,
)

if TYPE_CHECKING:
    from daypass.service.call import Call

IDLE_DAYS: Final = (90, 180, 365, 730)


def _idle_days(text: str) -> int:
    if text not in {str(days) for days in IDLE_DAYS}:
        raise ValueError(f"one of {', '.join(str(days) for days in IDLE_DAYS)} is wanted")
    return int(text)


PASSKEY: Final = CHANGE_PASSWORD.named(
    "AllowUserToLoginWithPasskey", "Whether RAM users may log on with a passkey; default true."
)
PERSONAL_DING_TALK: Final = CHANGE_PASSWORD.named(
    "AllowUserToManagePersonalDingTalk",
    "Whether RAM users may bind their own DingTalk account; default true.",
)
SERVICE_CREDENTIALS: Final = CHANGE_PASSWORD.named(
    "AllowUserToManageServiceCredentials",
    "Whether RAM users may manage their own service credentials; default false.",
)
MFA_OPERATION: Final = Choice(
    wire="MFAOperationForLogin",
    help="Who needs an MFA device to log on: mandatory, everybody; independent, whose login profile says so; "
    "adaptive, who logs on from somewhere unusual, which is everybody here. Default independent.",
    options=("mandatory", "independent", "adaptive"),
)
ENFORCE_MFA: Final = CHANGE_PASSWORD.named(
    "EnforceMFAForLogin",
    "The older way to say MFAOperationForLogin: true for mandatory, false for not mandatory.",
)
RISK_OPERATION: Final = Choice(
    wire="OperationForRiskLogin",
    help="What an unusual logon needs: autonomous, a device if there is one; enforceVerify, a device.",
    options=("autonomous", "enforceVerify"),
)
VERIFICATION_TYPE: Final = Choice(
    wire="VerificationTypes", help="A way to verify: sms or email.", options=("sms", "email")
)
VERIFICATION_TYPES: Final = Texts(
    wire="VerificationTypes",
    help="Ways to verify besides a device: sms, email.",
    most=2,
    item=VERIFICATION_TYPE,
)
KEY_IDLE_DAYS: Final = Parsed(
    wire="MaxIdleDaysForAccessKeys",
    help="After how many days an unused AccessKey counts as idle: 90, 180, 365 or 730, which is the default.",
    parse=_idle_days,
    invalid=codes.INVALID.of("MaxIdleDaysForAccessKeys"),
    wire_type="integer",
)
USER_IDLE_DAYS: Final = KEY_IDLE_DAYS.named(
    "MaxIdleDaysForUsers",
    "After how many days a user without a logon counts as idle: 90, 180, 365 or 730, which is the default.",
    invalid=codes.INVALID.of("MaxIdleDaysForUsers"),
)


class ImsSetSecurityPreferenceRequest(SetSecurityPreferenceRequest, frozen=True, kw_only=True):
    """What to change of the preference; what is absent stays."""

    allow_user_to_login_with_passkey: Annotated[bool | None, PASSKEY] = None
    allow_user_to_manage_personal_ding_talk: Annotated[bool | None, PERSONAL_DING_TALK] = None
    allow_user_to_manage_service_credentials: Annotated[bool | None, SERVICE_CREDENTIALS] = None
    mfa_operation_for_login: Annotated[MfaOperation | None, MFA_OPERATION] = None
    enforce_mfa_for_login: Annotated[bool | None, ENFORCE_MFA] = None
    operation_for_risk_login: Annotated[RiskOperation | None, RISK_OPERATION] = None
    verification_types: Annotated[tuple[str, ...] | None, VERIFICATION_TYPES] = None
    max_idle_days_for_access_keys: Annotated[int | None, KEY_IDLE_DAYS] = None
    max_idle_days_for_users: Annotated[int | None, USER_IDLE_DAYS] = None


class AccessKeyPreference(Response, frozen=True, kw_only=True):
    """About AccessKeys and other credentials."""

    allow_user_to_manage_access_keys: bool
    allow_user_to_manage_service_credentials: bool


class LoginProfilePreference(Response, frozen=True, kw_only=True):
    """About logons."""

    allow_user_to_change_password: bool
    allow_user_to_login_with_passkey: bool
    enable_save_mfa_ticket: bool = field(name="EnableSaveMFATicket")
    login_network_masks: str
    login_session_duration: int
    mfa_operation_for_login: str = field(name="MFAOperationForLogin")
    enforce_mfa_for_login: bool = field(name="EnforceMFAForLogin")
    operation_for_risk_login: str


class MfaPreference(Response, frozen=True, kw_only=True):
    """About MFA devices."""

    allow_user_to_manage_mfa_devices: bool = field(name="AllowUserToManageMFADevices")


class MaxIdleDays(Response, frozen=True, kw_only=True):
    """After how many days something counts as idle."""

    max_idle_days_for_access_keys: int
    max_idle_days_for_users: int


class PersonalInfoPreference(Response, frozen=True, kw_only=True):
    """About other accounts of the person's."""

    allow_user_to_manage_personal_ding_talk: bool


class VerificationPreference(Response, frozen=True, kw_only=True):
    """About ways to verify."""

    verification_types: tuple[str, ...]


class SecurityPreferenceBody(Response, frozen=True, kw_only=True):
    """The preference, by what it is about."""

    access_key_preference: AccessKeyPreference
    login_profile_preference: LoginProfilePreference
    mfa_preference: MfaPreference = field(name="MFAPreference")
    max_idle_days: MaxIdleDays
    personal_info_preference: PersonalInfoPreference
    verification_preference: VerificationPreference


class SecurityPreferenceResponse(Response, frozen=True, kw_only=True):
    """The preference in force."""

    security_preference: SecurityPreferenceBody


def _response(preference: SecurityPreference) -> SecurityPreferenceResponse:
    return SecurityPreferenceResponse(
        security_preference=SecurityPreferenceBody(
            access_key_preference=shown(AccessKeyPreference, preference),
            login_profile_preference=shown(LoginProfilePreference, preference),
            mfa_preference=shown(MfaPreference, preference),
            max_idle_days=shown(MaxIdleDays, preference),
            personal_info_preference=shown(PersonalInfoPreference, preference),
            verification_preference=shown(VerificationPreference, preference),
        )
    )


@ims.operation(
    "SetSecurityPreference",
    ImsSetSecurityPreferenceRequest,
    SecurityPreferenceResponse,
    authorize=on_account("ram:SetSecurityPreference"),
    runs=Runs.WRITE,
)
def set_security_preference(call: Call, q: ImsSetSecurityPreferenceRequest) -> SecurityPreferenceResponse:
    """Change what RAM users may do for themselves, and how they log on."""
    changed = change_preference(call, q)
    if q.enforce_mfa_for_login is not None and q.mfa_operation_for_login is None:
        changed = _enforce(call, changed, on=q.enforce_mfa_for_login)
    return _response(changed)


def _enforce(call: Call, preference: SecurityPreference, *, on: bool) -> SecurityPreference:
    if on == preference.enforce_mfa_for_login:
        return preference
    operation: MfaOperation = "mandatory" if on else "independent"
    return call.txn.settings.change(call.account, SecurityPreference, mfa_operation_for_login=operation)


@ims.operation(
    "GetSecurityPreference",
    Request,
    SecurityPreferenceResponse,
    authorize=on_account("ram:GetSecurityPreference"),
    runs=Runs.READ,
)
def get_security_preference(call: Call, q: Request) -> SecurityPreferenceResponse:  # noqa: ARG001 (asks for no more)
    """Show what RAM users may do for themselves, and how they log on."""
    return _response(call.txn.settings.get(call.account, SecurityPreference))
