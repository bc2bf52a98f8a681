"""My account: what people do about their own credentials, as a browser without scripts sees it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

import pytest

from daypass.client import Client, Credentials
from daypass.console.account.browsers import browser_name
from daypass.directory import totp
from daypass.directory.settings import SecurityPreference
from daypass.main import clock
from daypass.secret import Secret
from daypass.testing import Server
from tests.console.browsing import Person, Shown
from tests.console.people import PASSWORD, READER, People
from tests.console.test_sign_in_steps import give_device, next_code

NEW = "Another-horse-9"
COOKIE = "daypass-on-plain-loopback"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.fixture
def people(server: Server) -> People:
    return People(server)


def signed_in(people: People, name: str = "alice") -> Person:
    person = Person(people.server)
    assert person.sign_in(f"{name}@{people.id}", PASSWORD.reveal()).response.url.path == "/"
    return person


def path(shown: Shown) -> str:
    return shown.response.url.path


def test_a_user_without_any_policy_sees_himself_and_what_he_may_not_do(people: People) -> None:
    people.user("alice")
    shown = signed_in(people).get("/account")
    assert shown.status == 200
    assert f"acs:ram::{people.id}:user/alice" in shown.text
    assert shown.disabled == {"Create AccessKey"}
    assert "You need ram:CreateAccessKey" in shown.text
    assert "This one" in shown.text


def test_a_password_is_changed_and_ends_the_sessions_elsewhere(people: People) -> None:
    people.user("alice")
    here, elsewhere = signed_in(people), signed_in(people)
    asked = here.get("/account/password")
    wrong = here.send(asked, "/account/password", {"OldPassword": "x", "NewPassword": NEW, "again": NEW})
    assert (wrong.status, "The old password is wrong" in wrong.text) == (400, True)
    other = {"OldPassword": PASSWORD.reveal(), "NewPassword": NEW, "again": "x"}
    assert "The two passwords are not the same." in here.send(wrong, "/account/password", other).text
    weak = {"OldPassword": PASSWORD.reveal(), "NewPassword": "x", "again": "x"}
    told = here.send(here.get("/account/password"), "/account/password", weak)
    assert "it must have 8 to 32 characters" in told.text
    good = {"OldPassword": PASSWORD.reveal(), "NewPassword": NEW, "again": NEW}
    done = here.send(here.get("/account/password"), "/account/password", good)
    assert (path(done), "The password was changed" in done.text) == ("/account", True)
    assert path(elsewhere.get("/account")) == "/sign-in"
    assert NEW not in done.response.text
    assert path(signed_in_with(people, NEW)) == "/"


def signed_in_with(people: People, password: str) -> Shown:
    return Person(people.server).sign_in(f"alice@{people.id}", password)


def test_nobody_changes_a_password_where_the_preference_says_no(people: People) -> None:
    people.user("alice")
    with people.database.write() as txn:
        txn.settings.change(people.id, SecurityPreference, allow_user_to_change_password=False)
    person = signed_in(people)
    assert "Change Password" in person.get("/account").disabled
    assert person.get("/account/password").disabled == {"OK"}


def test_a_device_is_bound_with_what_one_page_shows_and_then_asked_for(people: People) -> None:
    people.user("al_ice")
    person = signed_in(people, "al_ice")
    asked = person.get("/account/mfa")
    person.send(asked, "/account/mfa")
    made = person.send(person.get("/account/mfa"), "/account/mfa")
    assert "<svg" in made.response.text
    found = re.search(r'value="([A-Z2-7]{32})"', made.response.text)
    assert found is not None
    repeated = person.send(asked, "/account/mfa")
    assert (path(repeated), found[1] in repeated.response.text) == ("/account/mfa", False)
    wrong = person.send(made, "/account/mfa/bind", {"code_1": "000000", "code_2": "000001"})
    assert (wrong.status, found[1] in wrong.response.text) == (400, False)
    seed, step = base64.b32decode(found[1]), clock() // totp.STEP_SECONDS
    codes = {"code_1": totp.code_at(seed, step - 1), "code_2": totp.code_at(seed, step)}
    done = person.send(wrong, "/account/mfa/bind", codes)
    assert (path(done), "Signed in without MFA" in done.text) == ("/account", True)
    again = Person(people.server).sign_in(f"al_ice@{people.id}", PASSWORD.reveal())
    assert path(again) == "/sign-in/code"


def test_taking_the_device_away_signs_the_user_out_everywhere(people: People) -> None:
    people.user("alice")
    seed = give_device(people)
    person = Person(people.server)
    asked = person.sign_in(f"alice@{people.id}", PASSWORD.reveal())
    person.send(asked, "/sign-in/code", {"code": next_code(seed)})
    assert "Signed in with MFA" in person.get("/account").text
    stolen = person.cookies()[COOKIE]
    out = person.send(person.get("/account/mfa/unbind"), "/account/mfa/unbind")
    assert path(out) == "/sign-in"
    assert people.who(stolen) is None
    assert path(signed_in_with(people, PASSWORD.reveal())) == "/"


def test_own_keys_are_made_shown_once_switched_and_deleted(people: People) -> None:
    people.user("alice", READER)
    with people.database.write() as txn:
        txn.settings.change(people.id, SecurityPreference, allow_user_to_manage_access_keys=True)
    person = signed_in(people)
    asked = person.get("/account/access-keys/create")
    made = person.send(asked, "/account/access-keys")
    shown = re.search(r'id="secret-[^>]* value="([A-Za-z0-9]+)"', made.response.text)
    key = re.search(r'<code data-field="AccessKey ID">(\w+)</code>', made.response.text)
    assert key is not None
    assert shown is not None
    secret = shown[1]
    who = Credentials(key[1], Secret(secret))
    assert Client(people.server.url, who).call("2015-05-01", "ListUsers", {}).status == 200
    again = person.send(asked, "/account/access-keys")
    assert path(again) == "/account"
    assert secret not in again.response.text
    assert "cannot be shown again" in again.text
    base = f"/account/access-keys/{key[1]}"
    person.send(person.get(f"{base}/status"), f"{base}/status")
    assert Client(people.server.url, who).call("2015-05-01", "ListUsers", {}).status == 400
    wrong = person.send(person.get(f"{base}/delete"), f"{base}/delete", {"confirm": "x"})
    assert "This is not the AccessKey ID." in wrong.text
    person.send(person.get("/account"), f"{base}/status", {"Status": "Active"})
    assert Client(people.server.url, who).call("2015-05-01", "ListUsers", {}).status == 200
    person.send(person.get(f"{base}/status"), f"{base}/status")
    done = person.send(person.get(f"{base}/delete"), f"{base}/delete", {"confirm": key[1]})
    assert "The AccessKey was deleted." in done.text
    assert "No AccessKeys." in done.text


def test_one_session_is_ended_and_the_cookie_it_leaves_is_worth_nothing(people: People) -> None:
    people.user("alice")
    here, elsewhere = signed_in(people), signed_in(people)
    stolen = elsewhere.cookies()[COOKIE]
    other = people.who(stolen)
    assert other is not None
    done = here.send(here.get("/account"), "/account/sessions/end", {"SessionId": other.session_id})
    assert "The session was ended." in done.text
    assert path(elsewhere.get("/account")) == "/sign-in"
    assert people.who(stolen) is None
    gone = here.send(here.get("/account"), "/account/sessions/end", {"SessionId": other.session_id})
    assert path(gone) == "/account"


@pytest.mark.parametrize("form", ["/account/sessions/end-all", "/account/sessions/end"])
def test_ending_ones_own_session_leads_to_the_sign_in_page(people: People, form: str) -> None:
    people.user("alice")
    here, elsewhere = signed_in(people), signed_in(people)
    own = people.who(here.cookies()[COOKIE])
    assert own is not None
    out = here.send(here.get("/account"), form, {"SessionId": own.session_id})
    assert path(out) == "/sign-in"
    assert path(elsewhere.get("/account")) == ("/sign-in" if form.endswith("all") else "/account")


def test_nobody_ends_the_session_of_another_by_a_forged_id(people: People) -> None:
    people.user("alice")
    people.user("bob")
    alice, bob = signed_in(people), signed_in(people, "bob")
    session = people.who(alice.cookies()[COOKIE])
    assert session is not None
    bob.send(bob.get("/account"), "/account/sessions/end", {"SessionId": session.session_id})
    assert path(alice.get("/account")) == "/account"


def test_root_has_no_password_and_is_told_to_use_another(people: People) -> None:
    person = Person(people.server)
    key = people.world.account.root
    values = {"access_key_id": key.access_key_id, "access_key_secret": key.access_key_secret.reveal()}
    person.send(person.get("/sign-in/root"), "/sign-in/root", values)
    shown = person.get("/account")
    assert "You are signed in as root" in shown.text
    assert "Change Password" not in shown.links
    assert key.access_key_id in shown.text
    assert key.access_key_secret.reveal() not in shown.response.text


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140 · Linux"),
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0"
            ),
            "Edge 156 · Windows",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
                "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
            ),
            "Safari 18 · iOS",
        ),
        (
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/156.0.0.0 Safari/537.36"
            ),
            "Chrome 156 · macOS",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_a_browser_is_called_by_its_name(agent: str, name: str) -> None:
    assert browser_name(agent) == name
