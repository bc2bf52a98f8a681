"""The services' own schemes once more, written down as plainly as they are described.

Shares nothing with the package. Each function signs one request and returns it whole.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import quote

from daypass.signing import Protocol, WireRequest
from tests.signing.naive import KEY, SECRET, Pairs, encode, in_order, wire

DATE = "Mon, 23 Nov 2026 16:00:00 GMT"
BASIC = "20261123T160000Z"
DAY = BASIC[:8]
NOW = 1_795_449_600

Sign = Callable[[str, Pairs, bytes, "str | None"], WireRequest]


def _sha1(text: str) -> str:
    return base64.b64encode(hmac.new(SECRET.encode(), text.encode(), hashlib.sha1).digest()).decode()


def _key(product: str, region: str = "cn-hangzhou") -> bytes:
    key = f"aliyun_v4{SECRET}".encode()
    for step in (DAY, region, product, "aliyun_v4_request"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return key


def _scope(product: str) -> str:
    return f"{DAY}/cn-hangzhou/{product}/aliyun_v4_request"


def _v4(method: str, product: str, canonical: str) -> str:
    text = "\n".join([method, BASIC, _scope(product), hashlib.sha256(canonical.encode()).hexdigest()])
    return hmac.new(_key(product), text.encode(), hashlib.sha256).hexdigest()


def _lines(headers: dict[str, str], *prefixes: str) -> list[str]:
    return [f"{name}:{headers[name]}" for name in sorted(headers) if name.startswith(prefixes)]


def _decoded(path: str, query: Pairs) -> str:
    return path + ("?" if query else "") + "&".join(f"{name}={value}" for name, value in in_order(query))


def _bare(query: Pairs) -> str:
    return "&".join(
        f"{encode(name)}={encode(value)}" if value else encode(name) for name, value in in_order(query)
    )


def _request(method: str, path: str, query: Pairs, headers: dict[str, str], body: bytes) -> WireRequest:
    sent = [(name, value.encode().decode("latin-1")) for name, value in headers.items()]
    return WireRequest(method, path, wire(query), sent, body)


def sls_v1(path: str, query: Pairs, body: bytes, token: str | None) -> WireRequest:
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest().upper() if body else ""
    headers = {"host": "p.log", "date": DATE, "x-log-apiversion": "0.6.0", "content-type": "a/b"}
    if body:
        headers["content-md5"] = digest
    if token is not None:
        headers["x-acs-security-token"] = token
    text = ["POST", digest, "a/b", DATE, *_lines(headers, "x-log-", "x-acs-"), _decoded(path, query)]
    headers["authorization"] = f"LOG {KEY}:{_sha1(chr(10).join(text))}"
    headers["x-log-date"] = DATE
    return _request("POST", path, query, headers, body)


def sls_v4(path: str, query: Pairs, body: bytes, token: str | None) -> WireRequest:
    digest = hashlib.sha256(body).hexdigest()
    headers = {"host": "p.log", "x-log-date": BASIC, "x-log-content-sha256": digest, "content-type": "a/b"}
    if token is not None:
        headers["x-acs-security-token"] = token
    canonical = ["POST", path, _bare(query), *_lines(headers, ""), "", ";".join(sorted(headers)), digest]
    signature = _v4("SLS4-HMAC-SHA256", "sls", "\n".join(canonical))
    headers["authorization"] = f"SLS4-HMAC-SHA256 Credential={KEY}/{_scope('sls')},Signature={signature}"
    return _request("POST", path, query, headers, body)


def mns(path: str, query: Pairs, body: bytes, token: str | None) -> WireRequest:
    digest = base64.b64encode(hashlib.md5(body, usedforsecurity=False).hexdigest().encode()).decode()
    headers = {"content-md5": digest, "content-type": "text/xml", "date": DATE, "x-mns-version": "2015-06-06"}
    target = f"{path}?{wire(query)}" if query else path
    text = ["POST", digest, "text/xml", DATE, *_lines(headers, "x-mns-"), target]
    headers["authorization"] = f"MNS {KEY}:{_sha1(chr(10).join(text))}"
    if token is not None:
        headers["security-token"] = token
    return _request("POST", path, query, headers, body)


def datahub(path: str, query: Pairs, body: bytes, token: str | None) -> WireRequest:
    headers = {"content-type": "application/json", "date": DATE, "x-datahub-client-version": "1.1"}
    if token is not None:
        headers["x-datahub-security-token"] = token
    text = ["POST", "application/json", DATE, *_lines(headers, "x-datahub-"), _decoded(path, query)]
    headers["authorization"] = f"DATAHUB {KEY}:{_sha1(chr(10).join(text))}"
    return _request("POST", path, query, headers, body)


def _ots(body: bytes, token: str | None) -> dict[str, str]:
    headers = {
        "x-ots-accesskeyid": KEY,
        "x-ots-apiversion": "2015-12-31",
        "x-ots-contentmd5": base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode(),
        "x-ots-date": "2026-11-23T16:00:00.000Z",
        "x-ots-instancename": "i",
    }
    return headers if token is None else headers | {"x-ots-ststoken": token}


def ots_v2(path: str, _: Pairs, body: bytes, token: str | None) -> WireRequest:
    headers = _ots(body, token)
    text = "\n".join([path, "POST", "", *sorted(f"{n}:{v}" for n, v in headers.items()), ""])
    return _request("POST", path, [], headers | {"x-ots-signature": _sha1(text)}, body)


def ots_v4(path: str, _: Pairs, body: bytes, token: str | None) -> WireRequest:
    headers = _ots(body, token) | {"x-ots-signdate": DAY, "x-ots-signregion": "cn-hangzhou"}
    text = "\n".join([path, "POST", "", *sorted(f"{n}:{v}" for n, v in headers.items()), "ots"])
    signature = hmac.new(ots_v4_key(), text.encode(), hashlib.sha256).digest()
    return _request(
        "POST", path, [], headers | {"x-ots-signaturev4": base64.b64encode(signature).decode()}, body
    )


def ots_v4_key() -> bytes:
    return base64.b64encode(_key("ots"))


def _sub_resources(query: Pairs) -> str:
    signed = [
        (name, value) for name, value in in_order(query) if name in {"acl", "uploadId", "security-token"}
    ]
    said = "&".join(f"{name}={value}" if value else name for name, value in signed)
    return f"?{said}" if said else ""


def oss_v1(path: str, query: Pairs, body: bytes, token: str | None) -> WireRequest:
    headers = {"content-type": "a/b", "date": DATE, "x-oss-meta-a": "1"}
    if token is not None:
        headers["x-oss-security-token"] = token
    text = ["PUT", "", "a/b", DATE, *_lines(headers, "x-oss-"), f"/b{path}{_sub_resources(query)}"]
    headers["authorization"] = f"OSS {KEY}:{_sha1(chr(10).join(text))}"
    return _request("PUT", f"/b{quote(path)}", query, headers, body)


def oss_v1_presigned(path: str, query: Pairs, body: bytes, token: str | None) -> WireRequest:
    query = [*query, *([("security-token", token)] if token is not None else [])]
    text = ["PUT", "", "a/b", str(NOW + 60), f"/b{path}{_sub_resources(query)}"]
    query = [
        *query,
        ("OSSAccessKeyId", KEY),
        ("Expires", str(NOW + 60)),
        ("Signature", _sha1("\n".join(text))),
    ]
    return _request("PUT", f"/b{quote(path)}", query, {"content-type": "a/b"}, body)


def oss_v4(path: str, query: Pairs, body: bytes, token: str | None) -> WireRequest:
    headers = {"content-type": "a/b", "x-oss-content-sha256": "UNSIGNED-PAYLOAD", "x-oss-date": BASIC}
    if token is not None:
        headers["x-oss-security-token"] = token
    signed = headers | {"host": "b.oss"}
    canonical = ["PUT", f"/b{quote(path, safe='/~')}", _bare(query), *_lines(signed, ""), "", "host"]
    signature = _v4("OSS4-HMAC-SHA256", "oss", "\n".join([*canonical, "UNSIGNED-PAYLOAD"]))
    headers["authorization"] = (
        f"OSS4-HMAC-SHA256 Credential={KEY}/{_scope('oss')}, Signature={signature}, AdditionalHeaders=host"
    )
    return _request("PUT", f"/b{quote(path)}", query, headers | {"host": "b.oss"}, body)


def oss_v4_presigned(path: str, query: Pairs, body: bytes, token: str | None) -> WireRequest:
    query = [
        *query,
        ("x-oss-signature-version", "OSS4-HMAC-SHA256"),
        ("x-oss-credential", f"{KEY}/{_scope('oss')}"),
        ("x-oss-date", BASIC),
        ("x-oss-expires", "60"),
        *([("x-oss-security-token", token)] if token is not None else []),
    ]
    canonical = [
        "PUT",
        f"/b{quote(path, safe='/~')}",
        _bare(query),
        "content-type:a/b",
        "",
        "",
        "UNSIGNED-PAYLOAD",
    ]
    signature = _v4("OSS4-HMAC-SHA256", "oss", "\n".join(canonical))
    query = [*query, ("x-oss-signature", signature)]
    return _request("PUT", f"/b{quote(path)}", query, {"content-type": "a/b"}, body)


SIGNERS: dict[str, tuple[Protocol, Sign]] = {
    "SLS v1": ("sls", sls_v1),
    "SLS v4": ("sls", sls_v4),
    "MNS": ("mns", mns),
    "DataHub": ("datahub", datahub),
    "OTS v2": ("ots", ots_v2),
    "OTS v4": ("ots", ots_v4),
    "OSS V1": ("oss", oss_v1),
    "OSS V4": ("oss", oss_v4),
    "OSS V1 in a URL": ("oss", oss_v1_presigned),
    "OSS V4 in a URL": ("oss", oss_v4_presigned),
}
