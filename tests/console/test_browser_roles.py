"""Roles in a browser: from the empty list to credentials that another client uses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from daypass.client import Client, Credentials
from tests.console.looks import LOOKS, NARROW_CHINESE, Look
from tests.console.personas import ADMINISTRATOR, NOBODY, RAM, READER, Personas
from tests.world import allow, document, trusting

if TYPE_CHECKING:
    from tests.console.pages import Visits
    from tests.console.running import Console

OTHER = "1234567890123456"


def ram(console: Console, action: str, **parameters: str) -> Any:
    answer = console.client().call(RAM, action, parameters)
    assert answer.status == 200, answer.text
    return answer.json()


def trust_of(console: Console, role: str) -> str:
    text: str = ram(console, "GetRole", RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    return text


def everyone(console: Console) -> str:
    return f"acs:ram::{console.ready['account_id']}:root"


@pytest.fixture(scope="module", autouse=True)
def _account(console: Console) -> None:
    """A role that somebody may assume, and users with one half and the other."""
    ram(console, "CreateUser", UserName="alice")
    ram(console, "CreateUser", UserName="bob")
    account = console.ready["account_id"]
    ram(
        console,
        "CreateRole",
        RoleName="library",
        AssumeRolePolicyDocument=trusting(f"acs:ram::{account}:user/bob"),
    )
    ram(console, "CreatePolicy", PolicyName="assume", PolicyDocument=document(allow("sts:AssumeRole")))
    ram(console, "AttachPolicyToUser", UserName="alice", PolicyType="Custom", PolicyName="assume")
    ram(
        console,
        "AttachPolicyToRole",
        RoleName="library",
        PolicyType="System",
        PolicyName="AliyunIOTReadOnlyAccess",
    )


def test_a_role_is_created_for_another_account_with_its_name_last(
    visits: Visits, console: Console, personas: Personas
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    page.goto("/roles")
    page.get_by_role("link", name="Create Role").click()
    expect(page.get_by_role("radio", name="Cloud Account")).to_be_checked()
    expect(page.get_by_label("Account ID")).to_be_hidden()
    page.get_by_role("radio", name="Other Account").check()
    page.get_by_label("Account ID").fill(OTHER)
    expect(page.get_by_role("region", name="Review")).to_contain_text(OTHER)
    visits.check(page)
    visits.picture(page, "principal")
    page.get_by_role("button", name="OK").click()
    dialog = page.get_by_role("dialog", name="Name the role")
    dialog.get_by_label("Role Name").fill("partner")
    expect(dialog.locator("#snippets")).to_contain_text("partner")
    visits.picture(page, "name")
    visits.check(page)
    dialog.get_by_role("button", name="OK").click()
    expect(page.get_by_role("heading", name="partner")).to_be_visible()
    assert json.loads(trust_of(console, "partner"))["Statement"][0]["Principal"] == {
        "RAM": [f"acs:ram::{OTHER}:root"]
    }
    visits.check(page)


def test_the_policy_editor_takes_over_and_keeps_what_is_typed(
    visits: Visits, console: Console, personas: Personas
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    page.goto("/create-role")
    page.get_by_role("radio", name="Cloud Service").check()
    page.get_by_label("Service Name").fill("ecs.aliyuncs.com")
    page.get_by_role("button", name="Switch to Policy Editor").click()
    page.get_by_role("tab", name="JSON").click()
    area = page.get_by_role("textbox", name="Trust Policy")
    text = area.input_value()
    assert "ecs.aliyuncs.com" in text
    area.fill(text.replace("ecs.", "fc."))
    expect(page.get_by_role("region", name="Review")).to_contain_text("fc.aliyuncs.com")
    visits.check(page)
    visits.picture(page, "editor")
    page.get_by_role("button", name="OK").click()
    dialog = page.get_by_role("dialog", name="Name the role")
    dialog.get_by_label("Role Name").fill("worker")
    dialog.get_by_role("button", name="OK").click()
    expect(page.get_by_role("heading", name="worker")).to_be_visible()
    assert "fc.aliyuncs.com" in trust_of(console, "worker")


def test_without_scripts_a_role_is_created_the_same(
    visits: Visits, console: Console, personas: Personas
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR), scripts=False)
    page.goto("/create-role")
    page.get_by_role("radio", name="Other Account").check()
    page.get_by_label("Account ID").fill(OTHER)
    page.get_by_role("button", name="OK").click()
    page.get_by_label("Role Name").fill("scriptless")
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("heading", name="scriptless")).to_be_visible()
    assert OTHER in trust_of(console, "scriptless")


def test_both_halves_are_shown_and_the_missing_one_is_added(
    visits: Visits, console: Console, personas: Personas
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    page.goto("/roles/library")
    card = page.get_by_role("region", name="Who can assume this role")
    row = card.get_by_role("row").filter(has_text="bob")
    expect(row.get_by_role("cell")).to_have_count(4)
    visits.picture(page, "card")
    visits.check(page)
    row.get_by_role("link", name="Add the missing half").click()
    expect(page.get_by_text("assume-library").first).to_be_visible()
    visits.picture(page, "half")
    visits.check(page)
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_text("bob can assume the role now.")).to_be_visible()
    key = Credentials.of(ram(console, "CreateAccessKey", UserName="bob")["AccessKey"])
    arn = ram(console, "GetRole", RoleName="library")["Role"]["Arn"]
    asked = {"RoleArn": arn, "RoleSessionName": "session"}
    assert Client(console.ready["api"], key).call("2015-04-01", "AssumeRole", asked).status == 200


def test_of_two_administrators_the_second_is_shown_the_difference(
    visits: Visits, console: Console, personas: Personas
) -> None:
    ram(console, "CreateRole", RoleName="shared", AssumeRolePolicyDocument=trusting(everyone(console)))
    pages = [visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR)) for _ in range(2)]
    for page, user in zip(pages, ("alice", "bob"), strict=True):
        page.goto("/roles/shared?tab=trust")
        page.get_by_role("link", name="Edit Trust Policy").click()
        page.get_by_role("tab", name="JSON").click()
        text = trusting(f"acs:ram::{console.ready['account_id']}:user/{user}")
        page.get_by_role("textbox", name="Trust Policy").fill(text)
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_role("heading", name="Save Trust Policy")).to_be_visible()
    first, second = pages
    visits.picture(first, "difference")
    visits.check(first)
    first.get_by_role("button", name="Save").click()
    expect(first.get_by_text("The trust policy was saved.")).to_be_visible()
    visits.expect(second, 409)
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_text("Somebody else has changed this trust policy")).to_be_visible()
    visits.picture(second, "conflict")
    assert "user/alice" in trust_of(console, "shared")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_text("The trust policy was saved.")).to_be_visible()
    assert "user/bob" in trust_of(console, "shared")


def test_credentials_are_shown_once_count_down_and_work(
    visits: Visits, console: Console, personas: Personas
) -> None:
    ram(console, "CreateRole", RoleName="mine", AssumeRolePolicyDocument=trusting(everyone(console)))
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    page.goto("/roles/mine?tab=sessions")
    page.get_by_label("Role Session Name").fill("me")
    page.get_by_text("Session Policy (optional)").click()
    page.get_by_role("tab", name="Visual Editor").click()
    page.get_by_role("button", name="Add statement").click()
    page.get_by_role("tab", name="JSON").click()
    page.get_by_role("textbox", name="Session Policy").fill(document(allow("ram:List*")))
    expect(page.get_by_role("region", name="Review")).to_contain_text("that begin with List")
    visits.check(page)
    page.get_by_role("button", name="Use this role").click()
    expect(page.locator("[data-countdown]")).to_contain_text("59:")
    page.get_by_text("What to do with them").click()
    expect(page.get_by_text("aliyun configure set")).to_be_visible()
    visits.picture(page, "credentials")
    visits.check(page)
    secret = page.get_by_label("AccessKey Secret").input_value()
    found = {
        "AccessKeyId": page.locator("[data-field='AccessKey ID']").text_content() or "",
        "AccessKeySecret": secret,
        "SecurityToken": page.get_by_label("Security Token").input_value(),
    }
    answer = Client(console.ready["api"], Credentials.of(found)).call("2015-04-01", "GetCallerIdentity", {})
    assert answer.json()["Arn"].endswith(":assumed-role/mine/me")
    page.reload()
    expect(page.get_by_role("button", name="Use this role")).to_be_visible()
    assert secret not in page.content()


def test_deleting_a_role_shows_what_goes_with_it_and_asks_for_its_name(
    visits: Visits, console: Console, personas: Personas
) -> None:
    ram(console, "CreateRole", RoleName="old", AssumeRolePolicyDocument=trusting(everyone(console)))
    ram(
        console,
        "AttachPolicyToRole",
        RoleName="old",
        PolicyType="System",
        PolicyName="AliyunIOTReadOnlyAccess",
    )
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    page.goto("/roles/old")
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_text("AliyunIOTReadOnlyAccess").first).to_be_visible()
    visits.check(page)
    visits.picture(page, "delete")
    page.get_by_label("Role Name").fill("old")
    page.get_by_role("button", name="Delete Role").click()
    expect(page.get_by_text("The role was deleted.")).to_be_visible()


PAGES = (
    "/roles",
    "/create-role",
    "/roles/library",
    "/roles/library?tab=permissions",
    "/roles/library?tab=trust",
    "/roles/library?tab=sessions",
    "/roles/library/edit",
    "/roles/library/trust",
    "/roles/library/delete",
    "/roles/library/admit?user=alice",
)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_pages_about_roles_are_accessible_in_every_look(
    visits: Visits, console: Console, personas: Personas, look: Look
) -> None:
    page = visits.open(console.origin, look=look, signed_in=personas.cookies(ADMINISTRATOR))
    for path in PAGES:
        page.goto(path)
        visits.check(page)
        if look is NARROW_CHINESE:
            visits.picture(page, path)


@pytest.mark.parametrize("persona", [READER, NOBODY], ids=lambda persona: persona.name)
def test_whoever_may_not_change_roles_sees_why(
    visits: Visits, console: Console, personas: Personas, persona: Any
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(persona))
    if persona is NOBODY:
        visits.expect(page, 403)
        page.goto("/roles/library")
        expect(page.get_by_text("A policy that allows it")).to_be_visible()
        visits.check(page)
        return
    page.goto("/roles/library")
    expect(page.get_by_role("button", name="Edit")).to_have_attribute("aria-disabled", "true")
    visits.check(page)
    visits.picture(page, "reader")
    page.goto("/roles/library/admit?user=alice")
    expect(page.get_by_role("button", name="OK")).to_have_attribute("aria-disabled", "true")
    visits.check(page)
