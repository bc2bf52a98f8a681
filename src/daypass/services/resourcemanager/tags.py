"""Tags of resource groups and of members of a resource directory.

What names resource groups is authorized as a ``ram:`` action on each of them, what names
members as a ``resourcemanager:`` action on each of these. Conditions can ask for the tags that a
resource group carries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from daypass.directory.errors import (
    BAD_NEXT_TOKEN,
    DIRECTORY_MISSING,
    MEMBER_MISSING,
    RESOURCE_GROUP_MISSING,
    TOO_MANY,
)
from daypass.directory.schema import directory_members, resource_groups
from daypass.service import codes
from daypass.service.authorization import Permission
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.service.params import Choice, Integer, Tag, Text, Texts
from daypass.services.resourcemanager.directory_access import ABOUT_ACCOUNT, account_resource, directory_of
from daypass.services.resourcemanager.service import resource_group_resource, resourcemanager
from daypass.services.tags import (
    ALL,
    NEW_TAGS,
    NEXT_TOKEN,
    RESOURCES,
    WANTED_TAGS,
    request_tags,
    resource_tags,
    tag_keys,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table

    from daypass.authz.authorize import Verdict
    from daypass.errors import ErrorCode
    from daypass.service.call import Call

TaggedType = Literal["ResourceGroup", "Account"]

RESOURCE_TYPE: Final = Choice(
    wire="ResourceType",
    help="ResourceGroup, or Account for members of the resource directory.",
    options=("ResourceGroup", "Account"),
)
RESOURCE_ID: Final = Texts(
    wire="ResourceId",
    help=f"Ids of the resource groups or members, up to {RESOURCES}.",
    most=RESOURCES,
    item=Text(wire="ResourceId", help="Id of a resource group or a member.", most=64),
)
TAG_KEYS: Final = tag_keys("TagKey")
TAG_KEY: Final = Text(wire="TagKey", help="Key of the tags.", most=128)
KEY_FILTER: Final = Text(wire="KeyFilter", help="Part of the keys to look for.", most=128)
VALUE_FILTER: Final = Text(wire="ValueFilter", help="Part of the values to look for.", most=128)
MAX_RESULTS: Final = Integer(
    wire="MaxResults", help="The most entries to return; 1 to 100, default 10.", least=1, most=100
)
DEFAULT_RESULTS: Final = 10
NO_KEYS: Final = codes.MISSING_PARAMETER.of("TagKey")

_MISSING: Final = (RESOURCE_GROUP_MISSING, DIRECTORY_MISSING, MEMBER_MISSING)


@dataclass(frozen=True, slots=True)
class OnTagged:
    """A permission on each resource group that is named, or on each member; without names, on all.

    Attributes:
        name: of the operation.
        brings: whether requests bring tags.
        reads: whether it lists, and so sees no resource's tags.
    """

    name: str
    brings: bool = False
    reads: bool = False

    def _permission(self, resource_type: str) -> Permission[Any]:
        if resource_type == "ResourceGroup":
            prefix, about = "ram", "acs:ram:*:{AccountId}:resourcegroup/{ResourceGroupId}"
        else:
            prefix, about = "resourcemanager", ABOUT_ACCOUNT
        return Permission(
            f"{prefix}:{self.name}",
            _resources,
            conditions=request_tags if self.brings else None,
            tags=resource_tags if prefix == "ram" and not self.reads else None,
            about=about,
        )

    def check(self, call: Call, q: Any, /) -> Verdict:
        """Decide on each resource group or member."""
        return self._permission(q.resource_type).check(call, q)

    def describe(self) -> str:
        """Return both actions with their resources."""
        kinds = ("ResourceGroup", "Account")
        return ", or ".join(self._permission(kind).describe() for kind in kinds)

    def errors(self) -> tuple[ErrorCode, ...]:
        """Return none."""
        return ()

    def refusal(self, verdict: Verdict, /) -> str:
        """Name resource and action."""
        return self._permission("ResourceGroup").refusal(verdict)


def _resources(q: Any, call: Call) -> tuple[str, ...]:
    ids: tuple[str, ...] = getattr(q, "resource_id", ()) or ("*",)
    if q.resource_type == "ResourceGroup":
        return tuple(resource_group_resource(call, own_id) for own_id in ids)
    return tuple(account_resource(call, own_id) for own_id in ids)


def _table(resource_type: TaggedType, call: Call) -> tuple[Table, ColumnElement[bool]]:
    """Return the table of what carries tags, and which of its rows are the caller's.

    Raises:
        ApiError: ``EntityNotExists.ResourceDirectory``.
    """
    if resource_type == "ResourceGroup":
        return resource_groups, resource_groups.c.account_id == call.account
    return directory_members, directory_members.c.directory_id == directory_of(call).id


def _ids(resource_type: TaggedType, ids: tuple[str, ...], call: Call) -> list[str]:
    """Return the ids of what is named.

    Raises:
        ApiError: ``EntityNotExists.ResourceGroup``, ``EntityNotExists.Account``,
            ``EntityNotExists.ResourceDirectory``.
    """
    if resource_type == "ResourceGroup":
        return [call.txn.resource_groups.get(call.account, own_id).id for own_id in ids]
    directory = directory_of(call)
    return [call.txn.members.get(directory, own_id).id for own_id in ids]


class NamedRequest(Request, frozen=True, kw_only=True):
    """Names resource groups or members."""

    resource_id: Annotated[tuple[str, ...], RESOURCE_ID]
    resource_type: Annotated[TaggedType, RESOURCE_TYPE] = "ResourceGroup"


class TagResourcesRequest(NamedRequest, frozen=True, kw_only=True):
    """Names resource groups or members, and brings tags for each of them."""

    tag: Annotated[tuple[Tag, ...], NEW_TAGS]


@resourcemanager.operation(
    "TagResources",
    TagResourcesRequest,
    Nothing,
    authorize=OnTagged("TagResources", brings=True),
    runs=Runs.WRITE,
    errors=(*_MISSING, TOO_MANY.of("Tag")),
)
def tag_resources(call: Call, q: TagResourcesRequest) -> Nothing:
    """Tag resource groups or members, all of them or none."""
    for entity_id in _ids(q.resource_type, q.resource_id, call):
        call.txn.tags.put(call.account, entity_id, tuple((tag.Key, tag.Value) for tag in q.tag))
    return Nothing()


class UntagResourcesRequest(NamedRequest, frozen=True, kw_only=True):
    """Names resource groups or members, and the keys of the tags to remove from them."""

    tag_key: Annotated[tuple[str, ...], TAG_KEYS] = ()
    all: Annotated[bool, ALL] = False

    def __post_init__(self) -> None:
        """Check that there is something to remove.

        Raises:
            ApiError: ``MissingParameter.TagKey``.
        """
        if not self.tag_key and not self.all:
            raise NO_KEYS()


@resourcemanager.operation(
    "UntagResources",
    UntagResourcesRequest,
    Nothing,
    authorize=OnTagged("UntagResources"),
    runs=Runs.WRITE,
    errors=(NO_KEYS, *_MISSING),
    misspelt=("UnTagResources",),  # by Terraform's alicloud provider
)
def untag_resources(call: Call, q: UntagResourcesRequest) -> Nothing:
    """Remove tags from resource groups or members; a key that is not there is no error."""
    for entity_id in _ids(q.resource_type, q.resource_id, call):
        call.txn.tags.remove(call.account, entity_id, q.tag_key or None)
    return Nothing()


class ListRequest(Request, frozen=True, kw_only=True):
    """Which part of a list."""

    max_results: Annotated[int, MAX_RESULTS] = DEFAULT_RESULTS
    next_token: Annotated[str, NEXT_TOKEN] = ""


class ListTagResourcesRequest(ListRequest, frozen=True, kw_only=True):
    """Which tags: of what is named, or of what carries certain tags, or of both."""

    resource_id: Annotated[tuple[str, ...], RESOURCE_ID] = ()
    resource_type: Annotated[TaggedType, RESOURCE_TYPE] = "ResourceGroup"
    tag: Annotated[tuple[Tag, ...], WANTED_TAGS] = ()


class TagResource(Response, frozen=True, kw_only=True):
    """A tag, and the resource group or member that carries it."""

    resource_id: str
    resource_type: str
    tag_key: str
    tag_value: str


class ListTagResourcesResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    tag_resources: tuple[TagResource, ...]
    next_token: str | None = None


@resourcemanager.operation(
    "ListTagResources",
    ListTagResourcesRequest,
    ListTagResourcesResponse,
    authorize=OnTagged("ListTagResources", reads=True),
    runs=Runs.READ,
    errors=(*_MISSING, BAD_NEXT_TOKEN),
)
def list_tag_resources(call: Call, q: ListTagResourcesRequest) -> ListTagResourcesResponse:
    """List the tags of resource groups or members, by the names of what carries them."""
    table, own = _table(q.resource_type, call)
    page = call.txn.tags.list(
        table,
        call.account,
        own=own,
        ids=_ids(q.resource_type, q.resource_id, call) or None,
        wanted=tuple((tag.Key, tag.Value or None) for tag in q.tag),
        marker=q.next_token or None,
        limit=q.max_results,
    )
    return ListTagResourcesResponse(
        tag_resources=tuple(
            TagResource(
                resource_id=tag.entity_id,
                resource_type=q.resource_type,
                tag_key=tag.key,
                tag_value=tag.value,
            )
            for tag in page.items
        ),
        next_token=page.marker,
    )


class ListTagKeysRequest(ListRequest, frozen=True, kw_only=True):
    """The keys of which kind of thing."""

    resource_type: Annotated[TaggedType, RESOURCE_TYPE]
    key_filter: Annotated[str | None, KEY_FILTER] = None


class KeyBody(Response, frozen=True, kw_only=True):
    """A key."""

    key: str


class ListTagKeysResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    tags: tuple[KeyBody, ...]
    next_token: str | None = None


@resourcemanager.operation(
    "ListTagKeys",
    ListTagKeysRequest,
    ListTagKeysResponse,
    authorize=OnTagged("ListTagKeys", reads=True),
    runs=Runs.READ,
    errors=(DIRECTORY_MISSING, BAD_NEXT_TOKEN),
)
def list_tag_keys(call: Call, q: ListTagKeysRequest) -> ListTagKeysResponse:
    """List the keys of the tags that resource groups or members carry."""
    table, own = _table(q.resource_type, call)
    page = call.txn.tags.keys(
        table,
        call.account,
        own=own,
        part=q.key_filter,
        marker=q.next_token or None,
        limit=q.max_results,
    )
    return ListTagKeysResponse(tags=tuple(KeyBody(key=key) for key in page.items), next_token=page.marker)


class ListTagValuesRequest(ListRequest, frozen=True, kw_only=True):
    """The values of which key, on which kind of thing."""

    resource_type: Annotated[TaggedType, RESOURCE_TYPE]
    tag_key: Annotated[str, TAG_KEY]
    value_filter: Annotated[str | None, VALUE_FILTER] = None


class ValueBody(Response, frozen=True, kw_only=True):
    """A value."""

    value: str


class ListTagValuesResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    tags: tuple[ValueBody, ...]
    next_token: str | None = None


@resourcemanager.operation(
    "ListTagValues",
    ListTagValuesRequest,
    ListTagValuesResponse,
    authorize=OnTagged("ListTagValues", reads=True),
    runs=Runs.READ,
    errors=(DIRECTORY_MISSING, BAD_NEXT_TOKEN),
)
def list_tag_values(call: Call, q: ListTagValuesRequest) -> ListTagValuesResponse:
    """List the values that a key has on resource groups or members."""
    table, own = _table(q.resource_type, call)
    page = call.txn.tags.values(
        table,
        call.account,
        q.tag_key,
        own=own,
        part=q.value_filter,
        marker=q.next_token or None,
        limit=q.max_results,
    )
    return ListTagValuesResponse(
        tags=tuple(ValueBody(value=value) for value in page.items), next_token=page.marker
    )
