"""Errors in the form that the clients of each protocol read.

Source: the error tables of the services, and what their official SDKs parse. An SDK given
another shape loses the code or raises something unrelated.
"""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from xml.sax.saxutils import escape

import msgspec

from daypass.errors import ErrorCode
from daypass.gateway.protobuf import message
from daypass.service import render
from daypass.signing import requested_format

if TYPE_CHECKING:
    from daypass.descriptions import Protocol
    from daypass.errors import ApiError
    from daypass.signing import WireRequest

Kind = Literal[
    "key", "signature", "time", "token", "expired", "denied", "throttled", "server", "slow", "other"
]

_KINDS: Final[dict[str, Kind]] = {
    "InvalidAccessKeyId.NotFound": "key",
    "InvalidAccessKeyId.Inactive": "key",
    "Forbidden.AccessKeyPolicy": "denied",
    "SignatureDoesNotMatch": "signature",
    "InvalidTimeStamp.Expired": "time",
    "InvalidSecurityToken.Expired": "expired",
    "InvalidSecurityToken.Malformed": "token",
    "InvalidSecurityToken.MismatchWithAccessKey": "token",
    "MissingSecurityToken": "token",
    "NoPermission": "denied",
    "Throttling.User": "throttled",
    "RequestTimeout": "slow",
}

_CODES: Final[dict[Protocol, dict[Kind, tuple[int, str]]]] = {
    "pop": {},
    "sls": {
        "key": (401, "Unauthorized"),
        "signature": (401, "SignatureNotMatch"),
        "time": (400, "RequestTimeExpired"),
        "token": (401, "SecurityTokenInvalid"),
        "expired": (401, "SecurityTokenExpired"),
        "denied": (401, "Unauthorized"),
        "throttled": (403, "ReadQuotaExceed"),
        "server": (503, "ServerBusy"),
        "other": (400, "ParameterInvalid"),
    },
    "mns": {
        "key": (403, "InvalidAccessKeyId"),
        "signature": (403, "SignatureDoesNotMatch"),
        "time": (408, "TimeExpired"),
        "token": (403, "InvalidSecurityToken"),
        "expired": (403, "SecurityTokenExpired"),
        "denied": (403, "AccessDenied"),
        "throttled": (503, "ServerBusy"),
        "server": (503, "ServerBusy"),
        "other": (400, "InvalidArgument"),
    },
    "ots": {
        "key": (403, "OTSAuthFailed"),
        "signature": (403, "OTSAuthFailed"),
        "time": (403, "OTSAuthFailed"),
        "token": (403, "OTSAuthFailed"),
        "expired": (403, "OTSAuthFailed"),
        "denied": (403, "OTSNoPermissionAccess"),
        "throttled": (403, "OTSQuotaExhausted"),
        "server": (503, "OTSServerUnavailable"),
        "other": (400, "OTSParameterInvalid"),
    },
    "datahub": {
        "key": (401, "Unauthorized"),
        "signature": (401, "Unauthorized"),
        "time": (401, "Unauthorized"),
        "token": (401, "Unauthorized"),
        "expired": (401, "Unauthorized"),
        "denied": (403, "NoPermission"),
        "throttled": (429, "LimitExceeded"),
        "server": (503, "ServiceUnavailable"),
        "other": (400, "InvalidParameter"),
    },
    "oss": {
        "key": (403, "InvalidAccessKeyId"),
        "signature": (403, "SignatureDoesNotMatch"),
        "time": (403, "RequestTimeTooSkewed"),
        "token": (403, "InvalidSecurityToken"),
        "expired": (403, "SecurityTokenExpired"),
        "denied": (403, "AccessDenied"),
        "throttled": (503, "DownloadTrafficRateLimitExceeded"),
        "server": (503, "ServiceUnavailable"),
        "slow": (400, "RequestTimeout"),
        "other": (400, "InvalidArgument"),
    },
}
_OWN_STATUS: Final = frozenset((404, 405, 408, 413, 431, 500, 502, 504))
"""Statuses that say more than the protocol's code does."""

