"""The parameters of RAM, each kind once, with the code family its errors belong to.

Source for forms and lengths: the comments of the official SDK and RAM's page of limits;
for the codes, RAM's page of errors. Texts that only describe may be empty, which is how
clients clear them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from daypass import names
from daypass.directory.errors import BAD_MARKER, BAD_VERSION_ID
from daypass.errors import ErrorCode
from daypass.policy import DocumentKind, MalformedDocument, parse
from daypass.service import codes
from daypass.service.params import Choice, Flag, Integer, Kind, Parsed, Tags, Text
from daypass.services.passwords import FreshPassword

COMMENTS_CHARS: Final = 128
DESCRIPTION_CHARS: Final = 1024
ROTATE: Final = "DeleteOldestNonDefaultVersionWhenLimitExceeded"
DEFAULT_ITEMS: Final = 100

_NAME_CHARS: Final = "letters, digits and any of . _ -"
# Letters and digits of every script; of ASCII's signs only those that RAM lists, and the space.
_DISPLAY_NAME: Final = re.compile(r"[^\x00-\x1f!-,/:-?\[-^`{-\x9f\u2028\u2029]*")
_EMAIL: Final = re.compile(r"([^\s@]{1,64}@[^\s@]{1,255})?")
_MOBILE_PHONE: Final = re.compile(r"([0-9]{1,4}-[0-9]{4,20})?", re.ASCII)
_VERSION_ID: Final = re.compile(r"v[1-9][0-9]{0,8}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyText(Kind):
    """A policy document: its text, after the size and the grammar were checked."""

    document: DocumentKind

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the size and the grammar error."""
        return (codes.LENGTH.of(self.wire), codes.MALFORMED_POLICY)

    def read(self, text: str) -> str:
        """Check size, then grammar."""
        limit = self.document.limit
        if not 1 <= len(text) <= limit:
            raise codes.LENGTH.of(self.wire)(least=1, most=limit)
        try:
            parse(text, self.document)
        except MalformedDocument as fault:
            raise codes.MALFORMED_POLICY(reason=str(fault)) from None
        return text


def _email(text: str) -> str:
    if _EMAIL.fullmatch(text) is None:
        raise ValueError("an address like name@example.com is wanted")
    return text


def _mobile_phone(text: str) -> str:
    if _MOBILE_PHONE.fullmatch(text) is None:
        raise ValueError("a country code and a number are wanted, like 86-18600008888")
    return text


USER_NAME: Final = Text(
    wire="UserName",
    help="Name of the RAM user; 1 to 64 characters.",
    most=64,
    pattern=names.USER_NAME,
    allowed=_NAME_CHARS,
)
OWN_USER_NAME: Final = USER_NAME.named(
    "UserName", "Name of the RAM user; without it the calling RAM user, or the account if it calls."
)
NEW_USER_NAME: Final = USER_NAME.named("NewUserName", "New name of the RAM user; 1 to 64 characters.")
GROUP_NAME: Final = Text(
    wire="GroupName",
    help="Name of the group; 1 to 64 characters.",
    most=64,
    pattern=names.GROUP_NAME,
    allowed=_NAME_CHARS,
)
NEW_GROUP_NAME: Final = GROUP_NAME.named("NewGroupName", "New name of the group; 1 to 64 characters.")
ROLE_NAME: Final = Text(
    wire="RoleName",
    help="Name of the role; 1 to 64 characters.",
    most=64,
    pattern=names.ROLE_NAME,
    allowed=_NAME_CHARS,
)
POLICY_NAME: Final = Text(
    wire="PolicyName",
    help="Name of the policy; 1 to 128 characters.",
    most=128,
    pattern=names.POLICY_NAME,
    allowed="letters, digits and hyphens",
)
POLICY_TYPE: Final = Choice(
    wire="PolicyType", help="System, or Custom for the account's own.", options=("System", "Custom")
)
RESOURCE_GROUP_ID: Final = Text(
    wire="ResourceGroupId",
    help="Limits the attachment to that resource group; without it, the whole account.",
    most=64,
)

