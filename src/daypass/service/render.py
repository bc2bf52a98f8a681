"""Answers on the wire: the only module that knows how JSON and XML bodies look.

Source: the response forms the official SDKs parse. The content types are exact: one SDK
recognises an XML error only as ``text/xml;charset=utf-8``, and old Java cores choose
their parser by it. An error is never answered with HTTP 200.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daypass.errors import ApiError
    from daypass.service.operation import Response

JSON: Final = "application/json;charset=utf-8"
XML: Final = "text/xml;charset=utf-8"

_ENCODE: Final = msgspec.json.Encoder().encode
_DECLARATION: Final = "<?xml version='1.0' encoding='UTF-8'?>"
_SPECIAL: Final = re.compile("[^ -%'-;=?-~]")
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def content_type(form: str) -> str:
    """Return the Content-Type of ``"JSON"`` or ``"XML"``."""
    return JSON if form == "JSON" else XML


def success(form: str, action: str, request_id: str, response: Response) -> bytes:
    """Render an operation's answer with its request id.

    Args:
        form: ``"JSON"`` or ``"XML"``.
        action: names the root element, ``<AssumeRoleResponse>``.
        request_id: printable ASCII.
        response: members that are ``None`` are left out.
    """
    if form == "JSON":
        body = _ENCODE(response)
        separator = b"," if len(body) > len(b"{}") else b""
        return b'{"RequestId":"%b"%b%b' % (request_id.encode(), separator, body[1:])
    return _xml(f"{action}Response", {"RequestId": request_id, **msgspec.to_builtins(response)})


def members(form: str, root: str, said: Mapping[str, object]) -> bytes:
    """Render members of an answer that no response type declares.

    Args:
        form: ``"JSON"`` or ``"XML"``.
        root: names the root element.
        said: in their order; ``None`` is left out of XML.
    """
    return _ENCODE(said) if form == "JSON" else _xml(root, said)


def failure(form: str, request_id: str, host: str, error: ApiError) -> bytes:
    """Render an error: RequestId, HostId, Code, Message, Recommend and what the error adds."""
    members: dict[str, object] = {
        "RequestId": request_id,
        "HostId": host,
        "Code": error.code,
        "Message": error.message,
        "Recommend": f"http://{host}/errors/{error.code}" if host else f"/errors/{error.code}",
        **error.extra,
    }
    return _ENCODE(members) if form == "JSON" else _xml("Error", members)


def _xml(root: str, members: Mapping[str, object]) -> bytes:
    parts = [_DECLARATION]
    _element(parts, root, members)
    return "".join(parts).encode()


def _element(parts: list[str], name: str, value: object) -> None:
    """Append an element; a list repeats its element, an object nests, ``None`` is left out."""
    if isinstance(value, str):
        parts.append(f"<{name}>{_text(value)}</{name}>")
    elif isinstance(value, dict):
        parts.append(f"<{name}>")
        for member, inner in value.items():
            _element(parts, member, inner)
        parts.append(f"</{name}>")
    elif isinstance(value, list | tuple):
        for item in value:
            _element(parts, name, item)
    elif value is not None:
        parts.append(f"<{name}>{str(value).lower() if isinstance(value, bool) else value}</{name}>")


def _text(value: str) -> str:
    """Return text as XML holds it; what no XML can hold becomes the replacement character."""
    return escape(_NOT_XML.sub("\ufffd", value)) if _SPECIAL.search(value) else value
