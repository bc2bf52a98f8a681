"""What is not allowed is refused in the form that the clients of its protocol read, and goes nowhere."""

from __future__ import annotations

import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from daypass.client import Credentials
from daypass.secret import Secret
from tests.gateway import signers
from tests.gateway.foreign import Foreign
from tests.gateway.gateways import Answer, Running, configure, gateway
from tests.world import World, allow, deny, document, trusting

EVERYTHING = document(allow("*"))
BOOKS = "/books/a"


class Protocol(NamedTuple):
    """A read of a protocol, what it is authorized for, and how its errors are told."""

    ask: Callable[[Running, Credentials], Answer]
    action: str
    code: Callable[[Answer], str]
    request_id: Callable[[Answer], str]
    denied: tuple[int, str]
    mistaken: tuple[int, str]
    unknown: tuple[int, str]


def _xml(answer: Answer) -> str:
    assert answer.headers["content-type"] == "application/xml"
    error = ET.fromstring(answer.text)  # noqa: S314 (our own answer)
    assert [child.tag for child in error] == ["Code", "Message", "RequestId", "HostId"]
    assert all(child.text for child in error)
    return error.findtext("Code") or ""


def _protobuf(answer: Answer) -> str:
    assert answer.body[0] == 0x0A
    return answer.body[2 : 2 + answer.body[1]].decode()


def _member(name: str) -> Callable[[Answer], str]:
    return lambda answer: str(answer.json()[name])


def _header(name: str) -> Callable[[Answer], str]:
    return lambda answer: answer.headers[name]


PROTOCOLS = {
    "oss": Protocol(
        lambda running, who: running.ask("GET", BOOKS, signers.oss(who, "GET", BOOKS)),
        "oss:GetObject",
        _xml,
        _header("x-oss-request-id"),
        (403, "AccessDenied"),
        (403, "SignatureDoesNotMatch"),
        (404, "InvalidAccessKeyId"),
    ),
    "oss, presigned": Protocol(
        lambda running, who: running.ask("GET", signers.oss_url(who, "GET", BOOKS)),
        "oss:GetObject",
        _xml,
        _header("x-oss-request-id"),
        (403, "AccessDenied"),
        (403, "SignatureDoesNotMatch"),
        (404, "InvalidAccessKeyId"),
    ),
    "sls": Protocol(
        lambda running, who: running.ask("GET", "/", signers.sls(who, "GET", "/")),
        "log:ListProject",
        _member("errorCode"),
        _header("x-log-requestid"),
        (401, "Unauthorized"),
        (401, "SignatureNotMatch"),
        (404, "Unauthorized"),
    ),
    "mns": Protocol(
        lambda running, who: running.ask("GET", "/topics", signers.mns(who, "GET", "/topics")),
        "mns:ListTopic",
        _xml,
        _header("x-mns-request-id"),
        (403, "AccessDenied"),
        (403, "SignatureDoesNotMatch"),
        (404, "InvalidAccessKeyId"),
    ),
    "datahub": Protocol(
        lambda running, who: running.ask("GET", "/projects", signers.datahub(who, "GET", "/projects")),
        "dhs:ListProject",
        _member("ErrorCode"),
        _header("x-datahub-request-id"),
        (403, "NoPermission"),
        (401, "Unauthorized"),
        (404, "Unauthorized"),
    ),
    "ots": Protocol(
        lambda running, who: running.ask("POST", "/ListTable", signers.ots(who, "POST", "/ListTable")),
        "ots:ListTable",
        _protobuf,
        _header("x-ots-requestid"),
        (403, "OTSNoPermissionAccess"),
        (403, "OTSAuthFailed"),
        (404, "OTSAuthFailed"),
    ),
    "rpc": Protocol(
        lambda running, who: running.ask("POST", f"/?{signers.rpc(who, 'CountGateways', '2019-03-01')}"),
        "linkwan:CountGateways",
        _member("Code"),
        _member("RequestId"),
        (403, "NoPermission"),
        (400, "SignatureDoesNotMatch"),
        (404, "InvalidAccessKeyId.NotFound"),
    ),
    "acs3": Protocol(
        lambda running, who: running.ask(
            "POST", *signers.acs3(who, running.host, "DescribeDBInstances", "2014-08-15")
        ),
        "rds:DescribeDBInstances",
        _member("Code"),
        _member("RequestId"),
        (403, "NoPermission"),
        (400, "SignatureDoesNotMatch"),
        (404, "InvalidAccessKeyId.NotFound"),
    ),
}
every_protocol = pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=PROTOCOLS)


