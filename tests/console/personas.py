"""People who use the console: each signs in once a module, through the form."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import expect
from sqlalchemy import update

from daypass import main
from daypass.directory import scopes
from daypass.directory.schema import console_sessions
from tests.console.looks import WIDE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Browser, Page

    from tests.console.running import Console

RAM: Final = "2015-05-01"
PASSWORD: Final = "Correct-Horse-7-Battery"


@dataclass(frozen=True)
class Persona:
    """Somebody.

    Attributes:
        name: of the RAM user.
        policies: system policies of the user.
        expired: whether the session has ended meanwhile, without a word to the browser.
    """

    name: str
    policies: tuple[str, ...] = ()
    expired: bool = False


ADMINISTRATOR: Final = Persona("admin", ("AdministratorAccess",))
READER: Final = Persona("reader", ("ReadOnlyAccess",))
NOBODY: Final = Persona("nobody")
EXPIRED: Final = Persona("late", ("AdministratorAccess",), expired=True)
PERSONAS: Final = (ADMINISTRATOR, READER, NOBODY, EXPIRED)


class Personas:
    """The personas of one server, made when they are first asked for."""

    def __init__(self, console: Console, browser: Browser) -> None:
        self._console: Final = console
        self._browser: Final = browser
        self._cookies: Final[dict[Persona, Any]] = {}

    def cookies(self, persona: Persona) -> Any:
        """Return the browser's storage of somebody who is signed in."""
        if persona not in self._cookies:
            self.create(persona)
            self._cookies[persona] = self._sign_in(persona.name)
            if persona.expired:
                self._expire()
        return self._cookies[persona]

    def create(self, persona: Persona) -> None:
        """Make the user, with a password."""
        name = {"UserName": persona.name}
        self._call("CreateUser", name)
        self._call("CreateLoginProfile", {**name, "Password": PASSWORD, "PasswordResetRequired": "false"})
        for policy in persona.policies:
            self._call("AttachPolicyToUser", {**name, "PolicyType": "System", "PolicyName": policy})

    def _call(self, action: str, parameters: Mapping[str, str]) -> None:
        answer = self._console.client().call(RAM, action, parameters)
        assert answer.status == 200, answer.text

    def _sign_in(self, name: str) -> Any:
        with self._browser.new_context(base_url=self._console.origin, locale=WIDE.language) as context:
            page = context.new_page()
            page.goto("/sign-in")
            sign_in(page, f"{name}@{self._console.ready['account_id']}")
            return context.storage_state()

    def _expire(self) -> None:
        """Let the newest session have ended a minute ago."""
        database = main.open_database(main.Settings(data=Path(self._console.ready["data"])))
        try:
            with database.write() as txn:
                context = txn.console_sessions._context
                newest = console_sessions.select().order_by(console_sessions.c.created_at.desc())
                row = context.all(newest)[0]
                own = console_sessions.c.digest == row.digest
                context.run(update(console_sessions).where(own).values(expires_at=txn.now - 60))
                context.changed(scopes.console_session(row.digest))
        finally:
            database.close()


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Fill in the form for signing in, and send it."""
    page.get_by_label("Logon Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Navigation")).to_be_visible()
