"""Tablestore, versions 2 and 4; the answer has to be signed, too.

A client believes no answer that is not signed with its own secret. :func:`sign_answer`
makes the headers it looks for.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from binascii import b2a_base64
from typing import TYPE_CHECKING, Final

from daypass.signing.errors import INCOMPLETE_SIGNATURE, MD5_MISMATCH
from daypass.signing.request import Presented, Proof, wire_bytes
from daypass.signing.resource import headers_of, required, sign_sha1
from daypass.signing.scope import Scope
from daypass.signing.times import iso, read_iso_with_fraction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from daypass.signing.request import WireRequest

_PREFIX: Final = "x-ots-"
_SIGNATURE: Final = "x-ots-signature"
_SIGNATURE_V4: Final = "x-ots-signaturev4"
_DIGEST: Final = "x-ots-contentmd5"


def read_ots(request: WireRequest) -> Presented:
    """Read a request of either version.

    Args:
        request: as it came; its body all there.

    Raises:
        ApiError: a header the scheme needs is missing, repeated or malformed, there is a query,
            which no client has and none is signed for, or the body is not the signed one.
    """
    named = headers_of(request, _PREFIX)
    access_key_id, date = required(request, "x-ots-accesskeyid"), required(request, "x-ots-date")
    if required(request, _DIGEST) != _digest(request.body):
        raise MD5_MISMATCH()
    if request.query:
        raise INCOMPLETE_SIGNATURE(problem="A request to Tablestore has no query.")
    scope = _scope(request, named)
    text = _text(request, named)
    proof = (
        Proof(sign_sha1, b"", named[_SIGNATURE], (text,))
        if scope is None
        else Proof(functools.partial(_sign_v4, scope), b"", named[_SIGNATURE_V4], (text + b"ots",))
    )
    return Presented(
        "OTS v2" if scope is None else "OTS v4",
        access_key_id,
        named.get("x-ots-ststoken") or None,
        read_iso_with_fraction(date),
        "",
        "",
        "",
        None,
        {},
        proof,
    )


def sign_answer(
    request: WireRequest,
    secret: str,
    body: bytes,
    *,
    request_id: str,
    now: int,
    content_type: str = "application/x-protobuf",
) -> dict[str, str]:
    """Return the headers of an answer that its client checks.

    Args:
        request: that is answered, and was verified.
        secret: that signed it.
        body: of the answer.
        request_id: of the answer.
        now: seconds since the epoch.
        content_type: of the body, in the protocol's own header.
    """
    named = headers_of(request, _PREFIX)
    headers = {
        "x-ots-contentmd5": _digest(body),
        "x-ots-contenttype": content_type,
        "x-ots-date": iso(now).replace("Z", ".000Z"),
        "x-ots-requestid": request_id,
    }
    scope = _scope(request, named)
    key = secret.encode() if scope is None else _base64_key(scope, secret.encode())
    text = f"{_lines(headers)}\n{request.path}".encode("latin-1", "replace")
    access_key_id = named["x-ots-accesskeyid"]
    return headers | {"authorization": f"OTS {access_key_id}:{sign_sha1(key, text).decode()}"}


def _scope(request: WireRequest, named: Mapping[str, str]) -> Scope | None:
    """Return the scope of a version 4 request, ``None`` for version 2.

    A request with both signatures would be of the version its reader likes, so it is none.
    """
    if (_SIGNATURE in named) == (_SIGNATURE_V4 in named):
        raise INCOMPLETE_SIGNATURE(problem=f"Exactly one of {_SIGNATURE} and {_SIGNATURE_V4} is needed.")
    if _SIGNATURE in named:
        return None
    day, region = required(request, "x-ots-signdate"), required(request, "x-ots-signregion")
    if day != named.get("x-ots-date", "")[:10].replace("-", ""):
        raise INCOMPLETE_SIGNATURE(problem="x-ots-signdate is not the day of x-ots-date.")
    return Scope(day, region, "ots")


def _text(request: WireRequest, named: Mapping[str, str]) -> bytes:
    signed = {name: value for name, value in named.items() if name not in {_SIGNATURE, _SIGNATURE_V4}}
    lines = _lines(signed)
    if lines.count("\n") != len(signed) - 1 or "\n" in request.path:
        raise INCOMPLETE_SIGNATURE(problem="A signed header or the path spans lines.")
    return wire_bytes(f"{request.path}\n{request.method}\n\n{lines}\n", "a header or the path")


def _lines(named: Mapping[str, str]) -> str:
    # Whole lines are sorted, not names: where one name begins with another, that differs.
    lines: Iterable[str] = (f"{name}:{value}" for name, value in named.items())
    return "\n".join(sorted(lines))


def _digest(body: bytes) -> str:
    return b2a_base64(hashlib.md5(body, usedforsecurity=False).digest(), newline=False).decode()


def _base64_key(scope: Scope, secret: bytes) -> bytes:
    return b2a_base64(scope.key(secret), newline=False)


def _sign_v4(scope: Scope, secret: bytes, text: bytes) -> bytes:
    return b2a_base64(hmac.digest(_base64_key(scope, secret), text, "sha256"), newline=False)