DISPLAY_NAME: Final = Text(
    wire="DisplayName",
    help="Name for people; at most 128 characters.",
    least=0,
    most=128,
    pattern=_DISPLAY_NAME,
    allowed="letters, digits, spaces and any of . @ - _",
)
NEW_DISPLAY_NAME: Final = DISPLAY_NAME.named("NewDisplayName")
EMAIL: Final = Parsed(
    wire="Email", help="E-mail address.", parse=_email, invalid=codes.INVALID_FORMAT.of("Email")
)
NEW_EMAIL: Final = EMAIL.named("NewEmail", invalid=codes.INVALID_FORMAT.of("NewEmail"))
MOBILE_PHONE: Final = Parsed(
    wire="MobilePhone",
    help="Phone number with its country code, as in 86-18600008888.",
    parse=_mobile_phone,
    invalid=codes.INVALID_FORMAT.of("MobilePhone"),
)
NEW_MOBILE_PHONE: Final = MOBILE_PHONE.named(
    "NewMobilePhone", invalid=codes.INVALID_FORMAT.of("NewMobilePhone")
)
COMMENTS: Final = Text(wire="Comments", help="Remarks; at most 128 characters.", least=0, most=COMMENTS_CHARS)
NEW_COMMENTS: Final = COMMENTS.named("NewComments")
DESCRIPTION: Final = Text(
    wire="Description",
    help="What it is for; at most 1024 characters.",
    least=0,
    most=DESCRIPTION_CHARS,
    length=codes.LENGTH.of("Description"),
)
NEW_POLICY_DESCRIPTION: Final = DESCRIPTION.named("NewDescription")  # its error is about Description
NEW_ROLE_DESCRIPTION: Final = DESCRIPTION.named("NewDescription", length=codes.LENGTH.of("NewDescription"))

POLICY_DOCUMENT: Final = PolicyText(
    wire="PolicyDocument",
    help="What the policy allows and denies; 1 to 6144 characters.",
    document=DocumentKind.IDENTITY,
)
TRUST_POLICY: Final = PolicyText(
    wire="AssumeRolePolicyDocument",
    help="The trust policy: who may assume the role; 1 to 6144 characters.",
    document=DocumentKind.TRUST,
)
NEW_TRUST_POLICY: Final = TRUST_POLICY.named("NewAssumeRolePolicyDocument")
VERSION_ID: Final = Text(
    wire="VersionId",
    help="The version, v1, v2 and so on.",
    most=10,
    pattern=_VERSION_ID,
    length=BAD_VERSION_ID,
    chars=BAD_VERSION_ID,
)
SET_AS_DEFAULT: Final = Flag(wire="SetAsDefault", help="Whether to put the version in force; default false.")
ROTATE_STRATEGY: Final = Choice(
    wire="RotateStrategy",
    help="What to do when the policy has all the versions it may have: refuse, or make room. Default None.",
    options=("None", ROTATE),
)
CASCADING_DELETE: Final = Flag(
    wire="CascadingDelete", help="Whether to delete the policy's versions with it; default false."
)

MAX_SESSION_DURATION: Final = Integer(
    wire="MaxSessionDuration",
    help="How long sessions of the role may live, in seconds; 3600 to 43200, default 3600.",
    least=3600,
    most=43200,
)
NEW_MAX_SESSION_DURATION: Final = MAX_SESSION_DURATION.named(
    "NewMaxSessionDuration", "How long new sessions of the role may live, in seconds; 3600 to 43200."
)
ALLOW_CONSOLE_LOGIN: Final = Flag(
    wire="AllowConsoleLogin", help="Whether people may switch to the role in the console; default false."
)
NEW_ALLOW_CONSOLE_LOGIN: Final = ALLOW_CONSOLE_LOGIN.named(
    "NewAllowConsoleLogin", "Whether people may switch to the role in the console."
)

USER_ACCESS_KEY_ID: Final = Text(wire="UserAccessKeyId", help="The AccessKey's ID.", most=128)
STATUS: Final = Choice(
    wire="Status", help="Active or Inactive; an inactive key signs nothing.", options=("Active", "Inactive")
)
PASSWORD: Final = FreshPassword(
    wire="Password", help="Logon password, as the account's password policy wants it; at most 32 characters."
)
PASSWORD_RESET_REQUIRED: Final = Flag(
    wire="PasswordResetRequired", help="Whether the next logon must change the password; default false."
)
MFA_BIND_REQUIRED: Final = Flag(
    wire="MFABindRequired", help="Whether the next logon must bind an MFA device; default false."
)

TAG: Final = Tags()
TAG_FILTER: Final = TAG.named("Tag", "Only what carries all these tags; a tag without a value is any value.")
MARKER: Final = Text(
    wire="Marker", help="Goes on where a truncated answer ended.", least=0, most=1024, length=BAD_MARKER
)
MAX_ITEMS: Final = Integer(
    wire="MaxItems", help="The most entries to return; 1 to 1000, default 100.", least=1, most=1000
)
MAX_GROUPS: Final = MAX_ITEMS.named(
    "MaxItems", "The most entries to return; 1 to 100, default 100.", most=100
)
DIAGNOSTIC_MESSAGE: Final = Text(
    wire="EncodedDiagnosticMessage",
    help="The message of that name in the AccessDeniedDetail of a refusal.",
    most=65536,
)
