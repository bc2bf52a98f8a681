"""Resource groups in a browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.console.looks import NARROW_DARK, WIDE_DARK_CHINESE, Look
from tests.console.personas import ADMINISTRATOR, EXPIRED, NOBODY, READER, Personas

if TYPE_CHECKING:
    from tests.console.pages import Visits
    from tests.console.running import Console

IOT = "2018-01-20"
MANAGER = "2020-03-31"


def create(page: Page, name: str, shown: str) -> None:
    page.goto("/resource-groups")
    page.get_by_role("link", name="Create Resource Group").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Display Name").fill(shown)
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("heading", name=shown)).to_be_visible()


def group_id(console: Console, name: str) -> str:
    answer = console.client().call(MANAGER, "ListResourceGroups", {"Name": name}).json()
    (found,) = answer["ResourceGroups"]["ResourceGroup"]
    return str(found["Id"])


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_resource_group_is_made_renamed_and_deleted(
    visits: Visits, console: Console, personas: Personas, scripts: bool
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR), scripts=scripts)
    visits.expect(page, 400)
    name = "lab" if scripts else "plain-lab"
    create(page, name, "Laboratory")
    page.get_by_label("Display Name").fill("The lab")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="The lab")).to_be_visible()
    page.get_by_role("link", name="Delete").click()
    page.get_by_label("Type the name to delete it").fill("The lab")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("This is not the name.")).to_be_visible()
    page.get_by_label("Type the name to delete it").fill(name)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Resource group The lab is deleted.")).to_be_visible()
    answer = console.client().call(MANAGER, "ListResourceGroups", {"Name": name}).json()
    assert answer["TotalCount"] == 0


def test_resources_are_moved_to_another_group_and_then_a_grant_there_reaches_them(
    visits: Visits, console: Console, personas: Personas
) -> None:
    client = console.client()
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    create(page, "first", "First")
    create(page, "second", "Second")
    made = client.call(
        IOT,
        "CreateProduct",
        {"ProductName": "lamp", "NodeType": "0", "ResourceGroupId": group_id(console, "first")},
    )
    key = made.json()["ProductKey"]
    page.goto("/resource-groups")
    page.get_by_role("link", name="First", exact=True).click()
    page.get_by_role("link", name="Resources", exact=True).click()
    page.get_by_role("checkbox", name=key).check()
    page.get_by_label("Move to").select_option("Second")
    visits.check(page)
    visits.picture(page, "resources")
    page.get_by_role("button", name="Move").click()
    expect(page.get_by_text("The resource is moved.")).to_be_visible()
    page.get_by_role("link", name="Resource groups").first.click()
    page.get_by_role("link", name="Second", exact=True).click()
    page.get_by_role("link", name="Resources", exact=True).click()
    expect(page.get_by_role("checkbox", name=key)).to_be_visible()
    page.get_by_role("link", name="Grants", exact=True).last.click()
    visits.check(page)
    page.get_by_role("link", name="Grant Permission").click()
    expect(page.get_by_role("radio", name="Resource Group")).to_be_checked()
    expect(page.get_by_label("Resource Group", exact=True).last).to_have_value(group_id(console, "second"))
    page.get_by_role("searchbox", name="Search principals").fill("reader")
    personas.cookies(READER)
    page.get_by_role("searchbox", name="Search principals").fill("read")
    page.get_by_role("checkbox", name="reader").check()
    page.get_by_role("checkbox", name="AliyunIOTFullAccess").check()
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("row").filter(has_text="Done")).to_contain_text("Second")
    page.get_by_role("link", name="Complete").click()
    expect(page).to_have_url(re.compile(r"/resource-groups/rg-\w+\?tab=grants$"))
    expect(page.get_by_role("row").filter(has_text="reader")).to_have_count(1)
    page.get_by_role("button", name="Revoke AliyunIOTFullAccess from reader").click()
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_text("Nothing is granted here")).to_be_visible()


def test_a_group_with_resources_is_kept_and_says_why(
    visits: Visits, console: Console, personas: Personas
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    visits.expect(page, 409)
    create(page, "full", "Full")
    where = {"ProductName": "heater", "NodeType": "0", "ResourceGroupId": group_id(console, "full")}
    assert console.client().call(IOT, "CreateProduct", where).status == 200
    page.get_by_role("link", name="Delete").click()
    page.get_by_label("Type the name to delete it").fill("full")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("still has resources")).to_be_visible()


def test_what_cannot_be_a_name_is_told_and_what_was_typed_stays(
    visits: Visits, console: Console, personas: Personas
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    visits.expect(page, 400)
    page.goto("/resource-groups/new")
    page.get_by_label("Name", exact=True).fill("1 <b>lab</b>")
    page.get_by_label("Display Name").fill("Lab")
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("1 <b>lab</b>")
    visits.check(page)


def test_hostile_display_names_are_text(visits: Visits, console: Console, personas: Personas) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    create(page, "hostile", hostile)
    for path in ("/resource-groups", "/grants", "/grants/new"):
        page.goto(path)
        expect(page.get_by_text(hostile).first).to_be_attached()


def test_who_only_reads_and_who_may_nothing(visits: Visits, console: Console, personas: Personas) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(READER))
    page.goto("/resource-groups")
    button = page.get_by_role("button", name="Create Resource Group")
    expect(button).to_have_attribute("aria-disabled", "true")
    visits.check(page)
    page = visits.open(console.origin, signed_in=personas.cookies(NOBODY))
    visits.expect(page, 403)
    page.goto("/resource-groups")
    expect(page.get_by_text("ram:ListResourceGroups").first).to_be_visible()
    page = visits.open(console.origin, signed_in=personas.cookies(EXPIRED))
    page.goto("/resource-groups")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("look", [NARROW_DARK, WIDE_DARK_CHINESE], ids=lambda look: look.name)
def test_the_other_tabs_break_no_rule(
    visits: Visits, console: Console, personas: Personas, look: Look
) -> None:
    console.client().call(MANAGER, "CreateResourceGroup", {"Name": "seen", "DisplayName": "Seen"})
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR), look=look)
    own = f"/resource-groups/{group_id(console, 'seen')}"
    for path in (f"{own}?tab=resources", f"{own}?tab=grants"):
        page.goto(path)
        visits.picture(page, path.replace(own, "group"))
        visits.check(page)
