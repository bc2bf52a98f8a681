"""Reading condition values: numbers, instants, booleans, addresses.

Every reader takes text and raises ``ValueError`` for text that is not of its type. The
same reader serves both sides: a document whose value cannot be read is refused, a
request's value that cannot be read satisfies no positive operator.

Source: RAM's list of condition operators; ISO 8601 with an offset for instants.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

_MEMO: Final = 1024
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)
_INSTANT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:\.([0-9]{1,64}))?"
    r"(?:Z|([+-][0-9]{2}):?([0-9]{2}))",
    re.ASCII,
)

Instant = tuple[int, str]
"""Seconds since 1970 and the fraction's digits without trailing zeros; compares as a time does."""

Address = tuple[int, int]
"""IP version and the address as a number."""

Network = tuple[int, int, int]
"""IP version, the number of host bits, and the network part as a number."""


def number(text: str) -> Decimal:
    """Read a decimal number."""
    if _NUMBER.fullmatch(text) is None:
        raise ValueError("not a number")
    return Decimal(text)


@lru_cache(_MEMO)
def instant(text: str) -> Instant:
    """Read an instant: ``2019-08-12T17:00:00+08:00``, ``2019-08-12T09:00:00Z``, ``…T09:00Z``."""
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise ValueError("not a date and time with an offset")
    minutes, seconds, fraction, hours_off, minutes_off = match.groups()
    if fraction and not seconds:
        raise ValueError("a fraction of no seconds")
    offset = f"{hours_off}:{minutes_off}" if hours_off else "+00:00"
    whole = datetime.fromisoformat(f"{minutes}{seconds or ':00'}{offset}")
    return int(whole.timestamp()), (fraction or "").rstrip("0")


def boolean(text: str) -> str:
    """Read ``true`` or ``false``, in any case; returns it in lower case."""
    folded = text.lower()
    if folded not in {"true", "false"}:
        raise ValueError("neither true nor false")
    return folded


@lru_cache(_MEMO)
def address(text: str) -> Address:
    """Read an IPv4 or IPv6 address; an IPv4 address mapped into IPv6 counts as IPv4."""
    if "%" in text:
        raise ValueError("an address with a zone")
    read = ip_address(text)
    mapped = read.ipv4_mapped if isinstance(read, IPv6Address) else None
    return (4, int(mapped)) if mapped is not None else (read.version, int(read))


@lru_cache(_MEMO)
def network(text: str) -> Network:
    """Read a CIDR block or a single address; host bits of a block are masked."""
    if "%" in text:
        raise ValueError("a network with a zone")
    _, slash, length = text.partition("/")
    if slash and not (length.isascii() and length.isdigit()):
        raise ValueError("not a prefix length")
    read = ip_network(text, strict=False)
    bits, version, first = read.max_prefixlen - read.prefixlen, read.version, int(read.network_address)
    if isinstance(read, IPv6Network) and read.prefixlen >= _MAPPED_PREFIX and first >> 32 == _MAPPED:
        version, first = 4, first & 0xFFFFFFFF
    return version, bits, first >> bits


_MAPPED: Final = 0xFFFF
_MAPPED_PREFIX: Final = 96
