"""No page leads to a page that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urldefrag

import pytest

from daypass.testing import Server
from tests.console.browsing import Person
from tests.console.furniture import furnish
from tests.console.people import PASSWORD, People
from tests.world import allow, document

ELSEWHERE = ("/static/", "/sign-in")
MOST = 400
"""Addresses to follow: more than there are."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.mark.parametrize("furnished", [False, True], ids=["empty", "furnished"])
def test_every_link_leads_to_a_page(server: Server, furnished: bool) -> None:
    people = People(server)
    people.user("admin", document(allow("*")))
    if furnished:
        furnish(people)
    person = Person(server)
    assert person.sign_in(f"admin@{people.id}", PASSWORD.reveal()).response.url.path == "/"
    dead, found, followed = [], ["/"], set[str]()
    while found and len(followed) < MOST:
        address = found.pop()
        if address in followed:
            continue
        followed.add(address)
        shown = person.get(address)
        if shown.status >= 400:
            dead.append(f"{address}: {shown.status}")
        links = (urldefrag(link)[0] for link in shown.links.values())
        found += [link for link in links if link.startswith("/") and not link.startswith(ELSEWHERE)]
    assert dead == []
    assert len(followed) < MOST
