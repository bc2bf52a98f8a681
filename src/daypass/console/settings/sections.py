"""The sections of the settings: which operation reads and which writes them, and their controls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from daypass.console.language import N_

if TYPE_CHECKING:
    from daypass.console.forms import Fields

_DAYS: Final = tuple((days, days) for days in ("90", "180", "365", "730"))


@dataclass(frozen=True, slots=True)
class Control:
    """One setting.

    Attributes:
        name: of the parameter that sets it, and of the member that shows it.
        label: what it is called.
        kind: how it is shown.
        hint: what it means.
        options: of a choice, with their texts.
    """

    name: str
    label: str
    kind: Literal["flag", "number", "select", "choice", "text", "lines"]
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()

    def shown(self, value: object) -> str:
        """Return a value of the API as the form has it."""
        if isinstance(value, bool):
            return "true" if value else "false"
        return "\n".join(str(value).split(";")) if self.kind == "lines" else str(value)

    def sent(self, typed: str) -> str:
        """Return what the form has as the API takes it."""
        if self.kind == "flag":
            return "true" if typed == "true" else "false"
        if self.kind == "lines":
            return ";".join(line.strip() for line in typed.split("\n") if line.strip())
        return typed.strip()


@dataclass(frozen=True, slots=True)
class Section:
    """Settings that are read and written together.

    Attributes:
        key: in the address.
        title: of the tab.
        reads: the operation of IMS that shows them.
        writes: and the one that changes them.
        controls: in order.
    """

    key: str
    title: str
    reads: str
    writes: str
    controls: tuple[Control, ...]

    def values(self, answer: Mapping[str, Any]) -> dict[str, str]:
        """Return what is set, by the controls' names."""
        flat = dict(_flat(answer))
        return {each.name: each.shown(flat[each.name]) for each in self.controls}

    def sent(self, form: Fields) -> dict[str, str]:
        """Return all that a form says."""
        return {each.name: each.sent(form[each.name]) for each in self.controls}

    def changes(self, form: Fields) -> dict[str, str]:
        """Return what a form changes of what it showed at first."""
        return {name: value for name, value in self.sent(form).items() if value != form[f"was-{name}"]}


def _flat(members: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in members.items():
        found += _flat(value) if isinstance(value, Mapping) else [(name, value)]
    return found


SECURITY: Final = Section(
    "security",
    N_("Security"),
    "GetSecurityPreference",
    "SetSecurityPreference",
    (
        Control("AllowUserToChangePassword", N_("Users may change their own password"), "flag"),
        Control(
            "AllowUserToManageMFADevices",
            N_("Users may manage their own MFA device"),
            "flag",
            N_("Whatever their policies say, unless one denies it."),
        ),
        Control(
            "AllowUserToManageAccessKeys",
            N_("Users may manage their own AccessKeys"),
            "flag",
            N_("Whatever their policies say, unless one denies it."),
        ),
        Control(
            "LoginSessionDuration",
            N_("Logon Session Duration"),
            "number",
            N_("Hours, 1 to 24. A session in which nothing is done ends sooner."),
        ),
        Control(
            "MaxIdleDaysForUsers",
            N_("Idle Users"),
            "select",
            N_("After how many days without a logon a user counts as idle."),
            _DAYS,
        ),
        Control(
            "MaxIdleDaysForAccessKeys",
            N_("Idle AccessKeys"),
            "select",
            N_("After how many days without use an AccessKey counts as idle."),
            _DAYS,
        ),
    ),
)
PASSWORD: Final = Section(
    "password",
    N_("Password policy"),
    "GetPasswordPolicy",
    "SetPasswordPolicy",
    (
        Control("MinimumPasswordLength", N_("Minimum Length"), "number", N_("8 to 32 characters.")),
        Control("RequireLowercaseCharacters", N_("A lower-case letter is required"), "flag"),
        Control("RequireUppercaseCharacters", N_("An upper-case letter is required"), "flag"),
        Control("RequireNumbers", N_("A digit is required"), "flag"),
        Control("RequireSymbols", N_("A sign is required"), "flag"),
        Control(
            "MinimumPasswordDifferentCharacter",
            N_("Different Characters"),
            "number",
            N_("At least so many; 0 to 8, 0 for any number."),
        ),
        Control("PasswordNotContainUserName", N_("The user's name must not be in it"), "flag"),
        Control("InterceptRiskPasswordOnApi", N_("Passwords that are tried first are refused"), "flag"),
        Control(
            "PasswordReusePrevention",
            N_("Passwords Not To Be Used Again"),
            "number",
            N_("How many of the last; 0 to 24."),
        ),
        Control("MaxPasswordAge", N_("Maximum Age"), "number", N_("Days, 0 to 1095; 0 for no limit.")),
        Control(
            "HardExpire", N_("A password that is too old can be replaced by an administrator only"), "flag"
        ),
        Control(
            "InitialPasswordAge",
            N_("Maximum Age of Initial Passwords"),
            "number",
            N_("Days, 0 to 90; 0 for no limit. Initial are those that an administrator has set."),
        ),
        Control(
            "MaxLoginAttemps",
            N_("Wrong Passwords"),
            "number",
            N_("After so many within an hour nobody may sign in for an hour; 0 to 32, 0 for any number."),
        ),
    ),
)
MFA: Final = Section(
    "mfa",
    N_("MFA"),
    "GetSecurityPreference",
    "SetSecurityPreference",
    (
        Control(
            "MFAOperationForLogin",
            N_("Who needs an MFA device to sign in"),
            "choice",
            options=(
                ("mandatory", N_("All users")),
                ("independent", N_("Users whose logon settings say so")),
                ("adaptive", N_("All users: every sign-in counts as unusual here (adaptive)")),
            ),
        ),
    ),
)
NETWORK: Final = Section(
    "network",
    N_("Network access"),
    "GetSecurityPreference",
    "SetSecurityPreference",
    (
        Control(
            "LoginNetworkMasks",
            N_("Login Mask"),
            "lines",
            N_(
                "Addresses or networks, one a line, that users may sign in from; empty for anywhere. "
                "Calls signed with an AccessKey are not affected."
            ),
        ),
    ),
)
SECTIONS: Final = {each.key: each for each in (SECURITY, PASSWORD, MFA, NETWORK)}
