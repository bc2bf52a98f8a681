"""What follows the password before somebody is signed in."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from daypass.authn import lockout
from daypass.authn.console import digest_of
from daypass.authn.new_sessions import Begun
from daypass.directory import totp
from daypass.directory.mfa_devices import MOST_FAILURES
from daypass.directory.settings import PasswordPolicy, SecurityPreference
from daypass.errors import ApiError
from daypass.main import clock
from daypass.secret import Secret
from daypass.testing import Server
from tests.console.people import HERE, PASSWORD, People
from tests.world import allow, document

OTHER = Secret("Another-horse-9")


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


def give_device(people: People, name: str = "alice") -> bytes:
    """Bind a device to a user; return its seed. The code of this time step is used up."""
    with people.database.write() as txn:
        device, seed = txn.mfa_devices.create(people.id, name)
        step = txn.now // totp.STEP_SECONDS
        codes = totp.code_at(seed, step - 1), totp.code_at(seed, step)
        txn.mfa_devices.bind(device, txn.users.get(people.id, name), *codes)
    return seed


def next_code(seed: bytes) -> str:
    return totp.code_at(seed, clock() // totp.STEP_SECONDS + 1)


def begin(people: People, name: str = "alice", password: Secret = PASSWORD) -> Begun:
    return people.run(people.door.sign_in(f"{name}@{people.id}", password, HERE))


def code_of(people: People, begun: Begun, code: str) -> str:
    with pytest.raises(ApiError) as refusal:
        people.run(people.door.steps.with_code(begun.cookie.reveal(), code, HERE))
    return refusal.value.code


def test_a_code_of_the_device_ends_the_sign_in_and_the_session_says_so(people: People) -> None:
    must = document(allow("ram:ListUsers", Condition={"Bool": {"acs:MFAPresent": "true"}}))
    people.user("alice", must)
    seed = give_device(people)
    begun = begin(people)
    unfinished = people.run(people.door.steps.unfinished(begun.cookie.reveal()))
    assert unfinished is not None
    assert (unfinished.user_name, unfinished.awaits) == ("alice", "mfa")
    ended = people.run(people.door.steps.with_code(begun.cookie.reveal(), next_code(seed), HERE))
    assert ended.awaits == ""
    who = people.who(ended.cookie.reveal())
    assert who is not None
    assert who.mfa
    people.call(who, "Ram", "ListUsers")
    with people.database.read() as txn:
        (event,) = txn.audit.list(account_id=people.id, limit=1).items
    assert '"mfaChecked":true' in event.parameters


def test_each_step_gives_the_browser_another_secret(people: People) -> None:
    people.user("alice")
    seed = give_device(people)
    begun = begin(people)
    code = next_code(seed)
    ended = people.run(people.door.steps.with_code(begun.cookie.reveal(), code, HERE))
    assert ended.cookie != begun.cookie
    assert people.who(begun.cookie.reveal()) is None
    assert code_of(people, begun, code) == "SignIn.TooLate"


def test_a_code_is_good_once(people: People) -> None:
    people.user("alice")
    seed = give_device(people)
    code = next_code(seed)
    people.run(people.door.steps.with_code(begin(people).cookie.reveal(), code, HERE))
    assert code_of(people, begin(people), code) == "SignIn.WrongCode"


def test_too_many_wrong_codes_lock_the_device_for_right_ones_too(people: People) -> None:
    people.user("alice")
    seed = give_device(people)
    begun = begin(people)
    for _ in range(MOST_FAILURES):
        assert code_of(people, begun, "000000") == "SignIn.WrongCode"
    assert code_of(people, begun, next_code(seed)) == "SignIn.TooManyCodes"
    assert people.who(begun.cookie.reveal()) is None


def test_a_step_that_is_not_due_is_refused(people: People) -> None:
    people.user("alice")
    give_device(people)
    cookie = begin(people).cookie.reveal()
    steps = people.door.steps
    for step in (
        steps.with_new_password(cookie, OTHER, HERE),
        steps.new_device(cookie),
        steps.with_device(cookie, "000000", "000001", HERE),
    ):
        with pytest.raises(ApiError, match=r"SignIn\.TooLate"):
            people.run(step)
    people.user("bob")
    assert people.run(steps.unfinished(people.cookie("bob"))) is None
    assert people.run(steps.unfinished("")) is None


def test_who_must_change_the_password_is_signed_in_with_the_new_one(people: People) -> None:
    people.user("alice", password_reset_required=True)
    begun = begin(people)
    assert begun.awaits == "password"
    ended = people.run(people.door.steps.with_new_password(begun.cookie.reveal(), OTHER, HERE))
    assert ended.awaits == ""
    assert people.who(ended.cookie.reveal()) is not None
    assert people.turned_away(f"alice@{people.id}") == "SignIn.WrongPassword"
    assert begin(people, password=OTHER).awaits == ""


def test_the_new_password_is_held_to_the_accounts_policy(people: People) -> None:
    people.user("alice", password_reset_required=True)
    with people.database.write() as txn:
        txn.settings.change(people.id, PasswordPolicy, password_reuse_prevention=3)
    cookie = begin(people).cookie.reveal()
    for password, code in ((Secret("short"), "SignIn.PasswordTooWeak"), (PASSWORD, "SignIn.PasswordReused")):
        with pytest.raises(ApiError) as refusal:
            people.run(people.door.steps.with_new_password(cookie, password, HERE))
        assert refusal.value.code == code
    ended = people.run(people.door.steps.with_new_password(cookie, OTHER, HERE))
    assert people.who(ended.cookie.reveal()) is not None


def test_a_code_comes_before_a_new_password_and_is_remembered(people: People) -> None:
    people.user("alice", password_reset_required=True)
    seed = give_device(people)
    begun = begin(people)
    assert begun.awaits == "mfa"
    second = people.run(people.door.steps.with_code(begun.cookie.reveal(), next_code(seed), HERE))
    assert second.awaits == "password"
    assert people.who(second.cookie.reveal()) is None
    ended = people.run(people.door.steps.with_new_password(second.cookie.reveal(), OTHER, HERE))
    who = people.who(ended.cookie.reveal())
    assert who is not None
    assert who.mfa


def test_a_device_that_is_bound_meanwhile_is_asked_for(people: People) -> None:
    people.user("alice", password_reset_required=True)
    begun = begin(people)
    give_device(people)
    ended = people.run(people.door.steps.with_new_password(begun.cookie.reveal(), OTHER, HERE))
    assert ended.awaits == "mfa"


def test_who_needs_a_device_binds_one_on_the_way(people: People) -> None:
    people.user("al_ice")
    with people.database.write() as txn:
        txn.settings.change(people.id, SecurityPreference, mfa_operation_for_login="mandatory")
    begun = begin(people, "al_ice")
    assert begun.awaits == "bind"
    cookie = begun.cookie.reveal()
    first = people.run(people.door.steps.new_device(cookie))
    device = people.run(people.door.steps.new_device(cookie))
    assert first.seed != device.seed
    assert device.uri.reveal().startswith("otpauth://totp/daypass:al-ice")
    with pytest.raises(ApiError, match=r"SignIn\.WrongCodes"):
        people.run(people.door.steps.with_device(cookie, "000000", "000001", HERE))
    assert people.who(cookie) is None
    seed = base64.b32decode(device.seed.reveal())
    step = clock() // totp.STEP_SECONDS
    ended = people.run(
        people.door.steps.with_device(cookie, totp.code_at(seed, step - 1), totp.code_at(seed, step), HERE)
    )
    who = people.who(ended.cookie.reveal())
    assert who is not None
    assert who.mfa
    assert begin(people, "al_ice").awaits == "mfa"


def test_a_sign_in_that_takes_too_long_starts_again(people: People) -> None:
    people.user("alice")
    give_device(people)
    begun = begin(people)
    with people.database.write() as txn:
        session = txn.console_sessions.find(digest_of(begun.cookie.reveal()))
        assert session is not None
        assert session.expires_at - session.created_at == 600
        txn.console_sessions.end_all(people.id, session.user_id)
    assert code_of(people, begun, "000000") == "SignIn.TooLate"


def test_taking_a_device_away_ends_the_sessions_of_its_user(people: People) -> None:
    people.user("alice")
    cookie = people.cookie("alice")
    give_device(people)
    with people.database.write() as txn:
        txn.mfa_devices.unbind(txn.users.get(people.id, "alice"))
    assert people.who(cookie) is None
