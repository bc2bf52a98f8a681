"""Signing in, My account and Settings in a real browser, and what attackers get from them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from daypass.authn import lockout
from daypass.directory import totp
from daypass.directory.settings import SecurityPreference
from daypass.host.setup import make_setup_link
from daypass.main import clock
from daypass.testing import Server
from tests.console.looks import LOOKS, NARROW_CHINESE, ZOOMED, Look
from tests.console.pages import Visits
from tests.console.people import PASSWORD, READER, People
from tests.console.test_sign_in_steps import give_device, next_code
from tests.world import allow, document

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.console

NEW = "Another-horse-9"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.fixture
def people(server: Server) -> People:
    people = People(server)
    with people.database.write() as txn:
        txn.sign_in_attempts.forget(lockout.address_subject("127.0.0.1"))
    return people


def come(visits: Visits, people: People, name: str = "alice", look: Look = LOOKS[0]) -> Page:
    """Open the console and sign in with name and password."""
    page = visits.open(people.server.console_url, look=look)
    page.goto("/")
    enter(page, people, name)
    return page


def enter(page: Page, people: People, name: str) -> None:
    chinese = page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_label("登录名称" if chinese else "Logon Name").fill(f"{name}@{people.id}")
    page.get_by_label("密码" if chinese else "Password", exact=False).first.fill(PASSWORD.reveal())
    page.get_by_role("button", name="登录" if chinese else "Sign in").click()


def said(page: Page) -> str:
    return page.get_by_role("alert").inner_text()


def test_a_code_is_asked_for_and_the_page_that_was_wanted_comes(visits: Visits, people: People) -> None:
    people.user("alice", READER)
    seed = give_device(people)
    page = visits.open(people.server.console_url)
    page.goto("/roles")
    enter(page, people, "alice")
    visits.expect(page, 403)
    page.get_by_label("MFA Code").fill("000000")
    page.get_by_role("button", name="Verify").click()
    assert "The code is wrong" in said(page)
    visits.check(page)
    page.get_by_label("MFA Code").fill(next_code(seed))
    page.get_by_role("button", name="Verify").click()
    page.get_by_role("heading", name="Roles").wait_for()


def test_a_device_is_bound_under_my_account_by_what_the_page_shows(visits: Visits, people: People) -> None:
    people.user("alice")
    page = come(visits, people)
    page.goto("/account")
    page.get_by_role("link", name="Bind MFA Device").click()
    page.get_by_role("button", name="Show the QR code").click()
    page.get_by_role("img", name="QR code of the MFA device").wait_for()
    visits.check(page)
    page.get_by_role("button", name="Reveal").click()
    seed = _base32(page.get_by_label("Key", exact=True).input_value())
    step = clock() // totp.STEP_SECONDS
    page.get_by_label("First Code").fill(totp.code_at(seed, step - 1))
    page.get_by_label("Second Code").fill(totp.code_at(seed, step))
    page.get_by_role("button", name="OK").click()
    page.get_by_text("The MFA device is bound.").wait_for()
    page.go_back()
    page.get_by_role("heading", name="My account").wait_for()
    assert page.get_by_role("img", name="QR code of the MFA device").count() == 0


def _base32(text: str) -> bytes:
    return base64.b32decode(text)


def test_a_setup_link_is_used_up_by_the_form_and_not_by_looking(visits: Visits, people: People) -> None:
    link = f"/setup?link={make_setup_link(people.database, people.id).reveal()}"
    page = visits.open(people.server.console_url)
    page.goto(link)
    page.reload()
    visits.check(page)
    page.get_by_label("Password", exact=False).first.fill(NEW)
    page.get_by_label("Repeat Password").fill(NEW)
    page.get_by_role("button", name="Create administrator and sign in").click()
    page.get_by_role("button", name="admin").wait_for()
    thief = visits.open(people.server.console_url)
    visits.expect(thief, 410)
    thief.goto(link)
    assert "This link was used already." in said(thief)
    visits.check(thief)


def test_a_cookie_that_was_stolen_is_worth_nothing_after_sign_out(visits: Visits, people: People) -> None:
    people.user("alice", READER)
    page = come(visits, people)
    page.get_by_role("button", name="alice").wait_for()
    stolen = page.context.cookies()
    thief = visits.open(people.server.console_url)
    thief.context.add_cookies(stolen)  # type: ignore[arg-type] # what one context gives another takes
    thief.goto("/roles")
    thief.get_by_role("heading", name="Roles").wait_for()
    page.get_by_role("button", name="alice").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    thief.goto("/roles")
    thief.get_by_role("heading", name="Sign in").wait_for()
    assert "/sign-in" in thief.url


def test_a_cookie_that_was_stolen_is_worth_nothing_after_signing_out_everywhere(
    visits: Visits, people: People
) -> None:
    people.user("alice", READER)
    page = come(visits, people)
    page.get_by_role("button", name="alice").wait_for()
    thief = visits.open(people.server.console_url)
    thief.context.add_cookies(page.context.cookies())  # type: ignore[arg-type] # as above
    page.goto("/account")
    page.get_by_role("button", name="Sign out everywhere").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    thief.goto("/account")
    thief.get_by_role("heading", name="Sign in").wait_for()


def test_whoever_guesses_waits_and_is_told_so(visits: Visits, people: People) -> None:
    people.user("alice")
    page = visits.open(people.server.console_url)
    page.goto("/sign-in")
    visits.expect(page, 403, 429)
    for _ in range(lockout.FREE_FOR_A_NAME + 1):
        page.get_by_label("Logon Name").fill(f"alice@{people.id}")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("The name or the password is wrong.").wait_for()
    enter(page, people, "alice")
    assert re.search(r"Try again in \d+ seconds", said(page))


@pytest.mark.parametrize("action", ["/account/sessions/end-all", "/settings?tab=security", "/sign-out"])
def test_a_form_of_another_origin_does_nothing(visits: Visits, people: People, action: str) -> None:
    people.user("admin", document(allow("*")))
    page = come(visits, people, "admin")
    page.get_by_role("button", name="admin").wait_for()
    forger = visits.open(people.server.console_url)
    forger.context.add_cookies(page.context.cookies())  # type: ignore[arg-type] # as above
    evil = people.server.console_url.replace("127.0.0.1", "localhost")
    forger.goto("/sign-in")
    token = page.locator("input[name='form_token']").first.get_attribute("value")
    answer = page.request.post(
        f"{people.server.console_url}{action}",
        form={"LoginSessionDuration": "1", "form_token": token or "", "form_once": "0" * 32},
        headers={"Origin": evil, "Sec-Fetch-Site": "same-site"},
    )
    assert answer.status == 403
    page.goto("/account")
    page.get_by_role("heading", name="My account").wait_for()
    with people.database.read() as txn:
        assert txn.settings.get(people.id, SecurityPreference).login_session_duration == 6


def test_a_page_whose_session_has_ended_signs_in_again_with_a_code(visits: Visits, people: People) -> None:
    people.user("admin", document(allow("*")))
    page = come(visits, people, "admin")
    page.get_by_role("button", name="admin").wait_for()
    page.goto("/settings")
    page.get_by_label("Logon Session Duration").fill("9")
    seed = give_device(people, "admin")
    with people.database.write() as txn:
        txn.console_sessions.end_all(people.id, txn.users.get(people.id, "admin").id)
    visits.expect(page, 401)
    page.get_by_role("button", name="OK").click()
    page.get_by_role("main").get_by_role("link", name="Sign in again").click()
    enter(page, people, "admin")
    page.get_by_label("MFA Code").fill(next_code(seed))
    page.get_by_role("button", name="Verify").click()
    page.get_by_role("heading", name="Settings").wait_for()


def test_own_sessions_settings_and_password_work_without_scripts(visits: Visits, people: People) -> None:
    people.user("admin", document(allow("*")))
    page = visits.open(people.server.console_url, scripts=False)
    page.goto("/settings?tab=password")
    enter(page, people, "admin")
    page.get_by_label("Minimum Length").fill("10")
    page.get_by_role("button", name="OK").click()
    page.get_by_text("The settings were changed.").wait_for()
    page.goto("/account/password")
    page.get_by_label("Old Password").fill(PASSWORD.reveal())
    page.get_by_label("New Password", exact=False).first.fill(NEW)
    page.get_by_label("Repeat New Password").fill(NEW)
    page.get_by_role("button", name="OK").click()
    page.get_by_text("The password was changed.").wait_for()
    page.get_by_role("button", name="End session").click()
    page.get_by_role("heading", name="Sign in").wait_for()


PLACES = (
    "/account",
    "/account/password",
    "/account/mfa",
    "/account/access-keys/create",
    "/settings",
    "/settings?tab=password",
    "/settings?tab=mfa",
    "/settings?tab=network",
    "/settings?tab=name",
)


@pytest.mark.parametrize("look", [*LOOKS, ZOOMED], ids=lambda look: look.name)
def test_the_pages_keep_the_rules_of_accessibility_however_they_are_looked_at(
    visits: Visits, people: People, look: Look
) -> None:
    people.user("admin", document(allow("*")))
    people.user("nobody")
    page = visits.open(people.server.console_url, look=look)
    for place in ("/sign-in", "/sign-in/root", "/setup"):
        page.goto(place)
        visits.check(page)
    page.goto("/sign-in")
    enter(page, people, "admin")
    for place in PLACES:
        page.goto(place)
        visits.check(page)
    denied = come(visits, people, "nobody", look)
    for place in ("/account", "/settings"):
        denied.goto(place)
        visits.check(denied)
    assert NARROW_CHINESE in LOOKS
