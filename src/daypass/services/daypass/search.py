"""Search: what the account has that begins with a text, of all kinds at once.

Names of users, groups, roles, policies, resource groups and identity providers are looked for,
ARNs of RAM, ids of AccessKeys and resource groups, and request ids. Each kind is looked for
only if the caller may list it, by the very permission of the operation that lists it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from daypass.directory import beginnings, system
from daypass.names import role_arn
from daypass.service.authorization import NoPermissionNeeded
from daypass.service.operation import Operation, Request, Response, Runs
from daypass.service.params import Integer, Text
from daypass.services.daypass.explanation import EXPLAIN_REQUEST
from daypass.services.daypass.service import daypass
from daypass.services.ims import ims
from daypass.services.ram import ram
from daypass.services.resourcemanager import resourcemanager

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from daypass.directory.beginnings import Kind
    from daypass.service.call import Call
    from daypass.service.operation import Service

_SHORTEST_KEY: Final = 8
"""Characters of an AccessKey's id before any is looked for: all ids begin alike."""

_ARN: Final = re.compile(r"acs:ram:[*]?:(?P<account>[0-9]{16}):(?P<kind>[a-z-]+)/(?P<name>.*)", re.ASCII)
_REQUEST: Final = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", re.ASCII)
_KINDS: Final[Mapping[str, Kind]] = {
    "user": "User",
    "group": "Group",
    "role": "Role",
    "policy": "Policy",
    "resourcegroup": "ResourceGroup",
    "oidc-provider": "OIDCProvider",
    "saml-provider": "SAMLProvider",
}
_OF_KIND: Final = {kind: word for word, kind in _KINDS.items()}

TEXT: Final = Text(wire="Text", help="How it begins, ignoring the case of names.", most=256)
MOST: Final = Integer(
    wire="MaxItems", help="The most results of each kind; 1 to 50, default 5.", least=1, most=50
)


class SearchRequest(Request, frozen=True, kw_only=True):
    """What to look for."""

    text: Annotated[str, TEXT]
    max_items: Annotated[int, MOST] = 5


class FoundBody(Response, frozen=True, kw_only=True):
    """Something found.

    Attributes:
        kind: ``User``, ``Group``, ``Role``, ``Policy``, ``ResourceGroup``, ``OIDCProvider``,
            ``SAMLProvider``, ``AccessKey`` or ``Request``.
        name: its name or id.
        arn: of what has one.
        policy_type: of a policy.
        user_name: whose an AccessKey is; absent for the account's own.
        resource_group_id: of a resource group found by its id.
    """

    kind: str
    name: str
    arn: str | None = None
    policy_type: str | None = None
    user_name: str | None = None
    resource_group_id: str | None = None


class SearchResponse(Response, frozen=True, kw_only=True):
    """What was found, kind by kind, each in the order of names; and which kinds were not looked for."""

    results: tuple[FoundBody, ...]
    not_permitted: tuple[str, ...]


class _Lister(NamedTuple):
    service: Service
    operation: str


_LISTERS: Final[Mapping[Kind, _Lister]] = {
    "User": _Lister(ram, "ListUsers"),
    "Group": _Lister(ram, "ListGroups"),
    "Role": _Lister(ram, "ListRoles"),
    "Policy": _Lister(ram, "ListPolicies"),
    "ResourceGroup": _Lister(resourcemanager, "ListResourceGroups"),
    "OIDCProvider": _Lister(ims, "ListOIDCProviders"),
    "SAMLProvider": _Lister(ims, "ListSAMLProviders"),
}


@daypass.operation(
    "Search",
    SearchRequest,
    SearchResponse,
    authorize=NoPermissionNeeded("each kind is looked for only if the caller may list it"),
    runs=Runs.READ,
)
def search(call: Call, q: SearchRequest) -> SearchResponse:
    """Find what begins with a text: names, ARNs, AccessKey ids, request ids."""
    text = q.text.strip()
    match = _ARN.fullmatch(text)
    allowed = {kind: may_list(call, lister.service, lister.operation) for kind, lister in _LISTERS.items()}
    found: list[FoundBody] = []
    if match is not None:
        kind = _KINDS.get(match["kind"])
        if kind is not None and allowed[kind] and match["account"] == call.account:
            found.extend(_named(call, kind, match["name"], q.max_items))
    elif text:
        for kind in _LISTERS:
            if allowed[kind]:
                found.extend(_named(call, kind, text, q.max_items))
        found.extend(_keys(call, text, q.max_items))
        found.extend(_requests(call, text))
    return SearchResponse(
        results=tuple(found), not_permitted=tuple(kind for kind, may in allowed.items() if not may)
    )


def may_list(call: Call, service: Service, operation: str, **parameters: str) -> bool:
    """Return whether the caller may call an operation, by its own permission."""
    op: Operation[Any, Any] = next(each for each in service if each.name == operation)
    verdict = op.authorize.check(call, op.bind(parameters))
    return verdict is None or verdict.allowed


def _named(call: Call, kind: Kind, beginning: str, limit: int) -> Iterator[FoundBody]:
    own = beginnings.names(call.txn, kind, call.account, beginning, limit)
    for name in own:
        custom = "Custom" if kind == "Policy" else None
        yield FoundBody(kind=kind, name=name, arn=_arn(call, kind, name), policy_type=custom)
    if kind == "Policy":
        yield from _system(beginning, limit - len(own))
    if kind == "ResourceGroup" and beginning.startswith("rg-"):
        for group_id, name in beginnings.ids(call.txn, call.account, beginning, limit):
            yield FoundBody(kind=kind, name=name, resource_group_id=group_id)


def _arn(call: Call, kind: Kind, name: str) -> str:
    if kind == "Role":
        return role_arn(call.account, name)
    return f"acs:ram::{call.account}:{_OF_KIND[kind]}/{name}"


def _system(beginning: str, limit: int) -> Iterator[FoundBody]:
    lower = beginning.lower()
    shipped = sorted(policy.name for policy in system.all_policies() if policy.name.lower().startswith(lower))
    for name in shipped[: max(limit, 0)]:
        yield FoundBody(kind="Policy", name=name, arn=f"acs:ram::system:policy/{name}", policy_type="System")


def _keys(call: Call, text: str, limit: int) -> Iterator[FoundBody]:
    if len(text) < _SHORTEST_KEY:
        return
    for holder in beginnings.keys(call.txn, call.account, text, limit):
        whose = {"UserName": holder.user_name} if holder.user_name else {}
        if may_list(call, ram, "ListAccessKeys", **whose):
            yield FoundBody(kind="AccessKey", name=holder.access_key_id, user_name=holder.user_name or None)


def _requests(call: Call, text: str) -> Iterator[FoundBody]:
    """Yield a request whose whole id the text is; whether there was one is for the explanation to tell."""
    if _REQUEST.fullmatch(text.upper()) and may_list(call, daypass, EXPLAIN_REQUEST, RequestId=text.upper()):
        yield FoundBody(kind="Request", name=text.upper())
