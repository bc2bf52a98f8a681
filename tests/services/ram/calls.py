"""Calling RAM in tests: an account of its own for each, over the wire of a real server."""

from __future__ import annotations

from typing import Any, Final

from daypass.client import Answer, Client, Credentials
from daypass.main import CATALOGUE
from daypass.testing import Account, Server
from tests.world import allow, document, trusting

RAM: Final = "2015-05-01"

READ = document(allow("iot:Query*"))
WRITE = document(allow("iot:*"))


class Ram:
    """RAM as one caller sees it.

    Attributes:
        id: the account's id.
        everyone: the principal that stands for all of the account's users and roles.
        who: the caller's credentials.
    """

    def __init__(self, server: Server, account: Account, who: Credentials | None = None) -> None:
        self.server = server
        self.account = account
        self.id = account.id
        self.everyone = f"acs:ram::{account.id}:root"
        self.who = who or account.root
        self._client = Client(server.url, self.who)

    def answer(self, action: str, **parameters: str) -> Answer:
        """Call an operation; parameter names are the wire's."""
        return self._client.call(RAM, action, parameters)

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
        declared = {error.code: error.status for error in CATALOGUE.find(RAM, action).errors()}
        assert declared[code] == answer.status
        return body

    def acting(self, who: Credentials) -> Ram:
        """Return RAM as somebody else of the account sees it."""
        return Ram(self.server, self.account, who)

    def user(self, name: str, *policies: str) -> Ram:
        """Create a RAM user with a key and policies of these texts; return RAM as the user sees it."""
        self("CreateUser", UserName=name)
        for number, text in enumerate(policies):
            policy = f"{name}-{number}"
            self("CreatePolicy", PolicyName=policy, PolicyDocument=text)
            self("AttachPolicyToUser", UserName=name, PolicyType="Custom", PolicyName=policy)
        return self.acting(Credentials.of(self("CreateAccessKey", UserName=name)["AccessKey"]))

    def role(self, name: str) -> None:
        """Create a role that everybody of the account may assume."""
        self("CreateRole", RoleName=name, AssumeRolePolicyDocument=trusting(self.everyone))

    def session(self, who: Ram, role: str) -> Ram:
        """Assume a role as somebody; return RAM as the session sees it."""
        answer = who._client.call(
            "2015-04-01",
            "AssumeRole",
            {"RoleArn": f"acs:ram::{self.id}:role/{role}", "RoleSessionName": "session"},
        )
        assert answer.status == 200, answer.text
        return self.acting(Credentials.of(answer.json()["Credentials"]))

    def names(self, action: str, **parameters: str) -> list[str]:
        """Return the names that a list shows."""
        (plural,) = (value for value in self(action, **parameters).values() if isinstance(value, dict))
        ((kind, entries),) = plural.items()
        return [entry.get(f"{kind}Name") or entry.get(f"{kind}Id") or entry["VersionId"] for entry in entries]
