"""Settings of an account: one record of each kind, with defaults for what was never set.

A kind is a record type. What is stored is the record as JSON, so that a member that is
added later has its default in what was stored before.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Struct, structs
from sqlalchemy import delete, select, update

from daypass.directory import scopes
from daypass.directory.schema import account_settings

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from daypass.directory.context import Context

MfaOperation: TypeAlias = Literal["mandatory", "independent", "adaptive"]
RiskOperation: TypeAlias = Literal["autonomous", "enforceVerify"]
SignatureAlgorithm: TypeAlias = Literal["rsa-sha1", "rsa-sha256"]


class PasswordPolicy(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What passwords of the account's RAM users must be like, and how long they last.

    Ages are in days; 0 switches an age, a count or a limit off. Source of the defaults:
    the comments of the official SDK.
    """

    minimum_password_length: int = 8
    require_lowercase_characters: bool = False
    require_uppercase_characters: bool = False
    require_numbers: bool = False
    require_symbols: bool = False
    minimum_password_different_character: int = 0
    password_not_contain_user_name: bool = False
    intercept_risk_password_on_api: bool = False
    password_reuse_prevention: int = 0
    max_password_age: int = 0
    hard_expire: bool = False
    initial_password_age: int = 14
    max_login_attempts: int = 0


class SecurityPreference(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What RAM users may do for themselves, and how they log on.

    Attributes:
        login_network_masks: where logons may come from, as it was given; empty for anywhere.
        login_session_duration: hours.
        max_idle_days_for_users: likewise for AccessKeys; days.
    """

    allow_user_to_change_password: bool = True
    allow_user_to_login_with_passkey: bool = True
    allow_user_to_manage_access_keys: bool = False
    allow_user_to_manage_mfa_devices: bool = True
    allow_user_to_manage_personal_ding_talk: bool = True
    allow_user_to_manage_public_keys: bool = False
    allow_user_to_manage_service_credentials: bool = False
    enable_save_mfa_ticket: bool = False
    login_network_masks: str = ""
    login_session_duration: int = 6
    mfa_operation_for_login: MfaOperation = "independent"
    operation_for_risk_login: RiskOperation = "autonomous"
    verification_types: tuple[str, ...] = ()
    max_idle_days_for_access_keys: int = 730
    max_idle_days_for_users: int = 730

    @property
    def enforce_mfa_for_login(self) -> bool:
        """Whether everybody needs an MFA device to log on."""
        return self.mfa_operation_for_login == "mandatory"

    @property
    def wants_mfa(self) -> bool:
        """Whether a logon needs an MFA device whosever it is; nothing tells usual ones from others here."""
        return self.mfa_operation_for_login != "independent"

    def admits(self, address: str) -> bool:
        """Return whether somebody may log on from an address."""
        networks = [ip_network(mask, strict=False) for mask in self.login_network_masks.split(";") if mask]
        return not networks or any(ip_address(address) in network for network in networks)


class UserSsoSettings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How RAM users log on through an identity provider of their own.

    Attributes:
        metadata_document: of the identity provider, in base64 as it was given.
    """

    sso_enabled: bool = False
    sso_login_with_domain: bool = True
    metadata_document: str = ""
    auxiliary_domain: str = ""
    authn_sign_algo: SignatureAlgorithm = "rsa-sha1"


class AccountKeyPolicy(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """From where the account's AccessKeys may be used, unless a key has a policy of its own."""

    document: str = ""


_KINDS: Final[dict[type[Struct], str]] = {
    PasswordPolicy: "password_policy",
    SecurityPreference: "security_preference",
    UserSsoSettings: "user_sso",
    AccountKeyPolicy: "access_key_policy",
}

S = TypeVar("S", bound=Struct)


class Settings:
    """The settings of all accounts."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def get(self, account_id: str, kind: type[S]) -> S:
        """Return an account's settings of a kind; the defaults if none were ever set."""
        row = self._context.first(select(account_settings.c.body).where(*_one(account_id, kind)))
        return kind() if row is None else msgspec.json.decode(row[0], type=kind)

    def set(self, account_id: str, value: Struct) -> None:
        """Set all of one kind."""
        context, kind = self._context, type(value)
        values = {"body": msgspec.json.encode(value).decode(), "updated_at": context.now}
        if not context.run(update(account_settings).where(*_one(account_id, kind)).values(values)):
            context.add(account_settings, {"account_id": account_id, "kind": _KINDS[kind], **values})
        context.changed(scopes.settings(account_id))

    def change(self, account_id: str, kind: type[S], **members: object) -> S:
        """Change those members that are not None; return what is in force now."""
        given = {name: value for name, value in members.items() if value is not None}
        changed = structs.replace(self.get(account_id, kind), **given)
        self.set(account_id, changed)
        return changed

    def clear(self, account_id: str, kind: type[Struct]) -> None:
        """Go back to the defaults."""
        self._context.run(delete(account_settings).where(*_one(account_id, kind)))
        self._context.changed(scopes.settings(account_id))


def _one(account_id: str, kind: type[Struct]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (account_settings.c.account_id == account_id, account_settings.c.kind == _KINDS[kind])
