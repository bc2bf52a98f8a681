"""Grants: a policy, whom it is granted to and where it holds; granting and revoking several at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from daypass.console.calls import Call, call, run
from daypass.console.grants.principals import KINDS, Principal
from daypass.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daypass.console.door import Refusal
    from daypass.console.page import Page

TYPES: Final = ("Custom", "System")
AT_ONCE: Final = 5
"""The most policies that are granted in one go, as RAM's own console has it."""

HIGH_RISK: Final = frozenset({"AdministratorAccess", "AliyunRAMFullAccess", "PowerUserAccess"})
"""System policies that give whoever has them the whole account, or the right to take it."""


@dataclass(frozen=True, slots=True, order=True)
class Policy:
    """A policy by its type and name."""

    type: str
    name: str

    @classmethod
    def read(cls, text: str) -> Policy | None:
        """Read what a form has, ``Custom:iot-read``; None for anything else."""
        kind, _, name = text.partition(":")
        return cls(kind, name) if kind in TYPES and name else None

    @property
    def path(self) -> str:
        """The policy's page."""
        return f"/policies/{self.type}/{quote(self.name)}"

    @property
    def high_risk(self) -> bool:
        """Whether it gives whoever has it the account."""
        return self.type == "System" and self.name in HIGH_RISK

    def __str__(self) -> str:
        return f"{self.type}:{self.name}"


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A policy granted to a principal.

    Attributes:
        scope: id of the resource group that it holds in; empty for the whole account.
        since: when it was granted, as the wire has it; empty for one that is to come.
    """

    principal: Principal
    policy: Policy
    scope: str = ""
    since: str = ""

    @classmethod
    def read(cls, text: str) -> Grant | None:
        """Read what a form has: principal, policy and scope with slashes between; None for anything else."""
        parts = text.split("/")
        if len(parts) != len(("principal", "policy", "scope")):
            return None
        principal, policy = Principal.read(parts[0]), Policy.read(parts[1])
        return None if principal is None or policy is None else cls(principal, policy, parts[2])

    @classmethod
    def of_wire(cls, attachment: dict[str, Any], account: str) -> Grant:
        """Read what ResourceManager prints."""
        scope = attachment["ResourceGroupId"]
        return cls(
            Principal.of_wire(attachment["PrincipalType"], attachment["PrincipalName"]),
            Policy(attachment["PolicyType"], attachment["PolicyName"]),
            "" if scope == account else scope,
            attachment["AttachDate"],
        )

    def __str__(self) -> str:
        return f"{self.principal}/{self.policy}/{self.scope}"

    @property
    def parameters(self) -> dict[str, str | None]:
        """What RAM's operations that attach and detach it take."""
        return {
            KINDS[self.principal.kind].parameter: self.principal.name,
            "PolicyType": self.policy.type,
            "PolicyName": self.policy.name,
            "ResourceGroupId": self.scope or None,
        }

    @property
    def attach(self) -> Call:
        """The call that makes it."""
        return call("Ram", f"AttachPolicyTo{self.principal.kind}", **self.parameters)

    @property
    def detach(self) -> Call:
        """The call that takes it away."""
        return call("Ram", f"DetachPolicyFrom{self.principal.kind}", **self.parameters)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one grant of several.

    Attributes:
        state: ``done``; ``before`` for what had been so already; ``failed``.
        why: the reason of a failure.
    """

    grant: Grant
    state: str
    why: str = ""


async def refusal(page: Page, principals: Iterable[Principal] = ()) -> Refusal | None:
    """Return why the user may grant nothing: neither to these, nor to any user, group or role."""
    named = [(each.kind, {KINDS[each.kind].parameter: each.name}) for each in principals]
    found = None
    for kind, parameters in (*named, *((kind, {}) for kind in KINDS)):
        found = await page.may("Ram", f"AttachPolicyTo{kind}", **parameters)
        if found is None:
            return None
    return found


async def refusals(page: Page, grants: Iterable[Grant]) -> dict[Grant, Refusal]:
    """Return those of the grants that the user may not revoke, and why."""
    found = {}
    for grant in grants:
        refused = await page.may("Ram", grant.detach.action, **grant.parameters)
        if refused is not None:
            found[grant] = refused
    return found


async def attach(page: Page, grants: Iterable[Grant]) -> list[Outcome]:
    """Grant each, and tell of each what became of it: one that fails keeps none from being tried."""
    return [await _tried(page, grant, grant.attach, "EntityAlreadyExists.") for grant in grants]


async def detach(page: Page, grants: Iterable[Grant]) -> list[Outcome]:
    """Revoke each, and tell of each what became of it."""
    gone = "EntityNotExist."
    return [
        await _tried(page, grant, grant.detach, f"{gone}{grant.principal.kind}.Policy") for grant in grants
    ]


async def _tried(page: Page, grant: Grant, asked: Call, before: str) -> Outcome:
    try:
        await run(page, asked)
    except ApiError as error:
        if error.code.startswith(before):
            return Outcome(grant, "before")
        return Outcome(grant, "failed", error.message)
    return Outcome(grant, "done")
