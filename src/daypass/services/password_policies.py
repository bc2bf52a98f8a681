"""The password policy of an account, as RAM and IMS both take and show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from msgspec import field, structs

from daypass.authn.passwords import MOST_CHARS
from daypass.directory.settings import PasswordPolicy
from daypass.errors import ErrorCode
from daypass.service.operation import Request, Response
from daypass.service.params import Flag, Integer

if TYPE_CHECKING:
    from daypass.service.call import Call

BAD_LENGTH: Final = ErrorCode(
    "InvalidParameter.MinimumPasswordLength.Range",
    400,
    "MinimumPasswordLength must be from {least} to {most}.",
)

MINIMUM_LENGTH: Final = Integer(
    wire="MinimumPasswordLength",
    help="The fewest characters of a password; 8 to 32, default 8.",
    least=8,
    most=MOST_CHARS,
    invalid=BAD_LENGTH,
)
LOWERCASE: Final = Flag(
    wire="RequireLowercaseCharacters", help="Whether a password must have a lower-case letter; default false."
)
UPPERCASE: Final = LOWERCASE.named(
    "RequireUppercaseCharacters", "Whether a password must have an upper-case letter; default false."
)
NUMBERS: Final = LOWERCASE.named("RequireNumbers", "Whether a password must have a digit; default false.")
SYMBOLS: Final = LOWERCASE.named("RequireSymbols", "Whether a password must have a sign; default false.")
REUSE: Final = Integer(
    wire="PasswordReusePrevention",
    help="How many of a user's last passwords may not be used again; 0 to 24, default 0.",
    least=0,
    most=24,
)
MAX_AGE: Final = Integer(
    wire="MaxPasswordAge",
    help="After how many days a password must be changed; 0 to 1095, default 0: never.",
    least=0,
    most=1095,
)
MAX_ATTEMPTS: Final = Integer(
    wire="MaxLoginAttemps",
    help="After how many wrong passwords within an hour nobody may log on for an hour; "
    "0 to 32, default 0: any number.",
    least=0,
    most=32,
)
HARD_EXPIRY: Final = Flag(
    wire="HardExpiry",
    help="Whether only an administrator may replace a password that is too old; default false.",
)
HARD_EXPIRE: Final = HARD_EXPIRY.named("HardExpire")
INITIAL_AGE: Final = Integer(
    wire="InitialPasswordAge",
    help="For how many days a password that an administrator has set may be used; 0 to 90, default 14; "
    "0: for ever.",
    least=0,
    most=90,
)
DIFFERENT: Final = Integer(
    wire="MinimumPasswordDifferentCharacter",
    help="The fewest different characters of a password; 0 to 8, default 0.",
    least=0,
    most=8,
)
NO_USER_NAME: Final = Flag(
    wire="PasswordNotContainUserName",
    help="Whether a password must not contain the user's name; default false.",
)
INTERCEPT: Final = Flag(
    wire="InterceptRiskPasswordOnApi",
    help="Whether passwords that are tried first by whoever guesses are refused; default false.",
)


class SetPasswordPolicyRequest(Request, frozen=True, kw_only=True):
    """What to change of the policy; what is absent stays. The fields are the stored record's."""

    minimum_password_length: Annotated[int | None, MINIMUM_LENGTH] = None
    require_lowercase_characters: Annotated[bool | None, LOWERCASE] = None
    require_uppercase_characters: Annotated[bool | None, UPPERCASE] = None
    require_numbers: Annotated[bool | None, NUMBERS] = None
    require_symbols: Annotated[bool | None, SYMBOLS] = None
    password_reuse_prevention: Annotated[int | None, REUSE] = None
    max_password_age: Annotated[int | None, MAX_AGE] = None
    max_login_attempts: Annotated[int | None, MAX_ATTEMPTS] = None


class PasswordPolicyBody(Response, frozen=True, kw_only=True):
    """The policy. The fields are the stored record's."""

    minimum_password_length: int
    require_lowercase_characters: bool
    require_uppercase_characters: bool
    require_numbers: bool
    require_symbols: bool
    password_reuse_prevention: int
    max_password_age: int
    max_login_attempts: int = field(name="MaxLoginAttemps")


def change_policy(call: Call, q: SetPasswordPolicyRequest) -> PasswordPolicy:
    """Change the policy; return it as it is now."""
    return call.txn.settings.change(call.account, PasswordPolicy, **structs.asdict(q))
