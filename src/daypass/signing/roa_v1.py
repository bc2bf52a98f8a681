"""ROA version 1.0: a path names the resource, headers carry the rest.

The string to sign ends in the path and the *decoded* query, joined without encoding.
Read back, such text can mean several queries; parameters are taken from the wire, and
a query that could be another one's text is refused (:func:`check_unmistakable`). The
body is signed only through ``Content-MD5``; a form without it contributes nothing.
"""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from typing import TYPE_CHECKING, Final

from daypass.signing.errors import INCOMPLETE_SIGNATURE, MD5_MISMATCH, UNSUPPORTED_METHOD, shown
from daypass.signing.formats import chosen_format
from daypass.signing.parameters import add_form, form_text, read_parameters, take_system_parameters
from daypass.signing.request import Presented, Proof, wire_bytes
from daypass.signing.resource import check_unmistakable, headers_of, id_and_signature, required, sign_sha1
from daypass.signing.times import read_http_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daypass.signing.request import WireRequest

METHOD: Final = "HMAC-SHA1"

_SIGNED_PREFIX: Final = "x-acs-"


def read_roa_v1(request: WireRequest, authorization: str) -> Presented:
    """Read a request with ``Authorization: acs <AccessKeyId>:<signature>``.

    Args:
        request: as it came.
        authorization: the header's value.

    Raises:
        ApiError: a header the scheme needs is missing, repeated or malformed, the body is
            not the signed one, or the parameters are malformed.
    """
    access_key_id, signature = id_and_signature(authorization)
    named = headers_of(request, _SIGNED_PREFIX)
    _check_method(named)
    date = required(request, "date")
    content_type = request.header("content-type")
    digest = request.header("content-md5")
    values = read_parameters(request.query).values
    head = "\n".join(
        (request.method, request.header("accept") or "", digest or "", content_type or "", date, "")
    )
    lines = "".join([f"{name}:{named[name]}\n" for name in sorted(named)])
    if head.count("\n") + lines.count("\n") != _HEAD_LINES + len(named):
        raise INCOMPLETE_SIGNATURE(problem="A signed header spans lines.")
    signed = wire_bytes(f"{head}{lines}{request.path}", "a header or the path")
    texts = tuple(signed + query.encode() for query in _resource_queries(values))
    if digest is not None:
        _check_digest(digest, request.body)
        add_form(values, form_text(request, content_type))
    action = named.get("x-acs-action", "")
    version = named.get("x-acs-version", "")
    named_format = take_system_parameters(values, action, version)
    return Presented(
        "ROA v1",
        access_key_id,
        named.get("x-acs-security-token") or None,
        read_http_date(date),
        # Some clients send no nonce. The signature is as good: without a nonce an equal
        # request of the same second is the same text.
        named.get("x-acs-signature-nonce") or signature,
        action,
        version,
        chosen_format(named_format, request.headers),
        values,
        Proof(sign_sha1, b"", signature, texts),
    )


_HEAD_LINES: Final = 5


def _check_method(named: Mapping[str, str]) -> None:
    method = named.get("x-acs-signature-method", METHOD)
    if method != METHOD:
        raise UNSUPPORTED_METHOD(method=shown(method))
    kind = named.get("x-acs-signature-type", "")
    if kind:
        raise UNSUPPORTED_METHOD(method=shown(kind))


def _resource_queries(values: Mapping[str, str]) -> list[str]:
    """Return the query as signed: with ``name=`` for an empty value, and the form with ``name``.

    Clients differ on empty values. Read back, both forms mean the same parameters.
    """
    if not values:
        return [""]
    check_unmistakable(values)
    texts = ["?" + "&".join([f"{name}={values[name]}" for name in sorted(values)])]
    if "" in values.values():
        bare = [f"{name}={values[name]}" if values[name] else name for name in sorted(values)]
        texts.append("?" + "&".join(bare))
    return texts


def _check_digest(digest: str, body: bytes) -> None:
    of_body = b2a_base64(hashlib.md5(body, usedforsecurity=False).digest(), newline=False)
    if digest.strip() != of_body.decode():
        raise MD5_MISMATCH()
