"""Which scheme a request is signed under; decided before anything else is read from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.signing.acs3 import read_acs3
from daypass.signing.anonymous import read_anonymous
from daypass.signing.errors import UNSUPPORTED_METHOD, shown
from daypass.signing.parameters import form_text, joined, read_parameters
from daypass.signing.repeats import Repeats
from daypass.signing.roa_v1 import read_roa_v1
from daypass.signing.rpc_v1 import read_rpc_v1

if TYPE_CHECKING:
    from daypass.signing.request import Anonymous, Presented, WireRequest

_BEARER: Final = "BEARERTOKEN"
_REPEATS: Final = Repeats()


def read(request: WireRequest) -> Presented | Anonymous:
    """Read a request: its scheme, who claims to have signed it, and what it asks for.

    An ``Authorization`` header of ROA or ACS3 decides; otherwise parameters that belong
    to a signature mean RPC v1; a request with neither is anonymous. What a proxy on the
    way may have put into ``Authorization`` does not disturb RPC v1.

    Args:
        request: as it came.

    Returns:
        A request still to be verified, or an anonymous one.

    Raises:
        ApiError: the request is malformed, incomplete, or signed in a way that is not
            supported (RSA keys, bearer tokens, other products' schemes). HTTP 400.
    """
    authorization = request.header("authorization")
    if authorization is None and not request.body and request.path in {"/", ""}:
        repeated, rest = _REPEATS.read(request)
        if repeated is not None:
            return repeated
        presented = _read_parameters(request, None)
        if rest is not None:
            _REPEATS.note(rest, presented)
        return presented
    if authorization is not None:
        scheme = authorization.partition(" ")[0]
        if scheme.startswith("ACS3-"):
            return read_acs3(request, authorization)
        if scheme == "acs":
            return read_roa_v1(request, authorization)
    return _read_parameters(request, authorization)


def _read_parameters(request: WireRequest, authorization: str | None) -> Presented | Anonymous:
    """Read a request that has its signature, if any, among its parameters."""
    content_type = request.header("content-type") if request.body else None
    parameters = read_parameters(joined(request.query, form_text(request, content_type)))
    values = parameters.values
    if "Signature" in values or "AccessKeyId" in values:
        return read_rpc_v1(request, parameters, content_type)
    if authorization is not None:
        raise UNSUPPORTED_METHOD(method=shown(authorization.partition(" ")[0]))
    if values.get("SignatureType") == _BEARER or request.header("x-acs-bearer-token") is not None:
        raise UNSUPPORTED_METHOD(method=_BEARER)
    return read_anonymous(request, values)
