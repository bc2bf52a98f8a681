"""The security preference of an account, as RAM and IMS both take it, and what it lets users do."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING, Annotated, Final, Generic, TypeVar

from msgspec import structs

from daypass.authz.authorize import granted
from daypass.authz.denial import NO_PERMISSION
from daypass.authz.views import Loaded, View
from daypass.directory import scopes
from daypass.directory.settings import SecurityPreference
from daypass.service import codes
from daypass.service.operation import Request
from daypass.service.params import Flag, Integer, Parsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.authz.authorize import Verdict
    from daypass.directory.database import Transaction
    from daypass.errors import ErrorCode
    from daypass.service.authorization import Permission
    from daypass.service.call import Call

MOST_MASKS: Final = 40
MOST_MASK_CHARS: Final = 512


def _masks(text: str) -> str:
    """Check network masks, and write them as they were given but for spaces and empty ones."""
    masks = [mask.strip() for mask in text.split(";") if mask.strip()]
    if len(masks) > MOST_MASKS or len(text) > MOST_MASK_CHARS:
        raise ValueError(f"at most {MOST_MASKS} masks and {MOST_MASK_CHARS} characters are allowed")
    for mask in masks:
        try:
            ip_network(mask, strict=False)
        except ValueError:
            raise ValueError(
                "addresses or networks with semicolons between them are wanted, like 10.0.0.0/8;192.168.0.1"
            ) from None
    return ";".join(masks)


CHANGE_PASSWORD: Final = Flag(
    wire="AllowUserToChangePassword", help="Whether RAM users may change their own password; default true."
)
MANAGE_KEYS: Final = CHANGE_PASSWORD.named(
    "AllowUserToManageAccessKeys",
    "Whether RAM users may manage their own AccessKeys whatever their policies; default false.",
)
MANAGE_MFA: Final = CHANGE_PASSWORD.named(
    "AllowUserToManageMFADevices",
    "Whether RAM users may manage their own MFA device whatever their policies; default true.",
)
SAVE_MFA_TICKET: Final = CHANGE_PASSWORD.named(
    "EnableSaveMFATicket", "Whether a logon with MFA may be remembered for seven days; default false."
)
LOGIN_MASKS: Final = Parsed(
    wire="LoginNetworkMasks",
    help="Where users may log on to the console from: up to 40 addresses or networks, with semicolons "
    "between them; empty for anywhere. Calls signed with an AccessKey are not affected.",
    parse=_masks,
    invalid=codes.INVALID_FORMAT.of("LoginNetworkMasks"),
)
LOGIN_HOURS: Final = Integer(
    wire="LoginSessionDuration", help="Hours that a logon lasts; 1 to 24, default 6.", least=1, most=24
)


class SetSecurityPreferenceRequest(Request, frozen=True, kw_only=True):
    """What to change of the preference; what is absent stays. The fields are the stored record's."""

    allow_user_to_change_password: Annotated[bool | None, CHANGE_PASSWORD] = None
    allow_user_to_manage_access_keys: Annotated[bool | None, MANAGE_KEYS] = None
    allow_user_to_manage_mfa_devices: Annotated[bool | None, MANAGE_MFA] = None
    enable_save_mfa_ticket: Annotated[bool | None, SAVE_MFA_TICKET] = None
    login_network_masks: Annotated[str | None, LOGIN_MASKS] = None
    login_session_duration: Annotated[int | None, LOGIN_HOURS] = None


def change_preference(call: Call, q: SetSecurityPreferenceRequest) -> SecurityPreference:
    """Change the preference; return it as it is now."""
    stored = SecurityPreference.__struct_fields__
    members = {name: value for name, value in structs.asdict(q).items() if name in stored}
    return call.txn.settings.change(call.account, SecurityPreference, **members)


def _load(txn: Transaction, account_id: str) -> Loaded[SecurityPreference]:
    return Loaded(txn.settings.get(account_id, SecurityPreference), (scopes.settings(account_id),))


PREFERENCE: Final[View[str, SecurityPreference]] = View("security preference", _load)

Q = TypeVar("Q", bound=Request)


@dataclass(frozen=True, slots=True)
class SelfService(Generic[Q]):
    """A permission, which a RAM user also has on himself if the account's preference says so.

    The preference gives what no policy gives; what a policy denies stays denied, and so does
    what a control policy or a session policy does not allow.

    Attributes:
        permission: what policies are asked.
        own: whether a request is about the calling user himself.
        member: the preference's name, as the stored record has it.
        alone: whether nobody may without the preference, whatever policies say: then the
            operation is about the caller and nobody else.
    """

    permission: Permission[Q]
    own: Callable[[Q, Call], bool]
    member: str
    alone: bool = False

    def check(self, call: Call, q: Q, /) -> Verdict:
        """Ask the policies, and the preference if they say nothing."""
        verdict = self.permission.check(call, q)
        mine = bool(call.caller.user_id) and self.own(q, call)
        if not mine or (verdict.allowed and not self.alone):
            return verdict
        preferred = getattr(call.look(PREFERENCE, call.account), self.member)
        if self.alone and not preferred:
            raise NO_PERMISSION.said("The account's security preference does not let RAM users do this.")
        return granted(verdict) if preferred else verdict

    def describe(self) -> str:
        """Return what the policies are asked, and the preference."""
        needs = self.permission.describe()
        name = _WIRE[self.member]
        return f"{needs}, and `{name}`" if self.alone else f"{needs}; on oneself also by `{name}`"

    def errors(self) -> tuple[ErrorCode, ...]:
        """Return what deciding may raise."""
        return self.permission.errors()

    def refusal(self, verdict: Verdict, /) -> str:
        """Name resource and action, as RAM does."""
        return self.permission.refusal(verdict)


_WIRE: Final = {
    "allow_user_to_change_password": CHANGE_PASSWORD.wire,
    "allow_user_to_manage_access_keys": MANAGE_KEYS.wire,
    "allow_user_to_manage_mfa_devices": MANAGE_MFA.wire,
}
