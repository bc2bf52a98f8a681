"""One GET over TLS to a server whose certificate chain is pinned.

The name is resolved once, and the address that was checked is the one connected to. No
byte of the request is sent before the chain was checked. Nothing is followed, no cookie
kept, no proxy used.
"""

from __future__ import annotations

import socket
import ssl
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httptools
import msgspec

from daypass.federation.chains import check_chain
from daypass.federation.errors import ISSUER_URL
from daypass.federation.urls import HttpsUrl
from daypass.issuers.addresses import addresses_of

MAX_BODY: Final = 128 * 1024
"""Bytes of a document, as it comes and unpacked."""

MAX_HEAD: Final = 32 * 1024
_PART: Final = 16 * 1024
_OK: Final = 200
_REDIRECTS: Final = range(300, 400)
_ENCODINGS: Final = ("", "identity", "gzip")


class Terms(msgspec.Struct, frozen=True):
    """What holds for a fetch.

    Attributes:
        pins: fingerprints of certificates, one of which must be in the chain.
        now: epoch seconds, for the validity of certificates.
        ends: moment of the monotonic clock when everything must be over.
        private: whether the server may have a private address.
    """

    pins: tuple[str, ...]
    now: int
    ends: float
    private: bool

    def seconds_left(self) -> float:
        """Return how much time is left.

        Raises:
            ApiError: ``AuthenticationFail.OIDCToken.HttpsUrlInvalid``, none is.
        """
        left = self.ends - time.monotonic()
        if left <= 0:
            raise ISSUER_URL(reason="it does not answer in time")
        return left


def fetch(url: HttpsUrl, terms: Terms) -> bytes:
    """Return the document at a URL.

    Raises:
        ApiError: ``AuthenticationFail.OIDCToken.HttpsUrlInvalid``, ``.PublicKeyFingerprintMismatch``.
    """
    with _session(url, terms) as connection:
        check_chain(_served(connection), terms.pins, url.host, terms.now)
        return _exchange(connection, url, terms)


def presented(url: HttpsUrl, terms: Terms) -> list[bytes]:
    """Return the certificates that a server presents, DER, its own first; it is asked for nothing else.

    Raises:
        ApiError: ``AuthenticationFail.OIDCToken.HttpsUrlInvalid``.
    """
    with _session(url, terms) as connection:
        return _served(connection)


@contextmanager
def _session(url: HttpsUrl, terms: Terms) -> Iterator[ssl.SSLSocket]:
    """Connect and shake hands; whose certificates those are is still to be checked."""
    try:
        with _connected(url, terms) as plain:
            plain.settimeout(terms.seconds_left())
            with _CONTEXT.wrap_socket(plain, server_hostname=url.host) as connection:
                yield connection
    except TimeoutError:
        raise ISSUER_URL(reason=f"{url.authority} does not answer in time") from None
    except ssl.SSLError:
        raise ISSUER_URL(reason=f"{url.authority} does not speak TLS 1.2 or newer as it should") from None
    except OSError:
        raise ISSUER_URL(reason=f"{url.authority} cannot be reached or ends the connection") from None


def _connected(url: HttpsUrl, terms: Terms) -> socket.socket:
    addresses = addresses_of(url.host, url.port, private=terms.private)
    for address in addresses[:-1]:
        try:
            return socket.create_connection((address, url.port), terms.seconds_left() / len(addresses))
        except OSError:
            continue
    return socket.create_connection((addresses[-1], url.port), terms.seconds_left())


def _context() -> ssl.SSLContext:
    """Return a context that leaves the chain to :func:`check_chain`, which pins it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


_CONTEXT: Final = _context()


def _served(connection: ssl.SSLSocket) -> list[bytes]:
    """Return the certificates that the server presented, DER, its own first."""
    if sys.version_info >= (3, 13):
        return list(connection.get_unverified_chain() or ())
    # The same function before it became public.
    inner: Any = connection._sslobj  # type: ignore[attr-defined] # noqa: SLF001
    return [
        ssl.PEM_cert_to_DER_cert(certificate.public_bytes())
        for certificate in inner.get_unverified_chain() or ()
    ]


def _exchange(connection: ssl.SSLSocket, url: HttpsUrl, terms: Terms) -> bytes:
    lines = (
        f"GET {url.target or '/'} HTTP/1.1",
        f"Host: {url.authority}",
        "Accept: application/json",
        "Accept-Encoding: identity",
        "User-Agent: daypass",
        "Connection: close",
    )
    connection.settimeout(terms.seconds_left())
    connection.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode())
    answer = _Answer(url.authority)
    while not answer.complete:
        connection.settimeout(terms.seconds_left())
        answer.feed(connection.recv(_PART))
    return answer.document()


class _Answer:
    """An answer while it comes in."""

    def __init__(self, authority: str) -> None:
        self._authority: Final = authority
        self._parser: Final = httptools.HttpResponseParser(self)
        self._body: Final = bytearray()
        self._received = 0
        self._encoding = ""
        self._bounded = False
        self._headers_complete = False
        self.complete = False

    def feed(self, part: bytes) -> None:
        """Take what came; nothing is the end of the connection."""
        if not part:
            if self._bounded or not self._headers_complete:
                raise ISSUER_URL(reason=f"{self._authority} ends its answer too early")
            self.complete = True
            return
        self._received += len(part)
        if self._received > MAX_HEAD + MAX_BODY:
            raise self._too_large()
        try:
            self._parser.feed_data(part)
        except httptools.HttpParserError:
            raise ISSUER_URL(reason=f"{self._authority} does not answer in HTTP") from None

    def document(self) -> bytes:
        """Return the body, unpacked."""
        status = self._parser.get_status_code()
        if status in _REDIRECTS:
            raise ISSUER_URL(reason=f"{self._authority} redirects, which is not followed")
        if status != _OK:
            raise ISSUER_URL(reason=f"{self._authority} answers with status {status}")
        if self._encoding not in _ENCODINGS:
            raise ISSUER_URL(reason=f"{self._authority} packs its answer in an unknown way")
        body = bytes(self._body) if self._encoding != "gzip" else self._unpacked()
        if len(body) > MAX_BODY:
            raise self._too_large()
        return body

    def _unpacked(self) -> bytes:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            return unpacker.decompress(bytes(self._body), MAX_BODY + 1)
        except zlib.error:
            raise ISSUER_URL(reason=f"{self._authority} packs its answer wrongly") from None

    def _too_large(self) -> Exception:
        return ISSUER_URL(reason=f"{self._authority} answers with more than {MAX_BODY} bytes")

    # What httptools calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note how the body is packed, and whether its end is told."""
        lowered = name.lower()
        if lowered == b"content-encoding":
            self._encoding = value.decode("latin-1").strip().lower()
        elif lowered in {b"content-length", b"transfer-encoding"}:
            self._bounded = True

    def on_headers_complete(self) -> None:
        """Note that what follows is the body."""
        self._headers_complete = True

    def on_body(self, part: bytes) -> None:
        """Keep a part of the body."""
        self._body.extend(part)

    def on_message_complete(self) -> None:
        """Note the end."""
        self.complete = True
