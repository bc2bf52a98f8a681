"""A request off the wire as descriptions look at it."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from daypass.descriptions.find import Asking, Interface, segments_of
from daypass.policy.errors import MalformedDocument
from daypass.policy.jsontext import BareNumber, RepeatedKey, decode
from daypass.signing.parameters import read_parameters

if TYPE_CHECKING:
    from daypass.signing import Presented, WireRequest

_VARINT: Final = 0
_EIGHT_BYTES: Final = 1
_BYTES: Final = 2
_FOUR_BYTES: Final = 5
_MOST_VARINT_BYTES: Final = 10
_LOCAL: Final = "localhost"


def asked(
    interface: Interface,
    request: WireRequest,
    presented: Presented,
    *,
    host_label: str | None,
    region: str,
    account: str,
) -> Asking:
    """Return a request as descriptions look at it.

    Args:
        interface: that it is for.
        request: as it came.
        presented: what it was found to say.
        host_label: what stands before the endpoint's name in the host.
        region: of the service.
        account: that owns the resources.

    Raises:
        ApiError: the encoding of path or query is broken.
        NotDescribedError: the path is one that is not let through.
    """
    protocol = interface.protocol
    segments = segments_of(request.path, encoded_slashes=protocol == "oss")
    if protocol == "pop":
        query = presented.parameters
        region = query.get("RegionId") or region
    else:
        query = read_parameters(request.query).values
    if protocol == "oss" and host_label is not None:
        segments.insert(0, host_label)
    body = request.body
    return Asking(
        method=request.method,
        segments=segments,
        query=query,
        headers=_joined(request),
        host_label=host_label,
        json=_Members(body),
        protobuf=functools.partial(protobuf_text, body),
        action=presented.action,
        region=region,
        account=account,
    )


def host_name(value: str) -> str:
    """Return the name in a Host header, in whatever form clients send it: no scheme, no port, lower case."""
    name = value.strip().lower()
    name = name.partition("://")[2] or name
    name = name.partition("/")[0]
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    host, colon, port = name.rpartition(":")
    return (host if colon and port.isdigit() else name).rstrip(".")


def local_label(host: str) -> tuple[bool, str | None]:
    """Tell whether a host is an address or ``localhost``, and what label clients put before it."""
    if _is_local(host):
        return True, None
    label, _, rest = host.partition(".")
    return (True, label) if label and _is_local(rest) else (False, None)


def _is_local(host: str) -> bool:
    if host == _LOCAL:
        return True
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def protobuf_text(body: bytes, number: int) -> str | None:
    """Return the text field of a message with that number; ``None`` if it is not there exactly once.

    Of a field that stands twice some readers take the first and some the last.
    """
    texts: list[bytes] = []
    at = 0
    try:
        while at < len(body):
            tag, at = _varint(body, at)
            start, at = _field(body, at, tag & 7)
            if tag >> 3 == number:
                if tag & 7 != _BYTES:
                    return None
                texts.append(body[start:at])
        return texts[0].decode() if len(texts) == 1 else None
    except ValueError:
        return None


def _field(body: bytes, at: int, kind: int) -> tuple[int, int]:
    """Return where a field's content begins and ends."""
    if kind == _VARINT:
        return at, _varint(body, at)[1]
    if kind == _BYTES:
        length, at = _varint(body, at)
    elif kind in {_EIGHT_BYTES, _FOUR_BYTES}:
        length = 8 if kind == _EIGHT_BYTES else 4
    else:
        raise ValueError("not a kind of field")
    if at + length > len(body):
        raise ValueError("it ends within a field")
    return at, at + length


def _varint(body: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index in range(_MOST_VARINT_BYTES):
        if at + index >= len(body):
            break
        byte = body[at + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:  # noqa: PLR2004 (the mark of a number's last byte)
            return value, at + index + 1
    raise ValueError("not a number")


class _Members:
    """The members of a JSON object that are texts; read once somebody asks."""

    __slots__ = ("_body", "_members")

    def __init__(self, body: bytes) -> None:
        self._body: Final = body
        self._members: Mapping[str, object] | None = None

    def __call__(self, name: str) -> str | None:
        if self._members is None:
            self._members = _members(self._body)
        value = self._members.get(name)
        return value if isinstance(value, str) and not isinstance(value, BareNumber) else None


def _members(body: bytes) -> Mapping[str, object]:
    """Return a JSON object's members; none of a body that is no such object, or could be read as two."""
    try:
        value = decode(body.decode())
    except (UnicodeDecodeError, MalformedDocument):
        return {}
    return value if isinstance(value, dict) and not isinstance(value, RepeatedKey) else {}


def _joined(request: WireRequest) -> Mapping[str, str]:
    """Return headers by name; values of one that stands twice are joined, so that it is neither."""
    headers: dict[str, str] = {}
    for name, value in request.headers:
        headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value.strip()
    return headers
