"""What concerns a user himself he does as the account's preference says, whatever the operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from daypass.client import Answer, Client, Credentials
from daypass.directory.settings import SecurityPreference
from daypass.main import CATALOGUE
from daypass.service.operation import Operation
from daypass.services.security_preferences import SelfService
from daypass.testing import Server
from tests.rules.test_permissions import EXAMPLES
from tests.world import World, allow, deny, document

OWN: Final = [op for op in CATALOGUE if isinstance(op.authorize, SelfService)]
EVERY = pytest.mark.parametrize("op", OWN, ids=lambda op: f"{op.product}.{op.name}")
PASSWORDS: Final = {"OldPassword": "Secret-12345678", "NewPassword": "Secret-87654321"}


def rule(op: Operation[Any, Any]) -> SelfService[Any]:
    assert isinstance(op.authorize, SelfService)
    return op.authorize


class People:
    """An account of Alice and Bob, of whom the preference may say anything."""

    def __init__(self, server: Server) -> None:
        self.world = World(server, server.new_account())

    def named(self, op: Operation[Any, Any], name: str) -> dict[str, str]:
        """Return parameters of an operation that is about a user of that name."""
        known = {
            **EXAMPLES,
            **PASSWORDS,
            "UserName": name,
            "UserPrincipalName": f"{name}@{self.world.id}.onaliyun.com",
            "VirtualMFADeviceName": name,
            "SerialNumber": f"acs:ram::{self.world.id}:mfa/{name}",
        }
        wanted = {"UserName", "UserPrincipalName"}
        taken = [p.kind.wire for p in op.parameters if p.required or p.kind.wire in wanted]
        return {wire: known[wire] for wire in taken}

    def prefer(self, op: Operation[Any, Any], *, on: bool) -> None:
        """Switch the member of the preference that an operation asks for."""
        with self.world.server.runtime.database.write() as txn:
            txn.settings.change(self.world.id, SecurityPreference, **{rule(op).member: on})

    def call(self, who: Credentials, op: Operation[Any, Any], name: str) -> Answer:
        client = Client(self.world.server.url, who)
        return client.call(op.version, op.name, self.named(op, name))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(default_format="JSON") as server:
        yield server


@pytest.fixture
def people(server: Server) -> People:
    return People(server)


def test_passwords_keys_and_devices_are_what_concerns_a_user_himself() -> None:
    assert {rule(op).member for op in OWN} == {
        "allow_user_to_change_password",
        "allow_user_to_manage_access_keys",
        "allow_user_to_manage_mfa_devices",
    }
    names = {(op.product, op.name) for op in OWN}
    assert {name for product, name in names if product == "Ram"} <= {
        name for product, name in names if product == "Ims"
    }


@EVERY
def test_a_user_does_to_himself_what_the_preference_lets_and_no_policy_denies(
    people: People, op: Operation[Any, Any]
) -> None:
    alice = people.world.user("alice")
    for on in (False, True, False):
        people.prefer(op, on=on)
        refused = people.call(alice, op, "Alice").code == "NoPermission"
        assert refused is not on
    people.prefer(op, on=True)
    people.world.grant("User", "alice", document(allow("ram:*"), deny(f"ram:{op.name}")))
    told = people.call(alice, op, "alice")
    assert (told.code, told.json()["AccessDeniedDetail"]["NoPermissionType"]) == (
        "NoPermission",
        "ExplicitDeny",
    )


@EVERY
def test_the_preference_lets_nobody_do_it_to_another(people: People, op: Operation[Any, Any]) -> None:
    alice = people.world.user("alice")
    people.world.user("bob")
    people.prefer(op, on=True)
    if not rule(op).alone:
        assert people.call(alice, op, "bob").code == "NoPermission"


@EVERY
def test_a_policy_lets_without_the_preference_but_for_what_has_no_other(
    people: People, op: Operation[Any, Any]
) -> None:
    alice = people.world.user("alice", document(allow("ram:*")))
    people.prefer(op, on=False)
    assert (people.call(alice, op, "alice").code == "NoPermission") is rule(op).alone
