"""Tags of folders, control policies and members of a resource directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from daypass.directory.errors import (
    BAD_NEXT_TOKEN,
    CONTROL_POLICY_IS_SYSTEM,
    CONTROL_POLICY_MISSING,
    DIRECTORY_MISSING,
    FOLDER_MISSING,
    MEMBER_MISSING,
    TOO_MANY,
)
from daypass.directory.schema import control_policies, directory_members, folders
from daypass.service.authorization import Permission
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.service.params import Choice, Tag, Text, Texts
from daypass.services.resourcedirectory.service import resourcedirectory
from daypass.services.resourcemanager.directory_access import (
    ABOUT_ACCOUNT,
    ABOUT_CONTROL_POLICY,
    ABOUT_FOLDER,
    account_resource,
    control_policy_resource,
    directory_of,
    folder_resource,
)
from daypass.services.resourcemanager.tags import DEFAULT_RESULTS, MAX_RESULTS, NO_KEYS, TAG_KEYS
from daypass.services.tags import ALL, NEW_TAGS, NEXT_TOKEN, RESOURCES, WANTED_TAGS, request_tags

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Table

    from daypass.service.call import Call

Kind = Literal["Account", "Folder", "ControlPolicy"]

RESOURCE_TYPE: Final = Choice(
    wire="ResourceType",
    help="Account for members, Folder or ControlPolicy.",
    options=("Account", "Folder", "ControlPolicy"),
)
RESOURCE_ID: Final = Texts(
    wire="ResourceId",
    help=f"Ids of members, folders or control policies, up to {RESOURCES}.",
    most=RESOURCES,
    item=Text(wire="ResourceId", help="Id of a member, a folder or a control policy.", most=64),
)
TABLES: Final[dict[Kind, Table]] = {
    "Account": directory_members,
    "Folder": folders,
    "ControlPolicy": control_policies,
}
_ARNS: Final[dict[Kind, Callable[[Call, str], str]]] = {
    "Account": account_resource,
    "Folder": folder_resource,
    "ControlPolicy": control_policy_resource,
}
_ABOUT: Final = f"{ABOUT_ACCOUNT} or {ABOUT_FOLDER} or {ABOUT_CONTROL_POLICY}"
_MISSING: Final = (
    DIRECTORY_MISSING,
    MEMBER_MISSING,
    FOLDER_MISSING,
    CONTROL_POLICY_MISSING,
    CONTROL_POLICY_IS_SYSTEM,
)


class NamedRequest(Request, frozen=True, kw_only=True):
    """Names members, folders or control policies."""

    resource_type: Annotated[Kind, RESOURCE_TYPE]
    resource_id: Annotated[tuple[str, ...], RESOURCE_ID]


def _resources(q: NamedRequest | ListRequest, call: Call) -> tuple[str, ...]:
    return tuple(_ARNS[q.resource_type](call, own_id) for own_id in q.resource_id or ("*",))


def _ids(q: NamedRequest | ListRequest, call: Call) -> list[str]:
    """Return the ids of what is named, each of which is there."""
    directory = directory_of(call)
    if q.resource_type == "Account":
        return [call.txn.members.get(directory, own_id).id for own_id in q.resource_id]
    if q.resource_type == "Folder":
        return [call.txn.folders.get(directory, own_id).id for own_id in q.resource_id]
    return [call.txn.control_policies.own(directory, own_id).id for own_id in q.resource_id]


class TagResourcesRequest(NamedRequest, frozen=True, kw_only=True):
    """Names members, folders or control policies, and brings tags for each of them."""

    tag: Annotated[tuple[Tag, ...], NEW_TAGS]


@resourcedirectory.operation(
    "TagResources",
    TagResourcesRequest,
    Nothing,
    authorize=Permission("resourcemanager:TagResources", _resources, conditions=request_tags, about=_ABOUT),
    runs=Runs.WRITE,
    errors=(*_MISSING, TOO_MANY.of("Tag")),
)
def tag_resources(call: Call, q: TagResourcesRequest) -> Nothing:
    """Tag members, folders or control policies, all of them or none."""
    for entity_id in _ids(q, call):
        call.txn.tags.put(call.account, entity_id, tuple((tag.Key, tag.Value) for tag in q.tag))
    return Nothing()


class UntagResourcesRequest(NamedRequest, frozen=True, kw_only=True):
    """Names members, folders or control policies, and the keys of the tags to remove from them."""

    tag_key: Annotated[tuple[str, ...], TAG_KEYS] = ()
    all: Annotated[bool, ALL] = False

    def __post_init__(self) -> None:
        """Check that there is something to remove.

        Raises:
            ApiError: ``MissingParameter.TagKey``.
        """
        if not self.tag_key and not self.all:
            raise NO_KEYS()


@resourcedirectory.operation(
    "UntagResources",
    UntagResourcesRequest,
    Nothing,
    authorize=Permission("resourcemanager:UntagResources", _resources, about=_ABOUT),
    runs=Runs.WRITE,
    errors=(NO_KEYS, *_MISSING),
)
def untag_resources(call: Call, q: UntagResourcesRequest) -> Nothing:
    """Remove tags from members, folders or control policies; a key that is not there is no error."""
    for entity_id in _ids(q, call):
        call.txn.tags.remove(call.account, entity_id, q.tag_key or None)
    return Nothing()


class ListRequest(Request, frozen=True, kw_only=True):
    """Which tags: of what is named, or of what carries certain tags, or of both."""

    resource_type: Annotated[Kind, RESOURCE_TYPE]
    resource_id: Annotated[tuple[str, ...], RESOURCE_ID] = ()
    tag: Annotated[tuple[Tag, ...], WANTED_TAGS] = ()
    max_results: Annotated[int, MAX_RESULTS] = DEFAULT_RESULTS
    next_token: Annotated[str, NEXT_TOKEN] = ""


class TagResource(Response, frozen=True, kw_only=True):
    """A tag, and what carries it."""

    resource_id: str
    resource_type: str
    tag_key: str
    tag_value: str


class ListTagResourcesResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    tag_resources: tuple[TagResource, ...]
    next_token: str | None = None


@resourcedirectory.operation(
    "ListTagResources",
    ListRequest,
    ListTagResourcesResponse,
    authorize=Permission("resourcemanager:ListTagResources", _resources, about=_ABOUT),
    runs=Runs.READ,
    errors=(*_MISSING, BAD_NEXT_TOKEN),
)
def list_tag_resources(call: Call, q: ListRequest) -> ListTagResourcesResponse:
    """List the tags of members, folders or control policies, by the names of what carries them."""
    table = TABLES[q.resource_type]
    page = call.txn.tags.list(
        table,
        call.account,
        own=table.c.directory_id == directory_of(call).id,
        ids=_ids(q, call) or None,
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