def _refused(running: Running, foreign: Foreign, protocol: Protocol, answer: Answer) -> tuple[int, str]:
    assert foreign.requests.empty()
    assert running.recorded()["requestId"] == protocol.request_id(answer)
    return answer.status, protocol.code(answer)


@every_protocol
def test_what_a_policy_allows_goes_on_and_after_detaching_it_is_refused(
    running: Running, foreign: Foreign, world: World, protocol: Protocol
) -> None:
    alice = world.user("alice")
    policy = world.grant("User", "alice", document(allow(protocol.action)))
    assert protocol.ask(running, alice).status == 200
    foreign.asked()
    with world.server.runtime.database.write() as txn:
        txn.attachments.detach(world.id, "User", "alice", "Custom", policy)
    answer = protocol.ask(running, alice)
    assert _refused(running, foreign, protocol, answer) == protocol.denied
    record = running.recorded()
    assert (record["outcome"], record["action"]) == ("implicit deny", protocol.action)
    assert record["principal"] == f"acs:ram::{world.id}:user/alice"


@every_protocol
def test_a_deny_wins(running: Running, foreign: Foreign, world: World, protocol: Protocol) -> None:
    alice = world.user("alice", EVERYTHING, document(deny(protocol.action)))
    assert _refused(running, foreign, protocol, protocol.ask(running, alice)) == protocol.denied
    assert running.recorded()["outcome"] == "explicit deny"


@every_protocol
def test_a_wrong_secret_is_refused(
    running: Running, foreign: Foreign, world: World, protocol: Protocol
) -> None:
    alice = world.user("alice", EVERYTHING)
    wrong = Credentials(alice.access_key_id, Secret("another"))
    assert _refused(running, foreign, protocol, protocol.ask(running, wrong)) == protocol.mistaken


@every_protocol
def test_an_unknown_key_is_refused(running: Running, foreign: Foreign, protocol: Protocol) -> None:
    nobody = Credentials("LTAIunknown", Secret("secret"))
    assert _refused(running, foreign, protocol, protocol.ask(running, nobody)) == protocol.unknown


def _session(world: World, alice: Credentials, **more: str) -> Credentials:
    arn = f"acs:ram::{world.id}:role/reader"
    answer = world.server.client(alice).call(
        "2015-04-01", "AssumeRole", {"RoleArn": arn, "RoleSessionName": "session", **more}
    )
    return Credentials.of(answer.json()["Credentials"])


@every_protocol
def test_a_session_may_do_what_its_role_may_and_a_session_policy_narrows_it(
    running: Running, foreign: Foreign, world: World, protocol: Protocol
) -> None:
    alice = world.user("alice", EVERYTHING)
    world.role("reader", trusting(world.everyone), document(allow(protocol.action)))
    assert protocol.ask(running, _session(world, alice)).status == 200
    foreign.asked()
    narrowed = _session(world, alice, Policy=document(allow("iot:*")))
    assert _refused(running, foreign, protocol, protocol.ask(running, narrowed)) == protocol.denied


@every_protocol
def test_a_token_of_another_session_is_refused(
    running: Running, foreign: Foreign, world: World, protocol: Protocol
) -> None:
    alice = world.user("alice", EVERYTHING)
    world.role("reader", trusting(world.everyone), EVERYTHING)
    one, other = _session(world, alice), _session(world, alice)
    mixed = Credentials(one.access_key_id, one.access_key_secret, other.security_token)
    status, _ = _refused(running, foreign, protocol, protocol.ask(running, mixed))
    assert status in {400, 401, 403}
    assert running.recorded()["outcome"] == "refused"
    assert "principal" not in running.recorded()


