"""Each form of users and groups, and the commands it shows: both leave the same records."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from daypass.client import Client
from daypass.testing import Server
from tests.console.browsing import Person, Shown
from tests.console.people import PASSWORD, People
from tests.world import allow, document

OWN: Final = "An-0wn-password"


class Case(NamedTuple):
    """A form.

    Attributes:
        page: where it is.
        action: where it is sent.
        values: what is typed.
        live: where it is sent for its snippets as it stands; empty if the page has them already.
    """

    page: str
    action: str
    values: Mapping[str, str] = {}
    live: str = ""


CASES: Final = [
    Case(
        "/create-user",
        "/create-user",
        {
            "UserName.1": "carol",
            "DisplayName.1": "Carol L",
            "Comments": "$(id) `id` \"q\" 'q'",
            "logon": "true",
            "password-kind": "custom",
            "Password": OWN,
            "key": "true",
        },
        "/create-user/snippets",
    ),
    Case(
        "/users/alice/edit",
        "/users/alice/edit",
        {"DisplayName": "A", "Email": "a@b.example"},
        "/users/alice/edit/snippets",
    ),
    Case("/users/alice/delete", "/users/alice/delete", {"confirm": "alice"}),
    Case(
        "/users/bob/console-logon",
        "/users/bob/console-logon",
        {"password-kind": "custom", "Password": OWN, "mfa": "true"},
        "/users/bob/console-logon/snippets",
    ),
    Case(
        "/users/alice/console-logon",
        "/users/alice/console-logon",
        {"status": "Inactive", "password-kind": "kept"},
        "/users/alice/console-logon/snippets",
    ),
    Case("/users/alice/console-logon/delete", "/users/alice/console-logon/delete"),
    Case("/users/alice/sign-out", "/users/alice/sign-out"),
    Case("/users/bob/access-keys/create", "/users/bob/access-keys"),
    Case("/users/alice/access-keys/{key}/status", "/users/alice/access-keys/{key}/status"),
    Case(
        "/users/alice/access-keys/{key}/delete", "/users/alice/access-keys/{key}/delete", {"confirm": "{key}"}
    ),
    Case("/users/alice/revoke?type=Custom&policy=p1-alice", "/users/alice/revoke"),
    Case("/create-group", "/create-group", {"GroupName": "ops", "Comments": "n"}, "/create-group/snippets"),
    Case("/groups/devs/edit", "/groups/devs/edit", {"GroupName": "developers"}, "/groups/devs/edit/snippets"),
    Case("/groups/devs/delete", "/groups/devs/delete", {"confirm": "devs"}),
    Case(
        "/add-to-group",
        "/add-to-group",
        {"principal": "User:bob", "group": "devs"},
        "/add-to-group/snippets",
    ),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


class Twin:
    """An account like another: Alice has everything a user can have, Bob nothing."""

    def __init__(self, server: Server) -> None:
        self.people = People(server)
        self.people.user("admin", document(allow("*")))
        self.people.user("alice", document(allow("iot:*")))
        self.key = self._ask("CreateAccessKey", UserName="alice")["AccessKey"]["AccessKeyId"]
        self._ask("CreateUser", UserName="bob")
        self._ask("CreateGroup", GroupName="devs")
        self._ask("AddUserToGroup", UserName="alice", GroupName="devs")
        self.admin = Person(server)
        self.admin.sign_in(f"admin@{self.people.id}", PASSWORD.reveal())
        self._before = len(self._events())

    def _ask(self, action: str, **parameters: str) -> dict[str, Any]:
        root = Client(self.people.server.url, self.people.world.account.root)
        return root.call("2015-05-01", action, parameters).json()

    def fill(self, case: Case) -> tuple[Shown, str, dict[str, str]]:
        """Open a form; return it, where it goes and what is typed."""
        values = {name: text.replace("{key}", self.key) for name, text in case.values.items()}
        return self.admin.get(case.page.format(key=self.key)), case.action.format(key=self.key), values

    def send(self, case: Case) -> None:
        shown, action, values = self.fill(case)
        assert self.admin.send(shown, action, values).status == 200

    def commands(self, case: Case) -> str:
        """Return the commands that a form shows."""
        shown, action, values = self.fill(case)
        if case.live:
            shown = self.admin.send(shown, action, values, to=case.live)
        found = re.search(r'id="snippet-cli".*?<code>(.*?)</code>', shown.response.text, re.DOTALL)
        assert found is not None
        return html.unescape(found[1])

    def run(self, commands: str) -> None:
        root = self.people.world.account.root
        environment = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": root.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": root.access_key_secret.reveal(),
            "DAYPASS_ENDPOINT": self.people.server.url,
            "PASSWORD": OWN,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        subprocess.run(["sh", "-euc", commands], env=environment, check=True, capture_output=True)

    def changes(self) -> list[str]:
        """Return what was changed since the account was made, without what differs between accounts."""
        told = self._events()[self._before :]
        return [repr(each).replace(self.people.id, "account").replace(self.key, "key") for each in told]

    def _events(self) -> list[tuple[object, ...]]:
        with self.people.database.read() as txn:
            events = txn.audit.list(account_id=self.people.id).items
        return [
            (each.product, each.action, each.resources, each.outcome, json.loads(each.parameters))
            for each in reversed(events)
        ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.page)
def test_the_commands_that_a_form_shows_make_its_changes(server: Server, case: Case) -> None:
    one, other = Twin(server), Twin(server)
    commands = other.commands(case)
    assert OWN not in commands
    one.send(case)
    other.run(commands)
    assert one.changes() == other.changes() != []
