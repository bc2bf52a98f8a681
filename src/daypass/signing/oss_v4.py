"""OSS, V4: bucket, name, query and headers are signed under a key of the day, the body is not.

The signature is in ``Authorization: OSS4-HMAC-SHA256`` or in a presigned URL, which tells
when it was signed and how long it lives, a week at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from daypass.signing.encoding import percent_encode
from daypass.signing.errors import INCOMPLETE_SIGNATURE, UNSUPPORTED_METHOD, URL_LIFE, shown
from daypass.signing.oss_v1 import full_name
from daypass.signing.parameters import BETWEEN, read_parameters
from daypass.signing.request import Presented, Proof, wire_bytes
from daypass.signing.resource import headers_of, lines_of, required
from daypass.signing.scope import Scope, field, read_credential, read_fields
from daypass.signing.sls_v4 import bare_query
from daypass.signing.times import LONGEST_URL_LIFE, read_basic

if TYPE_CHECKING:
    from daypass.signing.request import WireRequest

METHOD: Final = "OSS4-HMAC-SHA256"

_PAYLOAD: Final = "UNSIGNED-PAYLOAD"
_ALWAYS: Final = ("content-type", "content-md5")
_DIGITS: Final = 6
_SIGNATURE: Final = "x-oss-signature"


class _Claim(NamedTuple):
    """What a request says of its signature, wherever it says it."""

    access_key_id: str
    scope: Scope
    moment: str
    signature: str
    additional: tuple[str, ...]


def read_oss_v4(request: WireRequest, authorization: str, bucket: str | None) -> Presented:
    """Read a request of this scheme; the body is not looked at.

    Args:
        request: as it came.
        authorization: the header's value.
        bucket: named by the host, ``None`` if the path names it.

    Raises:
        ApiError: a header the scheme needs is missing, repeated or malformed.
    """
    fields = read_fields(authorization)
    moment = required(request, "x-oss-date")
    payload = required(request, "x-oss-content-sha256")
    if payload != _PAYLOAD:
        raise INCOMPLETE_SIGNATURE(problem=f"x-oss-content-sha256 must be {_PAYLOAD}.")
    access_key_id, scope = read_credential(field(fields, "Credential"), "oss", moment)
    claim = _Claim(
        access_key_id,
        scope,
        moment,
        field(fields, "Signature"),
        _names(fields.get("AdditionalHeaders", "")),
    )
    query = read_parameters(request.query)
    token = headers_of(request, "x-oss-security-token").get("x-oss-security-token")
    return _presented(request, claim, query.pairs, bucket, token=token, values=query.values)


def read_presigned_oss_v4(request: WireRequest, bucket: str | None) -> Presented:
    """Read a request whose URL carries the signature; the body is not looked at.

    Args:
        request: as it came.
        bucket: named by the host, ``None`` if the path names it.

    Raises:
        ApiError: a parameter the scheme needs is missing or malformed.
    """
    query = read_parameters(request.query)
    values = query.values
    version, moment, life, credential, signature = (
        values.pop(f"x-oss-{name}", "") or _missing(f"x-oss-{name}")
        for name in ("signature-version", "date", "expires", "credential", "signature")
    )
    if version != METHOD:
        raise UNSUPPORTED_METHOD(method=shown(version))
    seconds = int(life) if life.isascii() and life.isdigit() and len(life) <= _DIGITS else 0
    if not 1 <= seconds <= LONGEST_URL_LIFE:
        raise URL_LIFE(value=shown(life), limit=LONGEST_URL_LIFE)
    access_key_id, scope = read_credential(credential, "oss", moment)
    claim = _Claim(
        access_key_id, scope, moment, signature, _names(values.pop("x-oss-additional-headers", ""))
    )
    pairs = [pair for pair in query.pairs if not pair.startswith(f"{_SIGNATURE}{BETWEEN}")]
    token = values.pop("x-oss-security-token", None)
    return _presented(
        request, claim, pairs, bucket, token=token, values=values, expires_at=read_basic(moment) + seconds
    )


def _presented(
    request: WireRequest,
    claim: _Claim,
    pairs: list[str],
    bucket: str | None,
    *,
    token: str | None,
    values: dict[str, str],
    expires_at: int | None = None,
) -> Presented:
    timestamp = read_basic(claim.moment)
    canonical = _canonical_request(request, claim, pairs, bucket)
    text = claim.scope.text(METHOD, claim.moment, canonical)
    return Presented(
        "OSS V4",
        claim.access_key_id,
        token or None,
        timestamp,
        "",
        "",
        "",
        "XML",
        values,
        Proof(claim.scope.sign, b"", claim.signature, (text,)),
        expires_at=expires_at,
    )


def _canonical_request(request: WireRequest, claim: _Claim, pairs: list[str], bucket: str | None) -> bytes:
    named = headers_of(request, "x-oss-")
    for name in (*_ALWAYS, *claim.additional):
        value = request.header(name)
        if value is not None:
            named[name] = value.strip()
        elif name not in _ALWAYS:
            raise INCOMPLETE_SIGNATURE(problem=f"AdditionalHeaders is wrong about {shown(name)}.")
    resource = percent_encode(full_name(request.path, bucket)).replace("%2F", "/")
    return wire_bytes(
        f"{request.method}\n{resource}\n{bare_query(pairs)}\n"
        f"{lines_of((), named)}\n{';'.join(claim.additional)}\n{_PAYLOAD}",
        "a header or the method",
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(sorted({name.strip().lower() for name in text.split(";")} - {""}))


def _missing(name: str) -> str:
    raise INCOMPLETE_SIGNATURE(problem=f"The parameter {name} is missing.")
