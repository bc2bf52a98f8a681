"""HTTP over TLS: the same protocol, behind a handshake. Raw sockets, a real server."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import IO

import pytest

from daypass.client import Client, UntrustedError
from daypass.server.protocol import BODY_BYTES, HEAD_BYTES
from daypass.testing import Server
from tests.world import STS, World, allow, document

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nContent-Length: %d\r\n\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(tls=True) as running:
        yield running


def _address(server: Server) -> tuple[str, int]:
    host, port = server.endpoint.split(":")
    return host, int(port)


def _connect(server: Server) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=server.ca_file)
    context.set_alpn_protocols(["h2", "http/1.1"])
    plain = socket.create_connection(_address(server), timeout=30)
    return context.wrap_socket(plain, server_hostname="localhost")


def _answers(server: Server) -> bool:
    return server.client().call(STS, "GetCallerIdentity").status == 200


def _read(stream: IO[bytes]) -> tuple[int, bytes]:
    """Read one answer: its status and its body."""
    status = int(stream.readline().split()[1])
    length = 0
    while (line := stream.readline()) not in {b"\r\n", b""}:
        if line.lower().startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    return status, stream.read(length)


def test_a_client_that_trusts_the_authority_is_answered_by_http_1(server: Server) -> None:
    assert server.url.startswith("https://")
    assert _answers(server)
    with _connect(server) as connection:
        assert (connection.version(), connection.selected_alpn_protocol()) == ("TLSv1.3", "http/1.1")


def test_tls_1_2_is_spoken_as_well(server: Server) -> None:
    context = ssl.create_default_context(cafile=server.ca_file)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection(_address(server), timeout=30) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        assert connection.version() == "TLSv1.2"


def test_a_client_that_does_not_know_the_authority_sends_nothing(server: Server) -> None:
    before = server._server.server_state.total_requests
    with pytest.raises(UntrustedError, match="is not trusted"):
        Client(server.url, server.account.root).call(STS, "GetCallerIdentity")
    assert server._server.server_state.total_requests == before


def test_secure_transport_is_true_over_tls_and_false_without() -> None:
    reading = {"Bool": {"acs:SecureTransport": "true"}}
    for tls in (True, False):
        with Server(tls=tls) as server:
            alice = World(server).user("Alice", document(allow("ram:GetUser", Condition=reading)))
            got = server.client(alice).call("2015-05-01", "GetUser", {"UserName": "Alice"})
            assert (got.status, got.code) == ((200, "") if tls else (403, "NoPermission"))


def test_one_connection_carries_many_requests_also_sent_ahead(server: Server) -> None:
    with _connect(server) as connection:
        connection.sendall((HEAD % 8 + b"Action=x") * 3)
        answers = connection.makefile("rb")
        for _ in range(3):
            status, body = _read(answers)
            assert status == 400
            assert b'"Code"' in body


def test_limits_on_head_and_body_hold(server: Server) -> None:
    with _connect(server) as connection:
        connection.sendall(HEAD % (BODY_BYTES + 1) + b"x" * (BODY_BYTES + 1))
        status, body = _read(connection.makefile("rb"))
        assert (status, json.loads(body)["Code"]) == (413, "RequestEntityTooLarge")
    with _connect(server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * HEAD_BYTES + b"\r\n\r\n")
        assert _read(connection.makefile("rb"))[0] == 431


def test_what_is_no_request_is_refused_in_words(server: Server) -> None:
    with _connect(server) as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        assert _read(connection.makefile("rb"))[0] == 400


def test_a_client_that_leaves_in_the_middle_of_a_request_does_no_harm(server: Server) -> None:
    for part in (b"", b"POST / HT", HEAD % 8, HEAD % 8 + b"Act"):
        with _connect(server) as connection:
            connection.sendall(part)
            with suppress(ssl.SSLError):  # the refusal may cross the goodbye
                connection.unwrap()
    assert _answers(server)


@pytest.mark.parametrize("part", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x00\x00", b"\0" * 100])
def test_what_is_no_handshake_ends_the_connection_and_nothing_else(server: Server, part: bytes) -> None:
    with closing(socket.create_connection(_address(server), timeout=30)) as plain:
        plain.sendall(part)
        plain.shutdown(socket.SHUT_WR)
        answer = b""
        while received := plain.recv(4096):
            answer += received
        assert not answer.startswith(b"HTTP/")
    assert _answers(server)


def test_a_server_without_tls_says_in_http_that_a_handshake_is_no_request() -> None:
    with Server() as server, closing(socket.create_connection(_address(server), timeout=30)) as plain:
        plain.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        assert plain.recv(4096).startswith(b"HTTP/1.1 400 ")
