"""Search, from the box at the top of every page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from daypass.testing import Server
from tests.console.browsing import Person
from tests.console.people import PASSWORD, People
from tests.world import allow, document, trusting


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.fixture(scope="module")
def people(server: Server) -> People:
    people = People(server)
    people.user("admin", document(allow("*")))
    people.user("lister", document(allow("ram:ListRoles")))
    for name in ("reader", "reader-2", "writer"):
        people.world.role(name, trusting(f"acs:ram::{people.id}:root"))
    people.world.user("reading-robot")
    return people


def signed_in(people: People, name: str) -> Person:
    person = Person(people.server)
    person.sign_in(f"{name}@{people.id}", PASSWORD.reveal())
    return person


def test_what_begins_with_a_text_is_found_of_every_kind(people: People) -> None:
    shown = signed_in(people, "admin").get("/search?q=READ")
    assert shown.links["reader"] == "/roles/reader"
    assert shown.links["reader-2"] == "/roles/reader-2"
    assert shown.links["reading-robot"] == "/users/reading-robot"
    assert "writer" not in shown.links


def test_the_name_or_arn_of_one_thing_leads_there(people: People) -> None:
    person = signed_in(people, "admin")
    person.client.follow_redirects = False
    for wanted in ("writer", f"acs:ram::{people.id}:role/writer", f"acs:ram:*:{people.id}:role/writer"):
        answer = person.get(f"/search?q={wanted}").response
        assert (wanted, answer.headers.get("location")) == (wanted, "/roles/writer")
    assert person.get("/search?q=writ").status == 200


def test_an_access_key_leads_to_whose_it_is(people: People) -> None:
    key = people.world.user("owner").access_key_id
    shown = signed_in(people, "admin").get(f"/search?q={key[:12]}")
    assert shown.links[key] == "/users/owner"


def test_what_a_user_may_not_list_is_not_looked_through_and_said_so(people: People) -> None:
    shown = signed_in(people, "lister").get("/search?q=read")
    assert "reader" in shown.links
    assert "reading-robot" not in shown.text
    assert "because you may not list them: Users, Groups, Policies" in shown.text


@pytest.mark.parametrize("wanted", ["", " ", "zzz", "%", "<script>", "'", "x" * 256, "\N{PILE OF POO}"])
def test_nothing_is_found_for_what_is_nothings_name(people: People, wanted: str) -> None:
    shown = signed_in(people, "admin").get(f"/search?q={wanted.replace('%', '%25')}")
    assert shown.status == 200
    assert ("Nothing begins with that" in shown.text) == bool(wanted.strip())


def test_a_text_that_is_too_long_is_told_so(people: People) -> None:
    assert signed_in(people, "admin").get(f"/search?q={'x' * 300}").status == 400
