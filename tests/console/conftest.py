"""One browser a run, one server a module, new cookies a test; every page watched."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.console import scenarios
from tests.console.scenarios import Scenarios

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from playwright.sync_api import Browser
    from pluggy import Result

    from tests.console.pages import Visits
    from tests.console.personas import Personas
    from tests.console.running import Console

FOLDER: Final = Path(__file__).parent
SCENARIOS: Final = pytest.StashKey[Scenarios]()
FAILED: Final = pytest.StashKey[bool]()
PASSED: Final = pytest.StashKey[bool]()
DRIVES_A_BROWSER: Final = "browser"
"""The fixture that every test of the marker ``console`` rests on."""


@pytest.fixture(scope="session")
def browser(pytestconfig: pytest.Config) -> Iterator[Browser]:
    """Chromium."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (`make test` does without)

    from tests.console.chromium import launch  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = launch(playwright)
        pytestconfig.stash[SCENARIOS].browser = f"Chromium {browser.version}"
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A server with its console, for the tests of a module."""
    from tests.console.running import console  # noqa: PLC0415

    with console(tmp_path_factory.mktemp("console")) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_fault_of_the_server(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test during which the console's server had something to complain of."""
    yield
    if "console" in request.fixturenames:
        said = request.getfixturevalue("console").said()
        assert not said, said


@pytest.fixture(scope="module")
def personas(console: Console, browser: Browser) -> Personas:
    """Whoever signs in to the module's console."""
    from tests.console.personas import Personas  # noqa: PLC0415

    return Personas(console, browser)


@pytest.fixture
def visits(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visits]:
    """Pages to open; the test fails on what none of them may do."""
    from tests.console.pages import Visits  # noqa: PLC0415

    visits = Visits(browser, _named(request.node.nodeid), request.config.stash[SCENARIOS].pictures)
    try:
        yield visits
        faults = visits.faults()
        assert not faults, "\n".join(faults)
    finally:
        visits.close(failed=request.node.stash.get(FAILED, False))


def _named(node_id: str) -> str:
    """Return a test's name for its pictures: its module's and its own."""
    return node_id.rpartition("/")[2].replace(".py::", "-").removeprefix("test_")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what drives a browser where there is nothing to drive one with, as in ``make test``."""
    if collection_path.suffix != ".py" or importlib.util.find_spec("playwright"):
        return None
    return "playwright" in collection_path.read_text(encoding="utf-8") or None


def pytest_configure(config: pytest.Config) -> None:
    """Start to count, with the folder that pictures are asked for in."""
    named = os.environ.get("DAYPASS_SCREENSHOTS")
    config.stash[SCENARIOS] = Scenarios(Path(named).absolute() if named else None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what drives the browser."""
    for item in items:
        if DRIVES_A_BROWSER in getattr(item, "fixturenames", ()):
            item.add_marker("console")
    asked_for = [Path(config.invocation_params.dir, arg) for arg in config.args]
    config.stash[SCENARIOS].whole = (
        asked_for == [FOLDER] and config.option.markexpr == "console" and not config.option.keyword
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Result[pytest.TestReport], None]:
    """Count the scenario once it has passed to its end; remember a failure for its picture."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        item.stash[FAILED] = True
    if report.when == "call":
        item.stash[PASSED] = report.passed
    if report.when == "teardown" and report.passed and item.get_closest_marker("console"):
        item.config.stash[SCENARIOS].passed += item.stash.get(PASSED, False)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a whole run with too few scenarios."""
    count = session.config.stash[SCENARIOS]
    if not session.exitstatus and count.shortfall(scenarios.floor()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Close with the browser's version and the number of scenarios, here and among the pictures."""
    count = config.stash[SCENARIOS]
    if not count.browser:
        return
    lines = [line for line in (count.shortfall(scenarios.floor()), count.line) if line]
    (count.pictures / "summary.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")
    for line in lines:
        terminalreporter.write_line(line)
