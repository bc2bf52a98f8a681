"""The schemes of services that are no POP services; each protocol has its own.

Which protocol a request speaks is told by where its signature stands. What is read is what
the scheme signs, with the exceptions that each module names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from daypass.signing.datahub import read_datahub
from daypass.signing.errors import INCOMPLETE_SIGNATURE, UNSUPPORTED_METHOD, shown
from daypass.signing.mns import read_mns
from daypass.signing.oss_v1 import read_oss_v1, read_presigned_oss_v1
from daypass.signing.oss_v4 import METHOD as OSS_V4
from daypass.signing.oss_v4 import read_oss_v4, read_presigned_oss_v4
from daypass.signing.ots import read_ots
from daypass.signing.sls_v1 import read_sls_v1
from daypass.signing.sls_v4 import METHOD as SLS_V4
from daypass.signing.sls_v4 import read_sls_v4

if TYPE_CHECKING:
    from daypass.signing.request import Presented, WireRequest

Protocol = Literal["pop", "sls", "mns", "ots", "datahub", "oss"]

_BY_SCHEME: Final[dict[str, Protocol]] = {
    "LOG": "sls",
    SLS_V4: "sls",
    "MNS": "mns",
    "DATAHUB": "datahub",
    "OSS": "oss",
    OSS_V4: "oss",
}
_PRESIGNED_V1: Final = "OSSAccessKeyId="
_PRESIGNED_V4: Final = "x-oss-signature-version="


def protocol_of(request: WireRequest) -> Protocol | None:
    """Tell which protocol's signature a request carries; ``None`` if it carries none of these.

    Everything else, unsigned requests included, is for :func:`daypass.signing.read`.

    Raises:
        ApiError: the header ``Authorization`` is there more than once.
    """
    authorization = request.header("authorization")
    if authorization is not None:
        return _BY_SCHEME.get(authorization.partition(" ")[0])
    if request.header("x-ots-accesskeyid") is not None:
        return "ots"
    return "oss" if _presigned(request.query) else None


def read_sls(request: WireRequest) -> Presented:
    """Read a request to Log Service.

    Raises:
        ApiError: it is malformed, incomplete, or signed in a way that is not supported.
    """
    authorization = _authorization(request)
    if authorization.startswith("LOG "):
        return read_sls_v1(request, authorization)
    return read_sls_v4(request, authorization)


def read_one_of(protocol: Protocol, request: WireRequest, bucket: str | None = None) -> Presented:
    """Read a request of one of these protocols.

    Args:
        protocol: which; not ``pop``.
        request: as it came; its body all there, but for DataHub and OSS, which sign none.
        bucket: OSS: named by the host, ``None`` if the path names it.

    Raises:
        ApiError: it is malformed, incomplete, or signed in a way that is not supported.
    """
    match protocol:
        case "sls":
            return read_sls(request)
        case "ots":
            return read_ots(request)
        case "oss":
            return read_oss(request, bucket)
        case "mns":
            return read_mns(request, _of_scheme(request, "MNS"))
        case "datahub":
            return read_datahub(request, _of_scheme(request, "DATAHUB"))
        case "pop":
            raise LookupError("POP requests are read by daypass.signing.read")


def read_oss(request: WireRequest, bucket: str | None) -> Presented:
    """Read a request to OSS, signed in a header or in its URL.

    Args:
        request: as it came; the body is not looked at.
        bucket: named by the host, ``None`` if the path names it.

    Raises:
        ApiError: it is malformed, incomplete, signed twice, or in a way that is not supported.
    """
    presigned = _presigned(request.query)
    authorization = request.header("authorization")
    if authorization is None:
        if presigned is None:
            raise INCOMPLETE_SIGNATURE(problem="The request is not signed.")
        return (read_presigned_oss_v1 if presigned == _PRESIGNED_V1 else read_presigned_oss_v4)(
            request, bucket
        )
    if presigned is not None:
        raise INCOMPLETE_SIGNATURE(problem="The request is signed in its URL and in Authorization.")
    scheme = authorization.partition(" ")[0]
    if scheme == "OSS":
        return read_oss_v1(request, authorization, bucket)
    if scheme == OSS_V4:
        return read_oss_v4(request, authorization, bucket)
    raise UNSUPPORTED_METHOD(method=shown(scheme))


def _presigned(query: str) -> str | None:
    if _PRESIGNED_V1 not in query and _PRESIGNED_V4 not in query:
        return None
    for piece in query.split("&"):
        if piece.startswith(_PRESIGNED_V1):
            return _PRESIGNED_V1
        if piece.startswith(_PRESIGNED_V4):
            return _PRESIGNED_V4
    return None


def _authorization(request: WireRequest) -> str:
    authorization = request.header("authorization")
    if authorization is None:
        raise INCOMPLETE_SIGNATURE(problem="The header authorization is missing.")
    return authorization


def _of_scheme(request: WireRequest, scheme: str) -> str:
    authorization = _authorization(request)
    if not authorization.startswith(f"{scheme} "):
        raise UNSUPPORTED_METHOD(method=shown(authorization.partition(" ")[0]))
    return authorization
