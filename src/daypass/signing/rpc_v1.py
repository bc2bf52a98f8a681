"""RPC version 1.0: everything is a parameter of ``/``, the signature included.

The string to sign is the method, the path and the canonical parameters of query and
form. Headers are not signed, so none of them is read for what the request means:
neither ``x-acs-action`` and ``x-acs-version``, which several clients send along, nor
``x-acs-security-token``. A body that is no form is not signed either, which is
harmless as no operation reads it; a JSON body is refused, since its members could be
taken for parameters.
"""

from __future__ import annotations

import hmac
from binascii import b2a_base64
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from daypass.signing.encoding import percent_encode
from daypass.signing.errors import (
    INCOMPLETE_SIGNATURE,
    JSON_BODY,
    MISSING,
    UNSUPPORTED_METHOD,
    UNSUPPORTED_VERSION,
    shown,
)
from daypass.signing.formats import chosen_format
from daypass.signing.parameters import BETWEEN
from daypass.signing.request import Presented, Proof, wire_bytes
from daypass.signing.times import iso, read_iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daypass.signing.parameters import Parameters
    from daypass.signing.request import Format, WireRequest

METHOD: Final = "HMAC-SHA1"

_SIGNATURE: Final = f"Signature{BETWEEN}"
_SPACE: Final = b"%2520"
_SPACE_AS_PLUS: Final = b"%2B"


def read_rpc_v1(request: WireRequest, parameters: Parameters, content_type: str | None) -> Presented:
    """Read a request that carries its signature among its parameters.

    Args:
        request: as it came.
        parameters: of query and form together; taken over and changed.
        content_type: of the body.

    Raises:
        ApiError: something the scheme needs is missing, malformed or unsupported.
    """
    if request.path not in {"/", ""}:
        raise INCOMPLETE_SIGNATURE(problem="A version 1.0 signature covers requests to / only.")
    if request.body and content_type is not None and "json" in content_type.lower():
        raise JSON_BODY()
    values = parameters.values
    take = values.pop
    access_key_id = take("AccessKeyId", "") or _missing("AccessKeyId")
    signature = take("Signature", "") or _missing("Signature")
    _check_method(take("SignatureMethod", ""), take("SignatureType", ""), take("SignatureVersion", ""))
    nonce = take("SignatureNonce", "") or _missing("SignatureNonce")
    timestamp = read_iso(take("Timestamp", "") or _missing("Timestamp"))
    action = take("Action", "") or _missing("Action")
    version = take("Version", "") or _missing("Version")
    text = string_to_sign(request.method, _signed(parameters))
    take("BearerToken", "")
    return Presented(
        "RPC v1",
        access_key_id,
        take("SecurityToken", "") or None,
        timestamp,
        nonce,
        action,
        version,
        chosen_format(take("Format", ""), request.headers),
        values,
        Proof(sign, b"&", signature, accepted(text)),
    )


def sign_rpc_v1(
    action: str,
    version: str,
    parameters: Mapping[str, str],
    *,
    access_key_id: str,
    secret: str,
    timestamp: int,
    nonce: str,
    security_token: str | None = None,
    method: str = "POST",
    format: Format = "JSON",  # noqa: A002 - the parameter's name on the wire
) -> str:
    """Sign a call and return it as percent-encoded parameters, for a query or a form.

    Args:
        action: the operation.
        version: the API version.
        parameters: the operation's own, flattened.
        access_key_id: who signs.
        secret: its secret.
        timestamp: seconds since the epoch.
        nonce: never used before with this AccessKey.
        security_token: of a session.
        method: the HTTP method the call will be sent with.
        format: of the response.
    """
    said = {
        **parameters,
        "Action": action,
        "Version": version,
        "Format": format,
        "AccessKeyId": access_key_id,
        "SignatureMethod": METHOD,
        "SignatureVersion": "1.0",
        "SignatureNonce": nonce,
        "Timestamp": iso(timestamp),
    }
    if security_token is not None:
        said["SecurityToken"] = security_token
    pairs = [f"{percent_encode(name)}{BETWEEN}{percent_encode(said[name])}" for name in sorted(said)]
    signature = sign(f"{secret}&".encode(), string_to_sign(method, pairs)).decode()
    return "&".join([*pairs, f"{_SIGNATURE}{percent_encode(signature)}"]).replace(BETWEEN, "=")


def _signed(parameters: Parameters) -> list[str]:
    """Return the pairs but for the signature's own, which is there."""
    pairs = parameters.pairs
    if not parameters.plain:  # then the pairs are sorted by their names as decoded
        return [pair for pair in pairs if not pair.startswith(_SIGNATURE)]
    del pairs[bisect_left(pairs, _SIGNATURE)]
    return pairs


def _missing(name: str) -> str:
    raise MISSING.of(name)()


def _check_method(method: str, kind: str, version: str) -> None:
    if method != METHOD:
        raise UNSUPPORTED_METHOD(method=shown(method)) if method else MISSING.of("SignatureMethod")()
    if kind:
        raise UNSUPPORTED_METHOD(method=shown(kind))
    if version != "1.0":
        raise UNSUPPORTED_VERSION(version=shown(version)) if version else MISSING.of("SignatureVersion")()


def string_to_sign(method: str, pairs: list[str]) -> bytes:
    """Return what is signed of a method and sorted canonical pairs."""
    # Each pair is already encoded; the whole is encoded once more.
    doubled = "&".join(pairs).replace("%", "%25").replace("&", "%26").replace(BETWEEN, "%3D")
    return wire_bytes(f"{method}&%2F&{doubled}", "the method")


def accepted(text: bytes) -> tuple[bytes, ...]:
    """Return the forms of a string to sign that some client produces for it.

    ``alibabacloud_credentials`` signs a space as ``+``. A literal plus is ``%2B`` in both
    forms, so no other request has that string.
    """
    return (text, text.replace(_SPACE, _SPACE_AS_PLUS)) if _SPACE in text else (text,)


def sign(key: bytes, text: bytes) -> bytes:
    """Return the signature text of a string to sign."""
    return b2a_base64(hmac.digest(key, text, "sha1"), newline=False)
