"""Who gets in with name and password, who does not, and what either leaves behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from argon2 import extract_parameters

from daypass import main
from daypass.authn import lockout
from daypass.authn.hashing import MOST_AT_ONCE
from daypass.authn.new_sessions import Begun
from daypass.authn.passwords import hash_of
from daypass.authn.sign_in import DECOY
from daypass.console.door import Browser
from daypass.directory import totp
from daypass.directory.records import AuditEvent
from daypass.directory.settings import PasswordPolicy, SecurityPreference
from daypass.errors import ApiError
from daypass.secret import Secret
from daypass.testing import Server
from tests.console.people import PASSWORD, People

WRONG = Secret("Wrong-horse-9")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def people(server: Server) -> People:
    people = People(server)
    with people.database.write() as txn:
        txn.sign_in_attempts.forget(lockout.address_subject("127.0.0.1"))
    return people


def events(people: People) -> tuple[AuditEvent, ...]:
    with people.database.read() as txn:
        return txn.audit.list(account_id=people.id, limit=10).items


@pytest.mark.parametrize(
    "form", ["{user}@{id}", "{user}@{id}.onaliyun.com", "{user}@{alias}", " {USER}@{ALIAS}.OnAliyun.com "]
)
def test_a_user_is_named_with_the_accounts_id_or_alias_or_domain(people: People, form: str) -> None:
    people.user("alice")
    alias = f"a{people.id}"
    with people.database.write() as txn:
        txn.accounts.set_alias(people.id, alias)
    name = form.format(user="alice", id=people.id, alias=alias, USER="ALICE", ALIAS=alias.upper())
    begun = people.run(people.door.sign_in(name, PASSWORD, Browser("127.0.0.1", secure=False)))
    who = people.who(begun.cookie.reveal())
    assert who is not None
    assert (who.user_name, who.account_id) == ("alice", people.id)


def test_a_name_without_a_domain_does_where_there_is_one_account() -> None:
    with Server() as server:
        people = People(server)
        people.user("alice")
        assert people.turned_away("alice") == "SignIn.WrongPassword"
    with Server() as server:
        with server.runtime.database.write() as txn:
            txn.users.create(server.account.id, "alice")
            txn.login_profiles.create(server.account.id, "alice", hash_of(PASSWORD, bytes))
        begun = server.run(server.runtime.door.sign_in("alice", PASSWORD, Browser("127.0.0.1", secure=False)))
        assert begun.awaits == ""


def test_a_wrong_password_and_a_name_that_is_nobodys_are_answered_alike(people: People) -> None:
    people.user("alice")
    for name in (f"alice@{people.id}", f"bob@{people.id}", "alice@nowhere", "alice", "", "@", "a" * 500):
        assert people.turned_away(name, WRONG) == "SignIn.WrongPassword"
    with people.database.write() as txn:
        txn.users.create(people.id, "carol")
    assert people.turned_away(f"carol@{people.id}") == "SignIn.WrongPassword"


def test_a_name_that_is_nobodys_is_compared_with_a_hash_that_takes_as_long(people: People) -> None:
    assert extract_parameters(DECOY.reveal()) == extract_parameters(hash_of(PASSWORD, bytes).reveal())
    assert people.id


def test_attempts_are_on_record_with_who_where_and_how_it_ended(people: People) -> None:
    people.user("alice")
    people.turned_away(f"alice@{people.id}", WRONG)
    people.turned_away(f"hunter2@{people.id}", WRONG)
    people.cookie("alice")
    success, unknown, failure = events(people)[:3]
    alice = f"acs:ram::{people.id}:user/alice"
    assert [event.action for event in (success, unknown, failure)] == ["ConsoleSignin"] * 3
    assert [event.principal for event in (success, unknown, failure)] == [alice, "", alice]
    assert [event.outcome for event in (success, unknown, failure)] == [
        "Success",
        "SignIn.WrongPassword",
        "SignIn.WrongPassword",
    ]
    assert {event.source_ip for event in (success, unknown, failure)} == {"127.0.0.1"}
    told = repr((success, unknown, failure))
    assert PASSWORD.reveal() not in told
    assert "hunter2" not in told


def test_a_profile_that_is_switched_off_lets_nobody_in(people: People) -> None:
    people.user("alice", status="Inactive")
    assert people.turned_away(f"alice@{people.id}", WRONG) == "SignIn.WrongPassword"
    assert people.turned_away(f"alice@{people.id}") == "SignIn.NoConsoleAccess"


def test_an_address_that_the_login_mask_does_not_list_lets_nobody_in(people: People) -> None:
    people.user("alice")
    with people.database.write() as txn:
        txn.settings.change(people.id, SecurityPreference, login_network_masks="10.0.0.0/8")
    assert people.turned_away(f"alice@{people.id}") == "SignIn.AddressNotListed"
    people.cookie("alice", browser=Browser("10.1.2.3", secure=True))


def test_too_many_wrong_passwords_lock_as_the_password_policy_says(people: People) -> None:
    people.user("alice")
    with people.database.write() as txn:
        txn.settings.change(people.id, PasswordPolicy, max_login_attempts=2)
    for _ in range(2):
        people.turned_away(f"alice@{people.id}", WRONG)
    assert people.turned_away(f"alice@{people.id}") == "SignIn.WrongPassword"
    assert events(people)[0].outcome == "SignIn.WrongPassword"


def test_a_name_waits_longer_with_each_failure_whether_it_is_somebodys_or_not(people: People) -> None:
    people.user("alice")
    for name in ("alice", "nobody"):
        for _ in range(lockout.FREE_FOR_A_NAME + 1):
            assert people.turned_away(f"{name}@{people.id}", WRONG) == "SignIn.WrongPassword"
        with pytest.raises(ApiError, match=r"Try again in [12] seconds") as refusal:
            people.run(
                people.door.sign_in(f"{name}@{people.id}", PASSWORD, Browser("10.9.9.9", secure=False))
            )
        assert refusal.value.status == 429
    waits = [lockout.wait_after(failures, 3) for failures in range(16)]
    assert waits == [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_an_address_that_fails_with_many_names_waits_too(people: People) -> None:
    people.user("alice")
    here = Browser("2001:db8::1", secure=True)
    for number in range(lockout.FREE_FROM_AN_ADDRESS + 1):
        assert people.turned_away(f"u{number}@{people.id}", WRONG, here) == "SignIn.WrongPassword"
    neighbour = Browser("2001:db8::2", secure=True)
    assert people.turned_away(f"alice@{people.id}", PASSWORD, neighbour) == "SignIn.TooManyAttempts"
    people.cookie("alice", browser=Browser("2001:db8:0:1::1", secure=True))


def test_guesses_made_at_once_count_like_guesses_made_in_turn(people: People) -> None:
    people.user("alice")

    async def many() -> list[object]:
        guesses = (
            people.door.sign_in(f"alice@{people.id}", WRONG, Browser(f"10.0.0.{n}", secure=False))
            for n in range(12)
        )
        return list(await asyncio.gather(*guesses, return_exceptions=True))

    codes = [error.code for error in people.run(many()) if isinstance(error, ApiError)]
    assert sorted(codes) == ["SignIn.TooManyAttempts"] * 8 + ["SignIn.WrongPassword"] * 4


def test_a_right_password_forgives_what_failed_before(people: People) -> None:
    people.user("alice")
    for _ in range(3):
        for _ in range(lockout.FREE_FOR_A_NAME):
            people.turned_away(f"alice@{people.id}", WRONG)
        people.cookie("alice")


def test_more_people_than_can_be_looked_at_are_asked_to_come_again(people: People) -> None:
    released = threading.Event()

    async def flood() -> list[str]:
        busy = [asyncio.ensure_future(people.server.runtime.hashing.run(released.wait)) for _ in range(2)]
        attempts = [
            asyncio.ensure_future(
                people.door.sign_in(f"u{n}@{people.id}", WRONG, Browser(f"10.1.{n}.1", secure=False))
            )
            for n in range(MOST_AT_ONCE + 1)
        ]
        done, _ = await asyncio.wait(attempts, return_when=asyncio.FIRST_COMPLETED)
        codes = [_code(attempt) for attempt in done]
        released.set()
        await asyncio.wait([*busy, *attempts])
        return [*codes, *(_code(attempt) for attempt in attempts)]

    first, *codes = people.run(flood())
    assert first == "SignIn.Busy"
    assert sorted(codes) == ["SignIn.Busy"] + ["SignIn.WrongPassword"] * MOST_AT_ONCE


def _code(attempt: asyncio.Future[Begun]) -> str:
    error = attempt.exception()
    return error.code if isinstance(error, ApiError) else ""


def test_who_has_a_device_is_not_signed_in_by_the_password(people: People) -> None:
    people.user("alice")
    with people.database.write() as txn:
        user = txn.users.get(people.id, "alice")
        device, seed = txn.mfa_devices.create(people.id, "phone")
        step = txn.now // totp.STEP_SECONDS
        txn.mfa_devices.bind(device, user, totp.code_at(seed, step - 1), totp.code_at(seed, step))
    begun = people.run(
        people.door.sign_in(f"alice@{people.id}", PASSWORD, Browser("127.0.0.1", secure=False))
    )
    assert begun.awaits == "mfa"
    assert people.who(begun.cookie.reveal()) is None


def test_who_must_change_the_password_or_bind_a_device_is_not_signed_in_before(people: People) -> None:
    people.user("alice", password_reset_required=True)
    people.user("bob", mfa_bind_required=True)
    people.user("carol")
    for name, awaits in (("alice", "password"), ("bob", "bind"), ("carol", "")):
        begun = people.run(
            people.door.sign_in(f"{name}@{people.id}", PASSWORD, Browser("127.0.0.1", secure=False))
        )
        assert begun.awaits == awaits
        assert (people.who(begun.cookie.reveal()) is None) is bool(awaits)
    for operation, awaits in (("adaptive", "bind"), ("mandatory", "bind"), ("independent", "")):
        with people.database.write() as txn:
            txn.settings.change(people.id, SecurityPreference, mfa_operation_for_login=operation)
        begun = people.run(
            people.door.sign_in(f"carol@{people.id}", PASSWORD, Browser("127.0.0.1", secure=False))
        )
        assert begun.awaits == awaits


def test_failures_count_at_every_worker(people: People) -> None:
    people.user("alice")
    for _ in range(lockout.FREE_FOR_A_NAME + 1):
        people.turned_away(f"alice@{people.id}", WRONG)
    other = main.Runtime(people.server.settings)
    try:
        with pytest.raises(ApiError, match=r"SignIn\.TooManyAttempts"):
            asyncio.run(other.door.sign_in(f"alice@{people.id}", PASSWORD, Browser("10.9.9.9", secure=False)))
    finally:
        other.close()
