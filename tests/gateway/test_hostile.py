"""Whatever a client or a service does, the client gets an answer it reads, and nothing is left behind."""

from __future__ import annotations

import socket
import struct
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daypass.client import Credentials
from daypass.gateway import connection
from tests.gateway import signers
from tests.gateway.foreign import OK, Foreign, Request, answering, dying
from tests.gateway.gateways import Running, configure, gateway
from tests.world import World, allow, document

BOOKS = "/books/a"


@pytest.fixture
def alice(world: World) -> Credentials:
    return world.user("alice", document(allow("*")))


@pytest.fixture
def impatient(world: World, foreign: Foreign, tmp_path: Path) -> Iterator[Running]:
    """A gateway that gives a silent service half a second."""
    with gateway(world.server, configure(tmp_path, foreign.url, answer_seconds=0.5)) as running:
        yield running


def _raw(running: Running, data: bytes, *, end: bool = False) -> bytes:
    host, port = running.host.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as client:
        client.sendall(data)
        if end:
            client.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while piece := client.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
        return answer


def _head(
    running: Running, alice: Credentials, *lines: str, method: str = "PUT", target: str = BOOKS
) -> bytes:
    headers = [f"{name}: {value}" for name, value in signers.oss(alice, method, BOOKS).items()]
    return "\r\n".join(
        [f"{method} {target} HTTP/1.1", f"host: {running.host}", *headers, *lines, "", ""]
    ).encode()


SMUGGLED = b"GET /secret/x HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest.mark.parametrize(
    "lines",
    [
        ("content-length: 5", "transfer-encoding: chunked"),
        ("transfer-encoding: chunked", "content-length: 5"),
        ("content-length: 5", "content-length: 6"),
        ("content-length: 5", "content-length: 5"),
        ("content-length: 5, 5",),
        ("content-length: +5",),
        ("content-length: 0x5",),
        ("content-length: -5",),
        ("content-length: 99999999999999999999",),
        ("transfer-encoding: identity",),
        ("transfer-encoding: chunked, identity",),
        ("transfer-encoding: gzip, chunked",),
        ("transfer-encoding: xchunked",),
        ("transfer-encoding: chunked", "transfer-encoding: chunked"),
        ("transfer-encoding:\x0bchunked",),
        ("transfer-encoding : chunked",),
        ("content-length : 5",),
        ("x: 1\n x: 2",),
        ("x: 1\ny: 2",),
        ("x: 1\r y: 2",),
        (" folded: 1",),
        ("x\x00: 1",),
        ("x: 1\x00",),
        ("host: other",),
        ("no colon",),
    ],
)
def test_what_two_readers_could_cut_differently_is_refused_and_goes_nowhere(
    running: Running, foreign: Foreign, alice: Credentials, lines: tuple[str, ...]
) -> None:
    answer = _raw(running, _head(running, alice, *lines) + b"0\r\n\r\n" + SMUGGLED, end=True)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert foreign.requests.empty()


@pytest.mark.parametrize(
    "chunks",
    [
        b"5\nhello\r\n0\r\n\r\n",
        b"5;\nhello\r\n0\r\n\r\n",
        b"-1\r\nx\r\n0\r\n\r\n",
        b"g\r\n",
        b"5\r\nhelloX0\r\n\r\n",
    ],
)
def test_chunks_that_are_none_end_the_request_and_its_connections(
    running: Running, foreign: Foreign, alice: Credentials, chunks: bytes
) -> None:
    answer = _raw(running, _head(running, alice, "transfer-encoding: chunked") + chunks + SMUGGLED, end=True)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert running.until_idle()[0] == 0
    assert all(b"/secret" not in request.head for request in list(foreign.requests.queue))


@pytest.mark.parametrize(
    "target",
    [
        "http://other.example.com/books/a",
        "http://127.0.0.1@other/books/a",
        "ftp://127.0.0.1/books/a",
        "books/a",
        "*",
        "/books/a#x",
        "//",
    ],
)
def test_a_target_for_another_host_or_of_another_form_is_refused(
    running: Running, foreign: Foreign, alice: Credentials, target: str
) -> None:
    answer = _raw(running, _head(running, alice, "connection: close", "content-length: 0", target=target))
    assert answer[9:12] in {b"400", b"403"}
    assert foreign.requests.empty()


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "OPTIONS", "PATCH", "FETCH"])
def test_other_methods_are_refused(
    running: Running, foreign: Foreign, alice: Credentials, method: str
) -> None:
    answer = _raw(running, _head(running, alice, "connection: close", method=method), end=True)
    assert answer[9:12] in {b"400", b"403", b"405"}
    assert foreign.requests.empty()


