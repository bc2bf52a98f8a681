"""What opens a console session, what ends it, and what the store knows of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from msgspec import structs
from sqlalchemy import update

from daypass import main
from daypass.authn.console import IDLE_SECONDS, SESSION_ENDED
from daypass.authn.passwords import hash_of
from daypass.authz.views import View
from daypass.client import Client, Credentials
from daypass.directory import scopes
from daypass.directory.database import Transaction
from daypass.directory.records import ConsoleSession
from daypass.directory.schema import console_sessions
from daypass.directory.settings import SecurityPreference
from daypass.errors import ApiError
from daypass.host import kill_token_key
from daypass.secret import Secret
from daypass.testing import Server
from tests.console.people import HERE, PASSWORD, READER, People


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(default_format="JSON") as server:
        yield server


@pytest.fixture
def people(server: Server) -> People:
    return People(server)


def test_the_store_knows_the_digest_of_a_cookie_and_not_the_cookie(people: People) -> None:
    people.user("alice")
    cookie = people.cookie("alice")
    assert len(bytes.fromhex(cookie)) == 32
    (session,) = sessions(people)
    assert session.digest != cookie
    assert people.who(session.digest) is None
    assert people.who(session.session_id) is None
    store = (people.server.settings.data / "daypass.db").read_bytes()
    assert cookie.encode() not in store + (people.server.settings.data / "daypass.db-wal").read_bytes()


def test_what_the_store_holds_of_a_session_signs_nothing(people: People) -> None:
    people.user("alice", READER)
    people.cookie("alice")
    (session,) = sessions(people)
    for secret in (session.digest, session.token.reveal(), session.session_id):
        thief = Credentials(session.access_key_id, Secret(secret), session.token.reveal())
        assert Client(people.server.url, thief).call("2015-05-01", "ListUsers", {}).status >= 400


def sessions(people: People) -> tuple[ConsoleSession, ...]:
    with people.database.read() as txn:
        return txn.console_sessions.list(people.id, txn.users.get(people.id, "alice").id)


def _new_password(people: People) -> None:
    with people.database.write() as txn:
        hashed = hash_of(Secret("Another-horse-9"), bytes)
        txn.login_profiles.update(people.id, "alice", password_hash=hashed)


def _switch_off(people: People) -> None:
    with people.database.write() as txn:
        txn.login_profiles.update(people.id, "alice", status="Inactive")


def _delete_profile(people: People) -> None:
    with people.database.write() as txn:
        txn.login_profiles.delete(people.id, "alice")


def _delete_user(people: People) -> None:
    with people.database.write() as txn:
        txn.login_profiles.delete(people.id, "alice")
        txn.users.delete(people.id, "alice")


ENDS: Final[dict[str, Callable[[People], None]]] = {
    "a new password": _new_password,
    "a profile that is switched off": _switch_off,
    "a profile that is deleted": _delete_profile,
    "a user that is deleted": _delete_user,
}


@pytest.mark.parametrize("what", ENDS)
def test_what_takes_the_logon_away_ends_the_sessions(people: People, what: str) -> None:
    people.user("alice")
    people.user("bob")
    cookies = [people.cookie("alice"), people.cookie("alice")]
    other = people.cookie("bob")
    ENDS[what](people)
    assert [people.who(cookie) for cookie in cookies] == [None, None]
    assert people.who(other) is not None


def test_a_user_who_changes_his_own_password_stays_signed_in_here_alone(people: People) -> None:
    people.user("alice")
    elsewhere = people.cookie("alice")
    here = people.cookie("alice")
    who = people.who(here)
    assert who is not None
    people.call(who, "Ims", "ChangePassword", OldPassword=PASSWORD.reveal(), NewPassword="Another-horse-9")
    assert people.who(elsewhere) is None
    assert people.who(here) is not None
    assert people.turned_away(f"alice@{people.id}") == "SignIn.WrongPassword"
    people.cookie("alice", Secret("Another-horse-9"))


def test_signing_out_ends_this_session_and_no_other(people: People) -> None:
    people.user("alice")
    stolen, other = people.cookie("alice"), people.cookie("alice")
    who = people.who(stolen)
    assert who is not None
    people.run(people.door.sign_out(who))
    assert people.who(stolen) is None
    assert people.who(other) is not None
    with people.database.read() as txn:
        (event,) = txn.audit.list(account_id=people.id, limit=1).items
    assert (event.action, event.principal, event.outcome) == ("ConsoleSignout", who.arn, "Success")


def test_a_session_lasts_as_long_as_the_preference_says(people: People) -> None:
    people.user("alice")
    with people.database.write() as txn:
        txn.settings.change(people.id, SecurityPreference, login_session_duration=1)
    cookie = people.cookie("alice")
    who = people.who(cookie)
    assert who is not None
    assert who.expires_at - who.authenticated_at == 3600


def test_a_session_is_over_after_its_time_and_after_half_an_hour_without_a_request(people: People) -> None:
    people.user("alice")
    cookie = people.cookie("alice")
    (session,) = sessions(people)
    kept = people.server.runtime.sessions
    idle_at = session.used_at + IDLE_SECONDS
    with people.database.read() as txn:

        def look(view: View[Any, Any], key: object) -> Any:
            return view.load(txn, key).value

        assert kept.identify(session.digest, "", idle_at - 1, look).display_name == "alice"
        for moment in (idle_at, session.expires_at):
            with pytest.raises(ApiError, match=SESSION_ENDED.code):
                kept.identify(session.digest, "", moment, look)
    assert people.who(cookie) is not None


def test_the_use_of_a_session_is_written_down_once_a_minute(people: People) -> None:
    people.user("alice")
    cookie = people.cookie("alice")
    (session,) = sessions(people)
    people.who(cookie)
    assert sessions(people) == (session,)
    with people.database.write() as txn:
        age(txn, session.digest, 60)
    assert people.who(cookie) is not None
    assert sessions(people)[0].used_at >= session.used_at


def age(txn: Transaction, digest: str, seconds: int) -> None:
    """Make a session as if it had been used last so long ago."""
    own = console_sessions.c.digest == digest
    txn.run(update(console_sessions).where(own).values(used_at=console_sessions.c.used_at - seconds))
    txn.changed(scopes.console_session(digest))


def test_a_root_session_ends_with_the_key_it_was_opened_with(people: People) -> None:
    root = people.root()
    people.call(root, "Ram", "ListUsers")
    with people.database.write() as txn:
        key = people.world.account.root.access_key_id
        txn.access_keys.set_status(people.id, None, key, "Inactive")
    assert people.refused(root, "Ram", "ListUsers").declared is SESSION_ENDED


def test_a_key_that_is_not_the_accounts_own_signs_nobody_in(people: People) -> None:
    bob = people.world.user("bob")
    for key, secret in (
        (bob.access_key_id, bob.access_key_secret),
        (people.world.account.root.access_key_id, bob.access_key_secret),
        ("LTAInobody", bob.access_key_secret),
    ):
        with pytest.raises(ApiError) as refusal:
            people.run(people.door.sign_in_as_root(key, secret, HERE))
        assert refusal.value.code == "SignIn.WrongAccessKey"


def test_killing_the_token_key_ends_all_sessions() -> None:
    with Server() as server:
        people = People(server)
        people.user("alice")
        cookie = people.cookie("alice")
        assert people.who(cookie) is not None
        kill_token_key(people.database, 1)
        assert people.who(cookie) is None
        assert people.who(people.cookie("alice")) is not None


def test_another_worker_knows_a_session_and_its_end_at_once(people: People) -> None:
    people.user("alice")
    other = main.Runtime(people.server.settings)
    try:
        cookie = people.cookie("alice")
        assert asyncio.run(other.door.who(cookie, HERE)) is not None
        who = people.who(cookie)
        assert who is not None
        people.run(people.door.sign_out(who))
        assert asyncio.run(other.door.who(cookie, HERE)) is None
    finally:
        other.close()


def test_how_long_a_session_may_rest_is_a_setting(people: People) -> None:
    people.user("alice")
    cookie = people.cookie("alice")
    (session,) = sessions(people)
    with people.database.write() as txn:
        age(txn, session.digest, 60)
    impatient = main.Runtime(structs.replace(people.server.settings, console_idle=1))
    try:
        assert asyncio.run(impatient.door.who(cookie, HERE)) is None
    finally:
        impatient.close()
    assert people.who(cookie) is not None
