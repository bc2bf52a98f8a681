"""The six steps, and what a client has to be able to do so that they can be taken with it.

A client is one way of calling: an SDK in one of its forms, a URL signed by hand, the command
line. Each test takes the steps in an account of its own, so that names are the sample's names.
"""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar, Final, Self

from daypass.client import Credentials
from daypass.names import role_arn
from daypass.tokens import Session
from tests.world import World

REGION: Final = "cn-shanghai"
VERSIONS: Final = {
    "Sts": "2015-04-01",
    "Ram": "2015-05-01",
    "Ims": "2019-08-15",
    "ResourceManager": "2020-03-31",
    "Iot": "2018-01-20",
}
ROLE: Final = "iotstsrole"
SESSION: Final = "iotreadonlyrole"
READ_ONLY: Final = "iot-read-only"
READ_WRITE: Final = "iot-read-write"
NARROW: Final = "session-policy-iot-all"
_DOCUMENTS: Final = Path(__file__).with_name("documents")

Value = str | int | list[str]
Parameters = Mapping[str, Value]
Body = dict[str, Any]


class RefusedError(Exception):
    """The server's refusal, as far as a client passes it on.

    Attributes:
        code: what the client says the error code is.
        status: HTTP status; None where the client does not tell.
        message: the client's text.
        detail: ``AccessDeniedDetail``; None where there is none, or the client drops it.
    """

    def __init__(
        self, code: str, status: int | None, message: str, detail: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code: Final = code
        self.status: Final = status
        self.message: Final = message
        self.detail: Final = detail


class Caller(ABC):
    """One way of calling a server.

    Args:
        url: of the server, ``http://127.0.0.1:<port>``, or ``https://…``.

    Attributes:
        trust_variable: environment variable that names the authorities to trust over TLS.
        at_end: closes what was started for calling.
    """

    trust_variable: ClassVar[str]

    def __init__(self, url: str) -> None:
        self.url: Final = url
        self.at_end: Final = ExitStack()

    @property
    def scheme(self) -> str:
        """Of the server: ``http`` or ``https``."""
        return self.url.partition("://")[0]

    @property
    def place(self) -> str:
        """Host and port of the server."""
        return self.url.partition("://")[2]

    @classmethod
    def trusting(cls, ca_file: Path, folder: Path) -> dict[str, str]:
        """Return the environment in which the client trusts an authority.

        Args:
            ca_file: the authority, in the PEM form.
            folder: an empty one, for clients that want another form.
        """
        del folder
        return {cls.trust_variable: str(ca_file)}

    @abstractmethod
    def call(self, who: Credentials, product: str, action: str, parameters: Parameters) -> Body:
        """Call an operation; return the answer as the client gives it, by the wire's names.

        Raises:
            RefusedError: the server refused.
        """

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.at_end.close()


def document(name: str) -> str:
    """Return one of the sample's documents, as it is written there."""
    return (_DOCUMENTS / f"{name}.json").read_text(encoding="utf-8")


def refusal(attempt: Callable[[], object]) -> RefusedError:
    """Return the refusal that something must meet with."""
    try:
        answer = attempt()
    except RefusedError as refused:
        return refused
    raise AssertionError(f"it was permitted: {answer}")


class Steps:
    """The six steps in one account, with one client.

    Root administers; Alice is the user who is to have temporary access, Bob a colleague.
    """

    def __init__(self, caller: Caller, world: World) -> None:
        self.caller: Final = caller
        self.world: Final = world
        self.root: Final = world.account.root
        self.alice: Final = world.user("Alice")
        self.arn: Final = role_arn(world.id, ROLE)

    def call(self, who: Credentials, product: str, action: str, **parameters: Value) -> Body:
        """Call an operation."""
        return self.caller.call(who, product, action, parameters)

    def trust(self) -> str:
        """Return the sample's trust policy; the account is masked there."""
        return document("trust-alice").replace("100******0719", self.world.id)

    def create_role(self, who: Credentials | None = None) -> Body:
        """Step 1: a role that trusts Alice alone."""
        answer = self.call(
            who or self.root,
            "Ram",
            "CreateRole",
            RoleName=ROLE,
            AssumeRolePolicyDocument=self.trust(),
            Description="For the six steps",
        )
        role: Body = answer["Role"]
        return role

    def create_policy(self, name: str, text: str | None = None) -> Body:
        """Step 2: a policy, the sample's document of that name if none is given."""
        answer = self.call(
            self.root, "Ram", "CreatePolicy", PolicyName=name, PolicyDocument=text or document(name)
        )
        policy: Body = answer["Policy"]
        return policy

    def grant(self, name: str) -> None:
        """Step 3: a policy for the role."""
        self.call(self.root, "Ram", "AttachPolicyToRole", PolicyName=name, PolicyType="Custom", RoleName=ROLE)

    def withdraw(self, name: str) -> None:
        """Take a policy from the role again."""
        self.call(
            self.root, "Ram", "DetachPolicyFromRole", PolicyName=name, PolicyType="Custom", RoleName=ROLE
        )

    def permit(self, user: str, action: str = "sts:AssumeRole") -> None:
        """Step 4: a policy on the role for a user; the sample prints it with another action."""
        text = document("step4-as-printed").replace("ARN of a RAM role", self.arn)
        name = f"step4-{user}-{action.replace(':', '-')}"
        self.create_policy(name, text.replace("iot:QueryProduct", action))
        self.call(self.root, "Ram", "AttachPolicyToUser", PolicyName=name, PolicyType="Custom", UserName=user)

    def assume(self, who: Credentials | None = None, /, **more: str | int) -> Body:
        """Step 5: temporary credentials, Alice's if nobody is named."""
        return self.call(
            who or self.alice, "Sts", "AssumeRole", RoleArn=self.arn, RoleSessionName=SESSION, **more
        )

    def session(self, **more: str | int) -> Credentials:
        """Step 5, its credentials only."""
        return Credentials.of(self.assume(None, **more)["Credentials"])

    def create_product(self, who: Credentials | None = None, name: str = "Thermometer") -> str:
        """Step 6: write; return the product's key."""
        answer = self.call(who or self.root, "Iot", "CreateProduct", ProductName=name, NodeType=0)
        return str(answer["Data"]["ProductKey"])

    def query_product(self, who: Credentials, key: str) -> str:
        """Step 6: read; return the product's name."""
        return str(self.call(who, "Iot", "QueryProduct", ProductKey=key)["Data"]["ProductName"])

    def up_to_grant(self, *policies: str) -> None:
        """Take steps 1 to 4."""
        self.create_role()
        for name in policies or (READ_ONLY,):
            self.create_policy(name)
            self.grant(name)
        self.permit("Alice")

    def expired(self) -> Credentials:
        """Return a session of the role that ended a second ago, sealed by the server's own ring."""
        role = self.call(self.root, "Ram", "GetRole", RoleName=ROLE)["Role"]
        now = int(time.time())
        made = self.world.server.runtime.issuer.issue(
            Session(
                account_id=self.world.id,
                kind="role",
                role_id=role["RoleId"],
                role_name=ROLE,
                session_name=SESSION,
                authenticated_at=now - 901,
                issued_at=now - 901,
                expires_at=now - 1,
                session_id="0" * 32,
                issuer_access_key_id=self.alice.access_key_id,
                issuer="",
            )
        )
        return Credentials(made.access_key_id, made.access_key_secret, made.security_token)


def narrowed(*actions: str) -> str:
    """Return a session policy for these actions, spaces in it."""
    return json.dumps(
        {"Version": "1", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    )
