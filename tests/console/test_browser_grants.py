"""Grants in a browser: the panel, its result, and taking grants away again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.console.looks import NARROW_CHINESE
from tests.console.personas import ADMINISTRATOR, EXPIRED, NOBODY, RAM, READER, Personas
from tests.world import allow, document, trusting

if TYPE_CHECKING:
    from tests.console.pages import Visits
    from tests.console.running import Console

IOT = document(allow("iot:Query*"))


@pytest.fixture(scope="module", autouse=True)
def _account(console: Console) -> None:
    """Roles, users, a group and policies to grant."""
    trust = trusting(f"acs:ram::{console.ready['account_id']}:root")
    client = console.client()
    for name in ("reader-role", "writer-role"):
        client.call(RAM, "CreateRole", {"RoleName": name, "AssumeRolePolicyDocument": trust})
    client.call(RAM, "CreateUser", {"UserName": "alice"})
    client.call(RAM, "CreateGroup", {"GroupName": "devices"})
    for number in range(1, 7):
        policy = {"PolicyName": f"iot-{number}", "PolicyDocument": IOT}
        assert client.call(RAM, "CreatePolicy", policy).status == 200


def granted(console: Console, role: str) -> set[str]:
    answer = console.client().call(RAM, "ListPoliciesForRole", {"RoleName": role})
    return {policy["PolicyName"] for policy in answer.json()["Policies"]["Policy"]}


def pick(page: Page, what: str, *names: str) -> None:
    """Search for each and tick it."""
    for name in names:
        page.get_by_role("searchbox", name=f"Search {what}").fill(name)
        page.get_by_role("checkbox", name=name).check()


def test_several_policies_are_granted_to_several_principals_in_one_go(
    visits: Visits, console: Console, personas: Personas
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    page.goto("/grants")
    page.get_by_role("link", name="Grant Permission").click()
    expect(page.get_by_role("radio", name="Account")).to_be_checked()
    pick(page, "principals", "reader-role", "devices")
    pick(page, "policies", "iot-1", "AliyunIOTReadOnlyAccess")
    visits.picture(page, "panel")
    visits.check(page)
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("row").filter(has_text="Done")).to_have_count(4)
    visits.check(page)
    visits.picture(page, "result")
    page.get_by_role("link", name="Complete").click()
    expect(page).to_have_url(f"{console.origin}/grants")
    expect(page.get_by_role("row").filter(has_text="devices")).to_have_count(2)
    visits.picture(page, "list")
    visits.check(page)
    assert granted(console, "reader-role") == {"iot-1", "AliyunIOTReadOnlyAccess"}


def test_a_role_that_one_comes_from_is_picked_already_and_is_where_one_goes_back_to(
    visits: Visits, console: Console, personas: Personas
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    page.goto("/grants/new?role=writer-role")
    expect(page.get_by_role("checkbox", name="writer-role")).to_be_checked()
    pick(page, "policies", "iot-2")
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("link", name="Complete")).to_have_attribute("href", "/roles/writer-role")
    assert granted(console, "writer-role") == {"iot-2"}


def test_without_scripts_the_same_is_done_with_searches_that_keep_what_is_picked(
    visits: Visits, console: Console, personas: Personas
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR), scripts=False)
    page.goto("/grants/new")
    page.get_by_role("searchbox", name="Search principals").fill("reader-role")
    page.get_by_role("button", name="Search principals").click()
    page.get_by_role("checkbox", name="reader-role").check()
    page.get_by_role("searchbox", name="Search policies").fill("iot-3")
    page.get_by_role("button", name="Search policies").click()
    page.get_by_role("checkbox", name="iot-3").check()
    expect(page.get_by_role("checkbox", name="reader-role")).to_be_checked()
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("row").filter(has_text="Done")).to_have_count(1)
    assert "iot-3" in granted(console, "reader-role")


def test_more_than_five_policies_are_refused_and_stay_picked(
    visits: Visits, console: Console, personas: Personas
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    visits.expect(page, 400)
    page.goto("/grants/new?user=alice")
    pick(page, "policies", *(f"iot-{number}" for number in range(1, 7)))
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_text("Choose at most 5 policies")).to_be_visible()
    expect(page.get_by_role("checkbox", name="iot-6")).to_be_checked()
    visits.check(page)


def test_each_line_of_the_result_says_what_became_of_it(
    visits: Visits, console: Console, personas: Personas
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    page.goto("/grants/new?role=reader-role&policy=Custom:iot-4&policy=Custom:iot-5")
    console.client().call(
        RAM,
        "AttachPolicyToRole",
        {"RoleName": "reader-role", "PolicyType": "Custom", "PolicyName": "iot-4"},
    )
    console.client().call(RAM, "DeletePolicy", {"PolicyName": "iot-5"})
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("row").filter(has_text="iot-4")).to_contain_text("Was granted already")
    expect(page.get_by_role("row").filter(has_text="iot-5")).to_contain_text("Failed")
    visits.picture(page, "result")


def test_a_result_that_is_reloaded_or_gone_back_to_grants_nothing_twice(
    visits: Visits, console: Console, personas: Personas
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    page.goto("/grants/new?role=writer-role&policy=Custom:iot-6")
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("row").filter(has_text="Done")).to_have_count(1)
    detached = {"RoleName": "writer-role", "PolicyType": "Custom", "PolicyName": "iot-6"}
    assert console.client().call(RAM, "DetachPolicyFromRole", detached).status == 200
    page.reload()
    assert "iot-6" not in granted(console, "writer-role")
    page.go_back()
    assert "iot-6" not in granted(console, "writer-role")


def test_one_grant_and_several_are_revoked_after_a_look_at_what_is_lost(
    visits: Visits, console: Console, personas: Personas
) -> None:
    client = console.client()
    client.call(RAM, "CreateUser", {"UserName": "bob"})
    for policy in ("iot-1", "iot-2", "iot-3"):
        to_bob = {"UserName": "bob", "PolicyType": "Custom", "PolicyName": policy}
        assert client.call(RAM, "AttachPolicyToUser", to_bob).status == 200
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    page.goto("/grants")
    page.get_by_label("Principal Type").select_option("RAM User")
    page.get_by_label("Principal", exact=True).fill("bob")
    expect(page.get_by_role("row")).to_have_count(4)
    page.get_by_role("button", name="Revoke iot-1 from bob").click()
    expect(page.get_by_role("heading", name="Revoke")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)
    visits.check(page)
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_text("iot-1 is no longer granted to bob.")).to_be_visible()
    page.get_by_role("checkbox", name="Select iot-2 from bob").check()
    page.get_by_role("checkbox", name="Select iot-3 from bob").check()
    page.get_by_role("button", name="Revoke Selected").click()
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_text("2 grants are revoked.")).to_be_visible()
    left = client.call(RAM, "ListPoliciesForUser", {"UserName": "bob"}).json()
    assert left["Policies"]["Policy"] == []


def test_who_only_reads_sees_all_and_is_told_what_is_missing(
    visits: Visits, console: Console, personas: Personas
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(READER))
    page.goto("/grants")
    button = page.get_by_role("button", name="Grant Permission")
    expect(button).to_have_attribute("aria-disabled", "true")
    missing = f"You need ram:AttachPolicyToRole on acs:ram:*:{console.ready['account_id']}:role/*."
    expect(button).to_have_accessible_description(missing)
    visits.check(page)


def test_who_may_nothing_is_told_why(visits: Visits, console: Console, personas: Personas) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(NOBODY))
    visits.expect(page, 403)
    page.goto("/grants")
    expect(page.get_by_text("ram:ListPolicyAttachments").first).to_be_visible()


def test_whose_session_has_expired_is_asked_to_sign_in(
    visits: Visits, console: Console, personas: Personas
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(EXPIRED))
    page.goto("/grants")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_it_is_done_in_chinese_on_a_narrow_screen(
    visits: Visits, console: Console, personas: Personas
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR), look=NARROW_CHINESE)
    page.goto("/grants/new")
    page.get_by_role("searchbox", name="搜索授权主体").fill("writer-role")
    page.get_by_role("checkbox", name="writer-role").check()
    page.get_by_role("searchbox", name="搜索权限策略").fill("iot-3")
    page.get_by_role("checkbox", name="iot-3").check()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_role("row").filter(has_text="已完成")).to_have_count(1)
    visits.check(page)
