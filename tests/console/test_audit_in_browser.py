"""Explain, Simulator and Audit as people use them, in a browser."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from daypass.audit.decisions import DecisionLog, DecisionRecord
from daypass.client import Client
from daypass.testing import Server
from tests.console.looks import LOOKS, WIDE, Look
from tests.console.people import People
from tests.world import allow, deny, document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.console.pages import Visits

pytestmark = pytest.mark.console

RAM = "2015-05-01"
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"


class Office:
    """An account with an administrator, and Alice, who is denied this and that."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.people = People(server)
        self.people.user("admin", document(allow("*")))
        self.alice = self.people.world.user("alice", document(allow("ram:*"), deny("ram:GetUser")))
        client = Client(server.url, self.alice)
        self.error: dict[str, Any] = client.call(RAM, "GetUser", {"UserName": "alice"}).json()
        client.call(RAM, "CreateGroup", {"GroupName": "readers", "Comments": "who read"})
        self.people.world.record_of(self.error["RequestId"])
        self._hostile()

    def _hostile(self) -> None:
        record = self.people.world.record_of(self.error["RequestId"])
        log = DecisionLog(self.server.settings.data / "decisions.jsonl")
        log.append(
            DecisionRecord(
                record["time"],
                "BBBBBBBB-0000-0000-0000-000000000001",
                "implicit deny",
                principal=f"acs:ram::{self.people.id}:assumed-role/r/{HOSTILE}",
                account=self.people.id,
                product="Iot",
                action="iot:Hostile",
                resource=f"acs:iot:*:{self.people.id}:product/{HOSTILE}",
                source_ip=HOSTILE,
                user_agent=HOSTILE,
            )
        )
        log.close()

    def enter(self, visits: Visits, look: Look = WIDE, *, scripts: bool = True) -> Page:
        """Sign the administrator in."""
        page = visits.open(self.server.console_url, look=look, scripts=scripts)
        cookie = self.people.cookie("admin")
        name = "daypass-on-plain-loopback"
        page.context.add_cookies(
            [{"name": name, "value": cookie, "url": self.server.console_url, "sameSite": "Strict"}]
        )
        return page


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with Server(console=True) as server:
        yield Office(server)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_the_pages_are_accessible_in_every_look(visits: Visits, office: Office, look: Look) -> None:
    page = office.enter(visits, look)
    for path in (
        "/audit",
        "/audit?action=NoSuchThing",
        f"/audit/{office.error['RequestId']}",
        f"/explain?request={office.error['RequestId']}",
        "/simulator",
        "/simulator?principal=alice&action=ram:GetUser+ram:ListUsers&resource=*",
        "/simulator?principal=alice&action=ram:GetUser",
        "/users/alice?tab=events",
    ):
        page.goto(path)
        visits.check(page)
        visits.picture(page, path)


def test_a_denied_request_is_one_click_from_why_and_one_from_trying_it_changed(
    visits: Visits, office: Office
) -> None:
    page = office.enter(visits)
    page.goto("/audit")
    page.get_by_role("row").filter(has_text="GetUser").get_by_role("link", name="Why?").click()
    expect(page.get_by_role("heading", name="A statement denies it.")).to_be_visible()
    expect(page.locator("mark").first).to_be_visible()
    page.get_by_role("link", name="Simulate with something changed").click()
    expect(page.get_by_role("heading", name="The request would be denied.")).to_be_visible()
    page.get_by_label("Action").fill("ram:ListUsers")
    expect(page.get_by_role("heading", name="The request would be allowed.")).to_be_visible()
    assert "action=ram%3AListUsers" in page.url


def test_an_error_is_pasted_and_explained_without_scripts(visits: Visits, office: Office) -> None:
    page = office.enter(visits, scripts=False)
    page.goto("/explain")
    page.get_by_label("Diagnostic message, error or request ID").fill(json.dumps(office.error))
    page.get_by_role("main").get_by_role("button", name="Explain").click()
    expect(page.get_by_text("A statement denies it. No other statement can allow it.")).to_be_visible()
    page.goto("/audit")
    page.get_by_label("Action").fill("CreateGroup")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("link", name="CreateGroup")).to_be_visible()
    expect(page.get_by_role("link", name="GetUser")).to_have_count(0)


def test_what_is_filtered_is_exported(visits: Visits, office: Office, tmp_path: Path) -> None:
    page = office.enter(visits)
    page.goto("/audit?who=alice&action=CreateGroup")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export JSON lines").click()
    assert download.value.suggested_filename == "events.jsonl"
    download.value.save_as(tmp_path / "events.jsonl")
    lines = (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["resourceName"] for line in lines] == ["readers"]
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_long_export_shows_how_far_it_is_and_can_be_cancelled(visits: Visits, office: Office) -> None:
    page = office.enter(visits)
    page.goto("/audit")
    page.evaluate(
        """() => {
          const real = window.fetch;
          window.fetch = async (address, settings) => {
            const answer = await real(address, settings);
            const lines = new TextEncoder().encode("{}\\n{}\\n{}\\n");
            const slow = new ReadableStream({
              start(controller) {
                controller.enqueue(lines);
                settings.signal.addEventListener("abort", () => controller.error(settings.signal.reason));
              },
            });
            return new Response(slow, { headers: answer.headers });
          };
        }"""
    )
    page.get_by_role("link", name="Export JSON lines").click()
    dialog = page.get_by_role("dialog", name="Reading events…")
    expect(dialog.get_by_text("Reading events… 3 events")).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)


def test_hostile_text_in_records_stays_text(visits: Visits, office: Office) -> None:
    page = office.enter(visits)
    for path in ("/audit?action=Hostile", "/audit/BBBBBBBB-0000-0000-0000-000000000001"):
        page.goto(path)
        expect(page.get_by_text("<img src=x onerror=").first).to_be_visible()
        assert "taken" not in page.title()


def test_the_simulator_is_used_by_keyboard_alone(visits: Visits, office: Office) -> None:
    page = office.enter(visits)
    page.goto("/simulator")
    page.get_by_label("Principal").focus()
    page.keyboard.type("alice")
    page.keyboard.press("Tab")
    page.keyboard.type("ram:GetUser")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The request would be denied.")).to_be_visible()
