"""The overview follows an account from nothing to a user at work with temporary credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from daypass.client import Client
from daypass.testing import Server
from tests.cli.processes import wait_for
from tests.console.browsing import Person, Shown
from tests.console.people import PASSWORD, People
from tests.world import allow, document, trusting

STEPS = [
    "Create a role",
    "Create a policy",
    "Grant the policy to the role",
    "Let a RAM user assume the role",
    "Get temporary credentials",
    "Work with them",
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


def signed_in(people: People, name: str, *policies: str) -> Person:
    people.user(name, *policies)
    person = Person(people.server)
    person.sign_in(f"{name}@{people.id}", PASSWORD.reveal())
    return person


def done(shown: Shown) -> list[str]:
    return re.findall(r"<h3>([^<]*) <span class=\"unseen\">\(done\)", shown.response.text)


def the_next(shown: Shown) -> str:
    found = re.search(r'aria-current="step".*?<h3>([^<]*)</h3>', shown.response.text, re.DOTALL)
    return found[1] if found else ""


def test_each_of_the_six_steps_is_ticked_when_it_is_done(server: Server) -> None:
    people = People(server)
    world, database = people.world, people.database
    viewer = signed_in(people, "viewer")
    alice = world.user("alice")
    with database.write() as txn:
        txn.attachments.attach(people.id, "User", "viewer", "System", "AdministratorAccess")

    def ticked() -> int:
        shown = viewer.get("/")
        count = len(done(shown))
        assert done(shown) == STEPS[:count]
        assert the_next(shown) == ([*STEPS, ""][count])
        return count

    assert ticked() == 0
    arn = world.role("reader", trusting(f"acs:ram::{people.id}:user/alice"))
    assert ticked() == 1
    with database.write() as txn:
        txn.policies.create(people.id, "query", document(allow("iot:Query*")))
    assert ticked() == 2
    with database.write() as txn:
        txn.attachments.attach(people.id, "Role", "reader", "Custom", "query")
    assert ticked() == 3
    with database.write() as txn:
        txn.attachments.attach(people.id, "User", "alice", "System", "AliyunSTSAssumeRoleAccess")
    assert ticked() == 4
    session = world.session(alice, arn)
    wait_for(lambda: ticked() == 5)
    assert Client(server.url, session).call("2018-01-20", "QueryProductList", PAGE).status == 200
    wait_for(lambda: ticked() == 6)


PAGE = {"PageSize": "1", "CurrentPage": "1"}


def test_what_a_user_may_not_see_is_named_and_the_rest_is_shown(server: Server) -> None:
    people = People(server)
    shown = signed_in(people, "nobody").get("/")
    assert shown.status == 200
    assert f"You need ram:GetAccountSummary on acs:ram:*:{people.id}:*." in shown.text
    assert f"You need daypass:GetAccountAdvice on acs:daypass:*:{people.id}:*." in shown.text
    assert people.id in shown.text
    assert the_next(shown) == STEPS[0]
