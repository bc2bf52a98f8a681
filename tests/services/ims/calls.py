"""Calling IMS in tests, and RAM beside it: an account of its own for each, over the wire of a real server."""

from __future__ import annotations

from typing import Any, Final

from daypass.client import Answer, Client, Credentials
from daypass.main import CATALOGUE
from daypass.testing import Account, Server
from tests.services.ram.calls import Ram

IMS: Final = "2019-08-15"


class Ims:
    """IMS as one caller sees it.

    Attributes:
        id: the account's id.
        ram: RAM as the same caller sees it.
    """

    def __init__(self, server: Server, account: Account, who: Credentials | None = None) -> None:
        self.server = server
        self.account = account
        self.id = account.id
        self.ram = Ram(server, account, who)
        self._client = Client(server.url, who or account.root)

    def answer(self, action: str, **parameters: str) -> Answer:
        """Call an operation; a parameter ``Tag_1_Key`` is sent as ``Tag.1.Key``."""
        wire = {name.replace("_", "."): value for name, value in parameters.items()}
        return self._client.call(IMS, action, wire)

    def __call__(self, action: str, **parameters: str) -> dict[str, Any]:
        """Call an operation that must succeed."""
        answer = self.answer(action, **parameters)
        assert answer.status == 200, answer.text
        return answer.json()

    def refused(self, action: str, code: str, **parameters: str) -> dict[str, Any]:
        """Call an operation that must be refused with a code it declares."""
        answer = self.answer(action, **parameters)
        assert answer.status >= 400, answer.text
        body = answer.json()
        assert body["Code"] == code, answer.text
        declared = {error.code: error.status for error in CATALOGUE.find(IMS, action).errors()}
        assert declared[code] == answer.status
        return body

    def acting(self, who: Credentials) -> Ims:
        """Return IMS as somebody else of the account sees it."""
        return Ims(self.server, self.account, who)

    def name(self, user: str) -> str:
        """Return a user's name with the account's domain."""
        return f"{user}@{self.id}.onaliyun.com"

    def someone(self, name: str, *policies: str) -> Ims:
        """Create a RAM user with a key and policies of these texts; return IMS as the user sees it."""
        return Ims(self.server, self.account, self.ram.user(name, *policies).who)
