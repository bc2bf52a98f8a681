"""Two thousand hostile requests, from one seed: never a server fault, and the next good one is answered."""

from __future__ import annotations

import json
import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest

from daypass.client import Client, Credentials
from daypass.main import CATALOGUE
from daypass.service.operation import Operation
from daypass.signing import sign_rpc_v1
from daypass.testing import Server
from tests.world import World, allow, document, trusting

SEED = 20261123
REQUESTS = 2000
EVERY = 50
OPERATIONS = sorted(CATALOGUE, key=lambda op: (op.product, op.name))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Server(default_format="JSON") as server:
        yield World(server)


@pytest.fixture(scope="module")
def victim(world: World) -> Credentials:
    """Somebody with every right, so that hostile values reach the operations themselves."""
    world.role("Reader", trusting(world.everyone))
    return world.user("Victim", document(allow("*")))


def _nested(depth: int) -> str:
    return "[" * depth + "]" * depth


VALUES: tuple[Callable[[random.Random], str], ...] = (
    lambda _: "",
    lambda dice: "a" * dice.choice([1, 64, 65, 128, 129, 1025, 20_000]),
    lambda dice: "".join(chr(dice.randrange(1, 0xD7FF)) for _ in range(dice.randrange(1, 80))),
    lambda dice: "".join(dice.choice("*?[]{}()\\/.:;'\"<>&%$#@!~`|\x00\n\r\t ") for _ in range(20)),
    lambda dice: str(dice.choice([-1, 0, 10**30, 3.5, "0x10", "NaN", "1e9", "٣", "+1", " 1"])),
    lambda dice: dice.choice(["true", "True", "no", "null", "None", "[]", "{}", "undefined"]),
    lambda dice: _nested(dice.choice([10, 500, 10_000])),
    lambda dice: '{"Version":"1","Statement":' + _nested(dice.choice([5, 3000])) + "}",
    lambda _: '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}],"Version":"1"}',
    lambda _: '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"\\ud800"}]}',
    lambda _: document(allow("*", "*" * 3000)),
    lambda _: "acs:ram::1234567890123456:role/../../x",
    lambda _: "' OR 1=1; DROP TABLE users; --",
    lambda _: "<script>alert(1)</script>",
    lambda _: "%s%n%x{0}{a}",
    lambda _: "../../../etc/passwd\x00",
    lambda _: "-" * 500 + "\u202e\u200b\ufeff",
)


class Attacker:
    """Makes hostile requests; everything it does follows from the seed."""

    def __init__(self, world: World, victim: Credentials) -> None:
        self.dice = random.Random(SEED)  # noqa: S311 (repeatable, not secret)
        self.world = world
        self.victim = victim
        self.kinds = (
            self.wrong_values,
            self.wrong_values,
            self.broken_query,
            self.broken_http,
            self.tampered,
        )

    def request(self, number: int) -> bytes:
        return self.dice.choice(self.kinds)(number)

    def signed(self, number: int, *, action: str = "", parameters: dict[str, str] | None = None) -> str:
        operation: Operation[Any, Any] = self.dice.choice(OPERATIONS)
        return sign_rpc_v1(
            action or operation.name,
            operation.version,
            self.parameters(operation) if parameters is None else parameters,
            access_key_id=self.victim.access_key_id,
            secret=self.victim.access_key_secret.reveal(),
            timestamp=int(time.time()),
            nonce=f"{SEED}-{number}",
            format="JSON",
        )

    def parameters(self, operation: Operation[Any, Any]) -> dict[str, str]:
        """Leave some of an operation's parameters out and give the others hostile values."""
        return {
            parameter.kind.wire + self.dice.choice(["", "", "", ".1", ".1.Key"]): self.dice.choice(VALUES)(
                self.dice
            )
            for parameter in operation.parameters
            if self.dice.random() < 0.8
        }

    def wrong_values(self, number: int) -> bytes:
        return _post(self.signed(number).encode())

    def broken_query(self, number: int) -> bytes:
        """Break the encoding, repeat a parameter, send a thousand of them, or a body of another kind."""
        query = self.signed(number)
        body = self.dice.choice(
            [
                query.encode() + b"&X=%ff%fe",
                query.encode() + b"&X=%zz",
                query.encode() + b"&Action=DeleteUser",
                query.encode() + b"&" + b"&".join(b"P%d=1" % n for n in range(1100)),
                query.encode("utf-16"),
                query.encode() + b"&\xff\xfe=\x00",
                b"&&&===&=&",
                json.dumps({"Action": "GetUser"}).encode(),
                b"a" * 1_100_000,
            ]
        )
        kind = self.dice.choice(["application/x-www-form-urlencoded", "application/json", "x", "text/xml"])
        return _post(body, kind)

    def broken_http(self, number: int) -> bytes:
        target = quote(self.dice.choice(VALUES)(self.dice))[:3000]
        return self.dice.choice(
            [
                b"GET /?" + self.signed(number).encode() + b" HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
                f"GET /{target} HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
                f"DELETE /?{target} HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
                f"GET /?Action={target}&Version=2015-05-01&Format=XML HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
                f"GET /?Version={target} HTTP/1.1\r\nHost: x\r\nAccept: {target[:50]}\r\n\r\n".encode(),
                b"GET / HTTP/1.1\r\nAuthorization: ACS3-HMAC-SHA256 " + target.encode() + b"\r\n\r\n",
                b"GET / HTTP/1.1\r\nAuthorization: acs " + target.encode() + b"\r\n\r\n",
                self.dice.randbytes(self.dice.randrange(1, 2000)) + b"\r\n\r\n",
                b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
            ]
        )

    def tampered(self, number: int) -> bytes:
        """Change one character of a signed request."""
        query = self.signed(number)
        at = self.dice.randrange(len(query))
        return _post((query[:at] + self.dice.choice("aZ9&=%+.~") + query[at + 1 :]).encode())


def _post(body: bytes, kind: str = "application/x-www-form-urlencoded") -> bytes:
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _answer(endpoint: str, request: bytes) -> bytes:
    host, port = endpoint.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        answer = b""
        with suppress(ConnectionError):
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                answer += part
        return answer


def test_no_hostile_request_gives_a_server_fault_or_disturbs_the_next_good_one(
    world: World, victim: Credentials
) -> None:
    attacker = Attacker(world, victim)
    good = Client(world.server.url, world.user("Good"))
    seen: dict[int, int] = {}
    for number in range(REQUESTS):
        request = attacker.request(number)
        answer = _answer(world.server.endpoint, request)
        assert answer.startswith(b"HTTP/1.1 "), (number, request[:500])
        status = int(answer[9:12])
        seen[status] = seen.get(status, 0) + 1
        assert 200 <= status < 500, (number, request[:3000], answer[:2000])
        assert b"x-acs-request-id" in answer
        if number % EVERY == 0:
            assert good.call("2015-04-01", "GetCallerIdentity").status == 200
    assert sum(seen.values()) == REQUESTS
    # The attack reaches every stage: what is no HTTP, authentication, parameters, entities.
    assert {400, 404, 405, 409, 413} & set(seen) >= {400, 404, 405, 413}
