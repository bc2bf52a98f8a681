"""The rules of accessibility, by axe-core, in a world of its own that the page's policy does not rule."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

SOURCE: Final = Path(__file__).with_name("node") / "node_modules" / "axe-core" / "axe.min.js"
RUN: Final = "axe.run(document, {resultTypes: ['violations', 'incomplete']})"


@functools.cache
def source() -> str:
    """Return the library's text."""
    if not SOURCE.is_file():
        pytest.exit("axe-core is missing: make test-console installs it", returncode=1)
    return SOURCE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Return what the page as it stands breaks, each rule with the elements that do."""
    session = page.context.new_cdp_session(page)
    try:
        frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})
        context = world["executionContextId"]
        _evaluate(session.send, context, source() + "\n;0")
        found = _evaluate(session.send, context, RUN)
    finally:
        session.detach()
    return [f"{rule['id']} ({rule['impact']}): {_elements(rule)}" for rule in found["violations"]]


def _evaluate(send: Any, context: int, expression: str) -> Any:
    answer = send(
        "Runtime.evaluate",
        {"expression": expression, "contextId": context, "awaitPromise": True, "returnByValue": True},
    )
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"].get("value")


def _elements(rule: dict[str, Any]) -> str:
    return "; ".join(f"{node['target']} {node['html'][:120]}" for node in rule["nodes"])
