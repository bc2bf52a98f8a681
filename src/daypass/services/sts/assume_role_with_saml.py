"""AssumeRoleWithSAML: exchange a SAML response for short-lived credentials of a role.

Order of checks: parameters, the identity provider, the assertion (form, signature, issuer,
subject, times, audience), the pair of role and provider in it, the role's existence, its
trust policy, its own limit on the duration, and last that the assertion was not used
before. Source: the published operation page, RAM's page on assertions; the order is ours
where they are silent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from daypass.authz.authorize import decide_on_vouching
from daypass.authz.controls import CONTROLS
from daypass.authz.principal import vouched_for
from daypass.authz.providers import SAML_PROVIDER
from daypass.directory.errors import ASSERTION_USED, ASSERTIONS_FULL, SAML_PROVIDER_MISSING
from daypass.errors import ErrorCode
from daypass.federation import errors
from daypass.federation.assertions import MAX_RESPONSE, Assertion
from daypass.federation.questions import AssertionQuestion
from daypass.names import ProviderArn, RoleArn
from daypass.secret import Secret
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
    AssumedRoleUser,
    CredentialsBody,
    sts,
)

if TYPE_CHECKING:
    from daypass.authz.authorize import Verdict
    from daypass.authz.principal import Caller
    from daypass.directory.records import Role
    from daypass.service.call import Call

ROLE_MISSING: Final = ErrorCode("EntityNotExist.RoleArn", 404, "There is no role {name}.")
SESSION_NAME_FORM: Final = ErrorCode(
    "InvalidParameter.RoleSessionName",
    400,
    "The RoleSessionName of the assertion is invalid: "
    "2 to 64 letters, digits and any of . @ - _ = , + are wanted.",
)

SAML_PROVIDER_ARN: Final = provider_arn_parameter("saml", "SAMLProviderArn")
SAML_ASSERTION: Final = Evidence(
    wire="SAMLAssertion",
    help="The whole SAML response that the identity provider issued, in Base64; "
    f"4 to {MAX_RESPONSE} characters.",
    most=MAX_RESPONSE,
    invalid=errors.ASSERTION_INVALID,
)

_SESSION_NAME: Final = re.compile(r"[A-Za-z0-9.@_=,+-]{2,64}", re.ASCII)


class AssumeRoleWithSamlRequest(Request, frozen=True, kw_only=True):
    """Whose credentials, and the response that vouches for the caller."""

    saml_provider_arn: Annotated[ProviderArn, SAML_PROVIDER_ARN]
    role_arn: Annotated[RoleArn, ROLE_ARN]
    saml_assertion: Annotated[Secret, SAML_ASSERTION]
    duration_seconds: Annotated[int, DURATION_SECONDS] = DEFAULT_SECONDS
    policy: Annotated[str | None, POLICY] = None


class SamlAssertionInfo(Response, frozen=True, kw_only=True):
    """What the assertion says."""

    subject_type: str
    subject: str
    recipient: str
    issuer: str


class AssumeRoleWithSamlResponse(Response, frozen=True, kw_only=True):
    """The session, its credentials, and what the assertion says."""

    assumed_role_user: AssumedRoleUser
    credentials: CredentialsBody
    saml_assertion_info: SamlAssertionInfo = msgspec.field(name="SAMLAssertionInfo")


class AssertionIsTrusted:
    """The assertion must be the provider's and list the role, and the role's trust policy must allow it."""

    def check(self, call: Call, q: AssumeRoleWithSamlRequest, /) -> Verdict:
        """Check the assertion, then decide on the role, which must exist."""
        assertion = _assertion(call, q)
        if not _SESSION_NAME.fullmatch(assertion.session_name):
            raise SESSION_NAME_FORM()
        if (q.role_arn.folded, q.saml_provider_arn.folded) not in assertion.pairs:
            raise errors.ROLE_NOT_ASSERTED()
        role = trusted_role(call, q.role_arn, ROLE_MISSING)
        own = {"saml:recipient": assertion.recipient_key, "sts:RoleSessionName": assertion.session_name}
        controls = call.look(CONTROLS, role.role.account_id)
        subject = _subject(q, assertion, role.role)
        return decide_on_vouching(subject, controls, role, conditions(call, own))

    def describe(self) -> str:
        """Say that the trust policy decides."""
        return describe("identity provider")

    def errors(self) -> tuple[ErrorCode, ...]:
        """Return what may be wrong with provider, assertion and role."""
        return (
            SAML_PROVIDER_MISSING,
            errors.METADATA_INVALID,
            errors.ASSERTION_INVALID,
            errors.ASSERTION_EXPIRED,
            SESSION_NAME_FORM,
            errors.ROLE_NOT_ASSERTED,
            errors.NOT_TRUSTED,
            ROLE_MISSING,
        )

    def refusal(self, verdict: Verdict) -> str:
        """Say that the trust policy refuses."""
        return refusal(verdict)


@sts.operation(
    "AssumeRoleWithSAML",
    AssumeRoleWithSamlRequest,
    AssumeRoleWithSamlResponse,
    authorize=AssertionIsTrusted(),
    runs=Runs.WRITE,
    errors=(DURATION_RANGE, ASSERTION_USED, ASSERTIONS_FULL),
    anonymous=True,
    secrets=("SAMLAssertion",),
)
def assume_role_with_saml(call: Call, q: AssumeRoleWithSamlRequest) -> AssumeRoleWithSamlResponse:
    """Exchange a SAML response for short-lived credentials of a role; its assertion is used up."""
    assertion = _assertion(call, q)
    role = trusted_role(call, q.role_arn, ROLE_MISSING).role
    require_duration(role, q.duration_seconds)
    call.txn.used_assertions.use(
        q.saml_provider_arn.account, assertion.issuer, assertion.id, assertion.expires_at
    )
    issued = issue(
        call,
        role,
        _subject(q, assertion, role),
        name=assertion.session_name,
        seconds=q.duration_seconds,
        policy=q.policy,
    )
    return AssumeRoleWithSamlResponse(
        assumed_role_user=issued.user,
        credentials=issued.credentials,
        saml_assertion_info=SamlAssertionInfo(
            subject_type=assertion.subject_type,
            subject=assertion.subject,
            recipient=assertion.recipient,
            issuer=assertion.issuer,
        ),
    )


def _subject(q: AssumeRoleWithSamlRequest, assertion: Assertion, role: Role) -> Caller:
    return vouched_for(q.saml_provider_arn, assertion.subject, role.account_id)


def _assertion(call: Call, q: AssumeRoleWithSamlRequest) -> Assertion:
    arn = q.saml_provider_arn
    registered = call.look(SAML_PROVIDER, (arn.account, arn.name.lower()))
    if registered is None:
        raise SAML_PROVIDER_MISSING(name=arn.name)
    if registered.described is None:
        raise errors.METADATA_INVALID(reason="it is not understood any more; give it anew")
    question = AssertionQuestion(arn.account, q.saml_assertion, registered.described, call.now)
    return call.answer(question, Assertion)
