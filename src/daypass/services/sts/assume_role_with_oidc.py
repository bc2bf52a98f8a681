"""AssumeRoleWithOIDC: exchange an OpenID Connect token for short-lived credentials of a role.

Order of checks: parameters, the identity provider, the token (form, issuer, signature,
expiry, time of issue, audience), the role's existence, its trust policy, and last its own
limit on the duration. Source: the published operation page and error list; the order is
ours where they are silent. A token may be used again as long as it is valid: clients keep
it in a file and exchange it whenever their credentials run out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from daypass.authz.authorize import decide_on_vouching
from daypass.authz.controls import CONTROLS
from daypass.authz.principal import vouched_for
from daypass.authz.providers import OIDC_PROVIDER
from daypass.directory.errors import ROLE_MISSING
from daypass.federation import errors
from daypass.federation.questions import Issuer, TokenQuestion
from daypass.federation.tokens import MAX_TOKEN, Claims
from daypass.names import ProviderArn, RoleArn
from daypass.secret import Secret
from daypass.service.call import timestamp
from daypass.service.operation import Request, Response, Runs
from daypass.services.sts.federated import (
    Evidence,
    conditions,
    describe,
    issue,
    provider_arn_parameter,
    refusal,
    require_duration,
    trusted_role,
)
from daypass.services.sts.service import (
    DEFAULT_SECONDS,
    DURATION_RANGE,
    DURATION_SECONDS,
    POLICY,
    ROLE_ARN,
    ROLE_SESSION_NAME,
    AssumedRoleUser,
    CredentialsBody,
    sts,
)

if TYPE_CHECKING:
    from daypass.authz.authorize import Verdict
    from daypass.directory.records import OidcProvider
    from daypass.errors import ErrorCode
    from daypass.service.call import Call, ContextValue

OIDC_PROVIDER_ARN: Final = provider_arn_parameter("oidc", "OIDCProviderArn")
OIDC_TOKEN: Final = Evidence(
    wire="OIDCToken",
    help=f"The token that the identity provider issued; 4 to {MAX_TOKEN} characters.",
    most=MAX_TOKEN,
    invalid=errors.TOKEN_INVALID,
)

_VERIFIED: Final = "Success"


class AssumeRoleWithOidcRequest(Request, frozen=True, kw_only=True):
    """Whose credentials, and the token that vouches for the caller."""

    oidc_provider_arn: Annotated[ProviderArn, OIDC_PROVIDER_ARN]
    role_arn: Annotated[RoleArn, ROLE_ARN]
    oidc_token: Annotated[Secret, OIDC_TOKEN]
    role_session_name: Annotated[str, ROLE_SESSION_NAME]
    duration_seconds: Annotated[int, DURATION_SECONDS] = DEFAULT_SECONDS
    policy: Annotated[str | None, POLICY] = None


class OidcTokenInfo(Response, frozen=True, kw_only=True):
    """What the token says."""

    issuer: str
    subject: str
    client_ids: str
    issuance_time: str
    expiration_time: str
    verification_info: str


class AssumeRoleWithOidcResponse(Response, frozen=True, kw_only=True):
    """The session, its credentials, and what the token says."""

    assumed_role_user: AssumedRoleUser
    credentials: CredentialsBody
    oidc_token_info: OidcTokenInfo = msgspec.field(name="OIDCTokenInfo")


class TokenIsTrusted:
    """The token must be one of the provider's, and the role's trust policy must allow its subject."""

    def check(self, call: Call, q: AssumeRoleWithOidcRequest, /) -> Verdict:
        """Check the token, then decide on the role, which must exist."""
        provider = _provider(call, q)
        claims = _claims(call, q, provider)
        role = trusted_role(call, q.role_arn, ROLE_MISSING)
        subject = vouched_for(_arn(provider), claims.subject, role.role.account_id)
        own: dict[str, ContextValue] = {
            "oidc:iss": claims.issuer,
            "oidc:aud": claims.audiences,
            "oidc:sub": claims.subject,
            "sts:RoleSessionName": q.role_session_name,
        }
        controls = call.look(CONTROLS, role.role.account_id)
        return decide_on_vouching(subject, controls, role, conditions(call, own))

    def describe(self) -> str:
        """Say that the trust policy decides."""
        return describe("token's subject")

    def errors(self) -> tuple[ErrorCode, ...]:
        """Return what may be wrong with provider, token, issuer and role."""
        return (
            errors.NO_SUCH_PROVIDER,
            errors.NOT_TRUSTED,
            errors.TOKEN_INVALID,
            errors.TOKEN_EXPIRED,
            errors.TOKEN_SIGNATURE,
            errors.AUDIENCE,
            errors.ISSUER_URL,
            errors.FINGERPRINT,
            ROLE_MISSING,
        )

    def refusal(self, verdict: Verdict) -> str:
        """Say that the trust policy refuses."""
        return refusal(verdict)


@sts.operation(
    "AssumeRoleWithOIDC",
    AssumeRoleWithOidcRequest,
    AssumeRoleWithOidcResponse,
    authorize=TokenIsTrusted(),
    runs=Runs.INLINE,
    errors=(DURATION_RANGE,),
    anonymous=True,
    secrets=("OIDCToken",),
)
def assume_role_with_oidc(call: Call, q: AssumeRoleWithOidcRequest) -> AssumeRoleWithOidcResponse:
    """Exchange an OpenID Connect token for short-lived credentials of a role."""
    provider = _provider(call, q)
    claims = _claims(call, q, provider)
    role = trusted_role(call, q.role_arn, ROLE_MISSING).role
    require_duration(role, q.duration_seconds)
    issued = issue(
        call,
        role,
        vouched_for(_arn(provider), claims.subject, role.account_id),
        name=q.role_session_name,
        seconds=q.duration_seconds,
        policy=q.policy,
    )
    return AssumeRoleWithOidcResponse(
        assumed_role_user=issued.user,
        credentials=issued.credentials,
        oidc_token_info=OidcTokenInfo(
            issuer=claims.issuer,
            subject=claims.subject,
            client_ids=",".join(claims.audiences),
            issuance_time=timestamp(claims.issued_at),
            expiration_time=timestamp(claims.expires_at),
            verification_info=_VERIFIED,
        ),
    )


def _provider(call: Call, q: AssumeRoleWithOidcRequest) -> OidcProvider:
    arn = q.oidc_provider_arn
    provider = call.look(OIDC_PROVIDER, (arn.account, arn.name.lower()))
    if provider is None:
        raise errors.NO_SUCH_PROVIDER(provider=str(arn))
    return provider


def _arn(provider: OidcProvider) -> ProviderArn:
    return ProviderArn(provider.account_id, "oidc", provider.name)


def _claims(call: Call, q: AssumeRoleWithOidcRequest, provider: OidcProvider) -> Claims:
    question = TokenQuestion(
        q.oidc_token,
        Issuer(provider.account_id, provider.issuer_url, provider.fingerprints),
        provider.client_ids,
        provider.issuance_limit_hours,
        call.now,
    )
    return call.answer(question, Claims)
