"""Log Service, version 1: ``Authorization: LOG <AccessKeyId>:<signature>``.

The host is not signed, though it names the project: a caught request can be sent to
another project of the same caller within the leeway of its date. Version 4 signs it.
``x-log-date`` is added by clients after signing and not read.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from daypass.signing.errors import INCOMPLETE_SIGNATURE, MD5_MISMATCH, UNSUPPORTED_METHOD, shown
from daypass.signing.parameters import read_parameters
from daypass.signing.request import Presented, Proof, wire_bytes
from daypass.signing.resource import (
    decoded_query,
    headers_of,
    id_and_signature,
    lines_of,
    required,
    sign_sha1,
)
from daypass.signing.times import read_http_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daypass.signing.request import WireRequest

_METHOD: Final = "hmac-sha1"
_TOKEN: Final = "x-acs-security-token"  # noqa: S105 - the header's name


def read_sls_v1(request: WireRequest, authorization: str) -> Presented:
    """Read a request of this scheme.

    Args:
        request: as it came; its body all there.
        authorization: the header's value.

    Raises:
        ApiError: a header the scheme needs is missing, repeated or malformed, or the body is
            not the signed one.
    """
    access_key_id, signature = id_and_signature(authorization)
    named = signed_headers(request)
    named.pop("x-log-date", None)
    method = named.get("x-log-signaturemethod", _METHOD)
    if method.lower() != _METHOD:
        raise UNSUPPORTED_METHOD(method=shown(method))
    date = required(request, "date")
    digest = request.header("content-md5") or ""
    _check_digest(digest, request.body)
    values = read_parameters(request.query).values
    head = lines_of((request.method, digest, request.header("content-type") or "", date), named)
    text = wire_bytes(f"{head}{request.path}", "a header or the path") + decoded_query(values).encode()
    return Presented(
        "SLS v1",
        access_key_id,
        named.get(_TOKEN) or None,
        read_http_date(date),
        "",
        "",
        "",
        "JSON",
        values,
        Proof(sign_sha1, b"", signature, (text,)),
    )


def signed_headers(request: WireRequest) -> dict[str, str]:
    """Return the headers of Log Service that are signed whatever the version.

    Raises:
        ApiError: one is there more than once.
    """
    named = headers_of(request, "x-log-", "x-acs-")
    return _without_metadata(named)


def _without_metadata(named: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in named.items() if not name.startswith("x-log-meta-")}


def _check_digest(digest: str, body: bytes) -> None:
    """Hold the body to its digest, which is the MD5 in upper-case hexadecimal digits."""
    if digest:
        if digest.upper() != hashlib.md5(body, usedforsecurity=False).hexdigest().upper():
            raise MD5_MISMATCH()
    elif body:
        raise INCOMPLETE_SIGNATURE(problem="The body is not signed: the header content-md5 is missing.")
