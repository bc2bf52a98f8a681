"""Every error a request can get while its signature is read or checked.

Codes and statuses are the API gateway's published ones where it has one. The ones
it has no name for (duplicates, bad percent-encoding, too many parameters, a wrong
body digest) follow its two patterns, ``InvalidParameter.<What>`` and
``<What>NotMatched``, and are all HTTP 400.
"""

from __future__ import annotations

from typing import Final

from daypass.errors import ErrorCode, Family

MAX_PARAMETERS: Final = 1000
"""How many parameters one request may carry, query and form together."""

SIGNATURE_MISMATCH: Final = ErrorCode(
    "SignatureDoesNotMatch",
    400,
    # The text up to the colon is a contract with older clients: they take what stands
    # between the first colon and the next and compare it with what they signed. So
    # there is one colon here and none in ``text``.
    "Specified signature is not matched with our calculation. server string to sign is:{text}",
)
INCOMPLETE_SIGNATURE: Final = ErrorCode("IncompleteSignature", 400, "The signature is not usable. {problem}")
UNSUPPORTED_METHOD: Final = ErrorCode(
    "InvalidSignatureMethod",
    400,
    "The signature method {method} is not supported. Use HMAC-SHA1 with a version 1.0 signature, "
    "or ACS3-HMAC-SHA256 or ACS3-HMAC-SM3.",
)
UNSUPPORTED_VERSION: Final = ErrorCode(
    "InvalidSignatureVersion", 400, "The signature version {version} is not supported. Use 1.0."
)
MISSING: Final = Family("Missing{name}", 400, "The parameter {name} is required.")
"""A parameter the gateway itself needs: ``MissingAction``, ``MissingTimestamp`` and so on."""

TIMESTAMP_FORMAT: Final = ErrorCode(
    "InvalidTimeStamp.Format", 400, "The timestamp is wrongly formed. It must look like {example}."
)
TIMESTAMP_EXPIRED: Final = ErrorCode(
    "InvalidTimeStamp.Expired",
    400,
    "The timestamp differs from the server's clock by {seconds} seconds. At most {limit} are accepted.",
)
URL_EXPIRED: Final = ErrorCode(
    "InvalidTimeStamp.Expired", 400, "The signed URL expired {seconds} seconds ago. Have a new one signed."
)
URL_LIFE: Final = ErrorCode(
    "InvalidTimeStamp.Expires",
    400,
    "The life of a signed URL is {value} seconds. It must be from 1 to {limit}.",
)
UNKNOWN_FORMAT: Final = ErrorCode(
    "InvalidParameter.Format", 400, "The parameter Format is {value}. It must be JSON or XML."
)
BAD_ENCODING: Final = ErrorCode(
    "InvalidParameter.Encoding", 400, "The request is not percent-encoded UTF-8 in {where}."
)
DUPLICATE: Final = ErrorCode(
    "InvalidParameter.Duplicate", 400, "The parameter {name} is given more than once."
)
TOO_MANY: Final = ErrorCode(
    "InvalidParameter.TooMany", 400, f"The request has more than {MAX_PARAMETERS} parameters."
)
JSON_BODY: Final = ErrorCode(
    "InvalidContentType",
    400,
    "A JSON body is not covered by a version 1.0 signature. "
    "Send the parameters in the query or as application/x-www-form-urlencoded.",
)
DIGEST_MISMATCH: Final = ErrorCode(
    "ContentSHA256NotMatched", 400, "The header {header} is not the digest of the body."
)
MD5_MISMATCH: Final = ErrorCode(
    "ContentMD5NotMatched", 400, "The header Content-MD5 is not the digest of the body."
)


def shown(text: str) -> str:
    """Return a caller's text as it may stand in a message: cut short, without control characters."""
    kept = text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
    return "".join(character if character.isprintable() else "?" for character in kept)


_SHOWN: Final = 64
