"""Tags of RAM users: TagResources, UntagResources, ListTagResources.

The published table authorizes them on all resources; here they are authorized on each of
the users that are named, so that a policy that guards a user guards its tags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from daypass.directory.errors import BAD_NEXT_TOKEN, TOO_MANY, USER_MISSING
from daypass.directory.schema import users
from daypass.service import codes
from daypass.service.authorization import Permission
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.service.params import Choice, Tag, Text, Texts
from daypass.services.ims.service import ims, named, resource_of_id, user_of_id
from daypass.services.principals import PrincipalName, UserPrincipalName
from daypass.services.ram.service import user_resource
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

USER: Final = "user"
RESOURCE_TYPE: Final = Choice(wire="ResourceType", help="user.", options=(USER,))
RESOURCE_IDS: Final = Texts(
    wire="ResourceId",
    help=f"Ids of the RAM users, up to {RESOURCES}.",
    most=RESOURCES,
    item=Text(wire="ResourceId", help="Id of a RAM user.", most=64),
)
RESOURCE_PRINCIPAL_NAMES: Final = Texts(
    wire="ResourcePrincipalName",
    help=f"Names of the RAM users with the account's domain, up to {RESOURCES}; instead of their ids.",
    most=RESOURCES,
    item=UserPrincipalName(
        wire="ResourcePrincipalName", help="Name of a RAM user with the account's domain."
    ),
)
TAG_KEY: Final = tag_keys("TagKey")

NAMELESS: Final = codes.MISSING_PARAMETER.of("ResourceId")
NAMED_TWICE: Final = codes.INVALID.of("ResourceId")
NO_KEYS: Final = codes.MISSING_PARAMETER.of("TagKey")

_ABOUT: Final = "acs:ram:*:{AccountId}:user/{UserName}"


class TaggedRequest(Request, frozen=True, kw_only=True):
    """Names RAM users by their ids or by their names."""

    resource_type: Annotated[str, RESOURCE_TYPE]
    resource_id: Annotated[tuple[str, ...], RESOURCE_IDS] = ()
    resource_principal_name: Annotated[tuple[PrincipalName, ...], RESOURCE_PRINCIPAL_NAMES] = ()

    def __post_init__(self) -> None:
        """Check that users are named, in one way.

        Raises:
            ApiError: ``MissingParameter.ResourceId``, ``InvalidParameter.ResourceId``.
        """
        if self.resource_id and self.resource_principal_name:
            raise NAMED_TWICE(reason="users are named by ResourceId or by ResourcePrincipalName, not by both")
        if self.must_name_some() and not self.resource_id and not self.resource_principal_name:
            raise NAMELESS()

    def must_name_some(self) -> bool:
        """Return whether some user has to be named."""
        return True


def _resources(q: TaggedRequest, call: Call) -> tuple[str, ...]:
    by_name = tuple(name.resource(call) for name in q.resource_principal_name)
    by_id = tuple(resource_of_id(call, user_id) for user_id in q.resource_id)
    return by_name or by_id or (user_resource(call, "*"),)


def _ids(call: Call, q: TaggedRequest) -> list[str]:
    """Return the ids of the users that are named.

    Raises:
        ApiError: ``EntityNotExist.User``.
    """
    by_name = [named(call, name).id for name in q.resource_principal_name]
    return by_name or [user_of_id(call, user_id).id for user_id in q.resource_id]


class TagResourcesRequest(TaggedRequest, frozen=True, kw_only=True):
    """Names RAM users, and brings tags for each of them."""

    tag: Annotated[tuple[Tag, ...], NEW_TAGS]


@ims.operation(
    "TagResources",
    TagResourcesRequest,
    Nothing,
    authorize=Permission(
        "ram:TagResources", _resources, conditions=request_tags, tags=resource_tags, about=_ABOUT
    ),
    runs=Runs.WRITE,
    errors=(NAMELESS, NAMED_TWICE, USER_MISSING, TOO_MANY.of("Tag")),
)
def tag_resources(call: Call, q: TagResourcesRequest) -> Nothing:
    """Tag RAM users, all of them or none."""
    for user_id in _ids(call, q):
        call.txn.tags.put(call.account, user_id, tag_list(q.tag))
    return Nothing()


class UntagResourcesRequest(TaggedRequest, frozen=True, kw_only=True):
    """Names RAM users, and the keys of the tags to remove from them."""

    tag_key: Annotated[tuple[str, ...], TAG_KEY] = ()
    all: Annotated[bool, ALL] = False

    def __post_init__(self) -> None:
        """Check that there is something to remove, and from whom.

        Raises:
            ApiError: ``MissingParameter.TagKey``, and as for all requests about users.
        """
        super().__post_init__()
        if not self.tag_key and not self.all:
            raise NO_KEYS()


@ims.operation(
    "UntagResources",
    UntagResourcesRequest,
    Nothing,
    authorize=Permission("ram:UntagResources", _resources, tags=resource_tags, about=_ABOUT),
    runs=Runs.WRITE,
    errors=(NAMELESS, NAMED_TWICE, NO_KEYS, USER_MISSING),
)
def untag_resources(call: Call, q: UntagResourcesRequest) -> Nothing:
    """Remove tags from RAM users; a key that is not there is no error."""
    for user_id in _ids(call, q):
        call.txn.tags.remove(call.account, user_id, q.tag_key or None)
    return Nothing()


class ListTagResourcesRequest(TaggedRequest, frozen=True, kw_only=True):
    """Which tags: of the users that are named, or of those that carry certain tags, or of both."""

    tag: Annotated[tuple[Tag, ...], WANTED_TAGS] = ()
    page_size: Annotated[int, PAGE_SIZE] = DEFAULT_PAGE
    next_token: Annotated[str, NEXT_TOKEN] = ""

    def must_name_some(self) -> bool:
        """Return whether some user has to be named."""
        return not self.tag


class TagResource(Response, frozen=True, kw_only=True):
    """A tag, and the id of the RAM user who carries it."""

    resource_type: str
    resource_id: str
    tag_key: str
    tag_value: str


class TagResourcesBody(Response, frozen=True, kw_only=True):
    """Tags in the order of their users' names."""

    tag_resource: tuple[TagResource, ...]


class ListTagResourcesResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    tag_resources: TagResourcesBody
    is_truncated: bool
    next_token: str | None = None


@ims.operation(
    "ListTagResources",
    ListTagResourcesRequest,
    ListTagResourcesResponse,
    authorize=Permission("ram:ListTagResources", _resources, about=_ABOUT),
    runs=Runs.READ,
    errors=(NAMELESS, NAMED_TWICE, USER_MISSING, BAD_NEXT_TOKEN),
)
def list_tag_resources(call: Call, q: ListTagResourcesRequest) -> ListTagResourcesResponse:
    """List the tags of RAM users."""
    page = call.txn.tags.list(
        users,
        call.account,
        ids=_ids(call, q) or None,
        wanted=tag_filter(q.tag),
        marker=q.next_token or None,
        limit=q.page_size,
    )
    shown = tuple(
        TagResource(resource_type=USER, resource_id=tag.entity_id, tag_key=tag.key, tag_value=tag.value)
        for tag in page.items
    )
    return ListTagResourcesResponse(
        tag_resources=TagResourcesBody(tag_resource=shown),
        is_truncated=page.is_truncated,
        next_token=page.marker,
    )
