"""Lists in pages, whatever is created and deleted between one page and the next.

Markers and tokens name the last entry that a page showed: what stays is shown once, what
comes and goes is shown at most once. Pages by number count entries: they do the same as
long as nothing changes before what was shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daypass.client import Client
from daypass.directory.records import ResourceGroup
from daypass.testing import Account, Server
from tests.world import allow, document, trusting

if TYPE_CHECKING:
    from daypass.directory.database import Transaction

RAM, IMS, RESOURCE_MANAGER = "2015-05-01", "2019-08-15", "2020-03-31"
READ = document(allow("iot:Query*"))
TRUST = trusting("acs:ram::1000000000000001:root")
TAGS = (("k", "v"),)
# Folded they are different; the order of their cases is not the order of the names.
NAMES = ("na", "NB", "nc", "ND", "n-e", "Nf", "ng", "NH", "ni", "nj")

Change = Callable[["Transaction", str, str], object]


@dataclass(frozen=True)
class Kind:
    """How one kind of entry comes and goes."""

    create: Change
    delete: Change


@dataclass(frozen=True)
class Listing:
    """A list: the operation, its entries and how they are told, what it is narrowed to."""

    version: str
    action: str
    kind: Kind
    path: tuple[str, ...]
    name: str
    narrowing: tuple[tuple[str, str], ...] = ()
    order: Callable[[str], str] = str.lower

    def __str__(self) -> str:
        return f"{self.action} of {self.version}"

    def entries(self, body: dict[str, Any]) -> list[str]:
        """Return the names of a page's entries."""
        inner: Any = body
        for member in self.path:
            inner = inner[member]
        return [entry[self.name].partition("@")[0].rpartition("/")[2] for entry in inner]


def _member(txn: Transaction, account: str, name: str) -> None:
    txn.users.create(account, name)
    txn.groups.add_user(account, "group", name)


def _no_member(txn: Transaction, account: str, name: str) -> None:
    txn.groups.remove_user(account, "group", name)
    txn.users.delete(account, name)


def _attached(txn: Transaction, account: str, name: str) -> None:
    txn.policies.create(account, name, READ)
    txn.attachments.attach(account, "Group", "group", "Custom", name)


def _detached(txn: Transaction, account: str, name: str) -> None:
    txn.attachments.detach(account, "Group", "group", "Custom", name)
    txn.policies.delete(account, name)


def _no_group(txn: Transaction, account: str, name: str) -> None:
    (found,) = (group for group in _groups(txn, account) if group.name == name)
    txn.resource_groups.delete(account, found.id)


def _groups(txn: Transaction, account: str) -> tuple[ResourceGroup, ...]:
    return txn.resource_groups.numbered(account, size=100).items


def _provider(txn: Transaction, account: str, name: str) -> None:
    issuer = f"https://{name.lower()}.example.com"
    txn.oidc_providers.create(
        account, name, issuer, client_ids=["client"], fingerprints=["0" * 40], issuance_limit_hours=12
    )


def _no_device(txn: Transaction, account: str, name: str) -> None:
    (found,) = (bound for bound in txn.mfa_devices.list(account).items if bound.device.name == name)
    txn.mfa_devices.delete(found.device)


USERS = Kind(
    lambda txn, account, name: txn.users.create(account, name, tags=TAGS),
    lambda txn, account, name: txn.users.delete(account, name),
)
GROUPS = Kind(
    lambda txn, account, name: txn.groups.create(account, name),
    lambda txn, account, name: txn.groups.delete(account, name),
)
ROLES = Kind(
    lambda txn, account, name: txn.roles.create(account, name, TRUST, trusted=(), tags=TAGS),
    lambda txn, account, name: txn.roles.delete(account, name),
)
POLICIES = Kind(
    lambda txn, account, name: txn.policies.create(account, name, READ, tags=TAGS),
    lambda txn, account, name: txn.policies.delete(account, name),
)
PROVIDERS = Kind(_provider, lambda txn, account, name: txn.oidc_providers.delete(account, name))
DEVICES = Kind(lambda txn, account, name: txn.mfa_devices.create(account, name), _no_device)
MEMBERS = Kind(_member, _no_member)
ATTACHED = Kind(_attached, _detached)
RESOURCE_GROUPS = Kind(
    lambda txn, account, name: txn.resource_groups.create(account, name, "Team"), _no_group
)

CUSTOM = (("PolicyType", "Custom"),)
IN_GROUP = (("GroupName", "group"),)
TAGGED = (("Tag.1.Key", "k"),)

