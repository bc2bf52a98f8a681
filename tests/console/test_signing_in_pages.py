"""The pages of sign-in, as a browser without scripts sees them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

import pytest

from daypass.authn import lockout
from daypass.directory import totp
from daypass.directory.settings import PasswordPolicy, SecurityPreference
from daypass.host.setup import make_setup_link
from daypass.main import clock
from daypass.testing import Server
from tests.console.browsing import Person, Shown
from tests.console.people import PASSWORD, READER, People
from tests.console.test_sign_in_steps import give_device, next_code

PASSWORDS = {"password": "Another-horse-9", "again": "Another-horse-9"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.fixture
def people(server: Server) -> People:
    people = People(server)
    with people.database.write() as txn:
        txn.sign_in_attempts.forget(lockout.address_subject("127.0.0.1"))
    return people


@pytest.fixture
def person(server: Server) -> Person:
    return Person(server)


def come(people: People, person: Person, name: str = "alice", back: str = "") -> Shown:
    """Sign in with name and password."""
    shown = person.get(f"/sign-in?back={back}")
    return person.send(shown, "/sign-in", {"name": f"{name}@{people.id}", "password": PASSWORD.reveal()})


def path(shown: Shown) -> str:
    return shown.response.url.path


def test_a_code_is_asked_for_and_then_the_page_that_was_wanted(people: People, person: Person) -> None:
    people.user("alice", READER)
    seed = give_device(people)
    asked = come(people, person, back="/roles")
    assert path(asked) == "/sign-in/code"
    assert "the MFA device of alice" in asked.text
    wrong = person.send(asked, "/sign-in/code", {"code": "000000"})
    assert wrong.status == 403
    assert "The code is wrong" in wrong.text
    assert path(person.get("/roles")) == "/sign-in"
    came = person.send(wrong, "/sign-in/code", {"code": next_code(seed)})
    assert (path(came), came.status) == ("/roles", 200)


def test_a_new_password_is_asked_for_twice(people: People, person: Person) -> None:
    people.user("alice", READER, password_reset_required=True)
    asked = come(people, person, back="/roles")
    assert path(asked) == "/sign-in/new-password"
    other = person.send(asked, "/sign-in/new-password", {**PASSWORDS, "again": "another"})
    assert (other.status, "The two passwords are not the same." in other.text) == (400, True)
    weak = person.send(other, "/sign-in/new-password", {"password": "sh0rt", "again": "sh0rt"})
    assert "it must have 8 to 32 characters" in weak.text
    assert "sh0rt" not in weak.response.text
    came = person.send(weak, "/sign-in/new-password", PASSWORDS)
    assert (path(came), came.status) == ("/roles", 200)


def test_a_device_is_bound_on_the_way_with_what_the_page_shows_once(people: People, person: Person) -> None:
    people.user("alice", READER)
    with people.database.write() as txn:
        txn.settings.change(people.id, SecurityPreference, mfa_operation_for_login="mandatory")
    asked = come(people, person, back="/roles")
    assert path(asked) == "/sign-in/device"
    made = person.send(asked, "/sign-in/device")
    assert "<svg" in made.response.text
    assert made.response.headers["cache-control"] == "no-store"
    shown = re.search(r'value="([A-Z2-7]{32})"', made.response.text)
    assert shown is not None
    seed = base64.b32decode(shown[1])
    wrong = person.send(made, "/sign-in/device/bind", {"code_1": "000000", "code_2": "000001"})
    assert wrong.status == 403
    assert shown[1] not in wrong.response.text
    step = clock() // totp.STEP_SECONDS
    codes = {"code_1": totp.code_at(seed, step - 1), "code_2": totp.code_at(seed, step)}
    came = person.send(wrong, "/sign-in/device/bind", codes)
    assert (path(came), came.status) == ("/roles", 200)


@pytest.mark.parametrize("step", ["code", "new-password", "device"])
def test_a_step_that_is_not_due_leads_to_the_start(people: People, person: Person, step: str) -> None:
    assert path(person.get(f"/sign-in/{step}")) == "/sign-in"
    people.user("alice", READER)
    come(people, person)
    assert path(person.get(f"/sign-in/{step}")) == "/sign-in"


def test_root_signs_in_with_its_accesskey_and_is_warned(people: People, person: Person) -> None:
    asked = person.get("/sign-in/root")
    assert "Root may do everything" in asked.text
    key = people.world.account.root
    wrong = person.send(
        asked, "/sign-in/root", {"access_key_id": key.access_key_id, "access_key_secret": "x"}
    )
    assert "The AccessKey ID or its secret is wrong." in wrong.text
    values = {
        "access_key_id": key.access_key_id,
        "access_key_secret": key.access_key_secret.reveal(),
        "back": "/roles",
    }
    came = person.send(wrong, "/sign-in/root", values)
    assert (path(came), came.status) == ("/roles", 200)
    assert key.access_key_secret.reveal() not in came.response.text


def test_the_secret_of_a_browser_changes_when_it_signs_in(people: People, person: Person) -> None:
    people.user("alice", READER)
    seed = give_device(people)
    asked = come(people, person)
    before = person.cookies()["daypass-on-plain-loopback"]
    person.send(asked, "/sign-in/code", {"code": next_code(seed)})
    after = person.cookies()["daypass-on-plain-loopback"]
    assert before != after
    assert people.who(before) is None
    assert people.who(after) is not None


def test_signing_in_again_ends_the_session_before(people: People, person: Person) -> None:
    people.user("alice", READER)
    come(people, person)
    before = person.cookies()["daypass-on-plain-loopback"]
    come(people, person)
    assert people.who(before) is None
    assert person.get("/roles").status == 200


def test_a_setup_link_makes_an_administrator_once(people: People, person: Person) -> None:
    link = make_setup_link(people.database, people.id)
    asked = person.get(f"/setup?link={link.reveal()}")
    assert people.id in asked.text
    again = person.get(f"/setup?link={link.reveal()}")
    assert again.status == 200
    weak = person.send(asked, "/setup", {"name": "admin", "password": "x", "again": "x"})
    assert weak.status == 400
    came = person.send(weak, "/setup", {"name": "admin", **PASSWORDS})
    assert path(came) == "/"
    assert person.get("/roles").status == 200
    replayed = Person(people.server).get(f"/setup?link={link.reveal()}")
    assert replayed.status == 410
    assert "This link was used already." in replayed.text
    assert "daypass console setup-link" in replayed.text
    late = person.send(asked, "/setup", {"name": "other", **PASSWORDS})
    assert late.status in {403, 410}
    with people.database.read() as txn:
        assert txn.users.find(people.id, "other") is None


def test_who_has_no_setup_link_is_told_how_to_make_one(person: Person) -> None:
    assert "daypass console setup-link" in person.get("/setup").text
    assert person.get("/setup?link=0").status == 404


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_locked_out_name_is_told_how_long(server: Server, people: People, language: str) -> None:
    person = Person(server, language)
    people.user("alice")
    for _ in range(lockout.FREE_FOR_A_NAME + 1):
        wrong = person.send(
            person.get("/sign-in"), "/sign-in", {"name": f"alice@{people.id}", "password": "wrong"}
        )
        assert wrong.status == 403
    told = come(people, person)
    assert told.status == 429
    wanted = r"Try again in \d+ seconds" if language == "en" else r"请 \d+ 秒后重试"
    assert re.search(wanted, told.text)
    assert path(person.get("/roles")) == "/sign-in"


def test_a_weak_password_is_told_in_chinese_whatever_it_lacks(server: Server, people: People) -> None:
    person = Person(server, "zh-CN")
    people.user("alice", password_reset_required=True)
    with people.database.write() as txn:
        txn.settings.change(
            people.id,
            PasswordPolicy,
            minimum_password_length=9,
            require_lowercase_characters=True,
            require_uppercase_characters=True,
            require_numbers=True,
            require_symbols=True,
            minimum_password_different_character=6,
            password_not_contain_user_name=True,
            intercept_risk_password_on_api=True,
        )
    asked = come(people, person)
    for password in (
        "Ab1!",
        "AAAAA1!BB",
        "aaaaa1!bb",
        "Aaaaa!bbb",
        "Aaaaa1bbb",
        "Aaaaaaaa1!",
        "Alice-1234!",
        "Passw0rd!1234",
    ):
        asked = person.send(asked, "/sign-in/new-password", {"password": password, "again": password})
        (notice,) = re.findall(r'<div class="notice error"[^>]*>.*?<p>(.*?)</p>', asked.response.text)
        assert not re.search("[a-z]", notice), notice
