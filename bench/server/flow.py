"""What the measured requests need in the store, and the requests themselves.

A RAM user with four policies may assume a role; the role trusts the user and carries
two policies, with Deny and conditions among their statements; the session is narrowed by a
session policy. So every layer has something to say, and nothing is decided by a wildcard.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import msgspec

from bench.server.signed import NONCE, Signer
from daypass import main
from daypass.client import Client, Credentials
from daypass.names import role_arn, user_arn
from daypass.services.iot.records import ProductSettings
from daypass.services.iot.store import products

if TYPE_CHECKING:
    from pathlib import Path

    from bench.server.processes import Served
    from daypass.directory.database import Transaction
    from daypass.directory.records import PrincipalKind

STS: Final = "2015-04-01"
IOT: Final = "2018-01-20"

_USER: Final = "application"
_ROLE: Final = "iot-read-only"
_SECONDS: Final = 3600
_REGION: Final = "cn-shanghai"


class Flow(msgspec.Struct, frozen=True):
    """The store as it was filled."""

    account: str
    user: Credentials
    product: str
    other_product: str

    def session_policy(self) -> str:
        """Return the policy that narrows the session to one product."""
        return _document(
            _statement("Allow", ["iot:Query*", "iot:Get*"], f"{self._products()}/{self.product}")
        )

    def assume_role(self) -> dict[str, str]:
        """Return AssumeRole's parameters."""
        return {
            "RoleArn": role_arn(self.account, _ROLE),
            "RoleSessionName": "benchmark",
            "DurationSeconds": str(_SECONDS),
            "Policy": self.session_policy(),
        }

    def session(self, served: Served) -> Credentials:
        """Assume the role."""
        answer = Client(served.url, self.user).call(STS, "AssumeRole", self.assume_role())
        return Credentials.of(answer.json()["Credentials"])

    def assuming(self, served: Served) -> Signer:
        """Return the maker of AssumeRole requests."""
        return Signer(served.port, self.user, STS, "AssumeRole", self.assume_role())

    def assuming_anew(self, served: Served) -> Signer:
        """Return the maker of AssumeRole requests each of which names its session otherwise."""
        return Signer(
            served.port, self.user, STS, "AssumeRole", self.assume_role() | {"RoleSessionName": NONCE}
        )

    def asking_who(self, served: Served) -> Signer:
        """Return the maker of GetCallerIdentity requests with a session token."""
        return Signer(served.port, self.session(served), STS, "GetCallerIdentity", {})

    def querying(self, served: Served) -> Signer:
        """Return the maker of QueryProduct requests with a session token."""
        parameters = {"ProductKey": self.product}
        return Signer(served.port, self.session(served), IOT, "QueryProduct", parameters)

    def _products(self) -> str:
        return f"acs:iot:*:{self.account}:product"


def fill(data: Path) -> Flow:
    """Make a data directory and fill it."""
    settings = main.Settings(data=data)
    account = main.prepare(settings, {})
    database = main.open_database(settings)
    try:
        with database.write() as txn:
            return _fill(txn, account)
    finally:
        database.close()


def check(flow: Flow, served: Served) -> None:
    """Make sure that the server verifies and decides, lest something else be measured.

    Raises:
        AssertionError: it lets through what it must refuse.
    """
    unknown = Credentials(flow.user.access_key_id, flow.session(served).access_key_secret)
    forged = Client(served.url, unknown).call(STS, "AssumeRole", flow.assume_role())
    assert forged.code == "SignatureDoesNotMatch", forged.text
    client = Client(served.url, flow.session(served))
    denied = client.call(IOT, "QueryProduct", {"ProductKey": flow.other_product})
    assert denied.code == "NoPermission", denied.text


def _fill(txn: Transaction, account: str) -> Flow:
    txn.users.create(account, _USER)
    key = txn.access_keys.create(account, _USER)
    trusted = user_arn(account, _USER)
    trust: dict[str, object] = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"RAM": [trusted]},
    }
    txn.roles.create(account, _ROLE, _document(trust), trusted=(trusted,), max_session_duration=_SECONDS)
    here, other = (_product(txn, account, name) for name in ("measured", "other"))
    _attach(txn, account, "User", _USER, _of_the_user(account))
    _attach(txn, account, "Role", _ROLE, _of_the_role(account))
    return Flow(account, Credentials(key.id, key.secret), here, other)


def _of_the_user(account: str) -> dict[str, str]:
    role = role_arn(account, _ROLE)
    return {
        "assume": _document(_statement("Allow", "sts:AssumeRole", role)),
        "read-ram": _document(_statement("Allow", ["ram:Get*", "ram:List*"], "*")),
        "logs": _document(
            _statement("Allow", "log:Post*", f"acs:log:*:{account}:project/app/*"),
            _statement("Deny", "log:Delete*", "*"),
        ),
        "no-assuming-in-the-clear": _document(
            _statement(
                "Deny", "sts:*", "*", {"NotIpAddress": {"acs:SourceIp": ["127.0.0.0/8", "10.0.0.0/8"]}}
            )
        ),
    }


def _of_the_role(account: str) -> dict[str, str]:
    products_of = f"acs:iot:*:{account}:product"
    return {
        "read-products": _document(
            _statement("Allow", ["iot:Query*", "iot:BatchGet*"], f"{products_of}/*"),
            _statement("Deny", "iot:Delete*", "*"),
        ),
        "from-here": _document(
            _statement(
                "Deny", "iot:*", "*", {"NotIpAddress": {"acs:SourceIp": ["127.0.0.0/8", "10.0.0.0/8"]}}
            )
        ),
    }


def _attach(
    txn: Transaction, account: str, kind: PrincipalKind, name: str, documents: dict[str, str]
) -> None:
    for policy, document in documents.items():
        txn.policies.create(account, policy, document)
        txn.attachments.attach(account, kind, name, "Custom", policy)


def _product(txn: Transaction, account: str, name: str) -> str:
    made = products.create(
        txn,
        account_id=account,
        region=_REGION,
        name=name,
        description="",
        settings=ProductSettings(),
        resource_group_id=None,
        now_ms=txn.now * 1000,
    )
    return made.key


def _statement(
    effect: str, action: str | list[str], resource: str, condition: dict[str, object] | None = None
) -> dict[str, object]:
    plain: dict[str, object] = {"Effect": effect, "Action": action, "Resource": resource}
    return plain | ({"Condition": condition} if condition else {})


def _document(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "1", "Statement": statements})
