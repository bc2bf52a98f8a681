"""A service that knows nothing of daypass, and does whatever a test tells it to."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable
from typing import Self

OK = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\nx-own: 1\r\n\r\nhello"


class Request:
    """A request as it came."""

    def __init__(self, head: bytes, body: bytes) -> None:
        self.head = head
        self.body = body
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, self.version = first.split(" ", 2)
        self.pairs = [
            (name.lower(), value.strip()) for name, _, value in (each.partition(":") for each in lines)
        ]
        self.headers = dict(self.pairs)


Script = Callable[[socket.socket, Request], None]


def answering(data: bytes) -> Script:
    """Answer with these bytes."""
    return lambda connection, _: connection.sendall(data)


def dying(data: bytes) -> Script:
    """Answer with these bytes, then end the connection."""

    def script(connection: socket.socket, _: Request) -> None:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    return script


class Foreign:
    """Listens on a free port, a thread a connection. What it is asked is in ``requests``."""

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or answering(OK)
        self.requests: queue.Queue[Request] = queue.Queue()
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()

    def asked(self) -> Request:
        """Return the next request it was asked."""
        return self.requests.get(timeout=20)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        buffered = b""
        try:
            while True:
                while b"\r\n\r\n" not in buffered:
                    piece = connection.recv(65536)
                    if not piece:
                        return
                    buffered += piece
                head, _, buffered = buffered.partition(b"\r\n\r\n")
                body, buffered = self._body(connection, head.lower(), buffered)
                request = Request(head, body)
                self.requests.put(request)
                self.script(connection, request)
        except OSError:
            return

    def _body(self, connection: socket.socket, head: bytes, buffered: bytes) -> tuple[bytes, bytes]:
        if b"transfer-encoding: chunked" in head:
            body = b""
            while True:
                while b"\r\n" not in buffered:
                    buffered += connection.recv(65536)
                size, _, buffered = buffered.partition(b"\r\n")
                length = int(size, 16)
                while len(buffered) < length + 2:
                    buffered += connection.recv(65536)
                body, buffered = body + buffered[:length], buffered[length + 2 :]
                if not length:
                    return body, buffered
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        while len(buffered) < length:
            buffered += connection.recv(65536)
        return buffered[:length], buffered[length:]
