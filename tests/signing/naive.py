"""The three schemes once more, written down as plainly as they are described.

Shares nothing with the package: the standard library encodes, sorts and signs. The
vectors that no client produced were signed with this, and properties compare with it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from urllib.parse import quote

Pairs = Sequence[tuple[str, str]]

SECRET = "madeUpSecret0123456789abcdEFGH"
KEY = "LTAI5tMADEUPexample01"
FORM = "application/x-www-form-urlencoded"


def encode(text: str) -> str:
    return quote(text, safe="-_.~")


def wire(pairs: Pairs) -> str:
    """Write parameters in the order given."""
    return "&".join(f"{encode(name)}={encode(value)}" for name, value in pairs)


def in_order(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(pairs, key=lambda pair: pair[0].encode())


def rpc_system(
    action: str = "QueryProduct",
    version: str = "2018-01-20",
    timestamp: str = "2026-11-23T16:00:00Z",
    nonce: str = "naive-nonce",
) -> list[tuple[str, str]]:
    return [
        ("AccessKeyId", KEY),
        ("Action", action),
        ("Format", "JSON"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureNonce", nonce),
        ("SignatureVersion", "1.0"),
        ("Timestamp", timestamp),
        ("Version", version),
    ]


def rpc_string_to_sign(method: str, pairs: Pairs) -> str:
    return f"{method}&{encode('/')}&{encode(wire(in_order(pairs)))}"


def rpc_signature(method: str, pairs: Pairs, secret: str = SECRET) -> str:
    text = rpc_string_to_sign(method, pairs)
    return base64.b64encode(hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()).decode()


def digest(algorithm: str, data: bytes) -> str:
    return hashlib.new("sm3" if algorithm.endswith("SM3") else "sha256", data).hexdigest()


def acs3_authorization(
    method: str,
    path: str,
    query: Pairs,
    headers: dict[str, str],
    *,
    algorithm: str = "ACS3-HMAC-SHA256",
    raw_names: bool = False,
    list_names: bool = True,
    secret: str = SECRET,
    key: str = KEY,
) -> str:
    """Sign with every header given, in alphabetical order."""
    names = sorted(headers)
    shown = (lambda name: name) if raw_names else encode
    canonical = "\n".join(
        [
            method,
            path,
            "&".join(f"{shown(name)}={encode(value)}" for name, value in in_order(query)),
            *[f"{name}:{headers[name].strip()}" for name in names],
            "",
            ";".join(names),
            headers["x-acs-content-sha256"],
        ]
    )
    text = f"{algorithm}\n{digest(algorithm, canonical.encode())}"
    hashed = "sm3" if algorithm.endswith("SM3") else "sha256"
    signature = hmac.new(secret.encode(), text.encode(), hashed).hexdigest()
    listed = f"SignedHeaders={';'.join(names)}," if list_names else ""
    return f"{algorithm} Credential={key},{listed}Signature={signature}"


def acs3_headers(
    body: bytes = b"",
    *,
    algorithm: str = "ACS3-HMAC-SHA256",
    action: str = "QueryProduct",
    version: str = "2018-01-20",
    **more: str,
) -> dict[str, str]:
    return {
        "host": "127.0.0.1:8620",
        "x-acs-action": action,
        "x-acs-version": version,
        "x-acs-date": "2026-11-23T16:00:00Z",
        "x-acs-signature-nonce": "naive-nonce",
        "x-acs-content-sha256": digest(algorithm, body),
        **{name.replace("_", "-"): value for name, value in more.items()},
    }


def roa_authorization(
    method: str, path: str, query: Pairs, headers: dict[str, str], *, bare_empty: bool = False
) -> str:
    fixed = [method] + [headers.get(name, "") for name in ("accept", "content-md5", "content-type", "date")]
    own = [f"{name}:{headers[name]}" for name in sorted(headers) if name.startswith("x-acs-")]
    said = [name if bare_empty and not value else f"{name}={value}" for name, value in in_order(query)]
    resource = f"{path}?{'&'.join(said)}" if said else path
    text = "\n".join([*fixed, *own, resource])
    signature = base64.b64encode(hmac.new(SECRET.encode(), text.encode(), hashlib.sha1).digest()).decode()
    return f"acs {KEY}:{signature}"


def roa_headers(**more: str) -> dict[str, str]:
    return {
        "accept": "application/json",
        "date": "Mon, 23 Nov 2026 16:00:00 GMT",
        "x-acs-signature-method": "HMAC-SHA1",
        "x-acs-signature-version": "1.0",
        "x-acs-signature-nonce": "naive-nonce",
        "x-acs-version": "2018-01-20",
        "x-acs-action": "QueryProduct",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