MARKED = (
    Listing(RAM, "ListUsers", USERS, ("Users", "User"), "UserName"),
    Listing(RAM, "ListGroups", GROUPS, ("Groups", "Group"), "GroupName"),
    Listing(RAM, "ListRoles", ROLES, ("Roles", "Role"), "RoleName", TAGGED),
    Listing(RAM, "ListPolicies", POLICIES, ("Policies", "Policy"), "PolicyName", CUSTOM),
    Listing(RAM, "ListUsersForGroup", MEMBERS, ("Users", "User"), "UserName", IN_GROUP),
    Listing(RAM, "ListTagResources", ROLES, ("TagResources",), "ResourceName", (("ResourceType", "role"),)),
    Listing(
        RAM, "ListTagResources", POLICIES, ("TagResources",), "ResourceName", (("ResourceType", "policy"),)
    ),
    Listing(IMS, "ListUsers", USERS, ("Users", "User"), "UserPrincipalName", TAGGED),
    Listing(IMS, "ListUserBasicInfos", USERS, ("UserBasicInfos", "UserBasicInfo"), "UserPrincipalName"),
    Listing(IMS, "ListGroups", GROUPS, ("Groups", "Group"), "GroupName"),
    Listing(IMS, "ListUsersForGroup", MEMBERS, ("Users", "User"), "UserPrincipalName", IN_GROUP),
    Listing(IMS, "ListOIDCProviders", PROVIDERS, ("OIDCProviders", "OIDCProvider"), "OIDCProviderName"),
    Listing(IMS, "ListVirtualMFADevices", DEVICES, ("VirtualMFADevices", "VirtualMFADevice"), "SerialNumber"),
)
NUMBERED = (
    Listing(RESOURCE_MANAGER, "ListRoles", ROLES, ("Roles", "Role"), "RoleName"),
    Listing(RESOURCE_MANAGER, "ListPolicies", POLICIES, ("Policies", "Policy"), "PolicyName", CUSTOM),
    Listing(
        RESOURCE_MANAGER,
        "ListPolicyAttachments",
        ATTACHED,
        ("PolicyAttachments", "PolicyAttachment"),
        "PolicyName",
        order=str,
    ),
    Listing(
        RESOURCE_MANAGER,
        "ListResourceGroups",
        RESOURCE_GROUPS,
        ("ResourceGroups", "ResourceGroup"),
        "Name",
    ),
)


class Shelf:
    """The entries of one list in an account of its own, and a reader who turns its pages."""

    def __init__(self, server: Server, listing: Listing, initial: set[str]) -> None:
        self.server = server
        self.listing = listing
        self.account: Account = server.new_account()
        self.there: set[str] = set()
        self.ever = set(initial)
        self.steady = set(initial)
        self.shown: list[str] = []
        with server.runtime.database.write() as txn:
            if listing.kind in {MEMBERS, ATTACHED}:
                txn.groups.create(self.account.id, "group")
        self.change(initial)
        self.steady = set(initial)

    def change(self, names: set[str]) -> None:
        """Create those that are not there, delete those that are."""
        kind = self.listing.kind
        with self.server.runtime.database.write() as txn:
            for name in sorted(names):
                change = kind.delete if name in self.there else kind.create
                change(txn, self.account.id, name)
        self.there ^= names
        self.steady -= names
        self.ever |= names

    def page(self, **asked: str) -> dict[str, Any]:
        """Read a page."""
        client = Client(self.server.url, self.account.root)
        parameters = {**dict(self.listing.narrowing), **asked}
        answer = client.call(self.listing.version, self.listing.action, parameters)
        assert answer.status == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def by_marker(self, size: int, changes: list[set[str]]) -> None:
        """Turn all pages, with changes between them."""
        token, length = (
            ("NextToken", "PageSize") if self.listing.action == "ListTagResources" else ("Marker", "MaxItems")
        )
        asked = {length: str(size)}
        for _ in range(len(NAMES) + 1):  # each page has a new entry, but the last
            body = self.page(**asked)
            entries = self.listing.entries(body)
            assert len(entries) == size or token not in body
            assert body.get("IsTruncated", token in body) is (token in body)
            self.shown += entries
            if token not in body:
                return
            asked[token] = body[token]
            if changes:
                self.change(changes.pop())
        raise AssertionError("the list does not end")

    def by_number(self, size: int, changes: list[set[str]]) -> None:
        """Turn all pages, with changes behind what was shown between them."""
        for number in range(1, len(NAMES) + 2):
            body = self.page(PageNumber=str(number), PageSize=str(size))
            others = 1 if self.listing.kind is RESOURCE_GROUPS else 0  # the account's default one
            assert (body["PageNumber"], body["TotalCount"]) == (number, len(self.there) + others)
            entries = self.listing.entries(body)
            self.shown += entries
            if number * size >= body["TotalCount"]:
                return
            if changes:
                order = self.listing.order
                self.change({name for name in changes.pop() if order(name) > order(entries[-1])})


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


some_names = st.sets(st.sampled_from(NAMES))
sizes = st.integers(1, 4)
several_changes = st.lists(some_names, max_size=6)
# An example takes some twenty requests and as many commits.
few = settings(max_examples=max(settings().max_examples // 4, 1))


@pytest.mark.parametrize("listing", MARKED, ids=str)
@few
@given(initial=some_names, size=sizes, changes=several_changes)
def test_what_stays_is_shown_once_whatever_comes_and_goes_meanwhile(
    server: Server, listing: Listing, initial: set[str], size: int, changes: list[set[str]]
) -> None:
    shelf = Shelf(server, listing, initial)
    shelf.by_marker(size, changes)
    assert shelf.shown == sorted(set(shelf.shown), key=listing.order)
    assert shelf.steady <= set(shelf.shown) <= shelf.ever


@pytest.mark.parametrize("listing", NUMBERED, ids=str)
@few
@given(initial=some_names, size=sizes, changes=several_changes)
def test_numbered_pages_show_what_stays_once_while_nothing_changes_before_them(
    server: Server, listing: Listing, initial: set[str], size: int, changes: list[set[str]]
) -> None:
    shelf = Shelf(server, listing, initial)
    shelf.by_number(size, changes)
    shown = [name for name in shelf.shown if name != "default"]
    assert len(shown) == len(set(shown))
    assert shelf.steady <= set(shown) <= shelf.ever
