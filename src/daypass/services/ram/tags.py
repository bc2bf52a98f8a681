"""Tags of roles and custom policies: TagResources, UntagResources, ListTagResources.

The published table authorizes them on all resources; here they are authorized on each of
those that are named, so that a policy that guards a role guards its tags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from daypass.directory.errors import BAD_NEXT_TOKEN, POLICY_MISSING, ROLE_MISSING, TOO_MANY
from daypass.directory.schema import policies, roles
from daypass.service import codes
from daypass.service.authorization import Permission
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.service.params import Choice, Tag, Text, Texts
from daypass.services.ram.service import ram
from daypass.services.ram.shapes import tag_filter, tag_list
from daypass.services.tags import (
    ALL,
    DEFAULT_PAGE,
    NEW_TAGS,
    NEXT_TOKEN,
    PAGE_SIZE,
    RESOURCES,
    WANTED_TAGS,
    request_tags,
    resource_tags,
    tag_keys,
)

if TYPE_CHECKING:
    from daypass.service.call import Call

RESOURCE_TYPE: Final = Choice(
    wire="ResourceType", help="role, or policy for a custom policy.", options=("role", "policy")
)
RESOURCE_NAMES: Final = Texts(
    wire="ResourceNames",
    help=f"Names of the roles or policies, up to {RESOURCES}.",
    most=RESOURCES,
    item=Text(wire="ResourceNames", help="Name of a role or policy.", most=128),
)
TAG_KEYS: Final = tag_keys("TagKeys")
NO_KEYS: Final = codes.MISSING_PARAMETER.of("TagKeys")

_ABOUT: Final = "acs:ram:*:{AccountId}:role/{RoleName} or acs:ram:*:{AccountId}:policy/{PolicyName}"


class NamedRequest(Request, frozen=True, kw_only=True):
    """Names roles or policies."""

    resource_type: Annotated[Literal["role", "policy"], RESOURCE_TYPE]
    resource_names: Annotated[tuple[str, ...], RESOURCE_NAMES]


class ListTagResourcesRequest(Request, frozen=True, kw_only=True):
    """Which tags: of what is named, or of what carries certain tags, or of both."""

    resource_type: Annotated[Literal["role", "policy"], RESOURCE_TYPE]
    resource_names: Annotated[tuple[str, ...], RESOURCE_NAMES] = ()
    tag: Annotated[tuple[Tag, ...], WANTED_TAGS] = ()
    page_size: Annotated[int, PAGE_SIZE] = DEFAULT_PAGE
    next_token: Annotated[str, NEXT_TOKEN] = ""


def _resources(q: NamedRequest | ListTagResourcesRequest, call: Call) -> tuple[str, ...]:
    names = q.resource_names or ("*",)
    return tuple(f"acs:ram:*:{call.account}:{q.resource_type}/{name}" for name in names)


def _ids(call: Call, q: NamedRequest | ListTagResourcesRequest) -> list[str]:
    """Return the ids of what is named.

    Raises:
        ApiError: ``EntityNotExist.Role``, ``EntityNotExist.Policy``.
    """
    if q.resource_type == "role":
        return [call.txn.roles.get(call.account, name).id for name in q.resource_names]
    return [call.txn.policies.id_of(call.account, name) for name in q.resource_names]


class TagResourcesRequest(NamedRequest, frozen=True, kw_only=True):
    """Names roles or policies, and brings tags for each of them."""

    tag: Annotated[tuple[Tag, ...], NEW_TAGS]


@ram.operation(
    "TagResources",
    TagResourcesRequest,
    Nothing,
    authorize=Permission(
        "ram:TagResources", _resources, conditions=request_tags, tags=resource_tags, about=_ABOUT
    ),
    runs=Runs.WRITE,
    errors=(ROLE_MISSING, POLICY_MISSING, TOO_MANY.of("Tag")),
)
def tag_resources(call: Call, q: TagResourcesRequest) -> Nothing:
    """Tag roles or custom policies, all of them or none."""
    for entity_id in _ids(call, q):
        call.txn.tags.put(call.account, entity_id, tag_list(q.tag))
    return Nothing()


class UntagResourcesRequest(NamedRequest, frozen=True, kw_only=True):
    """Names roles or policies, and the keys of the tags to remove from them."""

    tag_keys: Annotated[tuple[str, ...], TAG_KEYS] = ()
    all: Annotated[bool, ALL] = False

    def __post_init__(self) -> None:
        """Check that there is something to remove.

        Raises:
            ApiError: ``MissingParameter.TagKeys``.
        """
        if not self.tag_keys and not self.all:
            raise NO_KEYS()


@ram.operation(
    "UntagResources",
    UntagResourcesRequest,
    Nothing,
    authorize=Permission("ram:UntagResources", _resources, tags=resource_tags, about=_ABOUT),
    runs=Runs.WRITE,
    errors=(NO_KEYS, ROLE_MISSING, POLICY_MISSING),
)
def untag_resources(call: Call, q: UntagResourcesRequest) -> Nothing:
    """Remove tags from roles or custom policies; a key that is not there is no error."""
    for entity_id in _ids(call, q):
        call.txn.tags.remove(call.account, entity_id, q.tag_keys or None)
    return Nothing()


class TagResource(Response, frozen=True, kw_only=True):
    """A tag, and the role or policy that carries it."""

    resource_type: str
    resource_name: str
    tag_key: str
    tag_value: str


class ListTagResourcesResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    tag_resources: tuple[TagResource, ...]
    next_token: str | None = None


@ram.operation(
    "ListTagResources",
    ListTagResourcesRequest,
    ListTagResourcesResponse,
    authorize=Permission("ram:ListTagResources", _resources, about=_ABOUT),
    runs=Runs.READ,
    errors=(ROLE_MISSING, POLICY_MISSING, BAD_NEXT_TOKEN),
)
def list_tag_resources(call: Call, q: ListTagResourcesRequest) -> ListTagResourcesResponse:
    """List the tags of roles or custom policies, by the names of what carries them."""
    page = call.txn.tags.list(
        roles if q.resource_type == "role" else policies,
        call.account,
        ids=_ids(call, q) or None,
        wanted=tag_filter(q.tag),
        marker=q.next_token or None,
        limit=q.page_size,
    )
    return ListTagResourcesResponse(
        tag_resources=tuple(
            TagResource(
                resource_type=q.resource_type,
                resource_name=tag.entity_name,
                tag_key=tag.key,
                tag_value=tag.value,
            )
            for tag in page.items
        ),
        next_token=page.marker,
    )