def test_a_client_that_would_rather_speak_another_protocol_is_answered_in_this_one(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    upgrade = ("connection: upgrade", "upgrade: h2c", "content-length: 0")
    answer = _raw(running, _head(running, alice, *upgrade) + SMUGGLED)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert "upgrade" not in foreign.asked().headers
    assert foreign.requests.empty()


def test_a_request_without_a_host_and_an_unknown_version_are_refused(running: Running) -> None:
    assert _raw(running, b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert _raw(running, b"GET / HTTP/2.0\r\nhost: x\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert _raw(running, b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03").startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("size", [70_000, 5_000_000])
def test_a_head_that_is_too_large_is_refused(running: Running, alice: Credentials, size: int) -> None:
    answer = _raw(running, _head(running, alice, f"x-long: {'x' * size}", "content-length: 0"))
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_a_body_that_is_too_large_to_be_believed_is_refused(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    body = b"x" * (2 * 1024 * 1024)
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = running.ask("POST", f"/?{signers.rpc(alice, 'CountGateways', '2019-03-01')}", form, body)
    assert (answer.status, answer.json()["Code"]) == (413, "RequestEntityTooLarge")
    assert foreign.requests.empty()


def test_a_body_that_does_not_come_and_a_head_that_does_not_end_are_given_up(
    running: Running, foreign: Foreign, alice: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BODY_SECONDS", 0.2)
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
    streamed = _raw(running, _head(running, alice, "content-length: 1000") + b"x" * 10)
    assert streamed.startswith(b"HTTP/1.1 408 ")
    assert b"<Code>RequestTimeout</Code>" in streamed
    headers = [f"{name}: {value}" for name, value in signers.sls(alice, "POST", "/logstores").items()]
    gathered = ["POST /logstores HTTP/1.1", "host: p.localhost", *headers, "content-length: 9", "", "x"]
    answer = _raw(running, "\r\n".join(gathered).encode())
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"errorCode":' in answer
    assert _raw(running, b"GET / HTTP/1.1\r\nhost").startswith(b"HTTP/1.1 408 ")
    assert _raw(running, b"") == b""
    assert foreign.requests.empty()
    assert running.until_idle()[0] == 0


def test_a_refused_upload_is_answered_while_its_body_comes(
    running: Running, foreign: Foreign, world: World
) -> None:
    bob = world.user("bob")
    answer = running.ask("PUT", BOOKS, signers.oss(bob, "PUT", BOOKS), b"x" * 3_000_000)
    assert answer.status == 403
    assert foreign.requests.empty()


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    data=st.binary(max_size=300)
    | st.lists(
        st.sampled_from(
            [
                b"GET / HTTP/1.1\r\n",
                b"\r\n",
                b"host: x",
                b"PUT",
                b" ",
                b"\n",
                b":",
                b"\x00",
                b"content-length: 3",
                b"0\r\n\r\n",
            ]
        ),
        max_size=12,
    ).map(b"".join)
)
def test_whatever_comes_is_answered_by_a_refusal_or_not_at_all(running: Running, data: bytes) -> None:
    answer = _raw(running, data, end=True)
    assert answer == b"" or answer[:10] == b"HTTP/1.1 4"


def _error(answer: object) -> str:
    return ET.fromstring(answer.text).findtext("Code") or ""  # type: ignore[attr-defined] # noqa: S314 (our own answer)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"", 502),
        (b"HTTP/1.1 200 OK\r\ncontent-le", 502),
        (b"SSH-2.0-OpenSSH_9.6\r\n", 502),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\nhello", 502),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello", 502),
        (b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n", 502),
        (b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", 502),
        (b"HTTP/1.1 200 OK\r\nx: " + b"x" * 400_000, 502),
    ],
)
def test_a_service_that_answers_garbage_or_dies_is_told_in_the_protocols_own_error(
    running: Running, foreign: Foreign, alice: Credentials, said: bytes, status: int
) -> None:
    foreign.script = dying(said)
    answer = running.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS))
    assert (answer.status, _error(answer)) == (status, "ServiceUnavailable")
    record = running.recorded()
    assert (record["outcome"], record["code"], record["action"]) == ("refused", "BadGateway", "oss:GetObject")
    foreign.script = answering(OK)
    assert running.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS)).status == 200


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 500000\r\n\r\n" + b"x" * 1000,
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3e8\r\n" + b"x" * 1000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3e8\r\n" + b"x" * 1000 + b"\r\nnope\r\n",
    ],
)
def test_an_answer_that_breaks_off_is_seen_to_be_incomplete_and_on_record(
    running: Running, foreign: Foreign, alice: Credentials, said: bytes
) -> None:
    foreign.script = dying(said)
    answer = _raw(running, _head(running, alice, "content-length: 0", method="PUT"))
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert not answer.endswith(b"0\r\n\r\n")
    assert answer.count(b"x") < 500_000
    record = running.recorded()
    assert (record["outcome"], record["code"]) == ("refused", "BadGateway")
    assert running.until_idle()[0] == 0


