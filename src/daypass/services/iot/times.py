"""How moments look in answers. Each field has its own form; the pages' examples show which.

``Gmt`` in a field's name says nothing: in details of a device it is the local time of
the platform's home region, in lists it is UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_HOME: Final = timezone(timedelta(hours=8))


def utc(moment_ms: int) -> str:
    """Return epoch milliseconds as in ``2020-01-08T06:47:08.000Z``."""
    moment = datetime.fromtimestamp(moment_ms / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment_ms % 1000:03}Z"


def local(moment_ms: int) -> str:
    """Return epoch milliseconds as in ``2020-01-08 14:47:08``, eight hours ahead of UTC."""
    return f"{datetime.fromtimestamp(moment_ms / 1000, _HOME):%Y-%m-%d %H:%M:%S}"


def dashed(moment_ms: int) -> str:
    """Return epoch milliseconds as in ``Wed, 20-Feb-2019 02:16:09 GMT``."""
    return f"{datetime.fromtimestamp(moment_ms / 1000, UTC):%a, %d-%b-%Y %H:%M:%S} GMT"
