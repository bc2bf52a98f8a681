"""What proxies ask before they forward: a real nginx, and requests as Envoy sends them."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from daypass.client import Credentials
from daypass.testing import Server
from tests.gateway import signers
from tests.gateway.foreign import Foreign
from tests.gateway.gateways import Answer, Running, configure, gateway
from tests.gateway.nginx import Nginx
from tests.world import World, allow, document

GUIDE: Final = Path(__file__).parents[2] / "docs" / "guides" / "proxies.md"
BOOK: Final = "/books/a"
READ: Final = document(allow("oss:GetObject", "acs:oss:*:*:books/*"))


@pytest.fixture(scope="module")
def asked(
    server: Server, shared_foreign: Foreign, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """A gateway that believes proxies of this machine."""
    file = configure(tmp_path_factory.mktemp("asked"), shared_foreign.url)
    file.write_text('trusted_proxies = ["127.0.0.1"]\n' + file.read_text())
    with gateway(server, file) as running:
        yield running


@pytest.fixture(scope="module")
def nginx(asked: Running, shared_foreign: Foreign, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where an nginx listens that has the guide's own configuration."""
    shown = _shown(asked.check, shared_foreign.url)
    with Nginx(tmp_path_factory.mktemp("nginx"), shown) as started:
        yield started.url


