"""A hand on a page: finds things by label and role alone, and counts what it does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from daypass.console.language import chinese

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    Clickable = Literal["button", "link", "tab", "checkbox", "radio"]

MOST_TABS: Final = 150


class Hand:
    """Clicks and fills.

    Args:
        page: that it works on.
        language: of the page; names are given in English all the same.
        scripts: whether the browser runs any.

    Attributes:
        clicks: how many there were.
        fields: how many were filled in, a text that is pasted as one.
    """

    def __init__(self, page: Page, language: str = "en", *, scripts: bool = True) -> None:
        self.page: Final = page
        self.scripts: Final = scripts
        self._words: Final = chinese() if language == "zh" else {}
        self.clicks = 0
        self.fields = 0

    @property
    def steps(self) -> int:
        """Clicks and fields."""
        return self.clicks + self.fields

    def word(self, english: str) -> str:
        """Return a text of the console in the page's language."""
        return self._words.get(english, english)

    def go(self, name: str) -> None:
        """Follow a link of the navigation, which has to be unfolded on narrow screens."""
        fold = self.page.get_by_role("button", name=self._whole("Navigation"))
        if fold.is_visible():
            self.click(fold)
        inside = self.page.get_by_role("navigation", name=self.word("Navigation"))
        self.click(inside.get_by_role("link", name=self._whole(name)))

    def press(self, name: str, role: Clickable = "button") -> None:
        """Press what has this name, and no other on the page."""
        self.click(self.page.get_by_role(role, name=self._whole(name)))

    def follow(self, name: str) -> None:
        """Follow a link."""
        self.press(name, "link")

    def tick(self, name: str) -> None:
        """Tick a box whose name begins like this."""
        self.click(self.page.get_by_role("checkbox", name=re.compile(f"^{re.escape(self.word(name))} ")))

    def fill(self, label: str, text: str) -> None:
        """Fill a field in."""
        self.write(self.page.get_by_role("textbox", name=self._whole(label)), text)

    def click(self, what: Locator) -> None:
        """Click."""
        what.click()
        self.clicks += 1

    def write(self, what: Locator, text: str) -> None:
        """Put a text in the place of what is there."""
        what.fill(text)
        self.fields += 1

    def _whole(self, name: str) -> re.Pattern[str]:
        return re.compile(f"^{re.escape(self.word(name))}$")


class Keys(Hand):
    """A hand that has a keyboard only."""

    def click(self, what: Locator) -> None:
        """Go to it with Tab, and press the key for its kind."""
        self._reach(what)
        ticks = what.get_attribute("type") in {"checkbox", "radio"}
        self.page.keyboard.press("Space" if ticks else "Enter")
        self.clicks += 1

    def press(self, name: str, role: Clickable = "button") -> None:
        """Press what has this name; among tabs the arrows lead on from the chosen one."""
        what = self.page.get_by_role(role, name=self._whole(name))
        what.wait_for()
        if role == "tab" and what.get_attribute("tabindex") == "-1":
            self._reach(self.page.get_by_role("tab", selected=True))
            self.page.keyboard.press("ArrowRight")
        self.click(what)

    def write(self, what: Locator, text: str) -> None:
        """Go to it with Tab, and type."""
        self._reach(what)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(text)
        self.fields += 1

    def _reach(self, what: Locator) -> None:
        what.wait_for()
        for _ in range(MOST_TABS):
            if what.evaluate("element => element === document.activeElement"):
                return
            if self.page.evaluate("document.activeElement.closest('[data-policy-editor]') !== null"):
                self.page.keyboard.press("Escape")  # the editor says so: Tab indents there
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{what} cannot be reached with Tab")
