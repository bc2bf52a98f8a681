"""Bytes as text: tokens in URL-safe base64 without padding, ids and secrets in letters and digits."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from typing import Final

_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")
_TO_LETTERS: Final = bytes.maketrans(b"+/", b"Nn")
_GROUP: Final = 4
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# What the last character may be, by the characters beyond whole groups: one alone cannot
# be, of two the last holds 2 bits, of three the last holds 4.
_LAST: Final = (b"", b"", _ALPHABET[::16], _ALPHABET[::4])


def encode(data: bytes) -> str:
    """Write bytes as text."""
    return b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode()


def decode(text: str) -> bytes | None:
    """Read text back; ``None`` unless it is exactly what :func:`encode` writes.

    Padding, white space, the other alphabet and stray bits in the last character are
    refused: a token has one spelling.
    """
    if not text.isascii():
        return None
    data = text.encode()
    odd = len(data) % _GROUP
    if data.translate(None, _ALPHABET) or (odd and data[-1] not in _LAST[odd]):
        return None
    return a2b_base64(data.translate(_FROM_URL) + b"=" * (-odd % _GROUP))


def letters(data: bytes) -> str:
    """Write random bytes in letters and digits, six bits a character; not meant to be read back.

    Two letters stand for two values each, which costs a sixteenth of a bit a character.
    """
    return b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_LETTERS).decode()
