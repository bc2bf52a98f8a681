"""A small world for tests of the whole server: an account with Alice, Bob and a role."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from daypass.client import Answer, Client, Credentials
from daypass.policy import DocumentKind, parse
from daypass.testing import Account, Server

STS = "2015-04-01"


def document(*statements: dict[str, Any]) -> str:
    """Return a policy document's text."""
    return json.dumps({"Version": "1", "Statement": list(statements)})


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """Return an Allow statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """Return a Deny statement."""
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def trusting(*principals: str, **more: Any) -> str:
    """Return a trust policy for RAM principals."""
    return document(
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": list(principals)}, **more}
    )


class World:
    """Writes to the store directly, so that tests of authentication do not depend on RAM's operations."""

    def __init__(self, server: Server, account: Account | None = None) -> None:
        self.server = server
        self.account = account or server.account

    @property
    def id(self) -> str:
        """The account's id."""
        return self.account.id

    @property
    def everyone(self) -> str:
        """The principal that stands for all of the account's users and roles."""
        return f"acs:ram::{self.id}:root"

    def user(self, name: str, *policies: str) -> Credentials:
        """Create a RAM user with an AccessKey and custom policies of these texts."""
        with self.server.runtime.database.write() as txn:
            txn.users.create(self.id, name)
            key = txn.access_keys.create(self.id, name)
        for text in policies:
            self.grant("User", name, text)
        return Credentials(key.id, key.secret)

    def role(self, name: str, trust: str, *policies: str, longest: int = 3600) -> str:
        """Create a role; return its ARN."""
        with self.server.runtime.database.write() as txn:
            statements = parse(trust, DocumentKind.TRUST).statements
            trusted = {name for statement in statements for name in statement.principals or ()}
            role = txn.roles.create(self.id, name, trust, trusted=trusted, max_session_duration=longest)
        for text in policies:
            self.grant("Role", name, text)
        return role.arn

    def grant(self, kind: Any, name: str, text: str) -> str:
        """Attach a new custom policy; return its name."""
        with self.server.runtime.database.write() as txn:
            policy = f"p{txn.policies.count(self.id)}-{name}".replace(".", "-")
            txn.policies.create(self.id, policy, text)
            txn.attachments.attach(self.id, kind, name, "Custom", policy)
        return policy

    def call(self, who: Credentials, action: str, parameters: dict[str, str] | None = None) -> Answer:
        """Call an operation of STS."""
        return Client(self.server.url, who).call(STS, action, parameters or {})

    def assume(self, who: Credentials, arn: str, **more: str) -> Answer:
        """Call AssumeRole."""
        return self.call(who, "AssumeRole", {"RoleArn": arn, "RoleSessionName": "session", **more})

    def record_of(self, request_id: str) -> dict[str, Any]:
        """Return a request's decision record, which is written within a second or two."""
        path = self.server.settings.data / "decisions.jsonl"
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for line in path.read_text(encoding="utf-8").splitlines():
                record: dict[str, Any] = json.loads(line)
                if record["requestId"] == request_id:
                    return record
            threading.Event().wait(0.05)
        raise LookupError(request_id)

    def session(self, who: Credentials, arn: str, **more: str) -> Credentials:
        """Assume a role; return the temporary credentials."""
        answer = self.assume(who, arn, **more)
        assert answer.status == 200, answer.text
        return Credentials.of(answer.json()["Credentials"])
