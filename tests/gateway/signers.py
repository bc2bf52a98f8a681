"""Requests as clients of each protocol send them, signed at the true time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import time
from datetime import UTC, datetime
from email.utils import formatdate
from urllib.parse import quote

from daypass.client import Credentials
from daypass.signing import sign_acs3, sign_rpc_v1

Headers = dict[str, str]

_nonces = itertools.count()


def _sha1(who: Credentials, *lines: str) -> str:
    text = "\n".join(lines)
    return base64.b64encode(
        hmac.new(who.access_key_secret.reveal().encode(), text.encode(), hashlib.sha1).digest()
    ).decode()


def _lines(headers: Headers, *prefixes: str) -> list[str]:
    return [f"{name}:{headers[name]}" for name in sorted(headers) if name.startswith(prefixes)]


def oss(who: Credentials, method: str, target: str, headers: Headers | None = None) -> Headers:
    """Sign with V1 for a target whose name is plain and whose query is a sub-resource at most."""
    sent = {"date": formatdate(usegmt=True), **(headers or {})}
    if who.security_token is not None:
        sent["x-oss-security-token"] = who.security_token
    own = ["", sent.get("content-type", ""), sent["date"], *_lines(sent, "x-oss-"), target]
    return sent | {"authorization": f"OSS {who.access_key_id}:{_sha1(who, method, *own)}"}


def oss_url(who: Credentials, method: str, path: str, *, expires: int | None = None) -> str:
    """Return a presigned target."""
    end = expires if expires is not None else int(time.time()) + 60
    token = "" if who.security_token is None else f"?security-token={who.security_token}"
    signature = _sha1(who, method, "", "", str(end), f"{path}{token}")
    query = f"OSSAccessKeyId={who.access_key_id}&Expires={end}&Signature={quote(signature, safe='')}"
    return f"{path}?{query}" + ("" if not token else f"&security-token={quote(who.security_token or '')}")


def sls(who: Credentials, method: str, target: str, body: bytes = b"") -> Headers:
    sent = {"date": formatdate(usegmt=True), "x-log-apiversion": "0.6.0"}
    if who.security_token is not None:
        sent["x-acs-security-token"] = who.security_token
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest().upper() if body else ""
    if body:
        sent["content-md5"] = digest
    own = [digest, "", sent["date"], *_lines(sent, "x-log-", "x-acs-"), target]
    return sent | {"authorization": f"LOG {who.access_key_id}:{_sha1(who, method, *own)}"}


def mns(who: Credentials, method: str, target: str, body: bytes = b"") -> Headers:
    sent = {"date": formatdate(usegmt=True), "x-mns-version": "2015-06-06"}
    digest = base64.b64encode(hashlib.md5(body, usedforsecurity=False).hexdigest().encode()).decode()
    if body:
        sent["content-md5"] = digest
    own = [digest if body else "", "", sent["date"], *_lines(sent, "x-mns-"), target]
    sent["authorization"] = f"MNS {who.access_key_id}:{_sha1(who, method, *own)}"
    return sent if who.security_token is None else sent | {"security-token": who.security_token}


def datahub(who: Credentials, method: str, target: str, body: bytes = b"") -> Headers:  # noqa: ARG001 (as the others)
    sent = {"date": formatdate(usegmt=True), "content-type": "application/json"}
    if who.security_token is not None:
        sent["x-datahub-security-token"] = who.security_token
    own = [sent["content-type"], sent["date"], *_lines(sent, "x-datahub-"), target]
    return sent | {"authorization": f"DATAHUB {who.access_key_id}:{_sha1(who, method, *own)}"}


def ots(who: Credentials, method: str, target: str, body: bytes = b"") -> Headers:
    sent = {
        "x-ots-accesskeyid": who.access_key_id,
        "x-ots-apiversion": "2015-12-31",
        "x-ots-contentmd5": base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode(),
        "x-ots-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "x-ots-instancename": "i",
    }
    if who.security_token is not None:
        sent["x-ots-ststoken"] = who.security_token
    return sent | {"x-ots-signature": _sha1(who, target, method, "", *_lines(sent, "x-ots-"), "")}


def rpc(who: Credentials, action: str, version: str, method: str = "POST", **parameters: str) -> str:
    """Return signed parameters, for a query or a form."""
    return sign_rpc_v1(
        action,
        version,
        parameters,
        access_key_id=who.access_key_id,
        secret=who.access_key_secret.reveal(),
        timestamp=int(time.time()),
        nonce=f"{time.time_ns()}-{next(_nonces)}",
        security_token=who.security_token,
        method=method,
    )


def acs3(who: Credentials, host: str, action: str, version: str, **parameters: str) -> tuple[str, Headers]:
    """Return a target and headers."""
    signed = sign_acs3(
        action,
        version,
        parameters,
        host=host,
        access_key_id=who.access_key_id,
        secret=who.access_key_secret.reveal(),
        timestamp=int(time.time()),
        nonce=f"{time.time_ns()}-{next(_nonces)}",
        security_token=who.security_token,
    )
    return f"/?{signed.query}", signed.headers


def answer_signature(who: Credentials, path: str, headers: Headers) -> str:
    """Compute the signature of an answer as Tablestore's client does."""
    signed = sorted(f"{name}:{value}" for name, value in headers.items() if name.startswith("x-ots-"))
    return f"OTS {who.access_key_id}:{_sha1(who, *signed, path)}"
