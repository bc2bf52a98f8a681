from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from bench.server.load import Load, UnexpectedAnswerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REQUEST = b"GET / HTTP/1.1\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"


@contextlib.contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Answer each request on each connection by a function."""
    listener = socket.create_server(("127.0.0.1", 0))

    def one(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while connection.recv(65536):
                answer(connection)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=one, args=listener.accept()[:1]).start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def test_every_request_is_answered_once() -> None:
    with serving(lambda connection: connection.sendall(ANSWER)) as port, Load(port, 4) as load:
        run = load.drive([REQUEST] * 50)
    assert run.answers == len(run.latencies) == 50


def test_fewer_requests_than_connections_are_enough() -> None:
    with serving(lambda connection: connection.sendall(ANSWER)) as port, Load(port, 4) as load:
        assert load.drive([REQUEST] * 2).answers == 2


def test_an_answer_in_pieces_counts_once() -> None:
    def in_pieces(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(ANSWER), 10):
            connection.sendall(ANSWER[at : at + 10])

    with serving(in_pieces) as port, Load(port, 2) as load:
        assert load.drive([REQUEST] * 10).answers == 10


def test_a_connection_that_the_server_closes_is_replaced() -> None:
    def once(connection: socket.socket) -> None:
        connection.sendall(ANSWER.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        connection.shutdown(socket.SHUT_RDWR)

    with serving(once) as port, Load(port, 2) as load:
        assert load.drive([REQUEST] * 10).answers == 10


def test_an_answer_that_is_not_200_ends_the_run() -> None:
    refusal = ANSWER.replace(b"200 OK", b"403 Forbidden")
    with (
        serving(lambda connection: connection.sendall(refusal)) as port,
        Load(port, 2) as load,
        pytest.raises(UnexpectedAnswerError, match="403"),
    ):
        load.drive([REQUEST] * 10)
