"""Every page there is, in a browser: both themes, both languages, narrow and wide, for each kind of user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from daypass.testing import Server
from tests.console.furniture import furnish, located
from tests.console.looks import LOOKS
from tests.console.people import READER, People
from tests.console.places import guarded, pages
from tests.world import allow, document

if TYPE_CHECKING:
    from tests.console.pages import Visits

EVERY = pytest.mark.parametrize("page", pages())
GUARDED = pytest.mark.parametrize("page", guarded())
ADMINISTRATOR = document(allow("*"))
PERSONAS = {"admin": (ADMINISTRATOR,), "reader": (READER,), "nobody": (), "late": (ADMINISTRATOR,)}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.fixture(scope="module")
def people(server: Server) -> People:
    people = People(server)
    for name, policies in PERSONAS.items():
        people.user(name, *policies)
    furnish(people)
    return people


@pytest.fixture(scope="module")
def storages(people: People) -> dict[str, Any]:
    """What browsers hold: of each persona, and of one whose session has ended since."""
    found = {name: people.storage(name) for name in PERSONAS}
    who = people.who(found["late"]["cookies"][0]["value"])
    assert who is not None
    people.run(people.door.sign_out(who))
    return found


@pytest.fixture(scope="module")
def admin(storages: dict[str, Any]) -> object:
    return storages["admin"]


@pytest.fixture(scope="module")
def followed() -> set[str]:
    """Links that lead somewhere."""
    return set()


@EVERY
def test_a_page_breaks_no_rule_however_it_is_looked_at(
    visits: Visits, server: Server, admin: object, page: str
) -> None:
    for look in LOOKS:
        tab = visits.open(server.console_url, look=look, signed_in=admin)
        tab.goto(located(page))
        expect(tab.get_by_role("heading", level=1)).to_be_visible()
        visits.check(tab)
        visits.picture(tab, look.name)
        tab.close()


@GUARDED
def test_a_page_explains_itself_to_whoever_may_not_see_it(
    visits: Visits, people: People, storages: dict[str, Any], page: str
) -> None:
    for persona in ("reader", "nobody"):
        tab = visits.open(people.server.console_url, signed_in=storages[persona])
        answer = tab.goto(located(page))
        assert answer is not None
        if answer.status == 403:
            visits.expect(tab, 403)
            expect(tab.get_by_text("A policy that allows it")).to_be_visible()
        else:
            assert answer.status == 200


@GUARDED
def test_a_page_asks_to_sign_in_once_the_session_has_ended(
    visits: Visits, server: Server, storages: dict[str, Any], page: str
) -> None:
    tab = visits.open(server.console_url, signed_in=storages["late"])
    tab.goto(located(page))
    expect(tab.get_by_role("heading", name="Sign in")).to_be_visible()


@GUARDED
def test_a_page_is_there_without_scripts_and_its_links_lead_to_pages(
    visits: Visits, server: Server, admin: object, followed: set[str], page: str
) -> None:
    tab = visits.open(server.console_url, signed_in=admin, scripts=False)
    tab.goto(located(page))
    expect(tab.get_by_role("heading", level=1)).to_be_visible()
    expect(tab.get_by_role("navigation", name="Navigation")).to_be_visible()
    links = tab.locator("a[href^='/']").all()
    for href in {link.get_attribute("href") or "" for link in links} - followed:
        answer = tab.request.get(href)
        assert (href, answer.status) == (href, 200)
        followed.add(href)