@every_protocol
def test_a_session_without_its_token_is_refused(
    running: Running, foreign: Foreign, world: World, protocol: Protocol
) -> None:
    alice = world.user("alice", EVERYTHING)
    world.role("reader", trusting(world.everyone), EVERYTHING)
    session = _session(world, alice)
    bare = Credentials(session.access_key_id, session.access_key_secret)
    assert _refused(running, foreign, protocol, protocol.ask(running, bare))[0] in {400, 401, 403}


@every_protocol
def test_a_session_of_a_deleted_role_is_refused(
    running: Running, foreign: Foreign, world: World, protocol: Protocol
) -> None:
    alice = world.user("alice", EVERYTHING)
    world.role("reader", trusting(world.everyone))
    session = _session(world, alice)
    with world.server.runtime.database.write() as txn:
        txn.roles.delete(world.id, "reader")
    assert _refused(running, foreign, protocol, protocol.ask(running, session))[0] in {400, 401, 403}
    assert running.recorded()["code"] == "InvalidSecurityToken.Expired"


def test_a_nonce_counts_once_for_server_and_gateway_together(
    running: Running, foreign: Foreign, world: World
) -> None:
    alice = world.user("alice", EVERYTHING)
    query = signers.rpc(alice, "CountGateways", "2019-03-01")
    assert running.ask("POST", f"/?{query}").status == 200
    foreign.asked()
    again = running.ask("POST", f"/?{query}")
    assert (again.status, again.json()["Code"]) == (400, "SignatureNonceUsed")
    assert foreign.requests.empty()


def test_a_request_without_a_nonce_may_be_repeated(running: Running, foreign: Foreign, world: World) -> None:
    alice = world.user("alice", EVERYTHING)
    headers = signers.oss(alice, "GET", BOOKS)
    for _ in range(2):
        assert running.ask("GET", BOOKS, headers).status == 200
        foreign.asked()


def test_an_old_date_and_an_expired_url_are_refused(running: Running, foreign: Foreign, world: World) -> None:
    alice = world.user("alice", EVERYTHING)
    old = signers.oss(alice, "GET", BOOKS, {"date": "Mon, 23 Nov 2020 16:04:39 GMT"})
    answer = running.ask("GET", BOOKS, old)
    assert (answer.status, _xml(answer)) == (403, "RequestTimeTooSkewed")
    late = running.ask("GET", signers.oss_url(alice, "GET", BOOKS, expires=int(time.time()) - 1))
    assert (late.status, _xml(late)) == (403, "RequestTimeTooSkewed")
    assert foreign.requests.empty()


def test_a_url_is_for_its_method(running: Running, foreign: Foreign, world: World) -> None:
    alice = world.user("alice", EVERYTHING)
    answer = running.ask("PUT", signers.oss_url(alice, "GET", BOOKS), body=b"x")
    assert (answer.status, _xml(answer)) == (403, "SignatureDoesNotMatch")
    assert foreign.requests.empty()


def test_what_is_not_described_is_refused_even_for_root(
    running: Running, foreign: Foreign, world: World
) -> None:
    root = world.account.root
    answer = running.ask("GET", "/books/?website", signers.oss(root, "GET", "/books/?website"))
    assert (answer.status, _xml(answer)) == (403, "AccessDenied")
    dots = "/topics/../queues"
    assert running.ask("GET", dots, signers.mns(root, "GET", dots)).status == 403
    assert foreign.requests.empty()
    assert running.recorded()["outcome"] == "refused"


def test_a_request_without_a_signature_is_refused(running: Running, foreign: Foreign) -> None:
    answer = running.ask("GET", "/?Action=CountGateways&Version=2019-03-01")
    assert (answer.status, answer.json()["Code"]) == (400, "MissingAccessKeyId")
    assert running.ask("GET", "/topics").status == 400
    assert foreign.requests.empty()


def test_a_service_that_is_not_configured_is_refused(
    running: Running, foreign: Foreign, world: World
) -> None:
    answer = running.ask("POST", f"/?{signers.rpc(world.account.root, 'ListUsers', '2015-05-01')}")
    assert (answer.status, answer.json()["Code"]) == (400, "InvalidVersion")
    assert foreign.requests.empty()


