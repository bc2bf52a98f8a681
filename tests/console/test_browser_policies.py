"""Policies in a browser: written, reviewed, fixed, changed by two at once, sent twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from daypass.client import Client
from daypass.testing import Server
from tests.console.browsing import Person
from tests.console.looks import LOOKS, WIDE, ZOOMED, Look
from tests.console.people import PASSWORD, READER, People
from tests.world import allow, document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.console.pages import Visits

pytestmark = pytest.mark.console

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{7*7}}'
READ = document(allow("iot:Query*"))
WRITE = document(allow("iot:*"))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.fixture
def people(server: Server) -> People:
    people = People(server)
    people.user("admin", document(allow("*")))
    people.user("reader", READER)
    make(people, "iot", READ)
    call(people, "AttachPolicyToUser", PolicyType="Custom", PolicyName="iot", UserName="reader")
    return people


def call(people: People, action: str, **parameters: str) -> dict[str, Any]:
    """Call an operation of RAM as the account, past the console."""
    return Client(people.server.url, people.world.account.root).call("2015-05-01", action, parameters).json()


def make(people: People, name: str, text: str) -> None:
    call(people, "CreatePolicy", PolicyName=name, PolicyDocument=text, Description=HOSTILE)


def in_force(people: People, name: str) -> str:
    answer = call(people, "GetPolicy", PolicyType="Custom", PolicyName=name)
    return str(answer["DefaultPolicyVersion"]["PolicyDocument"])


def opened(
    visits: Visits, people: People, path: str, name: str = "admin", look: Look = WIDE, *, scripts: bool = True
) -> Page:
    """Open a page as somebody who is signed in."""
    person = Person(people.server)
    person.sign_in(f"{name}@{people.id}", PASSWORD.reveal())
    (cookie,) = [(key, value) for key, value in person.cookies().items() if "visitor" not in key]
    kept = {"name": cookie[0], "value": cookie[1], "domain": "127.0.0.1", "path": "/", "expires": -1}
    kept |= {"httpOnly": True, "secure": False, "sameSite": "Strict"}
    state = {"cookies": [kept], "origins": []}
    page = visits.open(people.server.console_url, look=look, signed_in=state, scripts=scripts)
    page.goto(path)
    return page


def write(page: Page, text: str) -> None:
    """Write a document on the JSON tab."""
    page.get_by_role("tab", name="JSON").click()
    page.get_by_label("Policy Document").fill(text)


def test_a_policy_is_made_as_the_six_steps_say(visits: Visits, people: People) -> None:
    page = opened(visits, people, "/policies")
    page.get_by_role("link", name="Create Policy").click()
    write(page, WRITE)
    page.get_by_label("Policy Name", exact=True).fill("iot-read-write")
    page.get_by_label("Description").fill(HOSTILE)
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("heading", name="iot-read-write")).to_be_visible()
    expect(page.get_by_text("The policy was created.")).to_be_visible()
    assert in_force(people, "iot-read-write") == WRITE


def test_the_printed_sample_is_caught_while_it_is_written_and_fixed_with_one_click(
    visits: Visits, people: People
) -> None:
    role = f"acs:ram::{people.id}:role/iotstsrole"
    page = opened(visits, people, "/policies/create")
    write(page, document(allow("iot:QueryProduct", role)))
    panel = page.get_by_role("region", name="Review")
    expect(panel).to_contain_text("sts:AssumeRole")
    panel.get_by_role("button", name="Fix").click()
    expect(page.get_by_label("Policy Document")).to_have_value(document(allow("sts:AssumeRole", role)))
    expect(panel).to_contain_text("Nothing was found.")
    page.get_by_label("Policy Name").fill("step-4")
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_text("The policy was created.")).to_be_visible()
    assert in_force(people, "step-4") == document(allow("sts:AssumeRole", role))


def test_a_policy_is_made_in_the_visual_editor_from_what_is_suggested(visits: Visits, people: People) -> None:
    page = opened(visits, people, "/policies/create")
    one = page.get_by_role("group", name="Statement 1")
    one.get_by_label("Service", exact=True).fill("iot")
    page.get_by_role("listbox").get_by_role("option", name="iot", exact=True).click()
    one.get_by_role("checkbox", name="QueryProduct", exact=True).check()
    expect(page.get_by_role("region", name="Review")).to_contain_text("Allows iot:QueryProduct")
    page.get_by_label("Policy Name").fill("visual")
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_text("The policy was created.")).to_be_visible()
    assert json.loads(in_force(people, "visual"))["Statement"] == [allow(["iot:QueryProduct"])]


@pytest.mark.parametrize("filling", ["𠀀", "\u202eنص", "👩‍👩‍👧", "\u2028é"])
def test_6144_characters_of_any_script_are_kept_exactly(visits: Visits, people: People, filling: str) -> None:
    start, end = '{"Version": "1",\n "Statement": [{"Effect": "Allow", "Action": "', '", "Resource": "*"}]}'
    room = 6144 - len(start) - len(end)
    text = start + (filling * room)[:room] + end
    page = opened(visits, people, "/policies/create")
    write(page, text)
    page.get_by_label("Policy Name").fill("long")
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_text("The policy was created.")).to_be_visible()
    assert in_force(people, "long") == text
    page.goto("/policies/Custom/long/edit")
    expect(page.locator("textarea[name=PolicyDocument]")).to_have_value(text)


def test_hostile_texts_do_nothing_anywhere(visits: Visits, people: People) -> None:
    make(people, "hostile", document(allow(HOSTILE, HOSTILE)))
    page = opened(visits, people, "/policies?type=Custom")
    for path in (
        "/policies/Custom/hostile",
        "/policies/Custom/hostile/edit",
        "/policies/Custom/hostile/delete",
    ):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.locator("main img[src=x], main script:not([src])").count() == 0
    page.goto("/policies/Custom/hostile/edit")
    expect(page.get_by_role("list", name="Chosen actions")).to_contain_text(HOSTILE)


def test_a_new_version_is_compared_reviewed_and_saved(visits: Visits, people: People) -> None:
    page = opened(visits, people, "/policies/Custom/iot")
    page.get_by_role("link", name="Edit Policy").click()
    write(page, WRITE)
    panel = page.get_by_role("region", name="Review")
    expect(panel).to_contain_text("Gained")
    expect(panel).to_contain_text("reader")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("table", name="Differences")).to_contain_text("iot:*")
    page.get_by_role("button", name="Back to Editing").click()
    expect(page.locator("textarea[name=PolicyDocument]")).to_have_value(WRITE)
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_text("The new version was saved.")).to_be_visible()
    assert in_force(people, "iot") == WRITE


def test_of_two_administrators_the_second_sees_the_difference_and_loses_nothing(
    visits: Visits, people: People
) -> None:
    first, second = (opened(visits, people, "/policies/Custom/iot/edit") for _ in range(2))
    mine = document(allow("iot:List*"))
    write(second, mine)
    second.get_by_role("button", name="Next").click()
    write(first, WRITE)
    first.get_by_role("button", name="Next").click()
    first.get_by_role("button", name="OK").click()
    expect(first.get_by_text("The new version was saved.")).to_be_visible()
    visits.expect(second, 409)
    second.get_by_role("button", name="OK").click()
    expect(second.get_by_role("heading", name="Somebody Was Faster")).to_be_visible()
    expect(second.get_by_role("table", name="What they changed")).to_contain_text("iot:*")
    expect(second.get_by_role("table", name="What your text would change")).to_contain_text("iot:List*")
    second.get_by_role("button", name="Back to Editing").click()
    expect(second.locator("textarea[name=PolicyDocument]")).to_have_value(mine)
    assert in_force(people, "iot") == WRITE


def test_back_reload_and_a_second_press_create_nothing_twice(visits: Visits, people: People) -> None:
    page = opened(visits, people, "/policies/create")
    write(page, WRITE)
    page.get_by_label("Policy Name").fill("once")
    page.get_by_role("button", name="OK").dblclick()
    expect(page.get_by_role("heading", name="once")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="once")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Policy Name")).to_be_visible()
    call(people, "DeletePolicy", PolicyName="once")
    visits.expect(page, 404)
    page.go_forward()
    page.go_back()
    policies = call(people, "ListPolicies", PolicyType="Custom")["Policies"]["Policy"]
    assert "once" not in [policy["PolicyName"] for policy in policies]


def test_a_draft_survives_leaving_the_page(visits: Visits, people: People) -> None:
    page = opened(visits, people, "/policies/create")
    write(page, WRITE)
    page.get_by_label("Policy Name").fill("draft")
    page.goto("/policies")
    page.goto("/policies/create")
    expect(page.get_by_label("Policy Name")).to_have_value("draft")
    expect(page.locator("textarea[name=PolicyDocument]")).to_have_value(WRITE)
    page.get_by_role("tab", name="Visual Editor").click()
    expect(page.get_by_role("list", name="Chosen actions")).to_contain_text("iot:*")


def test_a_draft_takes_no_place_of_what_is_asked_for(visits: Visits, people: People) -> None:
    call(people, "CreatePolicyVersion", PolicyName="iot", PolicyDocument=WRITE)
    page = opened(visits, people, "/policies/create")
    write(page, document(allow("ram:x")))
    page.goto("/policies/create?from=Custom/iot")
    expect(page.locator("textarea[name=PolicyDocument]")).to_have_value(READ)
    page.goto("/policies/Custom/iot/edit")
    write(page, document(allow("ram:y")))
    page.goto("/policies/Custom/iot/edit?version=v2")
    expect(page.locator("textarea[name=PolicyDocument]")).to_have_value(WRITE)


def test_an_import_takes_the_place_of_what_was_written(visits: Visits, people: People) -> None:
    page = opened(visits, people, "/policies/create")
    write(page, WRITE)
    page.get_by_label("Policy Name").fill("kept")
    page.get_by_text("Import from a policy").click()
    page.get_by_label("Policy to import").fill("Custom/iot")
    page.get_by_role("button", name="Import").click()
    expect(page.locator("textarea[name=PolicyDocument]")).to_have_value(READ)
    expect(page.get_by_label("Policy Name")).to_have_value("kept")
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_text("The policy was created.")).to_be_visible()
    assert in_force(people, "kept") == READ


def test_without_scripts_a_policy_is_reviewed_fixed_and_made(visits: Visits, people: People) -> None:
    role = f"acs:ram::{people.id}:role/iotstsrole"
    page = opened(visits, people, "/policies/create", scripts=False)
    page.get_by_label("Policy Document").fill(document(allow("iot:QueryProduct", role)))
    page.get_by_label("Policy Name").fill("plain")
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Fix").click()
    expect(page.get_by_label("Policy Document")).to_have_value(document(allow("sts:AssumeRole", role)))
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_text("The policy was created.")).to_be_visible()
    assert in_force(people, "plain") == document(allow("sts:AssumeRole", role))


PLACES = (
    "/policies",
    "/policies/create",
    "/policies/Custom/iot",
    "/policies/Custom/iot?tab=versions&old=v1&new=v2",
    "/policies/Custom/iot?tab=references",
    "/policies/Custom/iot/edit",
    "/policies/Custom/iot/versions/v2/default",
    "/policies/Custom/iot/delete",
)


@pytest.mark.parametrize("look", [*LOOKS, ZOOMED], ids=lambda look: look.name)
def test_every_page_keeps_the_rules_of_accessibility(visits: Visits, people: People, look: Look) -> None:
    call(people, "CreatePolicyVersion", PolicyName="iot", PolicyDocument=WRITE)
    page = opened(visits, people, PLACES[0], look=look)
    for path in PLACES:
        page.goto(path)
        visits.check(page)
        visits.picture(page, f"{path} {look.name}")
    page.goto("/policies/create")
    page.get_by_role("tab").last.click()
    page.locator("textarea[name=PolicyDocument]").fill(document(allow("iot:x", "acs:ram::1:role/Y")))
    expect(page.locator("[data-fix]").first).to_be_visible()
    visits.check(page)
