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
LAST_PAGE: Final = 10_000
PAGED_ENTRIES: Final = 10_000
"""Entries a list shows by page number; further ones by NextToken, where there is one."""

PRODUCT_NAME: Final = (4, 30)
NICKNAME: Final = (4, 64)
UNUSED_CHARS: Final = 256
"""Of parameters that are accepted without effect; they go on record."""

DESCRIPTION_CHARS: Final = 100
DEVICE_NAME: Final = (4, 32)

_ASCII_NAME: Final = re.compile(r"[A-Za-z0-9_@.:-]+", re.ASCII)
_NAMELIKE: Final = re.compile(r"[\w()@-]+")
_WIDE: Final = frozenset("WF")


def width(text: str) -> int:
    """Return the length of a text with East Asian wide characters counted twice."""
    return sum(2 if unicodedata.east_asian_width(char) in _WIDE else 1 for char in text)


def product_name(text: str) -> str:
    """Return a text that a product may be called.

    Raises:
        ValueError: it may not; says why.
    """
    return _namelike(text, *PRODUCT_NAME)


def nickname(text: str) -> str:
    """Return a text that a device may have as its alias.

    Raises:
        ValueError: it may not; says why.
    """
    return _namelike(text, *NICKNAME)


def device_name(text: str) -> str:
    """Return a text that a device may be called.

    Raises:
        ValueError: it may not; says why.
    """
    least, most = DEVICE_NAME
    if not least <= len(text) <= most or not _ASCII_NAME.fullmatch(text):
        raise ValueError(f"{least} to {most} ASCII letters, digits and any of -_@.: are wanted")
    return text


def _namelike(text: str, least: int, most: int) -> str:
    if not least <= width(text) <= most or not _NAMELIKE.fullmatch(text):
        raise ValueError(
            f"{least} to {most} letters, digits and any of _-@() are wanted, "
            "East Asian characters counted twice"
        )
    return text