def _shown(check: str, service: str) -> str:
    (block,) = re.findall(r"```nginx\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    shown: str = block
    return shown.replace("http://127.0.0.1:8631", check).replace("http://127.0.0.1:9000", service)


@pytest.fixture
def alice(world: World) -> Credentials:
    return world.user("alice", READ)


def ask(
    url: str, method: str, target: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> Answer:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    try:
        connection.request(method, target, body, headers or {})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def on_nginx(nginx: str, who: Credentials, method: str = "GET", target: str = BOOK, **more: str) -> Answer:
    headers = signers.oss(who, method, target) | {name.replace("_", "-"): text for name, text in more.items()}
    return ask(nginx, method, target, headers)


@pytest.mark.nginx
def test_nginx_forwards_what_is_allowed_and_tells_the_service_who_calls(
    nginx: str, asked: Running, foreign: Foreign, world: World, alice: Credentials
) -> None:
    answer = on_nginx(nginx, alice)
    assert (answer.status, answer.body) == (200, b"hello")
    headers = foreign.asked().headers
    assert headers["x-daypass-principal"] == f"acs:ram::{world.id}:user/alice"
    assert headers["x-daypass-account"] == world.id
    assert headers["x-daypass-assertion"].count(".") == 2
    assert "authorization" not in headers
    assert asked.recorded()["requestId"] == headers["x-daypass-request-id"]


@pytest.mark.nginx
def test_nginx_forwards_nothing_that_is_denied(
    nginx: str, foreign: Foreign, world: World, alice: Credentials
) -> None:
    assert on_nginx(nginx, world.user("bob")).status == 403
    assert on_nginx(nginx, alice, "DELETE").status == 403
    assert on_nginx(nginx, alice, target="/others/a").status == 403
    assert foreign.requests.empty()


@pytest.mark.nginx
def test_nginx_forwards_nothing_that_is_not_authentic(
    nginx: str, foreign: Foreign, alice: Credentials
) -> None:
    assert ask(nginx, "GET", BOOK).status == 401
    signed = signers.oss(alice, "GET", "/books/b")
    assert ask(nginx, "GET", BOOK, signed).status == 401
    forged = signers.oss(alice, "GET", BOOK) | {"x-oss-security-token": "CAIS-forged"}
    assert ask(nginx, "GET", BOOK, forged).status == 401
    assert foreign.requests.empty()


@pytest.mark.nginx
def test_what_a_client_says_of_itself_is_not_believed(
    nginx: str, foreign: Foreign, world: World, alice: Credentials
) -> None:
    lies = {"X_Original_URI": BOOK, "X_Original_Method": "GET", "X_Original_Length": "0"}
    assert on_nginx(nginx, alice, target="/others/a", **lies).status == 403
    claims = {"X_Daypass_Principal": "acs:ram::1:root", "X_Daypass_Session_Name": "somebody"}
    assert on_nginx(nginx, alice, **claims).status == 200
    headers = foreign.asked().headers
    assert headers["x-daypass-principal"] == f"acs:ram::{world.id}:user/alice"
    assert "x-daypass-session-name" not in headers


@pytest.mark.nginx
def test_a_revoked_right_ends_with_the_next_request(nginx: str, world: World, alice: Credentials) -> None:
    assert on_nginx(nginx, alice).status == 200
    with world.server.runtime.database.write() as txn:
        for attachment in txn.attachments.of_principal(world.id, "User", "alice"):
            txn.attachments.detach(world.id, "User", "alice", "Custom", attachment.policy_name)
    assert on_nginx(nginx, alice).status == 403


@pytest.mark.nginx
def test_a_body_that_a_signature_covers_has_to_go_through_the_gateway(
    nginx: str, asked: Running, foreign: Foreign, world: World
) -> None:
    carol = world.user("carol", document(allow("*")))
    target = "/logstores/a/shards/lb"
    signed = signers.sls(carol, "POST", target, b"rows") | {"host": "books.cn-hangzhou.log.aliyuncs.com"}
    assert ask(nginx, "POST", target, signed, b"rows").status == 403
    assert asked.recorded()["code"] == "UnsupportedOperation"
    assert foreign.requests.empty()


@pytest.mark.nginx
def test_a_body_that_no_signature_covers_goes_on(nginx: str, foreign: Foreign, world: World) -> None:
    carol = world.user("carol", document(allow("oss:PutObject")))
    assert ask(nginx, "PUT", BOOK, signers.oss(carol, "PUT", BOOK), b"text").status == 200
    assert foreign.asked().body == b"text"


def test_envoy_gets_the_headers_for_the_service_or_the_answer_for_the_client(
    asked: Running, world: World, alice: Credentials
) -> None:
    allowed = ask(asked.check, "GET", f"/envoy{BOOK}", signers.oss(alice, "GET", BOOK))
    assert allowed.status == 200
    assert allowed.headers["x-daypass-principal"] == f"acs:ram::{world.id}:user/alice"
    denied = ask(asked.check, "GET", f"/envoy{BOOK}", signers.oss(world.user("bob"), "GET", BOOK))
    assert denied.status == 403
    assert b"<Code>AccessDenied</Code>" in denied.body


def test_envoy_may_send_the_body_along_and_has_to_where_it_is_covered(asked: Running, world: World) -> None:
    carol = world.user("carol", document(allow("*")))
    body = signers.rpc(carol, "DescribeDBInstances", "2014-08-15", RegionId="cn-hangzhou").encode()
    form = {"content-type": "application/x-www-form-urlencoded"}
    kept = ask(asked.check, "POST", "/envoy/", form)
    assert (kept.status, kept.json()["Code"]) == (403, "UnsupportedOperation")
    whole = form | {"x-envoy-auth-partial-body": "false"}
    assert ask(asked.check, "POST", "/envoy/", whole, body).status == 200
    again = ask(asked.check, "POST", "/envoy/", whole, body)
    assert (again.status, again.json()["Code"]) == (400, "SignatureNonceUsed")


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [
        ("/", {}, 404),
        ("/nginx", {}, 400),
        ("/nginx", {"X-Original-Method": "GET"}, 400),
        ("/nginx", {"X-Original-Method": "GET", "X-Original-URI": "http://elsewhere/"}, 400),
        ("/nginx", {"X-Original-Method": "GET", "X-Original-URI": "/"}, 401),
        ("/envoy", {}, 404),
        ("/envoy/", {}, 400),
    ],
)
def test_a_question_that_is_none_is_refused(
    asked: Running, target: str, headers: dict[str, str], status: int
) -> None:
    assert ask(asked.check, "GET", target, headers).status == status
