"""Log Service, version 4: host, headers, query and body are signed under a key of the day."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from daypass.signing.errors import DIGEST_MISMATCH, INCOMPLETE_SIGNATURE, UNSUPPORTED_METHOD, shown
from daypass.signing.parameters import BETWEEN, read_parameters
from daypass.signing.request import Presented, Proof, wire_bytes
from daypass.signing.resource import lines_of, required
from daypass.signing.scope import field, read_credential, read_fields
from daypass.signing.sls_v1 import signed_headers
from daypass.signing.times import read_basic

if TYPE_CHECKING:
    from daypass.signing.request import WireRequest

METHOD: Final = "SLS4-HMAC-SHA256"

_DATE: Final = "x-log-date"
_DIGEST: Final = "x-log-content-sha256"
_TOKEN: Final = "x-acs-security-token"  # noqa: S105 - the header's name


def read_sls_v4(request: WireRequest, authorization: str) -> Presented:
    """Read a request of this scheme.

    Args:
        request: as it came; its body all there.
        authorization: the header's value.

    Raises:
        ApiError: a header the scheme needs is missing, repeated or malformed, or the body is
            not the signed one.
    """
    if authorization.partition(" ")[0] != METHOD:
        raise UNSUPPORTED_METHOD(method=shown(authorization.partition(" ")[0]))
    fields = read_fields(authorization)
    moment = required(request, _DATE)
    timestamp = read_basic(moment)
    access_key_id, scope = read_credential(field(fields, "Credential"), "sls", moment)
    digest = required(request, _DIGEST)
    if digest != hashlib.sha256(request.body).hexdigest():
        raise DIGEST_MISMATCH(header=_DIGEST)
    named = signed_headers(request) | {"host": required(request, "host").strip()}
    content_type = request.header("content-type")
    if content_type is not None:
        named["content-type"] = content_type.strip()
    query = read_parameters(request.query)
    canonical = wire_bytes(
        f"{request.method}\n{request.path}\n{bare_query(query.pairs)}\n"
        f"{lines_of((), named)}\n{';'.join(sorted(named))}\n{digest}",
        "a header or the path",
    )
    text = scope.text(METHOD, moment, canonical)
    return Presented(
        "SLS v4",
        access_key_id,
        named.get(_TOKEN) or None,
        timestamp,
        "",
        "",
        "",
        "JSON",
        query.values,
        Proof(scope.sign, b"", field(fields, "Signature"), (text,)),
    )


def bare_query(pairs: list[str]) -> str:
    """Join canonical pairs as the V4 schemes do: an empty value leaves no equals sign.

    Raises:
        ApiError: a name is empty; with an empty value it would leave nothing that is signed.
    """
    if pairs and pairs[0].startswith(BETWEEN):
        raise INCOMPLETE_SIGNATURE(problem="A parameter has no name.")
    return "&".join([pair.removesuffix(BETWEEN) for pair in pairs]).replace(BETWEEN, "=")
