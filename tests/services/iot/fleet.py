"""What tests of the IoT service call it with."""

from __future__ import annotations

from typing import Any

from daypass.client import Answer, Client, Credentials
from tests.world import World

IOT = "2018-01-20"
REGION = "cn-shanghai"


class Fleet:
    """An account that calls the IoT service of a running server, as root unless told otherwise."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.root = world.account.root

    def ask(self, action: str, who: Credentials | None = None, /, **parameters: str) -> Answer:
        """Call an operation; a parameter ``IotId_1`` is sent as ``IotId.1``."""
        wire = {name.replace("_", "."): value for name, value in parameters.items()}
        return Client(self.world.server.url, who or self.root).call(IOT, action, wire)

    def told(self, action: str, who: Credentials | None = None, /, **parameters: str) -> dict[str, Any]:
        """Call an operation that succeeds; return its answer."""
        answer = self.ask(action, who, **parameters)
        assert answer.status == 200, answer.text
        body = answer.json()
        assert body["Success"] is True
        assert "Code" not in body
        assert body["RequestId"]
        return body

    def code(self, action: str, who: Credentials | None = None, /, **parameters: str) -> str:
        """Call an operation that fails; return its error code."""
        answer = self.ask(action, who, **parameters)
        assert 400 <= answer.status < 500, answer.text
        return answer.code

    def product(self, name: str, **parameters: str) -> str:
        """Create a product; return its key."""
        key = self.told("CreateProduct", ProductName=name, **parameters)["ProductKey"]
        assert isinstance(key, str)
        return key

    def device(self, product: str, name: str) -> dict[str, Any]:
        """Register a device; return what is said of it."""
        data = self.told("RegisterDevice", ProductKey=product, DeviceName=name)["Data"]
        assert isinstance(data, dict)
        return data

    def arn(self, product: str, region: str = REGION) -> str:
        """Return a product's ARN."""
        return f"acs:iot:{region}:{self.world.id}:product/{product}"

    def group(self, name: str) -> str:
        """Create a resource group; return its id."""
        with self.world.server.runtime.database.write() as txn:
            return txn.resource_groups.create(self.world.id, name, name).id

    def grant_within(self, group: str, user: str, text: str) -> None:
        """Attach a new custom policy to a user, within a resource group."""
        with self.world.server.runtime.database.write() as txn:
            policy = f"within-{txn.policies.count(self.world.id)}"
            txn.policies.create(self.world.id, policy, text)
            txn.attachments.attach(self.world.id, "User", user, "Custom", policy, scope=group)
