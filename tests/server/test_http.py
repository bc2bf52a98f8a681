"""The HTTP shell: limits, pages, and what is not a request at all. Raw sockets, a real server."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from daypass.server import protocol
from daypass.server.protocol import BODY_BYTES
from daypass.testing import Server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def _raw(server: Server, data: bytes, *, close: bool = True) -> bytes:
    """Send bytes as they are and return all that comes back until the server closes."""
    host, port = server.endpoint.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(data)
        if close:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


def _status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def _body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def _get(server: Server, target: str, *headers: str) -> bytes:
    lines = [f"GET {target} HTTP/1.1", "Host: x", "Connection: close", *headers, "", ""]
    return _raw(server, "\r\n".join(lines).encode())


def test_health_readiness_and_metrics_answer(server: Server) -> None:
    assert _status(_get(server, "/healthz")) == 200
    assert _status(_get(server, "/readyz")) == 200
    metrics = _get(server, "/metrics")
    assert _status(metrics) == 200
    assert b"daypass_requests_total" in metrics


def test_an_error_code_can_be_looked_up_where_the_error_says(server: Server) -> None:
    answer = _get(server, "/errors/EntityNotExist.Role")
    assert _status(answer) == 200
    assert b"Sts.AssumeRole" in answer
    assert _status(_get(server, "/errors/Nonsense")) == 404


def test_a_path_with_nothing_on_it_is_a_readable_404(server: Server) -> None:
    answer = _get(server, "/nothing/here?Format=JSON")
    assert _status(answer) == 404
    assert json.loads(_body(answer))["Code"] == "InvalidApi.NotFound"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_other_methods_than_get_and_post_are_refused(server: Server, method: str) -> None:
    answer = _raw(server, f"{method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert _status(answer) == 405
    assert b"x-acs-request-id" in answer


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "BREW"])
def test_methods_of_no_api_are_refused_and_never_a_server_fault(server: Server, method: str) -> None:
    answer = _raw(server, f"{method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert 400 <= _status(answer) < 500


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /%zz\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\r\n\r\n\r\nnonsense\r\n\r\n",
    ],
)
def test_what_is_not_http_gets_a_client_error_with_a_request_id(server: Server, data: bytes) -> None:
    answer = _raw(server, data)
    assert 400 <= _status(answer) < 500
    assert b"x-acs-request-id" in answer
    assert b"Code" in _body(answer)


def test_a_head_larger_than_its_limit_is_refused(server: Server) -> None:
    head = b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * protocol.HEAD_BYTES + b"\r\n\r\n"
    answer = _raw(server, head)
    assert _status(answer) == 431
    assert json.loads(_body(answer))["Code"] == "RequestHeaderTooLarge"


def test_a_head_that_never_ends_is_refused(server: Server) -> None:
    answer = _raw(server, b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 20_000, close=False)
    assert _status(answer) == 431


def test_one_line_of_a_head_that_never_ends_is_refused(server: Server) -> None:
    answer = _raw(server, b"GET / HTTP/1.1\r\nX-Long: " + b"a" * (protocol.HEAD_BYTES + 1), close=False)
    assert _status(answer) == 431


def test_a_long_request_line_within_the_limit_is_read(server: Server) -> None:
    answer = _get(server, "/?Action=GetCallerIdentity&Version=2015-04-01&X=" + "a" * 40_000)
    assert _status(answer) == 400
    assert b"MissingAccessKeyId" in answer


def test_a_body_larger_than_its_limit_is_refused(server: Server) -> None:
    head = f"POST /?Format=JSON HTTP/1.1\r\nHost: x\r\nContent-Length: {BODY_BYTES + 1}\r\n\r\n".encode()
    answer = _raw(server, head + b"a" * (BODY_BYTES + 1))
    assert _status(answer) == 413
    assert json.loads(_body(answer))["Code"] == "RequestEntityTooLarge"


def test_a_head_that_comes_too_slowly_is_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    answer = _raw(server, b"GET / HTTP/1.1\r\nHost: x\r\n", close=False)
    assert _status(answer) == 408
    assert json.loads(_body(answer))["Code"] == "RequestTimeout"


def test_a_connection_that_says_nothing_is_closed(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    assert _raw(server, b"", close=False) == b""


def test_a_body_that_comes_too_slowly_is_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "BODY_SECONDS", 0.2)
    head = b"POST /?Format=JSON HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nConnection: close\r\n\r\nabc"
    answer = _raw(server, head, close=False)
    assert _status(answer) == 408


def test_requests_on_one_connection_are_answered_in_order(server: Server) -> None:
    first = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = _raw(server, first * 3 + last)
    assert answer.count(b"HTTP/1.1 200") == 3
    assert answer.rindex(b"HTTP/1.1 404") > answer.rindex(b"HTTP/1.1 200")


def test_a_client_that_closes_its_half_after_asking_is_answered(server: Server) -> None:
    answer = _raw(server, b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert _status(answer) == 200


def test_a_trailer_is_no_header(server: Server) -> None:
    asked = "POST /?Action=GetCallerIdentity&Version=2015-04-01 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    chunked = f"{asked}Transfer-Encoding: chunked\r\n\r\n0\r\nAccept: application/json\r\n\r\n"
    assert b"content-type: text/xml" in _raw(server, chunked.encode(), close=False)


def test_a_body_of_very_many_very_small_chunks_is_read(server: Server) -> None:
    head = (
        b"POST /?Format=JSON HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    answer = _raw(server, head + b"1\r\na\r\n" * 200_000 + b"0\r\n\r\n")
    assert _status(answer) == 400


def test_trailers_without_end_are_refused(server: Server) -> None:
    head = b"POST /?Format=JSON HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    answer = _raw(server, head + b"X-A: %b\r\n" % (b"b" * 1000) * 10_000, close=False)
    assert _status(answer) == 413


def test_many_requests_in_one_piece_that_end_within_a_head_are_all_answered(server: Server) -> None:
    whole = b"GET /?Action=a&Version=b HTTP/1.1\r\nHost: x\r\n\r\n" * 3000
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    answer = _raw(server, whole + last + b"\r\n", close=False)
    assert answer.count(b"HTTP/1.1 400") == 3000
    assert answer.count(b"HTTP/1.1 200") == 1


def test_an_absolute_request_target_is_read_like_a_path(server: Server) -> None:
    answer = _get(server, "http://sts.example.com/?Action=GetCallerIdentity&Version=2015-04-01")
    assert b"MissingAccessKeyId" in answer
