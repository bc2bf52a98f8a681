"""What holds for every page there is, for every kind of user."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from daypass.testing import Server
from tests.console.browsing import Person
from tests.console.furniture import furnish, located
from tests.console.people import PASSWORD, READER, People
from tests.console.places import page_routes, pages
from tests.world import allow, document

ADMINISTRATOR = document(allow("*"))
PERSONAS = {"admin": (ADMINISTRATOR,), "reader": (READER,), "nobody": ()}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.fixture(scope="module")
def personas(server: Server) -> dict[str, Person]:
    """Each kind of user, signed in."""
    people = People(server)
    furnish(people)
    found = {}
    for name, policies in PERSONAS.items():
        people.user(name, *policies)
        found[name] = Person(server)
        assert found[name].sign_in(f"{name}@{people.id}", PASSWORD.reveal()).response.url.path == "/"
    return found


def test_every_page_has_an_address() -> None:
    assert [page for page in pages() if "{" in page] == []


@pytest.mark.parametrize("page", pages())
def test_an_administrator_sees_every_page(personas: dict[str, Person], page: str) -> None:
    shown = personas["admin"].get(located(page))
    assert shown.status == 200
    assert shown.title.endswith(" · daypass")
    assert shown.disabled == set()


@pytest.mark.parametrize("page", pages())
@pytest.mark.parametrize("persona", ["reader", "nobody"])
def test_whoever_may_not_see_a_page_is_told_why(personas: dict[str, Person], page: str, persona: str) -> None:
    shown = personas[persona].get(located(page))
    assert shown.status in {200, 403}
    if shown.status == 403:
        assert "A policy that allows it" in shown.text


GUARDED = [page for page, route in zip(pages(), page_routes(), strict=True) if route.signed_in]


@pytest.mark.parametrize("page", GUARDED)
def test_somebody_whose_session_has_ended_is_asked_to_sign_in(server: Server, page: str) -> None:
    shown = Person(server).get(page)
    assert shown.response.url.path == "/sign-in"
    assert "Logon Name" in shown.text
