"""What AssumeRoleWithOIDC and AssumeRoleWithSAML share: parameters, the role, the session.

Both are anonymous: nobody signs them, and who signs nevertheless counts for nothing. The
identity provider vouches for the caller, and the role's trust policy alone decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from daypass.authz.authorize import ASSUME_ROLE
from daypass.authz.principal import TRUSTED_ROLE
from daypass.federation.errors import NOT_TRUSTED
from daypass.names import ProviderArn
from daypass.secret import Secret
from daypass.service import codes
from daypass.service.call import Conditions
from daypass.service.params import CONTROL, Kind, Parsed
from daypass.services.sts.service import (
    DURATION_RANGE,
    AssumedRoleUser,
    CredentialsBody,
    credentials_body,
)
from daypass.tokens import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daypass.authz.authorize import Verdict
    from daypass.authz.principal import Caller, TrustedRole
    from daypass.directory.records import Role
    from daypass.errors import ErrorCode
    from daypass.names import ProviderKind, RoleArn
    from daypass.service.call import Call, ContextValue

_SESSION_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Kind):
    """What an identity provider vouches with: worth a session to whoever has it, so kept from records."""

    least: int = 4
    most: int
    invalid: ErrorCode

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the one error."""
        return (self.invalid,)

    def read(self, text: str) -> Secret:
        """Check the length. Space around it comes from the file it was kept in."""
        text = text.strip()
        if not self.least <= len(text) <= self.most:
            raise self.invalid(reason=f"it has to have from {self.least} to {self.most} characters")
        if CONTROL.search(text):
            raise self.invalid(reason="it holds a control character")
        return Secret(text)


def provider_arn_parameter(kind: ProviderKind, wire: str) -> Parsed:
    """Return the parameter that names an identity provider."""
    return Parsed(
        wire=wire,
        help=f"ARN of the identity provider, acs:ram::<account>:{kind}-provider/<name>.",
        parse=lambda text: ProviderArn.parse(kind, text),
        invalid=codes.INVALID.of(wire),
    )


def describe(kind: str) -> str:
    """Say for the reference page what decides."""
    return (
        f"none: the role's trust policy, and control policies of its account, have to allow the {kind} "
        f"`{ASSUME_ROLE}`; the request is not signed"
    )


def refusal(verdict: Verdict) -> str:
    """Return the message of a refusal by the trust policy."""
    return f"{NOT_TRUSTED.template} Resource: {verdict.request.resource} Action: {verdict.request.action}"


def trusted_role(call: Call, arn: RoleArn, missing: ErrorCode) -> TrustedRole:
    """Return the role that is asked for."""
    role = call.look(TRUSTED_ROLE, (arn.account, arn.name.lower()))
    if role is None:
        raise missing(name=arn.name)
    return role


def conditions(call: Call, own: Mapping[str, ContextValue]) -> Conditions:
    """Return the condition keys of a request whose signature, if it has one, says nothing."""
    return Conditions(msgspec.structs.replace(call, given_caller=None), own)


class Issued(msgspec.Struct, frozen=True):
    """A new session on the wire."""

    user: AssumedRoleUser
    credentials: CredentialsBody


def require_duration(role: Role, seconds: int) -> None:
    """Check a duration against the role's own limit.

    Raises:
        ApiError: ``InvalidParameter.DurationSeconds``.
    """
    if seconds > role.max_session_duration:
        raise DURATION_RANGE(most=role.max_session_duration)


def issue(call: Call, role: Role, subject: Caller, *, name: str, seconds: int, policy: str | None) -> Issued:
    """Issue credentials of a role to somebody an identity provider vouches for."""
    credentials = call.issuer.issue(
        Session(
            kind="role",
            account_id=role.account_id,
            role_id=role.id,
            role_name=role.name,
            session_name=name,
            mfa=False,
            authenticated_at=call.now,
            issued_at=call.now,
            expires_at=call.now + seconds,
            session_id=call.entropy(_SESSION_ID_BYTES).hex(),
            issuer_access_key_id="",
            issuer=subject.arn,
            session_policy=policy,
            source_identity=None,
        )
    )
    user = AssumedRoleUser(
        arn=f"acs:ram::{role.account_id}:role/{role.name}/{name}", assumed_role_id=f"{role.id}:{name}"
    )
    return Issued(user, credentials_body(credentials))
