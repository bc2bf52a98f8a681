"""What is wrong with a SecurityToken. Codes and statuses are STS's published ones."""

from __future__ import annotations

from typing import Final

from daypass.errors import ErrorCode

TOKEN_MALFORMED: Final = ErrorCode(
    "InvalidSecurityToken.Malformed", 400, "Specified SecurityToken is malformed, or was not issued here."
)
TOKEN_MISMATCH: Final = ErrorCode(
    "InvalidSecurityToken.MismatchWithAccessKey",
    400,
    "Specified SecurityToken mismatches with the AccessKey.",
)
TOKEN_EXPIRED: Final = ErrorCode("InvalidSecurityToken.Expired", 400, "Specified SecurityToken is expired.")
SESSION_TOO_LARGE: Final = ErrorCode(
    "InvalidParameter.PolicySize",
    400,
    "The session does not fit into a SecurityToken of {limit} characters. Shorten the session policy.",
)
