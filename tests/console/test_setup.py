"""A one-use link makes the first administrator, once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from daypass.console.door import SignedIn
from daypass.directory.schema import setup_links
from daypass.directory.setup_links import VALID_SECONDS
from daypass.errors import ApiError
from daypass.host.setup import SetupFiles, is_set_up, make_setup_link
from daypass.secret import Secret
from daypass.testing import Server
from tests.console.people import HERE, PASSWORD, People


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def people(server: Server) -> People:
    return People(server)


def complete(people: People, link: Secret, name: str = "admin", password: Secret = PASSWORD) -> SignedIn:
    begun = people.run(people.door.setup.complete(link.reveal(), name, password, HERE))
    assert begun.awaits == ""
    who = people.who(begun.cookie.reveal())
    assert who is not None
    return who


def refused(people: People, link: Secret, name: str = "admin", password: Secret = PASSWORD) -> str:
    with pytest.raises(ApiError) as refusal:
        complete(people, link, name, password)
    return refusal.value.code


def test_the_administrator_is_signed_in_and_may_everything(people: People) -> None:
    assert not is_set_up(people.database, people.id)
    link = make_setup_link(people.database, people.id)
    assert people.run(people.door.setup.account_of(link.reveal())) == people.id
    who = complete(people, link)
    assert (who.user_name, who.account_id) == ("admin", people.id)
    people.call(who, "Ram", "CreateUser", UserName="bob")
    assert is_set_up(people.database, people.id)
    with people.database.read() as txn:
        assert not txn.login_profiles.get(people.id, "admin").password_initial
    assert people.who(people.cookie("admin")) is not None


def test_a_link_is_good_once(people: People) -> None:
    link = make_setup_link(people.database, people.id)
    complete(people, link)
    assert refused(people, link, "another") == "SetupLink.Used"
    with pytest.raises(ApiError, match=r"SetupLink\.Used"):
        people.run(people.door.setup.account_of(link.reveal()))
    with people.database.read() as txn:
        assert txn.users.find(people.id, "another") is None


def test_a_link_is_good_for_ten_minutes_and_until_there_is_a_newer_one(people: People) -> None:
    assert VALID_SECONDS == 600
    link = make_setup_link(people.database, people.id)
    newer = make_setup_link(people.database, people.id)
    assert refused(people, link) == "SetupLink.Expired"
    with people.database.write() as txn:
        own = setup_links.c.account_id == people.id
        txn.run(update(setup_links).where(own).values(expires_at=setup_links.c.expires_at - VALID_SECONDS))
    assert refused(people, newer) == "SetupLink.Expired"
    assert refused(people, Secret("0" * 64)) == "SetupLink.Unknown"


def test_what_is_refused_does_not_use_the_link_up(people: People) -> None:
    link = make_setup_link(people.database, people.id)
    people.user("alice")
    assert refused(people, link, "alice") == "EntityAlreadyExists.User"
    assert refused(people, link, "a b") == "SetupLink.UserName"
    assert refused(people, link, password=Secret("short")) == "SignIn.PasswordTooWeak"
    complete(people, link)


def test_the_store_does_not_hold_what_makes_a_link_good_and_the_file_goes_with_it(people: People) -> None:
    data = people.server.settings.data
    files = SetupFiles(data)
    link = make_setup_link(people.database, people.id)
    url = files.write_link("http://127.0.0.1:1/", link)
    assert url == f"http://127.0.0.1:1/setup?link={link.reveal()}"
    file = data / "console-setup-url"
    assert file.read_text() == f"{url}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    stored = (data / "daypass.db").read_bytes() + (data / "daypass.db-wal").read_bytes()
    assert link.reveal().encode() not in stored
    complete(people, link)
    assert not file.exists()


def test_the_setup_is_on_record(people: People) -> None:
    complete(people, make_setup_link(people.database, people.id))
    with people.database.read() as txn:
        actions = [event.action for event in txn.audit.list(account_id=people.id).items]
    assert actions[:3] == ["ConsoleSignin", "ConsoleSetup", "CreateSetupLink"]
