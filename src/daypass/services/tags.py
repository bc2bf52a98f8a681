"""What policies see of tags, and the parameters of operations on tags.

``acs:RequestTag/<key>`` are the tags that a request brings, ``acs:ResourceTag/<key>`` those
of the user, role, policy or resource group that it is about; operations that list have none of the latter.
Source: the condition keys of the Tag service, RAM's comments on TagResources.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Final

from daypass.authz.views import Loaded, View
from daypass.directory import scopes
from daypass.service.params import Flag, Integer, Tags, Text, Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from daypass.directory.database import Transaction
    from daypass.service.call import Call
    from daypass.service.operation import Request
    from daypass.service.params import Tag

RESOURCES: Final = 50
"""How many resources one request may name."""

KEYS: Final = 20
"""How many tags or keys one request may bring."""

DEFAULT_PAGE: Final = 100

NEW_TAGS: Final = Tags(
    most=KEYS, help=f"Tags to set, up to {KEYS}; a key that is there already gets the new value."
)
WANTED_TAGS: Final = Tags(
    most=KEYS,
    help="Only of what carries all these tags, and only these; a tag without a value is any value.",
)
ALL: Final = Flag(wire="All", help="Whether to remove all tags; only without keys. Default false.")
NEXT_TOKEN: Final = Text(wire="NextToken", help="Goes on where a truncated answer ended.", least=0)
PAGE_SIZE: Final = Integer(
    wire="PageSize", help="The most tags to return; 1 to 100, default 100.", least=1, most=100
)

_BROUGHT: Final[Callable[[Request], Iterable[Tag]]] = attrgetter("tag")


def tag_keys(wire: str) -> Texts:
    """Return the kind of a list of keys."""
    key = Text(wire=wire, help="Key of a tag.", most=128)
    return Texts(wire=wire, help=f"Keys of the tags to remove, up to {KEYS}.", most=KEYS, item=key)


def request_tags(q: Request, _: Call) -> Mapping[str, str]:
    """Return the condition keys of the tags that a request brings, as ``tag``."""
    return {f"acs:RequestTag/{tag.Key}": tag.Value for tag in _BROUGHT(q)}


def tags_for(action: str) -> Callable[[str, Call], Mapping[str, str]] | None:
    """Return what gives the condition keys of a resource's tags; operations that list have none."""
    return None if action.startswith("ram:List") else resource_tags


def resource_tags(resource: str, call: Call) -> Mapping[str, str]:
    """Return the condition keys of the tags that a user, role or policy carries; others have none here."""
    return call.look(TAGS, resource) or {}


def _load(txn: Transaction, resource: str) -> Loaded[Mapping[str, str] | None]:
    """Read a resource's tags; ``None`` for what does not exist, so that it is cached among absences."""
    account_id, _, named = resource.removeprefix("acs:ram:*:").partition(":")
    kind, _, name = named.partition("/")
    entity_id = _id_of(txn, account_id, kind, name)
    if entity_id is None:
        return Loaded(None, (scopes.tags(account_id),))
    carried = txn.tags.of([entity_id]).get(entity_id, ())
    keys = {f"acs:ResourceTag/{key}": value for key, value in carried}
    return Loaded(keys, (scopes.tags(account_id),))


def _id_of(txn: Transaction, account_id: str, kind: str, name: str) -> str | None:
    match kind:
        case "user":
            user = txn.users.find(account_id, name)
            return None if user is None else user.id
        case "role":
            role = txn.roles.find(account_id, name)
            return None if role is None else role.id
        case "policy":
            return txn.policies.find_id(account_id, name)
        case "resourcegroup":
            return name if txn.resource_groups.has(account_id, name) else None
        case _:
            return None


TAGS: Final[View[str, Mapping[str, str] | None]] = View("tags of a resource", _load)
