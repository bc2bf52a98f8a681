"""One-use links for an account's first administrator, made on the machine itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from daypass.authn.console import digest_of
from daypass.directory.setup_links import VALID_SECONDS
from daypass.host.record import record
from daypass.secret import Secret

if TYPE_CHECKING:
    from pathlib import Path

    from daypass.directory.database import Database

__all__ = ["VALID_SECONDS", "SetupFiles", "is_set_up", "make_setup_link"]

SETUP_URL: Final = "console-setup-url"
CONSOLE_URL: Final = "console-url"
_LINK_BYTES: Final = 32


def is_set_up(database: Database, account_id: str) -> bool:
    """Return whether anybody of an account may sign in to the console."""
    with database.read() as txn:
        return txn.login_profiles.are_there(account_id)


def make_setup_link(database: Database, account_id: str) -> Secret:
    """Make what a link holds; one made before is good no more.

    Raises:
        ApiError: ``EntityNotExist.Account``.
    """
    with database.write() as txn:
        account = txn.accounts.get(account_id)
        link = Secret(txn.entropy(_LINK_BYTES).hex())
        txn.setup_links.create(account.id, digest_of(link.reveal()))
        record(txn, account.id, "CreateSetupLink", account.arn)
    return link


class SetupFiles:
    """Where a data directory says how to reach its console, and its setup link.

    Args:
        data: the data directory.
    """

    def __init__(self, data: Path) -> None:
        self._link: Final = data / SETUP_URL
        self._console: Final = data / CONSOLE_URL

    def note_console(self, url: str) -> None:
        """Write down where the console is served."""
        self._console.write_text(f"{url}\n", encoding="utf-8")

    def console(self) -> str:
        """Return where the console was served last; empty if it never was."""
        try:
            return self._console.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""

    def write_link(self, console: str, link: Secret) -> str:
        """Write the link as an address for its owner alone to read; return it."""
        url = f"{console.rstrip('/')}/setup?link={link.reveal()}"
        self.remove_link()
        file = os.open(self._link, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(f"{url}\n")
        return url

    def remove_link(self) -> None:
        """Remove the link's file, once it was used."""
        self._link.unlink(missing_ok=True)
