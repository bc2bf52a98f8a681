"""Error codes every product answers with, whatever the operation.

Source: the gateway table of the published error centre. Codes of single operations
stand with them; codes about entities (``EntityNotExist.*`` …) in
:mod:`daypass.directory.errors`, about signatures in :mod:`daypass.signing.errors`.
"""

from __future__ import annotations

from typing import Final

from daypass.authz.denial import NO_PERMISSION
from daypass.errors import ErrorCode, Family

API_NOT_FOUND: Final = ErrorCode(
    "InvalidApi.NotFound", 404, "Version {version} has no operation {action}. Check Action and Version."
)
INVALID_VERSION: Final = ErrorCode("InvalidVersion", 400, "No service answers to version {version}.")
PATH_NOT_FOUND: Final = ErrorCode(
    "InvalidApi.NotFound", 404, "There is nothing at this path; the API is served on /."
)
UNSUPPORTED_METHOD: Final = ErrorCode(
    "UnsupportedHTTPMethod", 405, "The HTTP method {method} is not supported; use GET or POST."
)
MISSING_PARAMETER: Final = Family("MissingParameter.{name}", 400, "The parameter {name} is required.")
BODY_TOO_LARGE: Final = ErrorCode(
    "RequestEntityTooLarge", 413, "The request body is larger than {limit} bytes."
)
BAD_REQUEST: Final = ErrorCode("BadRequest", 400, "The request is not well-formed HTTP: {reason}")
HEAD_TOO_LARGE: Final = ErrorCode(
    "RequestHeaderTooLarge", 431, "The request line and the headers are larger than {limit} bytes."
)
TOO_SLOW: Final = ErrorCode("RequestTimeout", 408, "The request did not arrive within {seconds} seconds.")
THROTTLING: Final = ErrorCode("Throttling.User", 400, "Request was denied due to user flow control.")
UNAVAILABLE: Final = ErrorCode("ServiceUnavailable", 503, "The service cannot answer now: {reason}")
INTERNAL: Final = ErrorCode(
    "InternalError", 500, "The server failed. The request id identifies the entry in its log."
)

LENGTH: Final = Family(
    "InvalidParameter.{name}.Length", 400, "The length of {name} must be from {least} to {most}."
)
INVALID_CHARS: Final = Family(
    "InvalidParameter.{name}.InvalidChars", 400, "The parameter {name} may hold only {allowed}."
)
INVALID_FORMAT: Final = Family(
    "InvalidParameter.{name}.Format", 400, "The parameter {name} is wrongly formed: {reason}."
)
INVALID: Final = Family("InvalidParameter.{name}", 400, "The parameter {name} is invalid: {reason}.")
MALFORMED_POLICY: Final = ErrorCode("MalformedPolicyDocument", 400, "{reason}")

EVERYWHERE: Final = frozenset({NO_PERMISSION, THROTTLING, UNAVAILABLE, INTERNAL})
"""What any operation may raise without declaring it."""
