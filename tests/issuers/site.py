"""An issuer's site over TLS on this machine, which answers, or misbehaves, as a test wants."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any, Self

import trustme
from cryptography import x509

from daypass.federation.chains import fingerprints
from tests.federation.tokens import Key, claims, public, token

Behaviour = Callable[["Site", ssl.SSLSocket], None]

CONFIGURATION = "/.well-known/openid-configuration"
KEYS = "/keys"

AUTHORITY = trustme.CA()


def pin_of(authority: trustme.CA) -> str:
    """Return the SHA-1 fingerprint of an authority's certificate."""
    certificate = x509.load_pem_x509_certificate(authority.cert_pem.bytes())
    return next(one for one in fingerprints(certificate) if len(one) == 40)


PIN = pin_of(AUTHORITY)


class Site:
    """Serves one connection a thread, until it is left.

    Attributes:
        routes: path -> body, or what to do with the connection once the request was read.
        asked: paths that were asked for, in order.
        ended: set when the site is left; for behaviours that wait.
    """

    def __init__(
        self, *, host: str = "127.0.0.1", authority: trustme.CA = AUTHORITY, names: tuple[str, ...] = ()
    ) -> None:
        self.routes: dict[str, bytes | Behaviour] = {}
        self.asked: list[str] = []
        self.ended = threading.Event()
        self.connections = 0
        self._listener = socket.create_server((host, 0))
        self._port = self._listener.getsockname()[1]
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf = authority.issue_cert(*(names or ("localhost", "127.0.0.1")))
        chain = [*leaf.cert_chain_pems, authority.cert_pem]
        shown = trustme.Blob(b"".join(pem.bytes() for pem in chain))
        with shown.tempfile() as certificates, leaf.private_key_pem.tempfile() as key:
            self._context.load_cert_chain(certificates, key)
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    @property
    def url(self) -> str:
        """The issuer's URL."""
        return f"https://localhost:{self._port}"

    @property
    def authority(self) -> str:
        """Host and port."""
        return f"localhost:{self._port}"

    def publish(self, *keys: Any, **more: Any) -> None:
        """Serve a configuration and these keys."""
        configuration = {"issuer": self.url, "jwks_uri": self.url + KEYS}
        self.routes[CONFIGURATION] = json.dumps(configuration).encode()
        self.routes[KEYS] = json.dumps(public(*keys, **more)).encode()

    def token(self, now: int, key: Key, algorithm: str = "RS256", **changes: Any) -> str:
        """Return a token of this issuer."""
        return token(claims(now, **{"iss": self.url, **changes}), key, algorithm)

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(plain,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(10)
        try:
            with self._context.wrap_socket(plain, server_side=True) as connection:
                path = _path(connection)
                if not path:
                    return
                self.asked.append(path)
                answer = self.routes.get(path, not_found)
                if isinstance(answer, bytes):
                    connection.sendall(answered(answer))
                else:
                    answer(self, connection)
        except OSError:
            plain.close()


def _path(connection: ssl.SSLSocket) -> str:
    head = b""
    while b"\r\n\r\n" not in head and (part := connection.recv(4096)):
        head += part
    return head.split(b" ")[1].decode() if head else ""


def answered(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Return an answer with its length told."""
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers)
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode() + body


def not_found(_: Site, connection: ssl.SSLSocket) -> None:
    """Answer that there is nothing."""
    connection.sendall(answered(b"", status="404 Not Found"))


def sending(*parts: bytes) -> Behaviour:
    """Send these bytes and end the connection."""

    def send(_: Site, connection: ssl.SSLSocket) -> None:
        for part in parts:
            connection.sendall(part)

    return send


def hanging(site: Site, _: ssl.SSLSocket) -> None:
    """Say nothing until the site is left."""
    site.ended.wait()


def streaming(site: Site, connection: ssl.SSLSocket) -> None:
    """Send headers and then a byte now and then, without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not site.ended.wait(0.05):
        connection.sendall(b"1\r\n \r\n")


def flooding(site: Site, connection: ssl.SSLSocket) -> None:
    """Send as much as goes through, without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not site.ended.is_set():
        connection.sendall(b"4000\r\n" + b" " * 0x4000 + b"\r\n")


def dripping(site: Site, connection: ssl.SSLSocket) -> None:
    """Send a header line that never ends, a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not site.ended.wait(0.05):
        connection.sendall(b"a")
