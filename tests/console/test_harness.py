"""What the browser tests are to catch, they do catch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.console import axe
from tests.console.looks import LOOKS, WIDE, ZOOMED, Look
from tests.console.pages import Visits
from tests.console.scenarios import Scenarios
from tests.console.suspects import site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser


pytestmark = pytest.mark.console


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with site() as origin:
        yield origin


@pytest.fixture
def suspects(browser: Browser, tmp_path: Path) -> Iterator[Visits]:
    """Pages whose faults are wanted."""
    visits = Visits(browser, "suspects", tmp_path)
    yield visits
    visits.close(failed=False)


def test_a_page_that_breaks_no_rule_passes(visits: Visits, origin: str) -> None:
    page = visits.open(origin)
    page.goto("/good")
    expect(page.get_by_text("Still nothing wrong.")).to_be_visible()
    visits.check(page)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("says-error", "console error: all is lost"),
        ("says-warning", "console warning: some is lost"),
        ("throws", "page error: thrown"),
        ("rejects", "page error: rejected"),
        ("inline-script", "forbidden by the page's policy"),
        ("inline-handler", "forbidden by the page's policy"),
        ("inline-style", "forbidden by the page's policy"),
        ("evaluates", "forbidden by the page's policy"),
        ("inner-html", "forbidden by the page's policy"),
        ("foreign-image", "forbidden by the page's policy"),
        ("foreign-image-allowed", "off-origin request: GET http://images.example/a.png"),
        ("missing-image", "status 404"),
        ("fetches-nothing", "status 404"),
        ("hangs-up", "request failed: GET"),
        ("no-policy", "weak policy, without default-src 'none'"),
        ("weak-policy", "weak policy, without script-src 'self'"),
        ("forbidden", "status 403"),
        ("broken", "status 500"),
        ("websocket", "websocket: ws://127.0.0.1"),
    ],
)
def test_a_fault_of_a_page_is_caught(suspects: Visits, origin: str, name: str, fault: str) -> None:
    page = suspects.open(origin)
    page.goto(f"/{name}", wait_until="networkidle")
    assert [line for line in suspects.faults() if line.startswith(fault)]


@pytest.mark.parametrize("name", ["inline-style", "foreign-image"])
def test_what_a_policy_forbids_is_caught_without_scripts_too(
    suspects: Visits, origin: str, name: str
) -> None:
    page = suspects.open(origin, scripts=False)
    page.goto(f"/{name}", wait_until="networkidle")
    assert [line for line in suspects.faults() if line.startswith("forbidden by the page's policy")]


def test_a_way_to_another_origin_is_caught(suspects: Visits, origin: str) -> None:
    page = suspects.open(origin)
    page.goto("/foreign-link")
    page.get_by_role("link", name="Elsewhere").click()
    page.wait_for_url("**/good")
    assert [line for line in suspects.faults() if line.startswith("off-origin request: GET http://localhost")]


def test_a_failure_that_is_expected_is_none(visits: Visits, origin: str) -> None:
    page = visits.open(origin)
    visits.expect(page, 403, 404)
    page.goto("/forbidden")
    page.goto("/missing-image", wait_until="networkidle")


def test_a_failure_that_is_expected_has_to_come(suspects: Visits, origin: str) -> None:
    page = suspects.open(origin)
    suspects.expect(page, 403)
    page.goto("/good")
    assert suspects.faults() == ["no response had the expected status 403"]


@pytest.mark.parametrize(
    ("name", "rule"), [("nameless-button", "button-name (critical)"), ("pale", "color-contrast (serious)")]
)
def test_an_inaccessible_page_is_caught(suspects: Visits, origin: str, name: str, rule: str) -> None:
    page = suspects.open(origin)
    page.goto(f"/{name}")
    assert [found for found in axe.violations(page) if found.startswith(rule)]
    with pytest.raises(AssertionError):
        suspects.check(page)


def test_a_page_wider_than_its_window_is_caught(suspects: Visits, origin: str) -> None:
    page = suspects.open(origin)
    page.goto("/wide")
    with pytest.raises(AssertionError, match="pixels wider than the window"):
        suspects.check(page)


@pytest.mark.parametrize("look", [*LOOKS, ZOOMED], ids=lambda look: look.name)
def test_a_look_reaches_the_page(visits: Visits, origin: str, look: Look) -> None:
    page = visits.open(origin, look=look)
    page.goto("/good")
    assert page.evaluate("innerWidth") == look.width // look.zoom
    assert page.evaluate("navigator.language") == look.language
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is (look.theme == "dark")
    assert visits.picture(page, look.name).stat().st_size > 1000


def test_cookies_of_one_visit_are_not_those_of_another(visits: Visits, origin: str) -> None:
    for _ in range(2):
        page = visits.open(origin, look=WIDE)
        page.goto("/good")
        assert page.evaluate("document.cookie") == ""
        page.evaluate("document.cookie = 'mine=1'")


def test_a_whole_run_with_too_few_scenarios_falls_short(tmp_path: Path) -> None:
    run = Scenarios(tmp_path, passed=3, browser="Chromium 1", whole=True)
    assert run.line == f"Chromium 1: 3 scenarios passed; screenshots in {tmp_path}"
    assert run.shortfall(3) == ""
    assert run.shortfall(4).startswith("3 scenarios passed, fewer than the 4 ")


def test_a_part_of_the_scenarios_does_not_fall_short(tmp_path: Path) -> None:
    assert Scenarios(tmp_path, passed=3, browser="Chromium 1").shortfall(4) == ""
