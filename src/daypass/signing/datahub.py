"""DataHub: ``Authorization: DATAHUB <AccessKeyId>:<signature>``.

The body is not signed and there is no digest of it: whoever can change a request on its
way can change what it writes, within the leeway of its date. Use TLS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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
    from daypass.signing.request import WireRequest

_TOKEN: Final = "x-datahub-security-token"  # noqa: S105 - the header's name


def read_datahub(request: WireRequest, authorization: str) -> Presented:
    """Read a request of this scheme; the body is not looked at.

    Args:
        request: as it came.
        authorization: the header's value.

    Raises:
        ApiError: a header the scheme needs is missing, repeated or malformed.
    """
    access_key_id, signature = id_and_signature(authorization)
    date = required(request, "date")
    named = headers_of(request, "x-datahub-")
    values = read_parameters(request.query).values
    head = lines_of((request.method, request.header("content-type") or "", date), named)
    text = wire_bytes(f"{head}{request.path}", "a header or the path") + decoded_query(values).encode()
    return Presented(
        "DataHub",
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