def test_a_denial_tells_which_layer_denied(running: Running, foreign: Foreign, world: World) -> None:
    alice = world.user("alice")
    answer = running.ask("POST", f"/?{signers.rpc(alice, 'QueryProduct', '2018-01-20', ProductKey='a1')}")
    detail = answer.json()["AccessDeniedDetail"]
    assert detail["AuthAction"] == "iot:QueryProduct"
    assert detail["PolicyType"] == "AccountLevelIdentityBasedPolicy"
    decoded = world.server.client(world.account.root).call(
        "2015-05-01",
        "DecodeDiagnosticMessage",
        {"EncodedDiagnosticMessage": detail["EncodedDiagnosticMessage"]},
    )
    resource = f"acs:iot:cn-hangzhou:{world.id}:product/a1"
    assert resource in decoded.text
    assert foreign.requests.empty()


def test_a_copy_needs_the_right_to_read_what_is_copied(
    running: Running, foreign: Foreign, world: World
) -> None:
    mine = f"acs:oss:*:{world.id}:books/*"
    alice = world.user("alice", document(allow(["oss:PutObject", "oss:GetObject"], mine)))
    for source, status in (("/books/other", 200), ("/secret/other", 403), ("/books/../secret/other", 403)):
        headers = signers.oss(alice, "PUT", BOOKS, {"x-oss-copy-source": source})
        assert running.ask("PUT", BOOKS, headers, b"").status == status
    assert foreign.asked().headers["x-oss-copy-source"] == "/books/other"
    assert foreign.requests.empty()


def test_conditions_of_a_request_are_asked(running: Running, foreign: Foreign, world: World) -> None:
    books = f"acs:oss:*:{world.id}:books"
    mine = allow("oss:ListObjects", books, Condition={"StringLike": {"oss:Prefix": "mine/*"}})
    alice = world.user("alice", document(mine))
    for prefix, status in (("mine/a", 200), ("other/", 403)):
        answer = running.ask("GET", f"/books/?prefix={prefix}", signers.oss(alice, "GET", "/books/"))
        assert answer.status == status
    foreign.asked()
    assert foreign.requests.empty()


def test_the_address_and_the_tls_of_a_request_are_conditions(
    running: Running, foreign: Foreign, world: World
) -> None:
    here = document(allow("oss:GetObject", "*", Condition={"IpAddress": {"acs:SourceIp": "127.0.0.0/8"}}))
    safe = document(allow("oss:GetObject", "*", Condition={"Bool": {"acs:SecureTransport": "true"}}))
    alice, bob = world.user("alice", here), world.user("bob", safe)
    assert running.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS)).status == 200
    spoofed = signers.oss(bob, "GET", BOOKS) | {"x-forwarded-proto": "https", "x-forwarded-for": "10.0.0.1"}
    assert running.ask("GET", BOOKS, spoofed).status == 403
    assert foreign.asked().headers["x-forwarded-for"] == "127.0.0.1"


def test_a_scheme_that_covers_too_little_can_be_left_out(
    world: World, foreign: Foreign, tmp_path: Path
) -> None:
    root = world.account.root
    with gateway(world.server, configure(tmp_path, foreign.url, ("oss",), schemes=["OSS V4"])) as running:
        answer = running.ask("GET", BOOKS, signers.oss(root, "GET", BOOKS))
        assert (answer.status, _xml(answer)) == (400, "InvalidArgument")
    with gateway(world.server, configure(tmp_path, foreign.url, ("oss",), schemes=["OSS V1"])) as running:
        assert running.ask("GET", BOOKS, signers.oss(root, "GET", BOOKS)).status == 200


def test_resources_of_one_account_are_not_anothers(world: World, foreign: Foreign, tmp_path: Path) -> None:
    own = world.server.new_account()
    file = configure(tmp_path, foreign.url, ("oss",), account=own.id)
    with gateway(world.server, file) as running:
        answer = running.ask("GET", BOOKS, signers.oss(world.account.root, "GET", BOOKS))
        assert (answer.status, _xml(answer)) == (403, "AccessDenied")
        assert foreign.requests.empty()
        assert running.ask("GET", BOOKS, signers.oss(own.root, "GET", BOOKS)).status == 200
