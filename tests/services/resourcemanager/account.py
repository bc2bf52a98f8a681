"""What tests of ResourceManager call it with."""

from __future__ import annotations

from typing import Any

from daypass.client import Answer, Client, Credentials
from tests.world import World

VERSION = "2020-03-31"


class Account(World):
    """An account that calls ResourceManager, as root unless told otherwise."""

    def ask(self, action: str, who: Credentials | None = None, /, **parameters: str) -> Answer:
        """Call an operation; a parameter ``Tag_1_Key`` is sent as ``Tag.1.Key``."""
        wire = {name.replace("_", "."): value for name, value in parameters.items()}
        return Client(self.server.url, who or self.account.root).call(VERSION, action, wire)

    def told(self, action: str, who: Credentials | None = None, /, **parameters: str) -> dict[str, Any]:
        """Call an operation that succeeds; return its answer."""
        answer = self.ask(action, who, **parameters)
        assert answer.status == 200, answer.text
        return answer.json()

    def refused(self, action: str, who: Credentials | None = None, /, **parameters: str) -> tuple[int, str]:
        """Call an operation that is refused; return status and code."""
        answer = self.ask(action, who, **parameters)
        return answer.status, answer.code

    def create(self, name: str, display_name: str = "Team", /, **more: str) -> dict[str, Any]:
        """Create a resource group; return what is said of it."""
        body = self.told("CreateResourceGroup", Name=name, DisplayName=display_name, **more)
        group = body["ResourceGroup"]
        assert isinstance(group, dict)
        return group

    def names(self, **narrowing: str) -> list[str]:
        """Return the names of the resource groups that a list shows."""
        body = self.told("ListResourceGroups", **narrowing)
        return [group["Name"] for group in body["ResourceGroups"]["ResourceGroup"]]
