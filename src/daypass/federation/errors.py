"""What STS answers to who is vouched for badly.

Source of codes and statuses: the error list of STS. The wordings are daypass's own; they
say which check failed, and of what was presented only what the provider itself published.
"""

from __future__ import annotations

from typing import Final

from daypass.errors import ErrorCode

NO_SUCH_PROVIDER: Final = ErrorCode(
    "AuthenticationFail.NoPermission", 401, "No such OIDC provider is registered: {provider}."
)
NOT_TRUSTED: Final = ErrorCode(
    "AuthenticationFail.NoPermission",
    401,
    "The trust policy of the role does not let the identity provider's subject assume it.",
)
ROLE_NOT_ASSERTED: Final = ErrorCode(
    "AuthenticationFail.NoPermission",
    401,
    "There is no permission: the assertion does not list the role together with the identity provider.",
)

TOKEN_INVALID: Final = ErrorCode(
    "AuthenticationFail.OIDCToken.Invalid", 401, "The OIDC token is invalid: {reason}."
)
TOKEN_EXPIRED: Final = ErrorCode(
    "AuthenticationFail.OIDCToken.Expired", 401, "The OIDC token cannot be used any more: {reason}."
)
TOKEN_SIGNATURE: Final = ErrorCode(
    "AuthenticationFail.OIDCToken.InvalidSignature",
    401,
    "The signature of the OIDC token is not one of the issuer's: {reason}.",
)
AUDIENCE: Final = ErrorCode(
    "AuthenticationFail.OIDCToken.AudienceNotMatch",
    401,
    "No audience of the OIDC token is a client ID of the identity provider.",
)
ISSUER_URL: Final = ErrorCode(
    "AuthenticationFail.OIDCToken.HttpsUrlInvalid",
    401,
    "The keys of the issuer cannot be fetched: {reason}.",
)
FINGERPRINT: Final = ErrorCode(
    "AuthenticationFail.OIDCToken.PublicKeyFingerprintMismatch",
    401,
    "The certificates of {host} have none of the identity provider's fingerprints.",
)

ASSERTION_INVALID: Final = ErrorCode(
    "AuthenticationFail.SAMLAssertion.Invalid", 401, "The SAML assertion is invalid: {reason}."
)
ASSERTION_EXPIRED: Final = ErrorCode(
    "AuthenticationFail.SAMLAssertion.Expired", 401, "The SAML assertion has expired."
)
METADATA_INVALID: Final = ErrorCode(
    "AuthenticationFail.IDPMetadata.Invalid",
    401,
    "The metadata of the SAML identity provider cannot be used: {reason}.",
)
