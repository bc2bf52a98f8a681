"""Who gets in: keys, secrets, timestamps, tokens and nonces, over the wire of a real server."""

from __future__ import annotations

import time
from collections.abc import Iterator

import msgspec
import pytest

from daypass.client import Answer, Client, Credentials
from daypass.secret import Secret
from daypass.signing import sign_rpc_v1
from daypass.testing import Server
from daypass.tokens import Session
from tests.world import STS, World, allow, document, trusting

WHO = "GetCallerIdentity"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Server() as server:
        yield World(server)


@pytest.fixture(scope="module")
def alice(world: World) -> Credentials:
    return world.user("Alice", document(allow("sts:AssumeRole")))


@pytest.fixture(scope="module")
def role(world: World) -> str:
    return world.role("Reader", trusting(world.everyone))


@pytest.fixture
def session(world: World, alice: Credentials, role: str) -> Credentials:
    return world.session(alice, role)


def _signed(who: Credentials, *, moment: int = 0, nonce: str = "", action: str = WHO) -> bytes:
    return sign_rpc_v1(
        action,
        STS,
        {},
        access_key_id=who.access_key_id,
        secret=who.access_key_secret.reveal(),
        security_token=who.security_token,
        timestamp=moment or int(time.time()),
        nonce=nonce or f"nonce-{time.time_ns()}",
    ).encode()


def _send(world: World, body: bytes) -> Answer:
    return world.server.client().send("POST", "/", body, FORM)


def _expired(world: World, alice: Credentials) -> Credentials:
    """Mint a session that ended a second ago, with the server's own ring."""
    with world.server.runtime.database.read() as txn:
        role = txn.roles.get(world.id, "reader")
    now = int(time.time())
    made = world.server.runtime.issuer.issue(
        Session(
            account_id=world.id,
            kind="role",
            role_id=role.id,
            role_name=role.name,
            session_name="late",
            authenticated_at=now - 1000,
            issued_at=now - 1000,
            expires_at=now - 1,
            session_id="0" * 32,
            issuer_access_key_id=alice.access_key_id,
            issuer="",
        )
    )
    return Credentials(made.access_key_id, made.access_key_secret, made.security_token)


def test_a_root_key_a_users_key_and_a_session_are_each_known_for_what_they_are(
    world: World, alice: Credentials, session: Credentials
) -> None:
    root, user, role = (world.call(who, WHO).json() for who in (world.account.root, alice, session))
    assert (root["IdentityType"], root["UserId"]) == ("Account", world.id)
    assert (user["IdentityType"], user["Arn"]) == ("RAMUser", f"acs:ram::{world.id}:user/Alice")
    assert role["IdentityType"] == "AssumedRoleUser"
    assert role["Arn"] == f"acs:ram::{world.id}:assumed-role/Reader/session"
    assert role["PrincipalId"] == f"{role['RoleId']}:session"
    assert "UserId" not in role


def test_a_key_that_is_not_there_is_told_before_anything_else(world: World, alice: Credentials) -> None:
    stranger = Credentials("LTAI0000000000000000NONE", alice.access_key_secret)
    answer = world.call(stranger, WHO)
    assert (answer.status, answer.code) == (404, "InvalidAccessKeyId.NotFound")


def test_a_key_is_known_from_its_making_on_even_if_it_was_refused_before(world: World) -> None:
    key = Credentials("LTAI0000000000000000LATE", Secret("made-up-secret-of-this-test"))
    assert world.call(key, WHO).code == "InvalidAccessKeyId.NotFound"
    with world.server.runtime.database.write() as txn:
        txn.users.create(world.id, "Latecomer")
        txn.access_keys.create(world.id, "Latecomer", preset=(key.access_key_id, key.access_key_secret))
    assert world.call(key, WHO).status == 200


def test_a_wrong_secret_is_refused_with_the_servers_string_to_sign(world: World, alice: Credentials) -> None:
    answer = world.call(Credentials(alice.access_key_id, Secret("wrong")), WHO)
    assert (answer.status, answer.code) == (400, "SignatureDoesNotMatch")
    assert answer.json()["Message"].count(":") == 1
    assert alice.access_key_secret.reveal() not in answer.text


def test_an_inactive_key_is_refused_from_the_next_request_on(world: World) -> None:
    mallory = world.user("Mallory")
    assert world.call(mallory, WHO).status == 200
    with world.server.runtime.database.write() as txn:
        txn.access_keys.set_status(world.id, "Mallory", mallory.access_key_id, "Inactive")
    answer = world.call(mallory, WHO)
    assert (answer.status, answer.code) == (400, "InvalidAccessKeyId.Inactive")


@pytest.mark.parametrize("away", [-901, 901])
def test_a_timestamp_more_than_15_minutes_away_is_refused(
    world: World, alice: Credentials, away: int
) -> None:
    answer = _send(world, _signed(alice, moment=int(time.time()) + away + (5 if away > 0 else 0)))
    assert (answer.status, answer.code) == (400, "InvalidTimeStamp.Expired")


@pytest.mark.parametrize("away", [-850, 850])
def test_a_timestamp_within_15_minutes_is_accepted(world: World, alice: Credentials, away: int) -> None:
    assert _send(world, _signed(alice, moment=int(time.time()) + away)).status == 200


def test_a_request_sent_twice_is_refused_the_second_time(world: World, alice: Credentials) -> None:
    body = _signed(alice)
    assert _send(world, body).status == 200
    answer = _send(world, body)
    assert (answer.status, answer.code) == (400, "SignatureNonceUsed")


