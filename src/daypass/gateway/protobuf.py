"""Messages of protocol buffers, written; the few that the gateway answers with."""

from __future__ import annotations


def text(field: int, value: str) -> bytes:
    """Return a field that is text."""
    return message(field, value.encode("utf-8", "replace"))


def message(field: int, value: bytes) -> bytes:
    """Return a field that is a message, or bytes."""
    return varint(field << 3 | 2) + varint(len(value)) + value


def number(field: int, value: int) -> bytes:
    """Return a field that is a number; a negative one as its 64 bits."""
    return varint(field << 3) + varint(value & (1 << 64) - 1)


def varint(value: int) -> bytes:
    """Return a number, seven bits a byte, the lowest first."""
    parts = bytearray()
    while value > 0x7F:  # noqa: PLR2004 (seven bits a byte)
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
