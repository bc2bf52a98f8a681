"""Timestamps of requests, read strictly."""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime
from typing import Final

from daypass.signing.errors import TIMESTAMP_EXPIRED, TIMESTAMP_FORMAT, URL_EXPIRED

TIMESTAMP_LEEWAY: Final = 900
"""Seconds a request's timestamp may differ from the server's clock, either way."""

LONGEST_URL_LIFE: Final = 7 * 24 * 3600
"""Seconds a presigned URL may live that tells when it was signed."""

_ISO_LENGTH: Final = len("2026-11-23T16:04:39Z")
_BASIC: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z", re.ASCII)
_WITH_FRACTION: Final = re.compile(r"([0-9-]{10}T[0-9:]{8})(?:[.][0-9]{1,6})?Z", re.ASCII)
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HTTP_DATE: Final = re.compile(
    rf"({'|'.join(_DAYS)}), ([0-9]{{2}}) ({'|'.join(_MONTHS)}) ([0-9]{{4}}) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT",
    re.ASCII,
)


@functools.lru_cache(maxsize=64)
def read_iso(text: str) -> int:
    """Read ``YYYY-MM-DDTHH:MM:SSZ``, the form of RPC v1 and ACS3, as seconds since the epoch.

    Raises:
        ApiError: it is anything else (``InvalidTimeStamp.Format``).
    """
    if (
        len(text) == _ISO_LENGTH
        # The standard reader knows other forms of this length; the separators rule them out.
        and text[4] == text[7] == "-"
        and text[10] == "T"
        and text[13] == text[16] == ":"
        and text[19] == "Z"
        and text[11:13] != "24"
    ):
        try:
            return int(datetime.fromisoformat(text).timestamp())
        except ValueError:
            pass
    raise TIMESTAMP_FORMAT(example="2026-11-23T16:04:39Z")


def read_http_date(text: str) -> int:
    """Read ``Mon, 23 Nov 2026 16:04:39 GMT``, the form of ROA v1, as seconds since the epoch.

    Raises:
        ApiError: it is anything else, a wrong day of the week included (``InvalidTimeStamp.Format``).
    """
    match = _HTTP_DATE.fullmatch(text)
    if match is not None:
        weekday, day, month, year, hour, minute, second = match.groups()
        try:
            moment = datetime(
                int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC
            )
        except ValueError:
            pass
        else:
            if _DAYS[moment.weekday()] == weekday:
                return int(moment.timestamp())
    raise TIMESTAMP_FORMAT(example="Mon, 23 Nov 2026 16:04:39 GMT")


def read_basic(text: str) -> int:
    """Read ``20261123T161004Z``, the form of the V4 schemes, as seconds since the epoch.

    Raises:
        ApiError: it is anything else (``InvalidTimeStamp.Format``).
    """
    match = _BASIC.fullmatch(text)
    if match is None:
        raise TIMESTAMP_FORMAT(example="20261123T160439Z")
    year, month, day, hour, minute, second = match.groups()
    return read_iso(f"{year}-{month}-{day}T{hour}:{minute}:{second}Z")


def read_iso_with_fraction(text: str) -> int:
    """Read ``2026-11-23T16:04:39.000Z``, the form of Tablestore, as whole seconds since the epoch.

    Raises:
        ApiError: it is anything else (``InvalidTimeStamp.Format``).
    """
    match = _WITH_FRACTION.fullmatch(text)
    if match is None:
        raise TIMESTAMP_FORMAT(example="2026-11-23T16:04:39.000Z")
    return read_iso(f"{match[1]}Z")


def iso(moment: int) -> str:
    """Write seconds since the epoch as ``YYYY-MM-DDTHH:MM:SSZ``."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def check_timestamp(timestamp: int, now: int) -> None:
    """Refuse a request signed more than :data:`TIMESTAMP_LEEWAY` seconds before or after now.

    Args:
        timestamp: of the request, seconds since the epoch.
        now: the server's clock, seconds since the epoch.

    Raises:
        ApiError: ``InvalidTimeStamp.Expired``, HTTP 400.
    """
    apart = abs(now - timestamp)
    if apart > TIMESTAMP_LEEWAY:
        raise TIMESTAMP_EXPIRED(seconds=apart, limit=TIMESTAMP_LEEWAY)


def check_url_life(timestamp: int, expires_at: int, now: int) -> None:
    """Refuse a presigned URL after its life, or too long before it.

    Args:
        timestamp: when it was signed; 0 where the URL does not tell.
        expires_at: the end of its life.
        now: the server's clock; all of them seconds since the epoch.

    Raises:
        ApiError: ``InvalidTimeStamp.Expired``, HTTP 400.
    """
    if now > expires_at:
        raise URL_EXPIRED(seconds=now - expires_at)
    if timestamp - now > TIMESTAMP_LEEWAY:
        raise TIMESTAMP_EXPIRED(seconds=timestamp - now, limit=TIMESTAMP_LEEWAY)
