"""Pages of the browser, each with its own cookies, all of them watched."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tests.console import axe
from tests.console.looks import WIDE, Look
from tests.console.watch import Watch

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE: Final = 15_000
"""Milliseconds until a test gives an element up; nothing takes that long when things are right."""


class Visits:
    """Opens pages for one test, and knows afterwards what went wrong on them.

    Args:
        browser: that runs.
        name: of the test, for its pictures.
        pictures: the folder they go to.
    """

    def __init__(self, browser: Browser, name: str, pictures: Path) -> None:
        self._browser: Final = browser
        self._name: Final = re.sub(r"[^\w.-]+", "-", name).strip("-")
        self._folder: Final = pictures
        self._contexts: Final[list[BrowserContext]] = []
        self._watches: Final[dict[BrowserContext, Watch]] = {}
        self._taken = 0

    def open(
        self,
        origin: str,
        *,
        look: Look = WIDE,
        signed_in: Any = None,
        scripts: bool = True,
    ) -> Page:
        """Open an empty page of a person that nobody else's cookies belong to.

        Args:
            origin: of the console; paths are relative to it.
            look: size, theme, language.
            signed_in: the cookies of a persona, as :meth:`Personas.cookies` gives them.
            scripts: whether the browser runs any.
        """
        context = self._browser.new_context(
            base_url=origin,
            storage_state=signed_in,
            java_script_enabled=scripts,
            **look.settings(),
        )
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        watch = self._watches[context] = Watch(context, origin)
        page = context.new_page()
        watch.follow(page)
        return page

    def watch(self, page: Page) -> Watch:
        """Return what watches a page."""
        return self._watches[page.context]

    def expect(self, page: Page, *statuses: int) -> None:
        """Let responses to this page fail with these statuses; each of them then has to be seen."""
        self.watch(page).expect(*statuses)

    def picture(self, page: Page, what: str = "") -> Path:
        """Keep a picture of the whole page."""
        self._taken += 1
        parts = (self._name, str(self._taken), re.sub(r"[^\w.-]+", "-", what).strip("-"))
        path = self._folder / f"{'-'.join(filter(None, parts))}.png"
        page.screenshot(path=path, full_page=True)
        return path

    def check(self, page: Page) -> None:
        """Hold the page as it stands to the rules of accessibility, and to its own width."""
        found = axe.violations(page)
        assert not found, "\n".join(found)
        over = page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{page.url} is {over} pixels wider than the window"

    def faults(self) -> list[str]:
        """Return what went wrong on any page."""
        return [fault for watch in self._watches.values() for fault in watch.faults()]

    def close(self, *, failed: bool) -> None:
        """Close the pages; take a picture of each that a failed test leaves."""
        for context in self._contexts:
            for page in context.pages if failed else ():
                self.picture(page, "failed")
            context.close()
