"""An account whose users sign in to the console, without any page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import pytest

from daypass.authn.passwords import hash_of
from daypass.console.door import Browser, Door, SignedIn
from daypass.errors import ApiError
from daypass.secret import Secret
from tests.world import World, allow, document

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from daypass.testing import Server

T = TypeVar("T")

PASSWORD: Final = Secret("Correct-horse-9")
HERE: Final = Browser("127.0.0.1", secure=False, user_agent="a browser")
READER: Final = document(allow(["ram:Get*", "ram:List*"]))


class People:
    """An account of a server, and its door."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.world = World(server, server.new_account())
        self.id = self.world.id
        self.door: Door = server.runtime.door
        self.database = server.runtime.database

    def user(self, name: str, *policies: str, password: Secret = PASSWORD, **profile: Any) -> None:
        """Create a RAM user who may sign in."""
        with self.database.write() as txn:
            txn.users.create(self.id, name)
            txn.login_profiles.create(self.id, name, hash_of(password, bytes), **profile)
        for text in policies:
            self.world.grant("User", name, text)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run something as the server's pages do."""
        return self.server.run(coroutine)

    def cookie(self, name: str, password: Secret = PASSWORD, browser: Browser = HERE) -> str:
        """Sign a user in; return what the browser gets."""
        begun = self.run(self.door.sign_in(f"{name}@{self.id}", password, browser))
        assert begun.awaits == ""
        return begun.cookie.reveal()

    def storage(self, name: str) -> dict[str, Any]:
        """Sign a user in; return what a browser of Playwright's then holds."""
        host = self.server.console_url.rpartition("/")[2].partition(":")[0]
        kept = {"name": "daypass-on-plain-loopback", "value": self.cookie(name), "domain": host, "path": "/"}
        return {"cookies": [{**kept, "httpOnly": True, "sameSite": "Strict"}]}

    def turned_away(self, name: str, password: Secret = PASSWORD, browser: Browser = HERE) -> str:
        """Fail to sign in; return the error's code."""
        with pytest.raises(ApiError) as refusal:
            self.run(self.door.sign_in(name, password, browser))
        return refusal.value.code

    def who(self, cookie: str, browser: Browser = HERE) -> SignedIn | None:
        """Return who is signed in with a cookie."""
        return self.run(self.door.who(cookie, browser))

    def signed_in(self, name: str, browser: Browser = HERE) -> SignedIn:
        """Sign a user in."""
        who = self.who(self.cookie(name, browser=browser), browser)
        assert who is not None
        return who

    def root(self) -> SignedIn:
        """Sign the account in."""
        key = self.world.account.root
        begun = self.run(self.door.sign_in_as_root(key.access_key_id, key.access_key_secret, HERE))
        who = self.who(begun.cookie.reveal())
        assert who is not None
        return who

    def call(self, who: SignedIn, product: str, action: str, **parameters: str) -> dict[str, Any]:
        """Call an operation that must succeed."""
        return self.run(self.door.call(who, product, action, parameters))

    def refused(self, who: SignedIn, product: str, action: str, **parameters: str) -> ApiError:
        """Call an operation that must be refused."""
        with pytest.raises(ApiError) as refusal:
            self.call(who, product, action, **parameters)
        return refusal.value
