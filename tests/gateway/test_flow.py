"""The slower side sets the pace, and nothing piles up between."""

from __future__ import annotations

import queue
import resource
import socket
import subprocess
import sys
from typing import Final

import pytest

from daypass.client import Credentials
from tests.gateway import signers
from tests.gateway.foreign import Foreign, Request
from tests.gateway.gateways import Running
from tests.world import World, allow, document

BOOKS: Final = "/books/a"
LARGE: Final = 256 * 1024 * 1024
PIECE: Final = b"x" * 65536
BETWEEN: Final = 24 * 1024 * 1024
"""Bytes that sockets and buffers may hold together; far less than :data:`LARGE`."""


@pytest.fixture
def alice(world: World) -> Credentials:
    return world.user("alice", document(allow("*")))


def _connect(running: Running) -> socket.socket:
    host, port = running.host.split(":")
    return socket.create_connection((host, int(port)), timeout=30)


def _head(running: Running, alice: Credentials, method: str, *lines: str) -> bytes:
    headers = [f"{name}: {value}" for name, value in signers.oss(alice, method, BOOKS).items()]
    return "\r\n".join(
        [f"{method} {BOOKS} HTTP/1.1", f"host: {running.host}", *headers, *lines, "", ""]
    ).encode()


def _until_stuck(connection: socket.socket, most: int) -> int:
    """Send until nobody takes any more; return how much was taken."""
    connection.settimeout(1.0)
    sent = 0
    try:
        while sent < most:
            sent += connection.send(PIECE)
    except TimeoutError:
        pass
    connection.settimeout(30)
    return sent


def test_a_service_is_not_read_faster_than_the_client_reads(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    taken: queue.Queue[int] = queue.Queue()

    def script(connection: socket.socket, _: Request) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % LARGE)
        sent = _until_stuck(connection, LARGE)
        taken.put(sent)
        connection.sendall(b"x" * (LARGE - sent))

    foreign.script = script
    with _connect(running) as connection:
        connection.sendall(_head(running, alice, "GET"))
        assert taken.get(timeout=30) < BETWEEN
        read = 0
        head = connection.recv(65536)
        read = len(head.partition(b"\r\n\r\n")[2])
        while read < LARGE:
            read += len(connection.recv(1 << 20))
    assert read == LARGE
    assert running.recorded()["outcome"] == "allow"


def test_a_client_is_not_read_faster_than_the_service_reads(
    running: Running, alice: Credentials, foreign: Foreign
) -> None:
    reads: queue.Queue[bool] = queue.Queue()
    whole: queue.Queue[int] = queue.Queue()

    def body(connection: socket.socket, head: bytes, buffered: bytes) -> tuple[bytes, bytes]:
        del head
        reads.get(timeout=30)
        read = len(buffered)
        while read < LARGE:
            read += len(connection.recv(1 << 20))
        whole.put(read)
        return b"", b""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(foreign, "_body", body)
        with _connect(running) as connection:
            connection.sendall(_head(running, alice, "PUT", f"content-length: {LARGE}"))
            sent = _until_stuck(connection, LARGE)
            assert sent < BETWEEN
            reads.put(True)
            connection.sendall(b"x" * (LARGE - sent))
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")
    assert whole.get(timeout=30) == LARGE


def test_the_process_does_not_grow_with_the_bodies_that_pass(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    def script(connection: socket.socket, _: Request) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % LARGE)
        for _piece in range(LARGE // len(PIECE)):
            connection.sendall(PIECE)

    foreign.script = script
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reader = (
        "import socket, sys\n"
        "connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n"
        "connection.sendall(sys.stdin.buffer.read())\n"
        "left = int(sys.argv[3])\n"
        "while left > 0:\n"
        "    left -= len(connection.recv(1 << 20))\n"
    )
    command = [sys.executable, "-c", reader, *running.host.split(":"), str(LARGE)]
    subprocess.run(command, input=_head(running, alice, "GET"), check=True, timeout=60)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 32 * 1024
    assert foreign.asked().target == BOOKS
