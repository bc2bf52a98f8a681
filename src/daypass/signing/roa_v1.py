"""ROA version 1.0: a path names the resource, headers carry the rest.

The string to sign ends in the path and the *decoded* query, joined without encoding.
Read back, such text can mean several queries; parameters are taken from the wire, and
a query that could be another one's text is refused (:func:`_check_unmistakable`). The
body is signed only through ``Content-MD5``; a form without it contributes nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from binascii import b2a_base64
from typing import TYPE_CHECKING, Final

from daypass.signing.errors import (
    DUPLICATE,
    INCOMPLETE_SIGNATURE,
    MD5_MISMATCH,
    UNSUPPORTED_METHOD,
    shown,
)
from daypass.signing.formats import chosen_format
from daypass.signing.parameters import add_form, form_text, read_parameters, take_system_parameters
from daypass.signing.request import Presented, Proof, wire_bytes
from daypass.signing.times import read_http_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daypass.signing.request import WireRequest

METHOD: Final = "HMAC-SHA1"

_SIGNED_PREFIX: Final = "x-acs-"
_FURTHER_PARAMETER: Final = re.compile(r"&(?:[A-Za-z0-9_.-]+(?:=|&|$))", re.ASCII)


def read_roa_v1(request: WireRequest, authorization: str) -> Presented:
    """Read a request with ``Authorization: acs <AccessKeyId>:<signature>``.

    Args:
        request: as it came.
        authorization: the header's value.

    Raises:
        ApiError: a header the scheme needs is missing, repeated or malformed, the body is
            not the signed one, or the parameters are malformed.
    """
    access_key_id, _, signature = authorization.partition(" ")[2].strip().partition(":")
    if not access_key_id or not signature:
        raise INCOMPLETE_SIGNATURE(problem="Authorization lacks the AccessKeyId or the signature.")
    named = _signed_by_name(request)
    _check_method(named)
    date = request.header("date") or _missing("date")
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
        Proof(_sign, b"", signature, texts),
    )


_HEAD_LINES: Final = 5


def _missing(header: str) -> str:
    raise INCOMPLETE_SIGNATURE(problem=f"The header {header} is missing.")


def _signed_by_name(request: WireRequest) -> dict[str, str]:
    """Return the ``x-acs-*`` headers, all of which are signed."""
    named: dict[str, str] = {}
    for name, value in request.headers:
        if name.startswith(_SIGNED_PREFIX):
            if name in named:
                raise DUPLICATE(name=shown(name))
            named[name] = value.strip()
    return named


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
    _check_unmistakable(values)
    texts = ["?" + "&".join([f"{name}={values[name]}" for name in sorted(values)])]
    if "" in values.values():
        bare = [f"{name}={values[name]}" if values[name] else name for name in sorted(values)]
        texts.append("?" + "&".join(bare))
    return texts


def _check_unmistakable(values: Mapping[str, str]) -> None:
    """Refuse a query whose signed text a client could have signed for other parameters.

    A caught request for ``a=1&b=2`` could otherwise be sent as ``a`` with the value
    ``1&b=2``, which drops ``b`` under the same signature.
    """
    for name, value in values.items():
        if "&" in name or "=" in name or _FURTHER_PARAMETER.search(value) is not None:
            raise INCOMPLETE_SIGNATURE(
                problem=f"A version 1.0 signature cannot cover an ampersand in {shown(name)}."
            )


def _check_digest(digest: str, body: bytes) -> None:
    of_body = b2a_base64(hashlib.md5(body, usedforsecurity=False).digest(), newline=False)
    if digest.strip() != of_body.decode():
        raise MD5_MISMATCH()


def _sign(key: bytes, text: bytes) -> bytes:
    return b2a_base64(hmac.digest(key, text, "sha1"), newline=False)
