"""The frame in a browser: keys, dialogs, menus, what is typed, and what happens when the session ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from daypass.testing import Server
from tests.console.looks import NARROW_DARK
from tests.console.people import PASSWORD, People
from tests.world import allow, document

if TYPE_CHECKING:
    from tests.console.pages import Visits

ADMINISTRATOR = document(allow("*"))
TRUST = document(
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": ["ecs.aliyuncs.com"]}}
)


FOCUSED = """(() => {
    const focused = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(focused);
    return [focused.tagName, outlineStyle, outlineWidth];
})()"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.fixture(scope="module")
def people(server: Server) -> People:
    people = People(server)
    people.user("admin", ADMINISTRATOR)
    with people.database.write() as txn:
        for role in ("reader", "writer"):
            txn.roles.create(people.id, role, TRUST, trusted=())
    return people


@pytest.fixture
def page(visits: Visits, people: People) -> Page:
    page = visits.open(people.server.console_url, signed_in=people.storage("admin"))
    page.goto("/roles")
    return page


def test_somebody_signs_in_and_finds_a_role_by_keyboard_alone(visits: Visits, people: People) -> None:
    page = visits.open(people.server.console_url)
    page.goto("/sign-in")
    expect(page.get_by_label("Logon Name")).to_be_focused()
    page.keyboard.type(f"admin@{people.id}")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD.reveal())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Roles")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search", exact=True)).to_be_focused()
    page.keyboard.type("read")
    expect(page.locator(".suggestions").get_by_role("link", name="reader", exact=True)).to_be_visible()
    visits.check(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/(users|roles|groups|policies)/"))
    visits.expect(page, *([404] if page.title().startswith("This does not exist") else []))


def test_keys_show_what_they_do_and_are_text_where_text_is_typed(visits: Visits, page: Page) -> None:
    page.keyboard.press("?")
    help_text = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help_text.get_by_text("g r")).to_be_visible()
    visits.check(page)
    page.keyboard.press("Escape")
    expect(help_text).to_have_count(0)
    filter_box = page.get_by_role("searchbox", name="Filter by name or description")
    filter_box.focus()
    page.keyboard.type("g r/?")
    expect(filter_box).to_have_value("g r/?")
    expect(page).to_have_url(re.compile("/roles"))


def test_every_control_shows_where_the_focus_is(page: Page) -> None:
    page.keyboard.press("Tab")
    for _ in range(30):
        tag, style, width = page.evaluate(FOCUSED)
        if tag == "BODY":
            break
        assert style != "none", page.evaluate("document.activeElement.outerHTML")
        assert width != "0px"
        page.keyboard.press("Tab")


def test_a_list_follows_what_is_typed_and_its_address_too(page: Page) -> None:
    page.get_by_role("searchbox", name="Filter by name or description").type("read")
    expect(page.get_by_role("row").filter(has_text="writer")).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="reader")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/roles\?q=read$"))
    page.reload()
    expect(page.get_by_role("searchbox", name="Filter by name or description")).to_have_value("read")
    expect(page.get_by_role("row").filter(has_text="writer")).to_have_count(0)


def test_theme_and_language_are_chosen_and_kept(visits: Visits, page: Page) -> None:
    page.get_by_role("button", name="Language and theme").click()
    visits.check(page)
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    background = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    assert background == "rgb(15, 18, 24)"
    page.get_by_role("button", name="Language and theme").click()
    page.get_by_role("button", name="简体中文").click()
    expect(page.get_by_role("heading", name="角色")).to_be_visible()
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_narrow_screen_folds_the_navigation_away(visits: Visits, people: People) -> None:
    page = visits.open(people.server.console_url, look=NARROW_DARK, signed_in=people.storage("admin"))
    page.goto("/")
    navigation = page.get_by_role("navigation", name="Navigation")
    expect(navigation).to_be_hidden()
    page.get_by_role("button", name="Navigation").click()
    expect(navigation).to_be_visible()
    visits.check(page)
    navigation.get_by_role("link", name="Roles").click()
    expect(page.get_by_role("heading", name="Roles")).to_be_visible()
    expect(navigation).to_be_hidden()


def test_a_session_that_ends_is_renewed_in_place_and_nothing_typed_is_lost(
    visits: Visits, people: People, page: Page
) -> None:
    page.context.clear_cookies()
    page.get_by_role("searchbox", name="Filter by name or description").type("writ")
    dialog = page.get_by_role("dialog", name="Sign in")
    expect(dialog).to_be_visible()
    visits.expect(page, 401)
    visits.check(page)
    dialog.get_by_label("Logon Name").fill(f"admin@{people.id}")
    dialog.get_by_label("Password").fill("wrong")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog.get_by_text("The name or the password is wrong.")).to_be_visible()
    visits.expect(page, 403)
    dialog.get_by_label("Password").fill(PASSWORD.reveal())
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="writer")).to_have_count(1)
    expect(page.get_by_role("row").filter(has_text="reader")).to_have_count(0)
    page.get_by_role("button", name="Language and theme").click()
    page.get_by_role("button", name="Light").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_a_form_sent_after_a_long_silence_waits_for_somebody_to_sign_in(
    visits: Visits, people: People
) -> None:
    page = visits.open(people.server.console_url, signed_in=people.storage("admin"))
    page.clock.install()
    page.goto("/roles")
    page.clock.fast_forward("40:00")
    page.context.clear_cookies()
    page.get_by_role("button", name="Language and theme").click()
    page.get_by_role("button", name="Dark").click()
    dialog = page.get_by_role("dialog", name="Sign in")
    dialog.get_by_label("Logon Name").fill(f"admin@{people.id}")
    dialog.get_by_label("Password").fill(PASSWORD.reveal())
    dialog.get_by_role("button", name="Sign in").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    visits.expect(page, 401)


def test_a_draft_outlives_the_page_until_it_is_saved(page: Page) -> None:
    page.goto("/create-group")
    page.get_by_label("Notes").fill("typed for long")
    page.goto("/roles")
    page.goto("/create-group")
    expect(page.get_by_text("Your unsaved draft is back.")).to_be_visible()
    expect(page.get_by_label("Notes")).to_have_value("typed for long")
    page.get_by_label("Group Name").fill("drafted")
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("heading", name="drafted")).to_be_visible()
    page.goto("/create-group")
    expect(page.get_by_label("Notes")).to_have_value("")


def test_a_session_about_to_end_says_so(page: Page) -> None:
    banner = page.get_by_text("Your session ends in a few minutes.")
    expect(banner).to_be_hidden()
    page.evaluate("document.body.dataset.expires = String(Number(document.body.dataset.now) + 240)")
    expect(banner).to_be_visible()


def test_signing_out_leaves_nothing_to_go_back_to(page: Page) -> None:
    page.get_by_role("button", name="admin").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_text("reader")).to_have_count(0)


def test_somebody_signs_in_chooses_and_signs_out_without_scripts(visits: Visits, people: People) -> None:
    page = visits.open(people.server.console_url, scripts=False)
    page.goto("/roles")
    page.get_by_label("Logon Name").fill(f"admin@{people.id}")
    page.get_by_label("Password").fill(PASSWORD.reveal())
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Roles")).to_be_visible()
    page.get_by_role("searchbox", name="Filter by name or description").fill("writ")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("row").filter(has_text="reader")).to_have_count(0)
    page.get_by_role("button", name="Language and theme").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="admin").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_two_clicks_on_a_button_send_a_form_once(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Language and theme").click()
    page.get_by_role("button", name="Dark").dblclick()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert len(sent) == 1