@pytest.mark.parametrize("away", [-850, -500, 850])
def test_a_nonce_counts_whatever_timestamp_it_comes_with(world: World, alice: Credentials, away: int) -> None:
    nonce = f"moved-{away}"
    assert _send(world, _signed(alice, nonce=nonce, moment=int(time.time()) + away)).status == 200
    assert _send(world, _signed(alice, nonce=nonce)).code == "SignatureNonceUsed"


def test_a_nonce_counts_per_key(world: World, alice: Credentials, session: Credentials) -> None:
    assert _send(world, _signed(alice, nonce="shared")).status == 200
    assert _send(world, _signed(session, nonce="shared")).status == 200


def test_a_request_that_fails_authentication_uses_up_no_nonce(world: World, alice: Credentials) -> None:
    forger = Credentials(alice.access_key_id, Secret("wrong"))
    assert _send(world, _signed(forger, nonce="kept")).code == "SignatureDoesNotMatch"
    assert _send(world, _signed(alice, nonce="kept")).status == 200


def test_a_temporary_key_without_its_token_is_refused(world: World, session: Credentials) -> None:
    answer = world.call(msgspec.structs.replace(session, security_token=None), WHO)
    assert (answer.status, answer.code) == (400, "MissingSecurityToken")


def test_a_token_of_another_session_is_refused(
    world: World, alice: Credentials, role: str, session: Credentials
) -> None:
    other = world.session(alice, role)
    answer = world.call(msgspec.structs.replace(session, security_token=other.security_token), WHO)
    assert (answer.status, answer.code) == (400, "InvalidSecurityToken.MismatchWithAccessKey")


def test_a_token_beside_a_long_term_key_is_refused(
    world: World, alice: Credentials, session: Credentials
) -> None:
    answer = world.call(msgspec.structs.replace(alice, security_token=session.security_token), WHO)
    assert (answer.status, answer.code) == (400, "InvalidSecurityToken.MismatchWithAccessKey")


def test_a_token_with_a_flipped_bit_is_refused(world: World, session: Credentials) -> None:
    token = session.security_token or ""
    middle = len(token) // 2
    flipped = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    answer = world.call(msgspec.structs.replace(session, security_token=flipped), WHO)
    assert (answer.status, answer.code) == (400, "InvalidSecurityToken.Malformed")


@pytest.mark.parametrize("token", ["", "CAIS", "x" * 9000, "CAISAQAAAAE", "\u4e2d"])
def test_a_token_that_is_none_is_refused(world: World, session: Credentials, token: str) -> None:
    answer = world.call(msgspec.structs.replace(session, security_token=token), WHO)
    assert answer.status == 400
    assert answer.code in {"InvalidSecurityToken.Malformed", "MissingSecurityToken"}


def test_an_expired_session_is_refused(world: World, alice: Credentials, role: str) -> None:
    assert role
    answer = world.call(_expired(world, alice), WHO)
    assert (answer.status, answer.code) == (400, "InvalidSecurityToken.Expired")


def test_two_sessions_of_one_role_are_valid_side_by_side(
    world: World, alice: Credentials, role: str, session: Credentials
) -> None:
    other = world.session(alice, role)
    assert world.call(session, WHO).status == world.call(other, WHO).status == 200


def test_deleting_a_role_ends_its_sessions_and_a_namesake_revives_none(
    world: World, alice: Credentials
) -> None:
    arn = world.role("Passing", trusting(world.everyone))
    session = world.session(alice, arn)
    assert world.call(session, WHO).status == 200
    with world.server.runtime.database.write() as txn:
        txn.roles.delete(world.id, "Passing")
    answer = world.call(session, WHO)
    assert (answer.status, answer.code) == (400, "InvalidSecurityToken.Expired")
    assert "deleted" in answer.json()["Message"]
    world.role("Passing", trusting(world.everyone))
    assert world.call(session, WHO).code == "InvalidSecurityToken.Expired"


def test_disabling_the_issuers_key_stops_new_sessions_and_leaves_live_ones(world: World, role: str) -> None:
    carol = world.user("Carol", document(allow("sts:AssumeRole")))
    session = world.session(carol, role)
    with world.server.runtime.database.write() as txn:
        txn.access_keys.set_status(world.id, "Carol", carol.access_key_id, "Inactive")
    assert world.assume(carol, role).code == "InvalidAccessKeyId.Inactive"
    assert world.call(session, WHO).status == 200


def test_killing_the_tokens_key_ends_its_sessions_and_rotation_ends_none(
    alice: Credentials, world: World, role: str
) -> None:
    database = world.server.runtime.database
    before = world.session(alice, role)
    with database.write() as txn:
        old = next(key for key in txn.token_keys.list() if key.state == "primary")
        txn.token_keys.promote(txn.token_keys.create().id)
    after = world.session(alice, role)
    assert world.call(before, WHO).status == world.call(after, WHO).status == 200
    with database.write() as txn:
        txn.token_keys.kill(old.id)
    assert world.call(before, WHO).code == "InvalidSecurityToken.Malformed"
    assert world.call(after, WHO).status == 200


def test_the_secret_of_one_session_does_not_sign_for_another(world: World, role: str) -> None:
    """A session's secret follows from its key alone: knowing one says nothing of another."""
    dora = world.user("Dora", document(allow("sts:AssumeRole")))
    one, two = world.session(dora, role), world.session(dora, role)
    crossed = msgspec.structs.replace(one, access_key_secret=two.access_key_secret)
    assert Client(world.server.url, crossed).call(STS, WHO).code == "SignatureDoesNotMatch"
