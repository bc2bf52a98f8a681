"""The forms of names in the IoT service, and how much of everything there may be.

Source: the comments of the official IoT SDKs for lengths and page sizes; product names
take what the platform's console takes, which is more than the SDKs' comments tell. The
numbers of products and devices are what this service is made for, not the platform's.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

PRODUCTS_PER_ACCOUNT: Final = 1000
DEVICES_PER_PRODUCT: Final = 100_000
DEVICES_PER_BATCH: Final = 50
PRODUCT_PAGE: Final = 200
DEVICE_PAGE: Final = 50
PAGED_ENTRIES: Final = 10_000
"""Entries a list shows by page number; further ones by NextToken, where there is one."""

PRODUCT_NAME: Final = (4, 30)
NICKNAME: Final = (4, 64)
DESCRIPTION_CHARS: Final = 100
DEVICE_NAME: Final = re.compile(r"[A-Za-z0-9_@.:-]{4,32}", re.ASCII)

_NAMELIKE: Final = re.compile(r"[\w()@-]+")
_WIDE: Final = frozenset("WF")


def width(text: str) -> int:
    """Return the length of a text with East Asian wide characters counted twice."""
    return sum(2 if unicodedata.east_asian_width(char) in _WIDE else 1 for char in text)


def is_product_name(text: str) -> bool:
    """Return whether a product may be called that."""
    least, most = PRODUCT_NAME
    return least <= width(text) <= most and _NAMELIKE.fullmatch(text) is not None


def is_nickname(text: str) -> bool:
    """Return whether a device may have that alias."""
    least, most = NICKNAME
    return least <= width(text) <= most and _NAMELIKE.fullmatch(text) is not None
