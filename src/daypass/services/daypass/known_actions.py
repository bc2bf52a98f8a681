"""The actions that are known, and what each of them is about.

What daypass answers itself is read from the declarations: an operation says for its
reference page which actions on which resources it asks for, and nothing else is taken to
be true of it here. What others answer is read from the descriptions of services.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from daypass.descriptions import Access, Description, shipped_services
from daypass.policy.reach import Known
from daypass.service.authorization import Permission
from daypass.service.operation import Operation, Runs
from daypass.services.tags import request_tags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daypass.service.operation import Service

Level = Literal["list", "read", "write"]

_ASKS: Final = re.compile(r"`([a-z]+:[A-Za-z]+)` on ")
_NAMED: Final = r"(?:\{[^}]*\}|[^\s`,;{])"
_RESOURCE: Final = re.compile(rf"acs:{_NAMED}+|(?<![\w:/{{}}*])[a-z]+/{_NAMED}+|(?<=`)\*(?=`)")
_DENIED: Final = "; no Deny on "

_EVERY: Final = (
    "acs:CurrentTime",
    "acs:MFAPresent",
    "acs:PrincipalARN",
    "acs:PrincipalRDId",
    "acs:PrincipalRDPath",
    "acs:SecureTransport",
    "acs:SourceIp",
)
"""The keys that every action may be asked with."""

_OWN_KEYS: Final = {
    "sts:AssumeRole": ("sts:ExternalId", "sts:RoleSessionName", "sts:SourceIdentity"),
    "ram:AttachPolicy": ("acs:ResourceTag/",),
    "ram:DetachPolicy": ("acs:ResourceTag/",),
    "ram:CreateServiceLinkedRole": ("ram:ServiceName",),
    "ram:DeleteServiceLinkedRole": ("ram:ServiceName",),
    "ram:GetServiceLinkedRoleDeletionStatus": ("ram:ServiceName",),
    "ram:GetServiceLinkedRoleTemplate": ("ram:ServiceName",),
}
_READS: Final = re.compile(
    r"(?:Batch)?(?:Get|Query|Check|Count|Decode|Describe|Explain|Lookup|Review|Search|Simulate)"
)


_LEVELS: Final[dict[Access, Level]] = {
    "list": "list",
    "read": "read",
    "write": "write",
    "permissions": "write",
    "tagging": "write",
}
_VARIABLE: Final = re.compile(r"\{([A-Za-z0-9_]+)[^}]*\}")
_COMMON: Final = {"region": "RegionId", "account": "AccountId"}


class KnownAction(msgspec.Struct, frozen=True):
    """An action.

    Attributes:
        name: ``<ram-code>:<name>``.
        level: whether it lists, reads or changes.
        resources: what it may be asked on, as ARNs with ``{Names}`` of what varies; ``*``
            where it is about no single resource.
        condition_keys: keys that requests for it may carry.
    """

    name: str
    level: Level
    resources: tuple[str, ...]
    condition_keys: tuple[str, ...]

    @property
    def service(self) -> str:
        """The RAM code that it begins with."""
        return self.name.partition(":")[0]


def declared(services: tuple[Service, ...]) -> tuple[KnownAction, ...]:
    """Return the actions that services ask for, in the order of their names."""
    found: dict[str, KnownAction] = {}
    for service in services:
        for operation in service:
            for action, resources in _asked(operation):
                one = KnownAction(action, _level(action, operation), resources, _keys(action, operation))
                found[action] = _merged(found.get(action, one), one)
    return tuple(found[name] for name in sorted(found, key=str.lower))


def _merged(first: KnownAction, second: KnownAction) -> KnownAction:
    resources = tuple(dict.fromkeys((*first.resources, *second.resources)))
    keys = tuple(sorted({*first.condition_keys, *second.condition_keys}))
    return KnownAction(first.name, first.level, resources, keys)


def _level(action: str, operation: Operation[Any, Any]) -> Level:
    return "write" if operation.runs is Runs.WRITE else level_of(action.partition(":")[2])


def _keys(action: str, operation: Operation[Any, Any]) -> tuple[str, ...]:
    permission = getattr(operation.authorize, "permission", operation.authorize)
    keys = {*_EVERY, *_OWN_KEYS.get(action, ())}
    if isinstance(permission, Permission):
        keys |= {"acs:RequestTag/"} if permission.conditions is request_tags else set()
        keys |= {"acs:ResourceTag/"} if permission.tags is not None else set()
    return tuple(sorted(keys))


def level_of(name: str) -> Level:
    """Return what an action does, judged by its name."""
    if name.startswith("List"):
        return "list"
    return "read" if _READS.match(name) else "write"


def _asked(operation: Operation[Any, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each action that an operation asks for, with the resources it is asked on."""
    text = operation.authorize.describe().partition(_DENIED)[0]
    _, *parts = _ASKS.split(text)
    for action, resources in zip(parts[::2], parts[1::2], strict=True):
        yield action, tuple(_whole(_RESOURCE.findall(resources)))


def _whole(written: list[str]) -> Iterator[str]:
    """Yield resources as ARNs: of several with one beginning, descriptions write it once."""
    beginning = ""
    for text in written:
        arn = text if text.startswith("acs:") or text == "*" else beginning + text
        beginning = ":".join(arn.split(":", 4)[:4]) + ":"
        yield arn.replace("{AccountId}|system", "*")


def described(description: Description) -> Iterator[KnownAction]:
    """Yield the actions of a service that a description tells of."""
    for interface in description.interface:
        for action in interface.action:
            keys = tuple(sorted({*_EVERY, *action.conditions}))
            for name in action.all_names:
                full = f"{description.service}:{name}"
                yield KnownAction(full, _LEVELS[action.access], (_named(action.resource),), keys)
            for also in action.also:
                level = level_of(also.action.partition(":")[2])
                yield KnownAction(also.action, level, (_named(also.resource),), _EVERY)


def _named(template: str) -> str:
    """Return a description's template in the words of the declarations."""
    return _VARIABLE.sub(lambda found: f"{{{_COMMON.get(found[1], found[1])}}}", template)


@functools.cache
def known_actions() -> tuple[KnownAction, ...]:
    """Return every action that is known here, in the order of the names.

    That is what the operations of the catalogue ask for, and what is described of services
    that others answer.
    """
    from daypass.services import SERVICES  # noqa: PLC0415 (the services are put together after this one)

    found = {action.name: action for action in declared(SERVICES)}
    for description in shipped_services():
        for one in described(description):
            found[one.name] = _merged(found.get(one.name, one), one)
    return tuple(found[name] for name in sorted(found, key=str.lower))


@functools.cache
def known() -> Known:
    """Return what lint needs of the known actions."""
    return Known({action.name: action.resources for action in known_actions()})
