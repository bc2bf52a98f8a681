"""Users, groups and AccessKeys in a browser: secrets, snippets, double clicks, the ways back."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Download, Page, expect

from daypass.client import Client, Credentials
from daypass.secret import Secret
from daypass.testing import Server
from tests.console.looks import LOOKS, WIDE, Look
from tests.console.pages import Visits
from tests.console.people import HERE, PASSWORD, People
from tests.world import allow, document

pytestmark = pytest.mark.console

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{7*7}}\u202e"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.fixture
def people(server: Server) -> People:
    people = People(server)
    people.user("admin", document(allow("*")))
    ask(people, "CreateUser", UserName="alice", Comments=HOSTILE)
    ask(people, "CreateUser", UserName="bob")
    ask(people, "CreateGroup", GroupName="devs", Comments=HOSTILE)
    return people


def ask(people: People, action: str, **parameters: str) -> dict[str, Any]:
    """Call an operation of RAM as the account, past the console."""
    return Client(people.server.url, people.world.account.root).call("2015-05-01", action, parameters).json()


def signed_in(visits: Visits, people: People, look: Look = WIDE, *, scripts: bool = True) -> Page:
    page = visits.open(people.server.console_url, look=look, scripts=scripts)
    page.goto("/sign-in")
    page.locator("input[name='name']").first.fill(f"admin@{people.id}")
    page.locator("input[name='password']").first.fill(PASSWORD.reveal())
    page.locator("input[name='password']").first.press("Enter")
    page.wait_for_url(re.compile(r"/$"))
    return page


@pytest.fixture
def page(visits: Visits, people: People) -> Page:
    return signed_in(visits, people)


def create_key(page: Page, name: str = "alice") -> None:
    page.goto(f"/users/{name}")
    page.get_by_role("link", name="Create AccessKey").click()
    page.get_by_role("button", name="Create AccessKey").click()
    expect(page.get_by_role("heading", name="AccessKey created")).to_be_visible()


def secret_on(page: Page, label: str = "AccessKey Secret") -> str:
    return page.get_by_label(label, exact=True).input_value()


def keys(people: People, name: str) -> list[str]:
    found = ask(people, "ListAccessKeys", UserName=name)["AccessKeys"]["AccessKey"]
    return [each["AccessKeyId"] for each in found]


def saved(download: Download) -> str:
    return Path(download.path()).read_bytes().decode()


def test_a_secret_is_masked_until_it_is_revealed_and_can_be_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    create_key(page)
    field = page.get_by_label("AccessKey Secret", exact=True)
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name="Reveal").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Copy", exact=True).last.click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret_on(page)


def test_what_is_downloaded_signs_calls_as_it_is(people: People, page: Page, tmp_path: Path) -> None:
    create_key(page)
    files = {}
    for name in ("Download CSV", "Download .env", "Download CLI profile"):
        with page.expect_download() as started:
            page.get_by_role("button", name=name).click()
        files[started.value.suggested_filename] = saved(started.value)
    assert set(files) == {"alice.csv", "alice.env", "alice.json"}
    ((row),) = csv.DictReader(files["alice.csv"].splitlines())
    assert row == {"AccessKey ID": keys(people, "alice")[0], "AccessKey Secret": secret_on(page)}
    for home, text in ((tmp_path / "env", files["alice.env"]), (tmp_path / "profile", "")):
        (home / ".aliyun").mkdir(parents=True)
        environment = {"HOME": str(home), "PATH": os.environ["PATH"], "DAYPASS_ENDPOINT": people.server.url}
        environment |= dict(line.split("=", 1) for line in text.splitlines())
        if not text:
            (home / ".aliyun" / "config.json").write_text(files["alice.json"], encoding="utf-8")
        words = [str(Path(sys.executable).with_name("daypass")), "sts", "GetCallerIdentity"]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["Arn"] == f"acs:ram::{people.id}:user/alice"


def test_reload_and_back_show_no_secret_and_create_nothing(people: People, page: Page) -> None:
    create_key(page)
    secret = secret_on(page)
    assert page.url.endswith("/users/alice")
    page.reload()
    expect(page.get_by_role("heading", name="alice")).to_be_visible()
    assert secret not in page.content()
    page.goto("/users")
    page.go_back()
    expect(page.get_by_role("heading", name="alice")).to_be_visible()
    assert secret not in page.content()
    page.go_back()
    assert secret not in page.content()
    assert len(keys(people, "alice")) == 1


def test_a_page_that_is_left_keeps_no_secret_for_whoever_comes_back(page: Page) -> None:
    create_key(page)
    secret = secret_on(page)
    page.get_by_role("link", name="Groups").first.click()
    page.wait_for_url("**/groups")
    page.go_back()
    expect(page.get_by_role("heading", name="alice")).to_be_visible()
    assert secret not in page.content()


def test_closing_asks_whether_the_secret_was_saved_unless_it_was(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    create_key(page)
    page.get_by_role("link", name="Close", exact=True).click()
    question = page.get_by_role("dialog", name="Have you saved it?")
    expect(question).to_be_visible()
    question.get_by_role("button", name="Back to the page").click()
    expect(question).to_be_hidden()
    assert secret_on(page)
    page.get_by_role("button", name="Copy", exact=True).last.click()
    page.get_by_role("link", name="Close", exact=True).click()
    expect(page.get_by_role("heading", name="alice")).to_be_visible()
    expect(page.get_by_role("link", name="Disable")).to_be_visible()


def test_the_secret_is_in_no_log_and_in_no_later_answer(
    people: People, page: Page, capfd: pytest.CaptureFixture[str]
) -> None:
    answers: list[Any] = []
    page.goto("/create-user")
    page.get_by_label("Logon Name").fill("carol")
    page.get_by_label("Console Access").check()
    page.get_by_label("AccessKey", exact=True).check()
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("heading", name="Users created")).to_be_visible()
    secrets = [secret_on(page), secret_on(page, "Password")]
    page.context.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 (Playwright takes no other)
    for path in ("/users", "/users/carol", "/users/carol?tab=permissions", "/users/carol/delete", "/"):
        page.goto(path)
        assert not [secret for secret in secrets if secret in page.content()]
    assert answers
    people.run(people.server.runtime.every_second())
    said = "".join(capfd.readouterr())
    files = [path.read_bytes() for path in people.server.settings.data.rglob("*") if path.is_file()]
    for secret in secrets:
        assert secret not in said
        assert not [content for content in files if secret.encode() in content]


def test_a_button_that_is_pressed_twice_creates_one_user(people: People, page: Page) -> None:
    page.goto("/create-user")
    page.get_by_label("Logon Name").fill("carol")
    page.get_by_label("AccessKey", exact=True).check()
    page.get_by_role("button", name="OK").dblclick()
    expect(page.get_by_role("heading", name="Users created")).to_be_visible()
    assert len(keys(people, "carol")) == 1


def test_the_enter_key_creates_the_user_and_adds_no_row(page: Page) -> None:
    page.goto("/create-user")
    page.get_by_label("Logon Name").fill("carol")
    page.get_by_label("Logon Name").press("Enter")
    expect(page.get_by_role("heading", name="carol")).to_be_visible()


def test_several_users_get_a_password_each_and_log_on_with_it(
    people: People, page: Page, visits: Visits
) -> None:
    page.goto("/create-user")
    page.get_by_label("Logon Name").fill("carol")
    page.get_by_role("button", name="Add User").click()
    page.get_by_label("Logon Name (2)").fill("dave")
    page.get_by_label("Console Access").check()
    page.get_by_label("Password Reset").uncheck()
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("heading", name="Users created")).to_be_visible()
    visits.check(page)
    with page.expect_download() as started:
        page.get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(saved(started.value).splitlines()))
    assert [row["User logon name"].partition("@")[0] for row in rows] == ["carol", "dave"]
    for row in rows:
        begun = people.run(people.door.sign_in(row["User logon name"], Secret(row["Password"]), HERE))
        assert begun.awaits == ""


def test_the_snippets_follow_the_form_and_do_the_same(people: People, page: Page) -> None:
    page.goto("/create-user")
    page.get_by_text("The same with").click()
    page.get_by_label("Logon Name").fill("carol")
    page.get_by_label("Notes").fill(HOSTILE)
    page.get_by_label("AccessKey", exact=True).check()
    panel = page.get_by_role("tabpanel", name="Command Line")
    expect(panel).to_contain_text("CreateAccessKey UserName=carol")
    command = panel.locator("code").inner_text()
    tab = page.get_by_role("tab", name="Command Line")
    tab.focus()
    tab.press("ArrowRight")
    program = page.get_by_role("tabpanel", name="Python SDK").locator("code").inner_text()
    assert "ram_models.CreateUserRequest" in program
    page.get_by_role("tab", name="Terraform").click()
    terraform = page.get_by_role("tabpanel", name="Terraform")
    expect(terraform).to_contain_text('resource "alicloud_ram_user" "carol"')
    page.get_by_label("Logon Name").fill("carolx")
    expect(terraform).to_contain_text('"carolx"')
    environment = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": people.world.account.root.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": people.world.account.root.access_key_secret.reveal(),
        "DAYPASS_ENDPOINT": people.server.url,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    subprocess.run(["sh", "-euc", command], env=environment, check=True, capture_output=True)
    assert ask(people, "GetUser", UserName="carol")["User"]["Comments"] == HOSTILE
    other = program.replace('"carol"', '"dave"')
    subprocess.run([sys.executable, "-c", other], env=environment, check=True, capture_output=True)
    assert ask(people, "GetUser", UserName="dave")["User"]["Comments"] == HOSTILE
    assert len(keys(people, "carol")) == len(keys(people, "dave")) == 1


def test_what_is_typed_as_a_password_is_not_sent_for_the_snippets(page: Page) -> None:
    sent: list[str] = []
    page.context.on("request", lambda request: sent.append(request.post_data or ""))
    page.goto("/create-user")
    page.get_by_label("Logon Name").fill("carol")
    page.get_by_label("Console Access").check()
    page.get_by_label("Custom").check()
    page.get_by_label("Password", exact=True).fill("typed-Pa55word")
    page.get_by_text("The same with").click()
    page.get_by_label("Notes").fill("notes")
    expect(page.get_by_role("tabpanel", name="Command Line")).to_contain_text("Comments=notes")
    assert [body for body in sent if "UserName.1=carol" in body]
    assert not [body for body in sent if "typed-Pa55word" in body]


def test_users_chosen_in_the_list_are_put_into_a_group_and_taken_out(people: People, page: Page) -> None:
    page.goto("/users")
    for name in ("alice", "bob"):
        page.get_by_label(f"Choose {name}").check()
    page.get_by_role("button", name="Add to Group").click()
    expect(page.get_by_label("alice", exact=True)).to_be_checked()
    page.get_by_label("devs", exact=True).check()
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_text("The users are in the groups now.")).to_be_visible()
    page.get_by_label("Choose bob").check()
    page.get_by_role("button", name="Remove from Group").click()
    page.get_by_role("button", name="Remove from Group").click()
    expect(page.get_by_text("Removed from the group.")).to_be_visible()
    members = ask(people, "ListUsersForGroup", GroupName="devs")["Users"]["User"]
    assert [each["UserName"] for each in members] == ["alice"]


def test_the_list_follows_what_is_looked_for(page: Page) -> None:
    page.goto("/users")
    page.get_by_role("searchbox", name="Filter by logon name").fill("ali")
    expect(page.get_by_role("link", name="bob")).to_be_hidden()
    expect(page.get_by_role("link", name="alice")).to_be_visible()
    assert page.url.endswith("q=ali")


def test_a_user_is_deleted_once_its_name_is_typed(people: People, page: Page, visits: Visits) -> None:
    visits.expect(page, 400)
    create_key(page, "bob")
    page.goto("/users/bob")
    page.get_by_role("link", name="Delete", exact=True).click()
    page.get_by_label("Logon Name").fill("alice")
    page.get_by_role("button", name="Delete User").click()
    expect(page.get_by_text("This is not the user's name.")).to_be_visible()
    page.get_by_label("Logon Name").fill("bob")
    page.get_by_role("button", name="Delete User").click()
    expect(page.get_by_text("The user was deleted.")).to_be_visible()
    assert "bob" not in [each["UserName"] for each in ask(people, "ListUsers")["Users"]["User"]]


def test_without_scripts_an_accesskey_is_created_and_its_secret_readable(
    people: People, visits: Visits
) -> None:
    page = signed_in(visits, people, scripts=False)
    page.goto("/users/alice/access-keys/create")
    page.get_by_role("button", name="Create AccessKey").click()
    secret = page.locator("noscript code").inner_text()
    caller = Client(people.server.url, Credentials(keys(people, "alice")[0], Secret(secret)))
    assert caller.call("2015-04-01", "GetCallerIdentity").json()["Arn"].endswith("user/alice")
    page.reload()
    expect(page.get_by_text("its secret cannot be shown again")).to_be_visible()
    assert len(keys(people, "alice")) == 1


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_pages_keep_the_rules_however_they_are_looked_at(visits: Visits, people: People, look: Look) -> None:
    for name in ("alice", "bob"):
        ask(people, "AddUserToGroup", UserName=name, GroupName="devs")
    page = signed_in(visits, people, look)
    for path in (
        "/users",
        "/users/alice",
        "/users/alice?tab=groups",
        "/users/alice/delete",
        "/users/alice/console-logon",
        "/groups/devs",
        "/add-to-group?group=devs",
    ):
        page.goto(path)
        assert "alert(" not in (page.title() or "")
        visits.check(page)
        visits.picture(page, path)
    page.goto("/create-user")
    page.locator("input[name='UserName.1']").fill("carol")
    page.locator("input[name='logon']").check()
    page.locator("input[name='key']").check()
    page.locator("summary").click()
    visits.check(page)
    visits.picture(page, "filled")
    page.locator("main .button.primary").click()
    page.locator("[data-once]").wait_for()
    visits.check(page)
    visits.picture(page, "shown once")
