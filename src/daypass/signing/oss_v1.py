"""OSS, V1: in ``Authorization: OSS <AccessKeyId>:<signature>`` or in a presigned URL.

Of the query only sub-resources are signed. Ordinary parameters (``prefix``, ``marker``) are
not: whoever can change a request on its way can change what it lists, within what the signer
may list. ``x-oss-security-token`` is signed as any ``x-oss-`` header; the newer SDK sends
``security-token`` instead, which nothing covers but that it must belong to the AccessKey.

A name and a query are signed decoded, with a question mark between them that the name may
hold itself: names that could be read as a sub-resource are refused (V4 has no such doubt).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from daypass.signing.encoding import percent_decode
from daypass.signing.errors import DUPLICATE, INCOMPLETE_SIGNATURE
from daypass.signing.parameters import read_parameters
from daypass.signing.request import Presented, Proof, wire_bytes
from daypass.signing.resource import (
    check_unmistakable,
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

SUB_RESOURCES: Final = frozenset(
    """
    accessPoint accessPointPolicy acl append asyncFetch bucketArchiveDirectRead bucketInfo callback
    callback-var cname comp continuation-token cors delete encryption endTime group httpsConfig
    inventory inventoryId lifecycle link live location logging metaQuery objectInfo objectMeta
    partNumber policy position publicAccessBlock qos qosInfo qosRequester redundancyTransition referer
    regionList replication replicationLocation replicationProgress requestPayment requesterQosInfo
    resourceGroup resourcePool resourcePoolBuckets resourcePoolInfo response-cache-control
    response-content-disposition response-content-encoding response-content-language
    response-content-type response-expires restore security-token sequential startTime stat status style
    styleName symlink tagging transferAcceleration uploadId uploads versionId versioning versions vod
    website worm wormExtend wormId x-oss-ac-forward-allow x-oss-ac-source-ip x-oss-ac-subnet-mask
    x-oss-ac-vpc-id x-oss-access-point-name x-oss-async-process x-oss-process
    x-oss-redundancy-transition-taskid x-oss-request-payer x-oss-target-redundancy-type
    x-oss-traffic-limit x-oss-write-get-object-response
    """.split()  # noqa: SIM905 - ninety names are better read as text
)
"""Parameters that are signed, as the official SDKs list them."""

_TOKEN: Final = "x-oss-security-token"  # noqa: S105 - the header's name
_UNSIGNED_TOKEN: Final = "security-token"  # noqa: S105 - likewise
_MISTAKABLE: Final = re.compile(
    rf"\?(?:{'|'.join(re.escape(name) for name in sorted(SUB_RESOURCES))})(?:[=&]|$)"
)
_EXPIRES: Final = re.compile(r"[0-9]{1,11}", re.ASCII)


def read_oss_v1(request: WireRequest, authorization: str, bucket: str | None) -> Presented:
    """Read a request of this scheme; the body is not looked at.

    Args:
        request: as it came.
        authorization: the header's value.
        bucket: named by the host, ``None`` if the path names it.

    Raises:
        ApiError: a header the scheme needs is missing, repeated or malformed, or the name could
            be read as a sub-resource.
    """
    access_key_id, signature = id_and_signature(authorization)
    named = headers_of(request, "x-oss-")
    date = named.get("x-oss-date") or required(request, "date")
    values = read_parameters(request.query).values
    token, unsigned = named.get(_TOKEN), request.header(_UNSIGNED_TOKEN)
    if token and unsigned:
        raise DUPLICATE(name=_TOKEN)
    text = _string_to_sign(request, date, named, values, bucket)
    proof = Proof(sign_sha1, b"", signature, (text,))
    return _presented(
        access_key_id, token or unsigned, timestamp=read_http_date(date), values=values, proof=proof
    )


def read_presigned_oss_v1(request: WireRequest, bucket: str | None) -> Presented:
    """Read a request whose URL carries the signature; the body is not looked at.

    Args:
        request: as it came.
        bucket: named by the host, ``None`` if the path names it.

    Raises:
        ApiError: a parameter the scheme needs is missing or malformed, or the name could be read
            as a sub-resource.
    """
    values = read_parameters(request.query).values
    access_key_id, expires, signature = (
        values.pop(name, "") or _missing(name) for name in ("OSSAccessKeyId", "Expires", "Signature")
    )
    if _EXPIRES.fullmatch(expires) is None:
        raise INCOMPLETE_SIGNATURE(problem="Expires is not a number of seconds since the epoch.")
    named = headers_of(request, "x-oss-")
    text = _string_to_sign(request, expires, named, values, bucket)
    token = values.pop(_UNSIGNED_TOKEN, None)
    proof = Proof(sign_sha1, b"", signature, (text,))
    return _presented(access_key_id, token, timestamp=0, values=values, proof=proof, expires_at=int(expires))


def _presented(
    access_key_id: str,
    token: str | None,
    *,
    timestamp: int,
    values: Mapping[str, str],
    proof: Proof,
    expires_at: int | None = None,
) -> Presented:
    signed = {name: value for name, value in values.items() if name in SUB_RESOURCES}
    return Presented(
        "OSS V1",
        access_key_id,
        token or None,
        timestamp,
        "",
        "",
        "",
        "XML",
        signed,
        proof,
        expires_at=expires_at,
    )


def _string_to_sign(
    request: WireRequest,
    date: str,
    named: Mapping[str, str],
    values: Mapping[str, str],
    bucket: str | None,
) -> bytes:
    head = lines_of(
        (request.method, request.header("content-md5") or "", request.header("content-type") or "", date),
        named,
    )
    return wire_bytes(head, "a header") + f"{named_resource(request.path, bucket)}{_query(values)}".encode()


def named_resource(path: str, bucket: str | None) -> str:
    """Return ``/bucket/name``, decoded, whichever of host and path names the bucket.

    Raises:
        ApiError: the encoding is broken, or the name could be read as a sub-resource.
    """
    name = full_name(path, bucket)
    if _MISTAKABLE.search(name) is not None:
        raise INCOMPLETE_SIGNATURE(problem="A V1 signature cannot cover such a name. Sign with V4.")
    return name


def full_name(path: str, bucket: str | None) -> str:
    """Return ``/bucket/name``, decoded, whichever of host and path names the bucket."""
    name = percent_decode(path) or "/"
    if bucket is not None:
        return f"/{bucket}{name}"
    return f"{name}/" if name != "/" and "/" not in name[1:] else name


def _query(values: Mapping[str, str]) -> str:
    signed = {name: value for name, value in values.items() if name in SUB_RESOURCES}
    if not signed:
        return ""
    check_unmistakable(signed)
    return "?" + "&".join(f"{name}={signed[name]}" if signed[name] else name for name in sorted(signed))


def _missing(name: str) -> str:
    raise INCOMPLETE_SIGNATURE(problem=f"The parameter {name} is missing.")