_SERVER: Final = 500


class Native(ErrorCode):
    """An error in a protocol's own words, told as it is."""


class Answer(NamedTuple):
    """An answer of the gateway's own.

    Attributes:
        status: of HTTP.
        headers: but for those of framing.
        body: in the protocol's form.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def answer(
    protocol: Protocol, error: ApiError, request: WireRequest | None, request_id: str, now: int
) -> Answer:
    """Render an error as the clients of a protocol read it."""
    if protocol == "pop":
        return _pop(error, request, request_id)
    status, code = code_of(protocol, error)
    host = request.host if request is not None else ""
    content_type, body = _BODIES[protocol](code, error.message, request_id, host)
    headers = [
        (b"content-type", content_type),
        (b"date", formatdate(now, usegmt=True).encode()),
        (_REQUEST_IDS[protocol], request_id.encode()),
    ]
    return Answer(status, headers, body)


def code_of(protocol: Protocol, error: ApiError) -> tuple[int, str]:
    """Return status and code of an error in a protocol of its own."""
    if isinstance(error.declared, Native):
        return error.status, error.code
    codes = _CODES[protocol]
    status, code = codes.get(_kind(error)) or codes["other" if error.status < _SERVER else "server"]
    return (error.status if error.status in _OWN_STATUS else status), code


def _kind(error: ApiError) -> Kind:
    kind = _KINDS.get(error.code)
    if kind is None:
        kind = "server" if error.status >= _SERVER else "other"
    return kind


def _pop(error: ApiError, request: WireRequest | None, request_id: str) -> Answer:
    form = "JSON" if request is None else requested_format(request) or "JSON"
    host = request.host if request is not None else ""
    headers = [
        (b"content-type", render.content_type(form).encode()),
        (b"x-acs-request-id", request_id.encode()),
        *((name.encode(), value.encode()) for name, value in error.headers.items()),
    ]
    return Answer(error.status, headers, render.failure(form, request_id, host, error))


def _sls(code: str, words: str, request_id: str, host: str) -> tuple[bytes, bytes]:  # noqa: ARG001 (one form for all)
    return b"application/json", msgspec.json.encode({"errorCode": code, "errorMessage": words})


def _datahub(code: str, words: str, request_id: str, host: str) -> tuple[bytes, bytes]:  # noqa: ARG001 (as above)
    members = {"RequestId": request_id, "ErrorCode": code, "ErrorMessage": words}
    return b"application/json", msgspec.json.encode(members)


def _ots(code: str, words: str, request_id: str, host: str) -> tuple[bytes, bytes]:  # noqa: ARG001 (as above)
    fields = (code.encode(), words.encode("utf-8", "replace"))
    return b"application/x-protobuf", b"".join(message(at, field) for at, field in enumerate(fields, 1))


def _xml(code: str, words: str, request_id: str, host: str) -> tuple[bytes, bytes]:
    parts = (("Code", code), ("Message", words), ("RequestId", request_id), ("HostId", host or "-"))
    inner = "".join(f"<{name}>{_text(text)}</{name}>" for name, text in parts)
    return b"application/xml", f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'.encode()


def _text(value: str) -> str:
    """Return text as XML holds it: what no XML can hold becomes a question mark."""
    return escape("".join(char if char.isprintable() or char in "\n\t" else "?" for char in value))


_BODIES: Final[dict[Protocol, Callable[[str, str, str, str], tuple[bytes, bytes]]]] = {
    "sls": _sls,
    "mns": _xml,
    "ots": _ots,
    "datahub": _datahub,
    "oss": _xml,
}
_REQUEST_IDS: Final[dict[Protocol, bytes]] = {
    "sls": b"x-log-requestid",
    "mns": b"x-mns-request-id",
    "ots": b"x-ots-requestid",
    "datahub": b"x-datahub-request-id",
    "oss": b"x-oss-request-id",
}
