"""The STS service and what its operations share: parameters, errors, the credentials they answer."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from daypass.errors import ErrorCode
from daypass.names import SESSION_NAME, SESSION_POLICY_CHARS, RoleArn
from daypass.policy import DocumentKind, MalformedDocument, parse
from daypass.service.call import timestamp
from daypass.service.operation import Response, Service
from daypass.service.params import Integer, Kind, Parsed, Text

if TYPE_CHECKING:
    from daypass.tokens import Credentials

sts: Final = Service("Sts", "2015-04-01", "temporary credentials")

LEAST_SECONDS: Final = 900
DEFAULT_SECONDS: Final = 3600

ROLE_ARN_FORM: Final = ErrorCode(
    "InvalidParameter.RoleArn", 400, "The parameter RoleArn is wrongly formed: {reason}."
)
SESSION_NAME_FORM: Final = ErrorCode(
    "InvalidParameter.RoleSessionName",
    400,
    "The parameter RoleSessionName is wrongly formed: 2 to 64 letters, digits and any of . @ - _ are wanted.",
)
DURATION_RANGE: Final = ErrorCode(
    "InvalidParameter.DurationSeconds", 400, "DurationSeconds must be a number from 900 to {most}."
)
POLICY_SIZE: Final = ErrorCode(
    "InvalidParameter.PolicySize", 400, "The parameter Policy must have from 1 to {limit} characters."
)
POLICY_GRAMMAR: Final = ErrorCode(
    "InvalidParameter.PolicyGrammar", 400, "The parameter Policy has not passed grammar check: {reason}"
)
EXTERNAL_ID_FORM: Final = ErrorCode(
    "InvalidParameter.ExternalId",
    400,
    "The parameter ExternalId is wrongly formed: "
    "2 to 1224 letters, digits and any of + = , . @ : / - _ are wanted.",
)
SOURCE_IDENTITY_FORM: Final = ErrorCode(
    "InvalidParameter.SourceIdentity", 400, "The parameter SourceIdentity is not acceptable: {reason}."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy(Kind):
    """A session policy: its text, after the size and the grammar were checked."""

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the size and the grammar error."""
        return (POLICY_SIZE, POLICY_GRAMMAR)

    def read(self, text: str) -> str:
        """Check size, then grammar."""
        if not 1 <= len(text) <= SESSION_POLICY_CHARS:
            raise POLICY_SIZE(limit=SESSION_POLICY_CHARS)
        reason = _fault(text)
        if reason:
            raise POLICY_GRAMMAR(reason=reason)
        return text


@functools.lru_cache(maxsize=256)
def _fault(text: str) -> str:
    """Say what is wrong with a session policy; an empty text when nothing is."""
    try:
        parse(text, DocumentKind.SESSION)
    except MalformedDocument as fault:
        return str(fault)
    return ""


ROLE_ARN: Final = Parsed(
    wire="RoleArn",
    help="ARN of the role to assume, acs:ram::<account>:role/<name>.",
    parse=RoleArn.parse,
    invalid=ROLE_ARN_FORM,
)
ROLE_SESSION_NAME: Final = Text(
    wire="RoleSessionName",
    help="Names the session in records; 2 to 64 characters.",
    least=2,
    most=64,
    pattern=SESSION_NAME,
    length=SESSION_NAME_FORM,
    chars=SESSION_NAME_FORM,
)
DURATION_SECONDS: Final = Integer(
    wire="DurationSeconds",
    help="Life of the credentials in seconds, from 900 to the role's MaxSessionDuration; default 3600.",
    least=LEAST_SECONDS,
    most=10**9,
    invalid=DURATION_RANGE,
)
POLICY: Final = SessionPolicy(
    wire="Policy", help="Session policy: narrows what the role may do; 1 to 2048 characters."
)
EXTERNAL_ID: Final = Text(
    wire="ExternalId",
    help="Given by a third party so that it cannot be made to act for somebody else.",
    least=2,
    most=1224,
    pattern=re.compile(r"[\w+=,.@:/-]*", re.ASCII),
    length=EXTERNAL_ID_FORM,
    chars=EXTERNAL_ID_FORM,
)
SOURCE_IDENTITY: Final = Text(
    wire="SourceIdentity",
    help="Who is behind the session; inherited by sessions assumed from it, and fixed once set.",
    least=2,
    most=64,
    pattern=re.compile(r"[\w+=,.@-]*", re.ASCII),
    length=SOURCE_IDENTITY_FORM,
    chars=SOURCE_IDENTITY_FORM,
)


class AssumedRoleUser(Response, frozen=True, kw_only=True):
    """The session as a principal."""

    arn: str
    assumed_role_id: str


class CredentialsBody(Response, frozen=True, kw_only=True):
    """Temporary credentials on the wire."""

    access_key_id: str
    access_key_secret: str
    expiration: str
    security_token: str


def credentials_body(credentials: Credentials) -> CredentialsBody:
    """Show credentials; the only place of STS where the secret is revealed."""
    return CredentialsBody(
        access_key_id=credentials.access_key_id,
        access_key_secret=credentials.access_key_secret.reveal(),
        expiration=timestamp(credentials.expires_at),
        security_token=credentials.security_token,
    )
