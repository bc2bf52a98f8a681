"""What is allowed goes on: as it came, without credentials, with a statement of who calls."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from joserfc import jwk, jws
from joserfc.errors import SecurityWarning

from daypass import gatehouse
from daypass.client import Credentials
from daypass.testing import Server
from tests.gateway import signers
from tests.gateway.foreign import Foreign, answering
from tests.gateway.gateways import Running, configure, gateway
from tests.world import World, allow, document, trusting

EVERYTHING = document(allow("*"))
BOOKS = "/books/a/b.txt"


@pytest.fixture
def alice(world: World) -> Credentials:
    return world.user("alice", EVERYTHING)


@pytest.fixture
def session(world: World, alice: Credentials) -> Credentials:
    arn = world.role("reader", trusting(world.everyone), EVERYTHING)
    answer = world.server.client(alice).call(
        "2015-04-01",
        "AssumeRole",
        {"RoleArn": arn, "RoleSessionName": "alice-session", "SourceIdentity": "alice@example.com"},
    )
    return Credentials.of(answer.json()["Credentials"])


def test_an_answer_comes_back_as_the_service_gave_it(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    answer = running.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS))
    assert (answer.status, answer.body, answer.headers["x-own"]) == (200, b"hello", "1")
    assert foreign.asked().target == BOOKS


def test_a_service_is_told_who_calls_and_can_check_it(
    running: Running, foreign: Foreign, world: World, session: Credentials
) -> None:
    assert running.ask("GET", BOOKS, signers.oss(session, "GET", BOOKS)).status == 200
    headers = foreign.asked().headers
    principal = f"acs:ram::{world.id}:assumed-role/reader/alice-session"
    assert headers["x-daypass-principal"] == principal
    assert headers["x-daypass-account"] == world.id
    assert headers["x-daypass-session-name"] == "alice-session"
    assert headers["x-daypass-source-identity"] == "alice@example.com"
    key = gatehouse.open_signer(running.server.settings.data).public_keys()["keys"][0]
    keys = jwk.KeySet([jwk.OKPKey.import_key({**key})])
    with pytest.warns(SecurityWarning):  # the newer name of the algorithm is known to few libraries yet
        checked = jws.deserialize_compact(headers["x-daypass-assertion"], keys, algorithms=["EdDSA"])
    claims = json.loads(checked.payload)
    now = int(time.time())
    assert now - 30 <= claims.pop("iat") <= claims.pop("exp") <= now + 60
    assert claims == {
        "iss": "daypass",
        "aud": foreign.url,
        "sub": principal,
        "jti": headers["x-daypass-request-id"],
        "account": world.id,
        "action": "oss:GetObject",
        "resource": f"acs:oss:*:{world.id}:books/a/b.txt",
        "session_name": "alice-session",
        "source_identity": "alice@example.com",
    }
    assert running.recorded()["requestId"] == headers["x-daypass-request-id"]


@pytest.mark.parametrize(
    "name",
    [
        "X-Daypass-Principal",
        "x-daypass-account",
        "X_DAYPASS_PRINCIPAL",
        "x-daypass_assertion",
        "X.Daypass.Principal",
        "X-Daypass-Anything-New",
    ],
)
def test_what_looks_like_the_gateways_own_word_is_left_out_in_every_spelling(
    running: Running, foreign: Foreign, alice: Credentials, world: World, name: str
) -> None:
    headers = signers.oss(alice, "GET", BOOKS) | {name: "acs:ram::1:root", "x-kept": "1"}
    assert running.ask("GET", BOOKS, headers).status == 200
    asked = foreign.asked()
    assert "acs:ram::1:root" not in asked.head.decode()
    assert asked.headers["x-kept"] == "1"
    assert [value for name, value in asked.pairs if name == "x-daypass-account"] == [world.id]


def test_a_header_that_a_client_calls_hop_by_hop_does_not_take_the_gateways_own_along(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    headers = signers.oss(alice, "GET", BOOKS) | {
        "connection": "X-Daypass-Principal, x-mine",
        "x-mine": "1",
    }
    assert running.ask("GET", BOOKS, headers).status == 200
    asked = foreign.asked().headers
    assert "x-mine" not in asked
    assert "x-daypass-principal" in asked


def _requests(running: Running, who: Credentials) -> dict[str, tuple[str, str, dict[str, str], bytes]]:
    form = {"content-type": "application/x-www-form-urlencoded"}
    target, headers = signers.acs3(who, running.host, "QueryProduct", "2018-01-20", ProductKey="a1")
    query = signers.rpc(who, "DescribeDBInstances", "2014-08-15", "GET")
    return {
        "oss": ("GET", BOOKS, signers.oss(who, "GET", BOOKS), b""),
        "presigned": ("GET", signers.oss_url(who, "GET", BOOKS), {}, b""),
        "sls": ("GET", "/", signers.sls(who, "GET", "/"), b""),
        "mns": ("GET", "/topics", signers.mns(who, "GET", "/topics"), b""),
        "datahub": ("GET", "/projects", signers.datahub(who, "GET", "/projects"), b""),
        "ots": ("POST", "/ListTable", signers.ots(who, "POST", "/ListTable"), b""),
        "rpc in a query": ("GET", f"/?{query}", {}, b""),
        "rpc in a form": ("POST", "/", form, signers.rpc(who, "CountGateways", "2019-03-01").encode()),
        "acs3": ("POST", target, headers, b""),
    }


CASES = [
    *("oss", "presigned", "sls", "mns", "datahub", "ots"),
    *("rpc in a query", "rpc in a form", "acs3"),
]


@pytest.mark.parametrize("case", CASES)
def test_no_credential_goes_on_in_any_protocol(
    running: Running, foreign: Foreign, session: Credentials, case: str
) -> None:
    method, target, headers, body = _requests(running, session)[case]
    cookies = {"cookie": "session=secret-cookie"}
    answer = running.ask(method, target, headers | cookies, body)
    assert answer.status == 200, answer.text
    asked = foreign.asked()
    whole = asked.head.decode() + asked.body.decode()
    assert session.security_token is not None
    assert "secret-cookie" not in whole
    for secret in (session.security_token, session.security_token[:40], "ignature", "uthorization"):
        assert secret not in whole.replace("x-acs-signature-method", "")
    assert urlsplit(asked.target).path == urlsplit(target).path


def test_what_a_pop_request_asks_for_goes_on(
    running: Running, foreign: Foreign, session: Credentials
) -> None:
    query = signers.rpc(session, "DescribeDatabases", "2014-08-15", "GET", DBInstanceId="rm-1", Name="a b")
    assert running.ask("GET", f"/?{query}").status == 200
    said = dict(pair.split("=") for pair in urlsplit(foreign.asked().target).query.split("&"))
    assert {"Action", "Version", "Format", "DBInstanceId", "Name", "Timestamp"} == set(said)
    assert (said["Action"], said["DBInstanceId"], said["Name"]) == ("DescribeDatabases", "rm-1", "a%20b")


@pytest.mark.parametrize("length", [0, 1, 300_000, 3_000_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_goes_on_whole_and_framed_as_it_came(
    running: Running, foreign: Foreign, alice: Credentials, length: int, chunked: bool
) -> None:
    body = bytes(range(256)) * (length // 256 + 1)
    body = body[:length]
    headers = signers.oss(alice, "PUT", BOOKS)
    lines = [f"PUT {BOOKS} HTTP/1.1", f"host: {running.host}", *(f"{n}: {v}" for n, v in headers.items())]
    lines.append("transfer-encoding: chunked" if chunked else f"content-length: {length}")
    sent = "\r\n".join([*lines, "connection: close", "", ""]).encode()
    if chunked:
        pieces = [body[at : at + 70_000] for at in range(0, len(body), 70_000)]
        body_sent = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    else:
        body_sent = body
    with socket.create_connection(tuple(running.host.split(":")), timeout=30) as connection:  # type: ignore[arg-type] # host and port
        connection.sendall(sent + body_sent)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"hello")
    asked = foreign.asked()
    assert asked.body == body
    assert ("transfer-encoding" in asked.headers) is chunked


def test_large_answers_come_back_whole_in_every_framing(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    body = b"0123456789abcdef" * 100_000
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(body) // 4, body[at::4]) for at in range(4)) + b"0\r\n\r\n"
    whole = b"".join(body[at::4] for at in range(4))
    for data, expected in (
        (b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body), body),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunks, whole),
    ):
        foreign.script = answering(data)
        assert running.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS)).body == expected


def test_an_answer_that_ends_with_its_connection_comes_back_whole(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    def script(connection: socket.socket, _: object) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + b"x" * 200_000)
        connection.shutdown(socket.SHUT_WR)

    foreign.script = script
    answer = running.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS))
    assert answer.body == b"x" * 200_000
    assert answer.headers["transfer-encoding"] == "chunked"


@pytest.mark.parametrize("status", [204, 304, 404, 500])
def test_a_services_own_status_comes_back(
    running: Running, foreign: Foreign, alice: Credentials, status: int
) -> None:
    length = b"" if status in {204, 304} else b"content-length: 3\r\n"
    body = b"" if status in {204, 304} else b"own"
    foreign.script = answering(b"HTTP/1.1 %d Own\r\n%b\r\n%b" % (status, length, body))
    answer = running.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS))
    assert (answer.status, answer.body) == (status, body)
    assert running.recorded()["outcome"] == "allow"


def test_the_answer_to_head_tells_a_length_and_has_no_body(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    foreign.script = answering(b"HTTP/1.1 200 OK\r\ncontent-length: 1234\r\n\r\n")
    answer = running.ask("HEAD", BOOKS, signers.oss(alice, "HEAD", BOOKS))
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "1234")


def test_connections_to_the_service_are_used_again(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    running.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS))
    before = foreign.connections
    for _ in range(5):
        assert running.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS)).status == 200
    assert foreign.connections == before


def test_requests_sent_at_once_are_answered_in_order(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    def script(connection: socket.socket, request: object) -> None:
        target = request.target.encode()  # type: ignore[attr-defined] # it is one
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(target), target))

    foreign.script = script
    sent = ""
    for number in range(4):
        target = f"/books/{number}"
        lines = [f"{n}: {v}" for n, v in signers.oss(alice, "PUT", target).items()]
        head = [f"PUT {target} HTTP/1.1", f"host: {running.host}", *lines, "content-length: 3"]
        sent += "\r\n".join([*head, *(["connection: close"] if number == 3 else []), "", "abc"])
    with socket.create_connection(tuple(running.host.split(":")), timeout=30) as connection:  # type: ignore[arg-type] # host and port
        connection.sendall(sent.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    positions = [answer.index(b"/books/%d" % number) for number in range(4)]
    assert positions == sorted(positions)


def test_a_target_in_absolute_form_is_read_as_a_path_on_its_host(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    headers = signers.sls(alice, "GET", "/logstores") | {"host": "p.cn-hangzhou.log.aliyuncs.com"}
    answer = running.ask("GET", "http://p.cn-hangzhou.log.aliyuncs.com/logstores", headers)
    assert answer.status == 200, answer.text
    asked = foreign.asked()
    assert (asked.target, asked.headers["host"]) == ("/logstores", "p.cn-hangzhou.log.aliyuncs.com")


def test_a_host_with_a_scheme_is_understood_and_goes_on_without(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    host = f"http://{running.host}"
    target, headers = signers.acs3(alice, host, "QueryProduct", "2018-01-20", ProductKey="a1")
    assert running.ask("POST", target, headers).status == 200
    assert foreign.asked().headers["host"] == running.host


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    headers = signers.oss(alice, "PUT", BOOKS) | {"content-length": "4", "expect": "100-continue"}
    head = [f"PUT {BOOKS} HTTP/1.1", f"host: {running.host}", *(f"{n}: {v}" for n, v in headers.items())]
    with socket.create_connection(tuple(running.host.split(":")), timeout=30) as connection:  # type: ignore[arg-type] # host and port
        connection.sendall("\r\n".join([*head, "connection: close", "", ""]).encode())
        assert connection.recv(25, socket.MSG_WAITALL) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"body")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    asked = foreign.asked()
    assert (asked.body, "expect" in asked.headers) == (b"body", False)


def test_an_answer_of_tablestore_is_signed_for_its_client(
    running: Running, foreign: Foreign, session: Credentials
) -> None:
    foreign.script = answering(
        b"HTTP/1.1 200 OK\r\nx-ots-requestid: forged\r\ncontent-length: 3\r\n\r\n\x0a\x01t"
    )
    answer = running.ask("POST", "/ListTable", signers.ots(session, "POST", "/ListTable"))
    assert answer.body == b"\x0a\x01t"
    assert answer.headers["x-ots-requestid"] == foreign.asked().headers["x-daypass-request-id"]
    assert answer.headers["authorization"] == signers.answer_signature(session, "/ListTable", answer.headers)


def test_a_bucket_in_the_host_stays_there_or_goes_into_the_path(
    server: Server, foreign: Foreign, alice: Credentials, world: World, tmp_path: Path
) -> None:
    headers = signers.oss(alice, "GET", "/books/a") | {"host": "books.storage.example.com"}
    for more, target, host in (
        ({}, "/a", "books.storage.example.com"),
        ({"host": "inner.example.com"}, "/a", "books.inner.example.com"),
        ({"path_style": True}, "/books/a", "books.storage.example.com"),
        ({"path_style": True, "host": "inner.example.com"}, "/books/a", "inner.example.com"),
    ):
        file = configure(tmp_path, foreign.url, ("oss",), hosts=["storage.example.com"], **more)
        with gateway(server, file) as running:
            assert running.ask("GET", "/a", headers).status == 200
            assert running.recorded()["resource"] == f"acs:oss:*:{world.id}:books/a"
        asked = foreign.asked()
        assert (asked.target, asked.headers["host"]) == (target, host)


@pytest.mark.parametrize("host", ["secret.elsewhere.example.com", "a.b.localhost", "localhost.example.com"])
def test_a_host_that_could_name_a_bucket_to_the_service_alone_is_refused(
    running: Running, foreign: Foreign, alice: Credentials, host: str
) -> None:
    answer = running.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS) | {"host": host})
    assert answer.status == 404
    assert foreign.requests.empty()


def test_whoever_asks_without_a_signature_is_told_that_the_gateway_lives(
    running: Running, foreign: Foreign, alice: Credentials
) -> None:
    before = len(running.records())
    answer = running.ask("GET", "/healthz")
    assert (answer.status, answer.body) == (200, b"ok\n")
    assert running.ask("HEAD", "/healthz").status == 200
    assert len(running.records()) == before
    assert foreign.requests.empty()
    assert running.ask("GET", "/healthz/a", signers.oss(alice, "GET", "/healthz/a")).body == b"hello"
    assert running.ask("GET", "/healthz?x").status == 400
