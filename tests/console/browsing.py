"""A browser without scripts, for tests of pages: cookies, forms and links, over a real connection."""

from __future__ import annotations

import html
import json
import re
import ssl
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final, Protocol

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OURS: Final = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
"""What browsers say of a form of a page of the same origin."""
_VOID: Final = {"input", "meta", "link", "img", "br", "hr"}


class Reached(Protocol):
    """A server's console, as somebody reaches it."""

    @property
    def console_url(self) -> str: ...

    @property
    def ca_file(self) -> Path | None: ...


class Form:
    """A form of a page.

    Attributes:
        action: where it is sent.
        label: its ``aria-label``.
        fields: what it would send if nothing was typed, but for its buttons.
        buttons: the texts of the buttons that send it, with their names and values.
    """

    def __init__(self, action: str, method: str, label: str) -> None:
        self.action: Final = action
        self.method: Final = method
        self.label: Final = label
        self.fields: Final[list[tuple[str, str]]] = []
        self.buttons: Final[dict[str, tuple[str, str]]] = {}


class Shown(HTMLParser):
    """A page that was answered.

    Attributes:
        response: as it came.
        text: what can be read on it.
        disabled: the texts of what is there and cannot be done.
        links: their texts and where they lead.
    """

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(convert_charrefs=True)
        self.response: Final = response
        self.forms: Final[list[Form]] = []
        self.links: Final[dict[str, str]] = {}
        self.disabled: Final[set[str]] = set()
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self._texts: Final[list[str]] = []
        self._select = ("", False)
        self.feed(response.text)
        self.text: Final = re.sub(r"\s+", " ", " ".join(self._texts)).strip()

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def title(self) -> str:
        found = re.search(r"<title>(.*?)</title>", self.response.text, re.DOTALL)
        return html.unescape(found[1]) if found else ""

    def form(self, action: str) -> Form:
        """Return the form that is sent there."""
        return next(form for form in self.forms if form.action == action)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(
                Form(has.get("action", ""), has.get("method", "get"), has.get("aria-label", ""))
            )
        elif self.forms and has.get("name"):
            self._take(tag, has)
        if tag == "option" and self._select[0] and ("selected" in has or not self._select[1]):
            self._choose(has["value"])
        if tag not in _VOID:
            self._open.append((tag, has, []))

    def _take(self, tag: str, has: dict[str, str]) -> None:
        kind = has.get("type", "")
        if tag == "input" and (kind not in {"radio", "checkbox"} or "checked" in has):
            self.forms[-1].fields.append((has["name"], has.get("value", "")))
        elif tag == "select":
            self._select = (has["name"], False)

    def _choose(self, value: str) -> None:
        name, chosen = self._select
        fields = self.forms[-1].fields
        if chosen:
            fields.pop()
        fields.append((name, value))
        self._select = (name, True)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, has, texts = self._open.pop()
            text = " ".join("".join(texts).split())
            if name == "a":
                self.links[text] = has.get("href", "")
            elif name == "button" and has.get("aria-disabled") == "true":
                self.disabled.add(text)
            elif name == "button" and self.forms and has.get("type") != "button":
                self.forms[-1].buttons[text] = (has.get("name", ""), has.get("value", ""))
            elif name == "textarea" and self.forms:
                self.forms[-1].fields.append((has["name"], "".join(texts).removeprefix("\n")))
            elif name == "select":
                self._select = ("", False)
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        self._texts.append(data)
        for _, _, texts in self._open:
            texts.append(data)


class Person:
    """Somebody with a browser.

    Args:
        server: with its console.
        language: that the browser asks for.
    """

    def __init__(self, server: Reached, language: str = "en") -> None:
        self.client: Final = httpx.Client(
            base_url=server.console_url,
            headers={"Accept-Language": language},
            verify=ssl.create_default_context(cafile=server.ca_file) if server.ca_file else True,
            follow_redirects=True,
            limits=httpx.Limits(max_keepalive_connections=0),  # nothing is left open
        )

    def get(self, path: str, **headers: str) -> Shown:
        """Open a page."""
        return Shown(self.client.get(path, headers=headers))

    def send(
        self,
        shown: Shown,
        action: str,
        values: Mapping[str, str] | None = None,
        *,
        button: str = "",
        to: str = "",
        headers: Mapping[str, str] = OURS,
    ) -> Shown:
        """Fill in a form of a page and send it.

        Args:
            shown: the page.
            action: where the form is sent.
            values: what is typed, by the fields' names.
            button: the text of the button that is pressed, if it matters.
            to: where that button sends it, if not where the form says.
            headers: that tell where the form comes from.
        """
        form = shown.form(action)
        fields = [field for field in form.fields if field[0] not in (values or {})]
        fields += list((values or {}).items())
        if button:
            fields.append(form.buttons[button])
        sent: dict[str, Any] = {}
        for name, value in fields:
            sent.setdefault(name, []).append(value)
        return Shown(self.client.post(to or action, data=sent, headers=dict(headers)))

    def sign_in(self, name: str, password: str) -> Shown:
        """Sign in as a RAM user."""
        return self.send(self.get("/sign-in"), "/sign-in", {"name": name, "password": password})

    def cookies(self) -> dict[str, str]:
        """Return the browser's cookies."""
        return dict(self.client.cookies.items())


def policy_text(text: str) -> Any:
    """Read a policy that a page shows."""
    return json.loads(text)
