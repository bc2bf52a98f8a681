"""OpenID Connect tokens: what they must look like, and what must hold of their claims.

Order of checks: form and algorithm, issuer, then, with the issuer's keys, signature,
expiry, time of issue, audience. Source: the error list of STS, the page of
AssumeRoleWithOIDC; RFC 7519 for the claims.
"""

from __future__ import annotations

import base64
import binascii
import math
from typing import TYPE_CHECKING, Final

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from joserfc import jws
from joserfc.errors import JoseError

from daypass.errors import DaypassError
from daypass.federation.discovery import CURVES, RSA_ALGORITHMS
from daypass.federation.errors import (
    AUDIENCE,
    TOKEN_EXPIRED,
    TOKEN_INVALID,
    TOKEN_SIGNATURE,
)

if TYPE_CHECKING:
    from daypass.federation.discovery import IssuerKeys

MAX_TOKEN: Final = 20_000
"""Characters of a token. Source: the comments of the official SDK."""

ALGORITHMS: Final = (*RSA_ALGORITHMS, *CURVES)
"""Signatures by private keys only: whoever can check a token must not be able to make one."""

LEEWAY: Final = 60
"""Seconds that an issuer's clock may be ahead of ours. A token that has expired has expired."""

_PARTS: Final = 3
_MAX_TIME: Final = 253_402_300_800
"""The year 10000: no calendar has more."""
_HOUR: Final = 3600


class _Header(msgspec.Struct, frozen=True):
    alg: str
    kid: str | None = None
    crit: msgspec.Raw | None = None


class _Payload(msgspec.Struct, frozen=True):
    iss: str
    sub: str
    aud: str | list[str]
    exp: float
    iat: float
    nbf: float | None = None


class Presented(msgspec.Struct, frozen=True):
    """A token as presented: its form is right, nothing else is known of it yet.

    Attributes:
        text: the token.
        algorithm: that its header names, one of :data:`ALGORITHMS`.
        kid: the key that its header names.
        claims: as the payload claims them.
    """

    text: str
    algorithm: str
    kid: str | None
    claims: Claims


class Claims(msgspec.Struct, frozen=True):
    """Who a token is about, and for whom and for how long it was made.

    Attributes:
        audiences: at least one.
        issued_at: epoch seconds.
        expires_at: the first second it is no longer valid.
        not_before: the first second it is valid.
    """

    issuer: str
    subject: str
    audiences: tuple[str, ...]
    issued_at: int
    expires_at: int
    not_before: int

    def require_issuer(self, url: str) -> None:
        """Check who issued the token, character by character.

        Raises:
            ApiError: ``AuthenticationFail.OIDCToken.Invalid``.
        """
        if self.issuer != url:
            raise TOKEN_INVALID(reason="its issuer is not the identity provider's")


_read_header: Final = msgspec.json.Decoder(_Header).decode
_read_payload: Final = msgspec.json.Decoder(_Payload).decode


def read_token(text: str) -> Presented:
    """Read a token without believing it.

    Raises:
        ApiError: ``AuthenticationFail.OIDCToken.Invalid``.
    """
    if len(text) > MAX_TOKEN:
        raise TOKEN_INVALID(reason=f"it has more than {MAX_TOKEN} characters")
    parts = text.split(".")
    if len(parts) != _PARTS or not all(parts):
        raise TOKEN_INVALID(reason="it does not have three parts")
    header = _header(_bytes(parts[0]))
    return Presented(text, header.alg, header.kid, _claims(_bytes(parts[1])))


def _header(data: bytes) -> _Header:
    try:
        header = _read_header(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise TOKEN_INVALID(reason="its header is not one of a signed token") from None
    if header.alg not in ALGORITHMS:
        raise TOKEN_INVALID(reason=f"its algorithm is not one of {', '.join(ALGORITHMS)}")
    if header.crit is not None:
        raise TOKEN_INVALID(reason="it demands an extension that is not known")
    return header


def _claims(data: bytes) -> Claims:
    try:
        payload = _read_payload(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise TOKEN_INVALID(reason="it lacks one of the claims iss, sub, aud, exp and iat") from None
    audiences = (payload.aud,) if isinstance(payload.aud, str) else tuple(payload.aud)
    if not (payload.iss and payload.sub and audiences):
        raise TOKEN_INVALID(reason="one of its claims iss, sub and aud is empty")
    issued_at = _time(payload.iat)
    not_before = issued_at if payload.nbf is None else _time(payload.nbf)
    return Claims(payload.iss, payload.sub, audiences, issued_at, _time(payload.exp), not_before)


def _time(value: float) -> int:
    if not 0 <= value < _MAX_TIME:
        raise TOKEN_INVALID(reason="one of its times is none")
    return math.floor(value)


def _bytes(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise TOKEN_INVALID(reason="it is not encoded as a token is") from None


class UnknownKeyError(DaypassError):
    """The issuer's keys as known have none that the token names; it may be new."""


def verify(token: Presented, keys: IssuerKeys) -> None:
    """Check a token's signature.

    Raises:
        UnknownKeyError: no such key is known.
        ApiError: ``AuthenticationFail.OIDCToken.InvalidSignature``.
    """
    key = keys.find(token.algorithm, token.kid)
    if key is None:
        raise UnknownKeyError
    registry = jws.JWSRegistry(algorithms=[token.algorithm], strict_check_header=False)
    registry.max_header_length = MAX_TOKEN
    try:
        jws.deserialize_compact(token.text, key, registry=registry)
    except (JoseError, ValueError, TypeError, UnsupportedAlgorithm):
        raise TOKEN_SIGNATURE(reason="it does not fit the key it names") from None


def accept(claims: Claims, client_ids: tuple[str, ...], limit_hours: int, now: int) -> None:
    """Check the claims of a token whose signature holds.

    Args:
        claims: of the token.
        client_ids: of the identity provider.
        limit_hours: how long ago a token may have been issued.
        now: epoch seconds.

    Raises:
        ApiError: ``AuthenticationFail.OIDCToken.Expired``, ``.Invalid``, ``.AudienceNotMatch``.
    """
    if now >= claims.expires_at:
        raise TOKEN_EXPIRED(reason="it has expired")
    if now - claims.issued_at > limit_hours * _HOUR:
        raise TOKEN_EXPIRED(reason=f"it was issued more than {limit_hours} hours ago")
    if max(claims.issued_at, claims.not_before) > now + LEEWAY:
        raise TOKEN_INVALID(reason="it is from the future")
    if set(client_ids).isdisjoint(claims.audiences):
        raise AUDIENCE()
