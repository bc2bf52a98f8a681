"""ACS3: the signature and the request's meaning are headers, the parameters are not.

Action, version, date, nonce, token and the body's digest are headers that the caller
lists in ``SignedHeaders``. The list is the caller's to choose, so everything this
module reads a meaning from must be on it. ``Content-Type`` decides whether the body
is a form, so it counts only where it is signed (one transport adds an unsigned one).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from daypass.signing.encoding import percent_encode
from daypass.signing.errors import (
    DIGEST_MISMATCH,
    DUPLICATE,
    INCOMPLETE_SIGNATURE,
    UNSUPPORTED_METHOD,
    shown,
)
from daypass.signing.formats import chosen_format
from daypass.signing.parameters import BETWEEN, add_form, form_text, read_parameters, take_system_parameters
from daypass.signing.request import Presented, Proof, wire_bytes
from daypass.signing.times import iso, read_iso

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from daypass.signing.parameters import Parameters
    from daypass.signing.request import WireRequest

SHA256: Final = "ACS3-HMAC-SHA256"
SM3: Final = "ACS3-HMAC-SM3"

_ACTION: Final = "x-acs-action"
_VERSION: Final = "x-acs-version"
_DATE: Final = "x-acs-date"
_NONCE: Final = "x-acs-signature-nonce"
_DIGEST: Final = "x-acs-content-sha256"
_TOKEN: Final = "x-acs-security-token"  # noqa: S105 - the header's name
_TYPE: Final = "content-type"
_VITAL: Final = ("host", _ACTION, _VERSION, _DATE, _DIGEST, _NONCE)
_SINGLE: Final = frozenset({*_VITAL, _TOKEN, _TYPE})
_UNMISTAKABLE: Final = re.compile(r"[^&=%\x00-\x1f\x7f]*")


class SignedHeaders(NamedTuple):
    """What :func:`sign_acs3` adds to a request.

    Attributes:
        query: the query to send, percent-encoded.
        headers: every header that must be sent, ``Authorization`` and ``host`` included.
    """

    query: str
    headers: dict[str, str]


class _Algorithm(NamedTuple):
    digest: Callable[[bytes], str]
    sign: Callable[[bytes, bytes], bytes]


class _Authorization(NamedTuple):
    algorithm: str
    access_key_id: str
    signed: tuple[str, ...] | None
    signature: str


def read_acs3(request: WireRequest, authorization: str) -> Presented:
    """Read a request with an ``Authorization`` header of this scheme.

    Args:
        request: as it came.
        authorization: the header's value.

    Raises:
        ApiError: the algorithm is not supported, a header the scheme needs is missing,
            repeated or not signed, the body is not the signed one, or the parameters
            are malformed.
    """
    claim = _read_authorization(authorization)
    algorithm = _ALGORITHMS[claim.algorithm]
    headers = _signed_headers(request, claim.signed)
    if headers[_DIGEST] != algorithm.digest(request.body):
        raise DIGEST_MISMATCH(header=_DIGEST)
    query = read_parameters(request.query)
    queries = _canonical_queries(query)
    values = query.values
    add_form(values, form_text(request, headers.get(_TYPE)))
    action, version = headers[_ACTION], headers[_VERSION]
    named_format = take_system_parameters(values, action, version)
    head = wire_bytes(f"{request.method}\n{request.path}\n", "the path")
    tail = _header_block(headers) + headers[_DIGEST].encode()
    canonical = [head + text.encode() + b"\n" + tail for text in queries]
    return Presented(
        "ACS3",
        claim.access_key_id,
        headers.get(_TOKEN) or None,
        read_iso(headers[_DATE]),
        headers[_NONCE],
        action,
        version,
        chosen_format(named_format, request.headers),
        values,
        Proof(
            algorithm.sign,
            b"",
            claim.signature,
            tuple(f"{claim.algorithm}\n{algorithm.digest(text)}".encode() for text in canonical),
        ),
    )


def sign_acs3(
    action: str,
    version: str,
    parameters: Mapping[str, str],
    *,
    host: str,
    access_key_id: str,
    secret: str,
    timestamp: int,
    nonce: str,
    security_token: str | None = None,
    method: str = "POST",
    path: str = "/",
    body: bytes = b"",
    content_type: str | None = None,
    algorithm: str = SHA256,
) -> SignedHeaders:
    """Sign a call and return the query and the headers to send.

    Args:
        action: the operation.
        version: the API version.
        parameters: those to send in the query, flattened.
        host: the ``Host`` header exactly as it will be sent.
        access_key_id: who signs.
        secret: its secret.
        timestamp: seconds since the epoch.
        nonce: never used before with this AccessKey.
        security_token: of a session.
        method: the HTTP method the call will be sent with.
        path: percent-encoded, as it will be sent.
        body: as it will be sent.
        content_type: of the body.
        algorithm: :data:`SHA256` or :data:`SM3`.
    """
    functions = _ALGORITHMS[algorithm]
    headers = {
        "accept": "application/json",
        "host": host,
        _ACTION: action,
        _DIGEST: functions.digest(body),
        _DATE: iso(timestamp),
        _NONCE: nonce,
        _VERSION: version,
    }
    if security_token is not None:
        headers[_TOKEN] = security_token
    if content_type is not None:
        headers[_TYPE] = content_type
    headers = {name: headers[name] for name in sorted(headers)}
    query = "&".join(
        f"{percent_encode(name)}={percent_encode(parameters[name])}" for name in sorted(parameters)
    )
    canonical = f"{method}\n{path}\n{query}\n".encode() + _header_block(headers) + headers[_DIGEST].encode()
    text = f"{algorithm}\n{functions.digest(canonical)}".encode()
    signature = functions.sign(secret.encode(), text).decode()
    signed = ";".join(headers)
    headers["Authorization"] = (
        f"{algorithm} Credential={access_key_id},SignedHeaders={signed},Signature={signature}"
    )
    return SignedHeaders(query, headers)


def _read_authorization(value: str) -> _Authorization:
    algorithm, _, rest = value.partition(" ")
    if algorithm not in _ALGORITHMS:
        raise UNSUPPORTED_METHOD(method=shown(algorithm))
    fields: dict[str, str] = {}
    for piece in rest.split(","):
        name, _, text = piece.strip().partition("=")
        if name in fields:
            raise INCOMPLETE_SIGNATURE(problem=f"Authorization names {shown(name)} more than once.")
        fields[name] = text
    if not fields.get("Credential") or not fields.get("Signature"):
        raise INCOMPLETE_SIGNATURE(problem="Authorization lacks Credential or Signature.")
    listed = fields.get("SignedHeaders")
    signed = tuple(listed.split(";")) if listed is not None else None
    return _Authorization(algorithm, fields["Credential"], signed, fields["Signature"])


def _signed_headers(request: WireRequest, signed: tuple[str, ...] | None) -> dict[str, str]:
    """Return the signed headers in the order they are signed in, values as they are signed."""
    sent: dict[str, list[str]] = {}
    for name, value in request.headers:
        sent.setdefault(name, []).append(value.strip())
    if signed is None:
        # An old Java build names no headers and signs these.
        signed = tuple(sorted(n for n in sent if n in {"host", _TYPE} or n.startswith("x-acs-")))
    headers: dict[str, str] = {}
    for name in signed:
        values = sent.get(name)
        if values is None or name in headers:
            raise INCOMPLETE_SIGNATURE(problem=f"SignedHeaders is wrong about {shown(name)}.")
        if len(values) > 1 and name in _SINGLE:
            raise DUPLICATE(name=name)
        headers[name] = values[0] if len(values) == 1 else ",".join(sorted(values))
    for name in _VITAL:
        if not headers.get(name):
            raise INCOMPLETE_SIGNATURE(problem=f"The header {name} is missing or not signed.")
    if _TOKEN in sent and _TOKEN not in headers:
        raise INCOMPLETE_SIGNATURE(problem=f"The header {_TOKEN} is not signed.")
    return headers


def _header_block(headers: Mapping[str, str]) -> bytes:
    lines = "".join([f"{name}:{value}\n" for name, value in headers.items()])
    if lines.count("\n") != len(headers):
        raise INCOMPLETE_SIGNATURE(problem="A signed header spans lines.")
    return wire_bytes(f"{lines}\n{';'.join(headers)}\n", "a header")


def _canonical_queries(query: Parameters) -> list[str]:
    """Return the forms of the canonical query that some client signs for these parameters.

    Several clients leave names unencoded. That form is accepted only if every name is one
    that cannot be mistaken for further parameters, for an encoded name, or for another line.
    """
    texts = ["&".join(query.pairs).replace(BETWEEN, "=")]
    if not query.plain:
        names = sorted(query.values)
        if all(_UNMISTAKABLE.fullmatch(name) for name in names):
            encoded = [pair.partition(BETWEEN)[2] for pair in query.pairs]
            texts.append("&".join([f"{n}={v}" for n, v in zip(names, encoded, strict=True)]))
    return texts


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _hmac_sha256(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256").hex().encode()


def _sm3(data: bytes) -> str:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize().hex()


def _hmac_sm3(key: bytes, text: bytes) -> bytes:
    mac = HMAC(key, hashes.SM3())
    mac.update(text)
    return mac.finalize().hex().encode()


_ALGORITHMS: Final = {
    SHA256: _Algorithm(_sha256, _hmac_sha256),
    SM3: _Algorithm(_sm3, _hmac_sm3),
}
