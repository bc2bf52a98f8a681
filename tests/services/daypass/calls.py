"""Calling daypass's own product in tests: an account of its own for each, over the wire of a real server."""

from __future__ import annotations

from typing import Any, Final

from daypass.client import Client
from daypass.main import CATALOGUE
from tests.services.ram.calls import Ram
from tests.world import World

OWN: Final = "2026-11-01"


class Own:
    """Daypass's own product as one caller sees it.

    Attributes:
        ram: RAM as the same caller sees it.
    """

    def __init__(self, ram: Ram) -> None:
        self.ram = ram
        self.id = ram.id
        self.world = World(ram.server, ram.account)
        self._client = Client(ram.server.url, ram.who)

    def __call__(self, action: str, **parameters: str) -> dict[str, Any]:
        """Call an operation that must succeed."""
        answer = self._client.call(OWN, action, parameters)
        assert answer.status == 200, answer.text
        return answer.json()

    def refused(self, action: str, code: str, **parameters: str) -> dict[str, Any]:
        """Call an operation that must be refused with a code it declares."""
        answer = self._client.call(OWN, action, parameters)
        assert answer.status >= 400, answer.text
        body = answer.json()
        assert body["Code"] == code, answer.text
        declared = {error.code: error.status for error in CATALOGUE.find(OWN, action).errors()}
        assert declared[code] == answer.status
        return body

    def acting(self, who: Ram) -> Own:
        """Return the product as somebody else of the account sees it."""
        return Own(who)
