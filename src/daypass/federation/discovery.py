"""What an issuer publishes: its configuration, and the keys it signs with.

Source: OpenID Connect Discovery 1.0; RFC 7517 (JSON Web Key).
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from daypass.federation.errors import ISSUER_URL
from daypass.federation.urls import HttpsUrl

MAX_KEYS: Final = 100
"""Keys an issuer may publish. Real ones publish a handful."""

LEAST_RSA_BITS: Final = 2048
MOST_RSA_BITS: Final = 8192

CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
RSA_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")


class _Configuration(msgspec.Struct, frozen=True):
    issuer: str
    jwks_uri: str


class _PublishedKey(msgspec.Struct, frozen=True, omit_defaults=True):
    """The members of a key that matter; private ones are not even read."""

    kty: str = ""
    kid: str | None = None
    use: str | None = None
    key_ops: list[str] | None = None
    alg: str | None = None
    n: str = ""
    e: str = ""
    crv: str = ""
    x: str = ""
    y: str = ""


class _PublishedKeys(msgspec.Struct, frozen=True):
    keys: list[msgspec.Raw]


_read_configuration: Final = msgspec.json.Decoder(_Configuration).decode
_read_keys: Final = msgspec.json.Decoder(_PublishedKeys).decode
_read_key: Final = msgspec.json.Decoder(_PublishedKey).decode


class IssuerKeys:
    """The public keys of an issuer that may sign tokens. Keys of other kinds are left out."""

    def __init__(self, keys: tuple[_PublishedKey, ...]) -> None:
        self._keys: Final = keys

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, algorithm: str, kid: str | None) -> RSAKey | ECKey | None:
        """Return the key for a token's header; ``None`` if there is none.

        A token that names no key means the only one there is for its algorithm.
        """
        fitting = [key for key in self._keys if _fits(key, algorithm) and kid in {None, key.kid}]
        if len(fitting) != 1:
            return None
        (key,) = fitting
        try:
            if key.kty == "RSA":
                return RSAKey.import_key({"kty": "RSA", "n": key.n, "e": key.e})
            return ECKey.import_key({"kty": "EC", "crv": key.crv, "x": key.x, "y": key.y})
        except (JoseError, ValueError, TypeError, UnsupportedAlgorithm):
            return None


def read_configuration(body: bytes, issuer: str) -> HttpsUrl:
    """Return where an issuer's keys are.

    Args:
        body: of the issuer's configuration document.
        issuer: as registered; the document has to say the same, character by character.

    Raises:
        ApiError: ``AuthenticationFail.OIDCToken.HttpsUrlInvalid``.
    """
    try:
        configuration = _read_configuration(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ISSUER_URL(reason="its configuration is not one of OpenID Connect") from None
    if configuration.issuer != issuer:
        raise ISSUER_URL(reason="its configuration names another issuer")
    try:
        return HttpsUrl.parse(configuration.jwks_uri)
    except ValueError:
        raise ISSUER_URL(reason="its configuration has no https URL of keys") from None


def read_keys(body: bytes) -> IssuerKeys:
    """Return the keys of a key set that can sign tokens.

    Raises:
        ApiError: ``AuthenticationFail.OIDCToken.HttpsUrlInvalid``.
    """
    try:
        published = _read_keys(body).keys
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ISSUER_URL(reason="its keys are not a JSON Web Key Set") from None
    if len(published) > MAX_KEYS:
        raise ISSUER_URL(reason=f"it publishes more than {MAX_KEYS} keys")
    return IssuerKeys(tuple(key for raw in published if (key := _usable(raw)) is not None))


def _usable(raw: msgspec.Raw) -> _PublishedKey | None:
    try:
        key = _read_key(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if key.use not in {None, "sig"} or (key.key_ops is not None and "verify" not in key.key_ops):
        return None
    if key.kty == "RSA":
        return key if LEAST_RSA_BITS <= _bits(key.n) <= MOST_RSA_BITS else None
    return key if key.kty == "EC" and key.crv in CURVES.values() else None


def _bits(number: str) -> int:
    try:
        return int.from_bytes(base64.urlsafe_b64decode(number + "=" * (-len(number) % 4))).bit_length()
    except (binascii.Error, ValueError):
        return 0


def _fits(key: _PublishedKey, algorithm: str) -> bool:
    if key.alg not in {None, algorithm}:
        return False
    if key.kty == "RSA":
        return algorithm in RSA_ALGORITHMS
    return CURVES.get(algorithm) == key.crv
