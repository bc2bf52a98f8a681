"""What the schemes have in common whose requests are a method on a resource.

Method, path and headers are signed, parameters and body only as far as each scheme says.
"""

from __future__ import annotations

import hmac
import re
from binascii import b2a_base64
from typing import TYPE_CHECKING, Final

from daypass.signing.errors import DUPLICATE, INCOMPLETE_SIGNATURE, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from daypass.signing.request import WireRequest

_FURTHER_PARAMETER: Final = re.compile(r"&(?:[A-Za-z0-9_.-]+(?:=|&|$))", re.ASCII)


def id_and_signature(authorization: str) -> tuple[str, str]:
    """Read ``<scheme> <AccessKeyId>:<signature>``.

    Raises:
        ApiError: either is missing (``IncompleteSignature``).
    """
    access_key_id, _, signature = authorization.partition(" ")[2].strip().partition(":")
    if not access_key_id or not signature:
        raise INCOMPLETE_SIGNATURE(problem="Authorization lacks the AccessKeyId or the signature.")
    return access_key_id, signature


def required(request: WireRequest, name: str) -> str:
    """Return a header that must be there, once.

    Raises:
        ApiError: it is not (``IncompleteSignature``, ``InvalidParameter.Duplicate``).
    """
    value = request.header(name)
    if not value:
        raise INCOMPLETE_SIGNATURE(problem=f"The header {name} is missing.")
    return value


def headers_of(request: WireRequest, *prefixes: str) -> dict[str, str]:
    """Return the headers whose names begin so, values trimmed.

    Raises:
        ApiError: one is there more than once (``InvalidParameter.Duplicate``).
    """
    named: dict[str, str] = {}
    for name, value in request.headers:
        if name.startswith(prefixes):
            if name in named:
                raise DUPLICATE(name=shown(name))
            named[name] = value.strip()
    return named


def lines_of(head: Iterable[str], named: Mapping[str, str]) -> str:
    """Return what stands first in a string to sign: each value a line, then each header, by name.

    Raises:
        ApiError: a value spans lines, so that it could be read as another (``IncompleteSignature``).
    """
    lines = [*head, *(f"{name}:{named[name]}" for name in sorted(named))]
    text = "".join(f"{line}\n" for line in lines)
    if text.count("\n") != len(lines):
        raise INCOMPLETE_SIGNATURE(problem="A signed header spans lines.")
    return text


def check_unmistakable(values: Mapping[str, str]) -> None:
    """Refuse a query whose signed text a client could have signed for other parameters.

    A caught request for ``a=1&b=2`` could otherwise be sent as ``a`` with the value
    ``1&b=2``, which drops ``b`` under the same signature.

    Raises:
        ApiError: it could (``IncompleteSignature``).
    """
    for name, value in values.items():
        if "&" in name or "=" in name or _FURTHER_PARAMETER.search(value) is not None:
            raise INCOMPLETE_SIGNATURE(
                problem=f"A version 1.0 signature cannot cover an ampersand in {shown(name)}."
            )


def decoded_query(values: Mapping[str, str]) -> str:
    """Return a query as the version 1 schemes sign it: ``?``, then all of it decoded, by name.

    Raises:
        ApiError: it could have been signed for other parameters (``IncompleteSignature``).
    """
    if not values:
        return ""
    check_unmistakable(values)
    return "?" + "&".join(f"{name}={values[name]}" for name in sorted(values))


def sign_sha1(key: bytes, text: bytes) -> bytes:
    """Return the signature text of a string to sign under HMAC-SHA1."""
    return b2a_base64(hmac.digest(key, text, "sha1"), newline=False)
