"""Message Service: ``Authorization: MNS <AccessKeyId>:<signature>``.

Clients add the token after signing, as ``security-token``. Nothing covers it, so all that
binds it is that it must have been issued with the AccessKey that signed. A body is covered
where ``content-md5`` is sent.
"""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from typing import TYPE_CHECKING

from daypass.signing.errors import MD5_MISMATCH
from daypass.signing.parameters import read_parameters
from daypass.signing.request import Presented, Proof, wire_bytes
from daypass.signing.resource import headers_of, id_and_signature, lines_of, required, sign_sha1
from daypass.signing.times import read_http_date

if TYPE_CHECKING:
    from daypass.signing.request import WireRequest


def read_mns(request: WireRequest, authorization: str) -> Presented:
    """Read a request of this scheme.

    Args:
        request: as it came; its body all there.
        authorization: the header's value.

    Raises:
        ApiError: a header the scheme needs is missing, repeated or malformed, or the body is
            not the signed one.
    """
    access_key_id, signature = id_and_signature(authorization)
    date = required(request, "date")
    digest = request.header("content-md5") or ""
    if digest:
        _check_digest(digest, request.body)
    head = lines_of(
        (request.method, digest, request.header("content-type") or "", date), headers_of(request, "x-mns-")
    )
    target = f"{request.path}?{request.query}" if request.query else request.path
    return Presented(
        "MNS",
        access_key_id,
        request.header("security-token") or None,
        read_http_date(date),
        "",
        "",
        "",
        "XML",
        read_parameters(request.query).values,
        Proof(sign_sha1, b"", signature, (wire_bytes(f"{head}{target}", "a header or the path"),)),
    )


def _check_digest(digest: str, body: bytes) -> None:
    """Hold the body to its digest: the MD5, or its hexadecimal digits, in base64."""
    of_body = hashlib.md5(body, usedforsecurity=False)
    forms = (of_body.hexdigest().encode(), of_body.digest())
    if digest.encode("utf-8", "replace") not in [b2a_base64(form, newline=False) for form in forms]:
        raise MD5_MISMATCH()
