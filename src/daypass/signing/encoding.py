"""Percent-encoding as the signatures define it: RFC 3986, UTF-8, upper-case digits.

``urllib.parse`` is not used: it keeps what it cannot decode, and its idea of
reserved characters is not the protocol's.
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from typing import Final

from daypass.signing.errors import BAD_ENCODING
from daypass.signing.request import wire_bytes

UNRESERVED: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

_PLAIN: Final = re.compile(r"[A-Za-z0-9._~-]*", re.ASCII)
_BROKEN: Final = re.compile("%(?![0-9A-Fa-f]{2})")
_ENCODED: Final = {byte: f"%{byte:02X}" for byte in range(256) if chr(byte) not in UNRESERVED}


def percent_encode(text: str) -> str:
    """Encode everything but letters, digits and ``-._~``; a space becomes ``%20``.

    Args:
        text: any text that UTF-8 can hold.
    """
    if _PLAIN.fullmatch(text) is not None:
        return text
    return text.encode().decode("latin-1").translate(_ENCODED)


def percent_decode(raw: str) -> str:
    """Decode ``%XX`` sequences to text.

    ``+`` is left alone: it means a space in queries and forms only.

    Args:
        raw: characters of the wire. Unencoded bytes above 127 are taken as they are.

    Raises:
        ApiError: a ``%`` without two hexadecimal digits, or bytes that are not UTF-8
            (``InvalidParameter.Encoding``).
    """
    if "%" not in raw and raw.isascii():
        return raw
    if _BROKEN.search(raw) is not None:
        raise BAD_ENCODING(where="a parameter")
    return decode_octets(raw.replace("=", "%3D"))


def decode_octets(raw: str) -> str:
    """Decode well-formed ``%XX`` sequences in text without an equals sign.

    Quoted-printable differs from percent-encoding in its mark only once no other equals
    sign is about, and its decoder is one pass of C: ten times as fast as a loop.

    Raises:
        ApiError: the bytes are not UTF-8 (``InvalidParameter.Encoding``).
    """
    try:
        return a2b_qp(wire_bytes(raw, "a parameter").replace(b"%", b"=")).decode()
    except UnicodeDecodeError:
        raise BAD_ENCODING(where="a parameter") from None
