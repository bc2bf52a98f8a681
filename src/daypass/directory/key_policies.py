"""Network policies of AccessKeys: from which addresses a key may be used.

A policy belongs to one key, or to the account and then holds for every key that has no
active one of its own. It governs long-term keys only. What is not listed is refused; a
rule for a VPC matches nobody, since no request comes from one here.

Source: the pages of SetAccessKeyPolicy and on network access restriction; how many rules
and addresses there may be, GetAccountSummary.
"""

from __future__ import annotations

import json
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final, Literal, final

import msgspec
from msgspec import Struct
from sqlalchemy import delete, select

from daypass.directory import scopes
from daypass.directory.schema import access_key_policies

if TYPE_CHECKING:
    from daypass.directory.context import Context

MOST_STATEMENTS: Final = 8
MOST_ADDRESSES: Final = 50
MOST_CHARS: Final = 8192
_REMEMBERED: Final = 1024
_CLASSIC: Final = "ClassicWhiteList"


class Statement(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule: addresses of the internet, or of a VPC that is named."""

    Type: Literal["ClassicWhiteList", "VPCWhiteList"]
    IPList: tuple[str, ...] = ()
    Value: str = ""


class KeyPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """A network policy as it is written."""

    Status: Literal["Active", "Inactive"]
    Statements: tuple[Statement, ...]
    Version: Literal[1] = 1

    @property
    def is_none(self) -> bool:
        """Whether it is how a policy is taken away: switched off and without rules."""
        return self.Status == "Inactive" and not self.Statements


NO_POLICY: Final = KeyPolicy("Inactive", ())


def parse_key_policy(text: str) -> KeyPolicy:
    """Read a policy's text; ``{}`` is no policy.

    Raises:
        ValueError: it is none, with the reason.
    """
    if len(text) > MOST_CHARS:
        raise ValueError(f"it may have at most {MOST_CHARS} characters")
    try:
        written = json.loads(text, object_pairs_hook=_members)
        policy = NO_POLICY if written == {} else msgspec.convert(written, KeyPolicy)
    except json.JSONDecodeError:
        raise ValueError("it is not JSON") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    _check(policy)
    return policy


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands in it twice")
    return members


def _check(policy: KeyPolicy) -> None:
    if len(policy.Statements) > MOST_STATEMENTS:
        raise ValueError(f"at most {MOST_STATEMENTS} statements are allowed")
    if sum(len(statement.IPList) for statement in policy.Statements) > MOST_ADDRESSES:
        raise ValueError(f"at most {MOST_ADDRESSES} addresses are allowed")
    if policy.Status == "Active" and not policy.Statements:
        raise ValueError("an active policy without statements would let nobody in; write Inactive")
    for statement in policy.Statements:
        if bool(statement.Value) == (statement.Type == _CLASSIC):
            raise ValueError("a Value is for VPCWhiteList, which needs one, and for nothing else")
        if not statement.IPList:
            raise ValueError("a statement needs an IPList")
        for address in statement.IPList:
            _network(address)


def _network(address: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(address, strict=False)
    except ValueError:
        raise ValueError("an IPList holds addresses and networks, like 203.0.113.1 or 10.0.0.0/8") from None


@final
class AllowList:
    """The addresses of a policy in force, ready to be asked; what was asked is remembered."""

    def __init__(self, policy: KeyPolicy) -> None:
        self._networks: Final = tuple(
            _network(address)
            for statement in policy.Statements
            if statement.Type == _CLASSIC
            for address in statement.IPList
        )
        self._known: dict[str, bool] = {}

    def admits(self, address: str) -> bool:
        """Return whether a key may be used from an address; one that cannot be read is not listed."""
        known = self._known.get(address)
        if known is None:
            known = self._asked(address)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[address] = known
        return known

    def _asked(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in network for network in self._networks)


def allow_list(own: str | None, accounts: str | None) -> AllowList | None:
    """Return what limits a key: its own policy or, if that is not active, its account's; None for nothing."""
    for document in (own, accounts):
        policy = parse_key_policy(document) if document else NO_POLICY
        if policy.Status == "Active":
            return AllowList(policy)
    return None


class KeyPolicies:
    """The policies of single keys; an account's own is one of its settings."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def find(self, access_key_id: str) -> str | None:
        """Return the text of a key's policy, or None."""
        mine = access_key_policies.c.access_key_id == access_key_id
        row = self._context.first(select(access_key_policies.c.document).where(mine))
        return None if row is None else row[0]

    def set(self, access_key_id: str, document: str | None) -> None:
        """Give a key a policy, or take it away."""
        context = self._context
        context.run(delete(access_key_policies).where(access_key_policies.c.access_key_id == access_key_id))
        if document is not None:
            row = {"access_key_id": access_key_id, "document": document, "updated_at": context.now}
            context.add(access_key_policies, row)
        context.changed(scopes.access_key(access_key_id))
