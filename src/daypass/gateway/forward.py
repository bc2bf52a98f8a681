"""What goes on to a service of a request: all of it but the caller's credentials and the hop's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.descriptions import host_name
from daypass.errors import ApiError
from daypass.gateway.assertion import PREFIX
from daypass.signing.encoding import percent_decode
from daypass.signing.parameters import FORM_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daypass.descriptions import Protocol
    from daypass.gateway.routes import Route
    from daypass.signing import WireRequest

Headers = list[tuple[bytes, bytes]]

HOP_BY_HOP: Final = frozenset(
    (
        *(b"connection", b"keep-alive", b"proxy-connection", b"proxy-authenticate", b"te", b"trailer"),
        *(b"transfer-encoding", b"upgrade", b"content-length"),
    )
)
"""Headers of one connection; framing is made anew for each."""

_NOT_PASSED_ON: Final = frozenset(
    (
        *("host", "expect", "authorization", "proxy-authorization", "cookie", "cookie2", "forwarded"),
        *("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip", "security-token"),
        *("x-acs-security-token", "x-acs-bearer-token", "x-acs-signature-nonce", "x-acs-accesskey-id"),
        *("x-acs-credentials-provider", "x-oss-security-token", "x-datahub-security-token"),
        *("x-ots-ststoken", "x-ots-signature", "x-ots-signaturev4"),
    )
)
_POP_CREDENTIALS: Final = frozenset(
    (
        *("AccessKeyId", "SecurityToken", "Signature", "SignatureNonce", "SignatureMethod"),
        *("SignatureType", "SignatureVersion", "BearerToken"),
    )
)
_OSS_CREDENTIALS: Final = frozenset(
    (
        *("OSSAccessKeyId", "Expires", "Signature", "security-token", "x-oss-signature-version"),
        *("x-oss-credential", "x-oss-date", "x-oss-expires", "x-oss-signature", "x-oss-security-token"),
        "x-oss-additional-headers",
    )
)
_NOT_IN_QUERY: Final[dict[Protocol, frozenset[str]]] = {"pop": _POP_CREDENTIALS, "oss": _OSS_CREDENTIALS}


def target(route: Route, request: WireRequest) -> bytes:
    """Return the request target for a service: path and query as they came, credentials left out."""
    upstream, protocol = route.upstream, route.interface.protocol
    query = without(_NOT_IN_QUERY.get(protocol, frozenset()), request.query)
    bucket = f"/{route.host_label}" if upstream.path_style and route.host_label is not None else ""
    path = f"{upstream.base}{bucket}{request.path}"
    return (f"{path}?{query}" if query else path).encode("latin-1")


def body(protocol: Protocol, request: WireRequest) -> bytes:
    """Return the body for a service; a POP form loses its credentials."""
    if protocol != "pop" or not request.body:
        return request.body
    content_type = request.header("content-type") or ""
    if content_type.partition(";")[0].strip().lower() != FORM_TYPE:
        return request.body
    return without(_POP_CREDENTIALS, request.body.decode("latin-1")).encode("latin-1")


def without(names: frozenset[str], parameters: str) -> str:
    """Return parameters as they came, but for some."""
    if not names or not parameters:
        return parameters
    return "&".join(piece for piece in parameters.split("&") if _name(piece) not in names)


def _name(piece: str) -> str:
    raw = piece.partition("=")[0]
    if "%" not in raw and "+" not in raw:
        return raw
    try:
        return percent_decode(raw.replace("+", "%20"))
    except ApiError:
        return raw


def headers(
    route: Route,
    sent: Iterable[tuple[bytes, bytes]],
    *,
    source_ip: str,
    secure: bool,
    identity: Headers,
) -> Headers:
    """Return the headers for a service, but for those of framing.

    Whatever could be taken for one of the gateway's own is left out in every spelling: some
    programs read an underscore as a hyphen.

    Args:
        route: to the service.
        sent: as they came, names in lower case.
        source_ip: of the client.
        secure: whether it spoke TLS.
        identity: the gateway's own.
    """
    sent = list(sent)
    named = {
        token.strip().lower() for name, value in sent if name == b"connection" for token in value.split(b",")
    }
    kept: Headers = []
    host = b""
    for name, value in sent:
        if name == b"host":
            host = host_of(value.decode("latin-1")).encode("latin-1")
        elif name not in HOP_BY_HOP and name not in named and _passed_on(name):
            kept.append((name, value))
    return [
        (b"host", _host(route).encode() or host),
        *kept,
        (b"x-forwarded-for", source_ip.encode()),
        (b"x-forwarded-proto", b"https" if secure else b"http"),
        *identity,
    ]


def _host(route: Route) -> str:
    """Return the host that a service is to be asked by; empty for the client's."""
    host, label = route.upstream.host, route.host_label
    return f"{label}.{host}" if host and label is not None and not route.upstream.path_style else host


def _passed_on(name: bytes) -> bool:
    spelled = name.decode("latin-1").replace("_", "-").replace(".", "-")
    return spelled not in _NOT_PASSED_ON and not spelled.startswith(PREFIX)


def host_of(text: str) -> str:
    """Return a host with its port: some clients send their endpoint, scheme and all."""
    text = text.strip()
    bare = text.partition("://")[2] or text
    bare = bare.partition("/")[0]
    return bare if host_name(text) else ""


def answer_headers(sent: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return a service's headers for the client, but for those of framing."""
    sent = list(sent)
    named = {
        token.strip().lower() for name, value in sent if name == b"connection" for token in value.split(b",")
    }
    return [pair for pair in sent if pair[0] not in HOP_BY_HOP and pair[0] not in named]


def head(first: bytes, lines: Headers) -> bytes:
    """Return a message's head, its empty line included."""
    return b"%b\r\n%b\r\n" % (first, b"".join([b"%b: %b\r\n" % pair for pair in lines]))
