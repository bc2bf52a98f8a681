"""Which response format a request asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from daypass.signing.errors import UNKNOWN_FORMAT, shown
from daypass.signing.request import Format

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daypass.signing.request import WireRequest

_NAMED: Final = re.compile(r"(?:^|&)Format=(json|xml)(?:&|$)", re.IGNORECASE | re.ASCII)
_ACCEPTED: Final = re.compile(r"(?:application|text)/(json|xml)\b", re.IGNORECASE | re.ASCII)
_BODY_LOOKED_AT: Final = 65_536
"""Enough of a body to find ``Format`` for an error that comes before the body is read."""


def chosen_format(named: str, headers: Iterable[tuple[str, str]]) -> Format | None:
    """Decide the response format: the parameter ``Format`` wins, then the header ``Accept``.

    Args:
        named: the parameter's value, ``""`` if it is not there.
        headers: of the request.

    Returns:
        ``None`` if the request leaves it open; the default is a setting of the server.

    Raises:
        ApiError: the parameter is neither JSON nor XML, in any case of letters
            (``InvalidParameter.Format``).
    """
    if named:
        known = _spelled(named)
        if known is None:
            raise UNKNOWN_FORMAT(value=shown(named))
        return known
    return accepted_format(headers)


def accepted_format(headers: Iterable[tuple[str, str]]) -> Format | None:
    """Return the first of JSON and XML that ``Accept`` names, ``None`` if it names neither."""
    for name, value in headers:
        if name == "accept":
            match = _ACCEPTED.search(value)
            if match is not None:
                return _spelled(match[1])
    return None


def requested_format(request: WireRequest) -> Format | None:
    """Find the response format without reading the request; for errors met while reading it.

    Never raises.
    """
    match = _NAMED.search(request.query)
    if match is None:
        match = _NAMED.search(request.body[:_BODY_LOOKED_AT].decode("latin-1"))
    return _spelled(match[1]) if match is not None else accepted_format(request.headers)


def _spelled(text: str) -> Format | None:
    match text.upper():
        case "JSON":
            return "JSON"
        case "XML":
            return "XML"
        case _:
            return None
