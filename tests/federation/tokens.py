"""An OpenID Connect issuer whose every part a test can bend: keys, key sets, and the tokens it signs."""

from __future__ import annotations

import base64
import functools
import json
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

ISSUER = "https://issuer.example.com"
AUDIENCE = "sts.example.com"
SUBJECT = "repo:example/app:ref:refs/heads/main"

Key = RSAKey | ECKey


@functools.cache
def rsa_key(kid: str) -> RSAKey:
    """Return a key; one of a kid is always the same one."""
    return RSAKey.generate_key(2048, {"kid": kid}, private=True)


@functools.cache
def ec_key(kid: str, curve: Any = "P-256") -> ECKey:
    """Return a key of a curve."""
    return ECKey.generate_key(curve, {"kid": kid}, private=True)


def public(*keys: RSAKey | ECKey, **more: Any) -> dict[str, Any]:
    """Return a key set; what is given besides goes into each key."""
    return {"keys": [{**key.as_dict(private=False), **more} for key in keys]}


def claims(now: int, **changes: Any) -> dict[str, Any]:
    """Return claims that are right in everything but the changes; a change to None leaves one out."""
    right = {"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "iat": now, "exp": now + 300, **changes}
    return {name: value for name, value in right.items() if value is not None}


def token(payload: Any, key: Key, algorithm: str = "RS256", **header: Any) -> str:
    """Return a signed token."""
    protected = {"alg": algorithm, "typ": "JWT", "kid": key.kid, **header}
    protected = {name: value for name, value in protected.items() if value is not None}
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return jws.serialize_compact(protected, body, key, registry=registry)


def part(value: Any) -> str:
    """Return a part of a token that nobody signs."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
