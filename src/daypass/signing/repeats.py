"""Requests that repeat an earlier one but for when they were signed.

A client signs the same call again and again: only Signature, SignatureNonce and Timestamp
differ. What the rest of the query says, and what it adds to the string to sign, follows
from its text alone, so that of a text that comes back it is kept. No right rests on this:
the signature over all of it is checked each time, as are nonce and timestamp.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final

import msgspec

from daypass.errors import ApiError
from daypass.signing.encoding import percent_decode, percent_encode
from daypass.signing.parameters import BETWEEN, canonical
from daypass.signing.request import Format, Kept, Presented, Proof
from daypass.signing.rpc_v1 import accepted, sign, string_to_sign
from daypass.signing.times import read_iso

if TYPE_CHECKING:
    from daypass.signing.request import Anonymous, WireRequest

_SIGNATURE: Final = "&Signature="
_NONCE: Final = "&SignatureNonce="
_TIMESTAMP: Final = "&Timestamp="

_GAP: Final = "\x02"
"""Stands where a nonce or a timestamp goes; canonical text holds no such character."""
_NONCE_CHARS: Final = re.compile(r"[A-Za-z0-9._~-]+", re.ASCII)
_NAMES_FORMAT: Final = re.compile("&Format=[^&]")

MOST_CHARS: Final = 1 << 20
"""Of all texts kept. What is kept of a text takes about four times its room."""
_LONGEST: Final = 1 << 13
_SEEN: Final = 4096


class _Said(msgspec.Struct, frozen=True, gc=False):
    """What a query says besides when it was signed.

    Attributes:
        forms: of each string to sign that is accepted, what stands before, between and
            behind nonce and timestamp.
    """

    access_key_id: str
    security_token: str | None
    action: str
    version: str
    format: Format | None
    parameters: dict[str, str]
    forms: tuple[tuple[bytes, bytes, bytes], ...]
    kept: Kept


_Rest = tuple[str, str]
"""The method, and the query without the three parameters that differ."""


class Repeats:
    """Reads requests of RPC v1 whose parameters are all in the query.

    Args:
        most_chars: of the texts kept; beyond it the oldest go first.
    """

    def __init__(self, most_chars: int = MOST_CHARS) -> None:
        self._most_chars: Final = most_chars
        self._said: Final[dict[_Rest, _Said]] = {}
        self._chars = 0
        self._seen: Final[set[int]] = set()

    def read(self, request: WireRequest) -> tuple[Presented | None, _Rest | None]:
        """Read a request if one like it is kept.

        Args:
            request: to ``/``, without a body and without a signature in its headers.

        Returns:
            What it presents, ``None`` if it has to be read from scratch; and then, for
            :meth:`note`, by what to know another one like it.
        """
        text, signature = _cut(f"&{request.query}", _SIGNATURE)
        text, nonce = _cut(text, _NONCE)
        text, signed_at = _cut(text, _TIMESTAMP)
        if not (signature and nonce and signed_at) or len(text) > _LONGEST:
            return None, None
        rest = request.method, text
        said = self._said.get(rest)
        if said is None:
            return None, rest
        moment = _moment(signed_at)
        claimed = signature.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")
        if (
            moment is None
            or _NONCE_CHARS.fullmatch(nonce) is None
            or "%" in claimed
            or "+" in signature
            or not claimed.isascii()
        ):
            return None, None
        timestamp, shown = moment
        used = nonce.encode()
        texts = tuple(
            [b"%b%b%b%b%b" % (before, used, between, shown, behind) for before, between, behind in said.forms]
        )
        presented = Presented(
            "RPC v1",
            said.access_key_id,
            said.security_token,
            timestamp,
            nonce,
            said.action,
            said.version,
            said.format,
            said.parameters,
            Proof(sign, b"&", claimed, texts),
            said.kept,
        )
        return presented, None

    def note(self, rest: _Rest, presented: Presented | Anonymous) -> None:
        """Keep what a request says if one like it has come before.

        Args:
            rest: from :meth:`read`.
            presented: the same request, read from scratch.
        """
        mark = hash(rest)
        if mark not in self._seen:
            if len(self._seen) >= _SEEN:
                self._seen.clear()
            self._seen.add(mark)
            return
        method, text = rest
        if not isinstance(presented, Presented) or not canonical(text[1:]) or not _NAMES_FORMAT.search(text):
            return
        self._said[rest] = _Said(
            presented.access_key_id,
            presented.security_token,
            presented.action,
            presented.version,
            presented.format,
            presented.parameters,
            _forms(method, text[1:]),
            Kept(),
        )
        self._chars += len(text)
        while self._chars > self._most_chars:
            oldest = next(iter(self._said))
            del self._said[oldest]
            self._chars -= len(oldest[1])


def _cut(text: str, name: str) -> tuple[str, str]:
    """Return text without a parameter, and the parameter's value; ``""`` if it is not there."""
    at = text.find(name)
    if at < 0:
        return text, ""
    start = at + len(name)
    end = text.find("&", start)
    return (text[:at] + text[end:], text[start:end]) if end > 0 else (text[:at], text[start:])


def _forms(method: str, text: str) -> tuple[tuple[bytes, bytes, bytes], ...]:
    pairs = [pair.replace("=", BETWEEN) for pair in text.split("&")]
    pairs += [f"{name[1:-1]}{BETWEEN}{_GAP}" for name in (_NONCE, _TIMESTAMP)]
    pairs.sort()
    forms = accepted(string_to_sign(method, pairs))
    return tuple((before, between, behind) for before, between, behind in (f.split(b"\x02") for f in forms))


@functools.lru_cache(maxsize=64)
def _moment(encoded: str) -> tuple[int, bytes] | None:
    """Return a timestamp and how it stands in the string to sign; ``None`` if it takes more to read it."""
    try:
        text = percent_decode(encoded)
        if percent_encode(text) != encoded:
            return None
        return read_iso(text), encoded.replace("%", "%25").encode()
    except ApiError:
        return None
