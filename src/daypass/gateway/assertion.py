"""What the gateway tells a service about its caller: headers, and a signed assertion of the same.

The assertion is a JSON Web Token under an Ed25519 key of this installation, for one audience,
good for a minute. A service that trusts the network can read the headers; one that does not
checks the assertion against the public key that ``daypass gateway key`` prints.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from daypass.errors import DaypassError

if TYPE_CHECKING:
    from pathlib import Path

    from daypass.authz.principal import Caller

PREFIX: Final = "x-daypass-"
LIFE_SECONDS: Final = 60
ISSUER: Final = "daypass"

_KEY_BYTES: Final = 32
_PRINTABLE: Final = "!#$&'()*+,/:;=?@[]-._~ "


class AssertionKeyError(DaypassError):
    """The key cannot be used; one line for the operator."""


class Claims(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an assertion says.

    Attributes:
        iss: :data:`ISSUER`.
        aud: the service it is for.
        sub: ARN of the principal.
        iat: when it was made, seconds since the epoch.
        exp: when it ends.
        jti: the request's id; the same in every record.
        account: of the principal.
        action: that was allowed.
        resource: on which.
        session_name: of a role session.
        source_identity: of a session that has one.
    """

    iss: str
    aud: str
    sub: str
    iat: int
    exp: int
    jti: str
    account: str
    action: str
    resource: str
    session_name: str = ""
    source_identity: str = ""


class Signer:
    """Signs assertions with the key of this installation.

    Args:
        key: of the installation.
    """

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._sign: Final = key.sign
        self._public: Final = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        digest = Hash(SHA256())
        digest.update(b'{"crv":"Ed25519","kty":"OKP","x":"%b"}' % _base64(self._public))
        self.key_id: Final = _base64(digest.finalize()).decode()
        self._head: Final = _base64(b'{"alg":"EdDSA","kid":"%b","typ":"daypass+jwt"}' % self.key_id.encode())
        self._encode: Final = msgspec.json.Encoder().encode

    def sign(self, claims: Claims) -> bytes:
        """Return an assertion."""
        text = b"%b.%b" % (self._head, _base64(self._encode(claims)))
        return b"%b.%b" % (text, _base64(self._sign(text)))

    def public_keys(self) -> dict[str, list[dict[str, str]]]:
        """Return the public key as a set, in the form of RFC 7517."""
        key = {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": self.key_id}
        return {"keys": [key | {"x": _base64(self._public).decode()}]}


def open_signer(path: Path) -> Signer:
    """Return a signer whose key is in a file, which is made if it is not there.

    Raises:
        AssertionKeyError: the file cannot be used.
    """
    try:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            material = path.read_bytes()
        else:
            made = Ed25519PrivateKey.generate()
            material = made.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
            with os.fdopen(descriptor, "wb") as file:
                file.write(material)
    except OSError as fault:
        raise AssertionKeyError(f"cannot use {path}: {fault.strerror}") from None
    if len(material) != _KEY_BYTES:
        raise AssertionKeyError(f"{path} does not hold an Ed25519 key of {_KEY_BYTES} bytes")
    return Signer(Ed25519PrivateKey.from_private_bytes(material))


def claims_of(
    caller: Caller, *, action: str, resource: str, audience: str, request_id: str, now: int
) -> Claims:
    """Return what is asserted of an allowed request."""
    session = caller.session
    return Claims(
        iss=ISSUER,
        aud=audience,
        sub=caller.arn,
        iat=now,
        exp=now + LIFE_SECONDS,
        jti=request_id,
        account=caller.account,
        action=action,
        resource=resource,
        session_name=session.session_name if session is not None else "",
        source_identity=caller.source_identity,
    )


def headers_of(claims: Claims, assertion: bytes) -> list[tuple[bytes, bytes]]:
    """Return the headers that tell a service who calls; absent is what there is not."""
    said = {
        b"x-daypass-principal": claims.sub,
        b"x-daypass-account": claims.account,
        b"x-daypass-session-name": claims.session_name,
        b"x-daypass-source-identity": claims.source_identity,
        b"x-daypass-request-id": claims.jti,
    }
    headers = [(name, _visible(text)) for name, text in said.items() if text]
    return [*headers, (b"x-daypass-assertion", assertion)]


def _visible(text: str) -> bytes:
    """Return text as it can stand in a header: what is not visible ASCII is percent-encoded."""
    plain = text.isascii() and text.isprintable() and "%" not in text
    return text.encode() if plain else quote(text, safe=_PRINTABLE).encode()


def _base64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")