def test_a_service_that_never_answers_is_given_up(
    impatient: Running, foreign: Foreign, alice: Credentials
) -> None:
    foreign.script = lambda connection, request: None  # noqa: ARG005 (a script's form)
    answer = impatient.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS))
    assert (answer.status, _error(answer)) == (504, "ServiceUnavailable")
    assert impatient.recorded()["code"] == "GatewayTimeout"


def test_a_service_that_stops_within_its_answer_is_given_up(
    impatient: Running, foreign: Foreign, alice: Credentials
) -> None:
    foreign.script = answering(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
    answer = _raw(impatient, _head(impatient, alice, "content-length: 0"))
    assert answer.endswith(b"half")
    assert impatient.recorded()["code"] == "GatewayTimeout"


def test_a_service_that_cannot_be_reached_is_told(world: World, alice: Credentials, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with gateway(world.server, configure(tmp_path, f"http://127.0.0.1:{port}")) as running:
        answer = running.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS))
        assert (answer.status, _error(answer)) == (503, "ServiceUnavailable")
        assert running.recorded()["code"] == "ServiceUnavailable"
        query = signers.rpc(alice, "CountGateways", "2019-03-01")
        assert running.ask("POST", f"/?{query}").json()["Code"] == "ServiceUnavailable"


def test_a_client_that_goes_away_takes_its_connection_to_the_service_along(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    foreign.script = lambda connection, request: None  # noqa: ARG005 (a script's form)
    host, port = running.host.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(_head(running, alice, "content-length: 0"))
        foreign.asked()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert running.until_idle()[0] == 0
    record = running.recorded()
    assert (record["outcome"], record["code"]) == ("refused", "ClientClosedRequest")


def test_an_upload_that_stops_midway_does_not_reach_the_service_as_complete(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    answer = _raw(running, _head(running, alice, "content-length: 1000") + b"x" * 10, end=True)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"<Error>" in answer
    assert running.until_idle()[0] == 0
    assert foreign.requests.empty()


def test_a_service_that_answers_before_the_upload_is_complete_is_heard(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    def early(connection: socket.socket, _: Request) -> None:
        connection.sendall(b"HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nbig")

    foreign.script = early
    answer = running.ask("PUT", BOOKS, signers.oss(alice, "PUT", BOOKS), b"x" * 100)
    assert (answer.status, answer.body) == (413, b"big")


def test_an_idle_connection_that_the_service_ended_is_replaced(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    def once(connection: socket.socket, _: Request) -> None:
        connection.sendall(OK)
        connection.shutdown(socket.SHUT_RDWR)

    foreign.script = once
    for _ in range(5):
        assert running.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS)).body == b"hello"


def test_a_service_that_hangs_up_at_once_leaves_no_connection_counted(
    world: World, alice: Credentials, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

        def hang_up() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()

        threading.Thread(target=hang_up, daemon=True).start()
        with gateway(world.server, configure(tmp_path, url, connections=2)) as running:
            for _ in range(10):
                answer = running.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS))
                assert answer.status in {502, 503}
            assert running.until_idle() == (0, 0)
        listener.shutdown(socket.SHUT_RDWR)


def test_requests_wait_for_a_connection_no_longer_than_for_being_connected(
    world: World, alice: Credentials, foreign: Foreign, tmp_path: Path
) -> None:
    going_on = threading.Event()

    def slow(connection: socket.socket, _: Request) -> None:
        going_on.wait(20)
        connection.sendall(OK)

    foreign.script = slow
    file = configure(tmp_path, foreign.url, ("oss",), connections=1, connect_seconds=0.3)
    with gateway(world.server, file) as running, ThreadPoolExecutor(1) as pool:
        first = pool.submit(running.ask, "GET", BOOKS, signers.oss(alice, "GET", BOOKS))
        foreign.asked()
        second = running.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS))
        assert second.status == 503
        going_on.set()
        assert first.result().status == 200
        assert running.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS)).status == 200


def test_nothing_is_left_open(running: Running, foreign: Foreign, alice: Credentials) -> None:
    foreign.script = answering(OK)
    for _ in range(20):
        running.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS))
    clients, services = running.until_idle()
    assert clients == 0
    assert services <= 2
