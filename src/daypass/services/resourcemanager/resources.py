"""Resources in resource groups: ListResources, MoveResources, ListResourceGroupsWithAuthDetails.

They are those that this installation keeps. Moving one is authorized on the resource, in the
resource group it is in so far, and on the resource group it goes to. Source of names and
shapes: the SDK's comments; the published table names ``acs:<service>:…`` without more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from daypass.authz.authorize import decide_on
from daypass.authz.controls import CONTROLS
from daypass.directory.errors import RESOURCE_GROUP_MISSING
from daypass.directory.resource_groups import ResourceForm
from daypass.errors import ErrorCode
from daypass.service.authorization import Permission
from daypass.service.call import Conditions, timestamp
from daypass.service.operation import Request, Response, Runs
from daypass.service.params import Flag, Records, Tag, Text
from daypass.services.iot.grouped import PRODUCTS
from daypass.services.resourcemanager.resource_groups import (
    DISPLAY_NAME_PART,
    NAME_PART,
    RESOURCE_GROUP_IDS,
    STATUS,
    ShownTag,
    date,
)
from daypass.services.resourcemanager.service import (
    INCLUDE_TAGS,
    PAGE_LENGTH,
    PAGE_NUMBER,
    PAGE_SIZE,
    RESOURCE_GROUP_ID,
    TAGS,
    resource_group_resource,
    resourcemanager,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daypass.directory.records import GroupedResource, ResourceGroup
    from daypass.service.call import Call
    from daypass.services.grouped import GroupedKind

KINDS: Final[Mapping[tuple[str, str], GroupedKind]] = {
    (kind.service, kind.type): kind for kind in (PRODUCTS,)
}

RESOURCE_MISSING: Final = ErrorCode(
    "EntityNotExists.Resource", 404, "There is no {type} {id} of {service} in {region}."
)
MOVED_AT_ONCE: Final = 10
_PART: Final = re.compile(r"[A-Za-z0-9._/-]{1,256}", re.ASCII)


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A resource as MoveResources names it."""

    RegionId: str
    ResourceId: str
    ResourceType: str
    Service: str


class TypeCode(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of resource as ListResources names it."""

    ResourceType: str
    Service: str


class AuthTypeCode(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of resource as ListResourceGroupsWithAuthDetails names it."""

    ResourceTypeCode: str
    Service: str


def _part(wire: str, about: str) -> Text:
    return Text(wire=wire, help=about, most=256, pattern=_PART, allowed="letters, digits and any of . _ / -")


RESOURCES: Final = Records(
    wire="Resources",
    help=f"The resources to move, up to {MOVED_AT_ONCE}.",
    wire_type="[{RegionId, ResourceId, ResourceType, Service}]",
    form=Named,
    part=_PART,
    allowed="letters, digits and ._/-",
    most=MOVED_AT_ONCE,
)
RESOURCE_TYPES: Final = Records(
    wire="ResourceTypes",
    help="Kinds of resources to list, up to 50; they win over Service and ResourceType.",
    wire_type="[{ResourceType, Service}]",
    form=TypeCode,
    part=_PART,
    allowed="letters, digits and ._/-",
    most=50,
)
AUTH_RESOURCE_TYPES: Final = Records(
    wire="ResourceTypes",
    help="Kinds of resources to tell the caller's permissions on, up to 50; default all that are kept here.",
    wire_type="[{ResourceTypeCode, Service}]",
    form=AuthTypeCode,
    part=_PART,
    allowed="letters, digits and ._/-",
    most=50,
)
SERVICE: Final = _part("Service", "Code of the service, as in ARNs.")
REGION: Final = _part("Region", "Region of the resources.")
RESOURCE_REGION_ID: Final = _part("ResourceRegionId", "Region of the resources; default the server's.")
RESOURCE_TYPE: Final = _part("ResourceType", "Type of the resources, as in ARNs.")
RESOURCE_ID: Final = _part("ResourceId", "Id of the resource.")
COUNT: Final = Flag(wire="Count", help="Whether to count them all; else TotalCount is -1. Default true.")


class ListResourcesRequest(Request, frozen=True, kw_only=True):
    """Which resources: every one that fits all that is given."""

    count: Annotated[bool, COUNT] = True
    page_number: Annotated[int, PAGE_NUMBER] = 1
    page_size: Annotated[int, PAGE_LENGTH] = PAGE_SIZE
    region: Annotated[str | None, REGION] = None
    resource_group_id: Annotated[str | None, RESOURCE_GROUP_ID] = None
    resource_id: Annotated[str | None, RESOURCE_ID] = None
    resource_type: Annotated[str | None, RESOURCE_TYPE] = None
    resource_types: Annotated[tuple[TypeCode, ...], RESOURCE_TYPES] = ()
    service: Annotated[str | None, SERVICE] = None

    @property
    def forms(self) -> tuple[ResourceForm, ...]:
        """The forms of ARNs to look for."""
        kinds: list[tuple[str | None, str | None]] = [
            (kind.Service, kind.ResourceType) for kind in self.resource_types
        ] or [(self.service, self.resource_type)]
        forms = tuple(ResourceForm(code, self.region, kind, self.resource_id) for code, kind in kinds)
        return () if forms == (ResourceForm(),) else forms


class ListedResource(Response, frozen=True, kw_only=True):
    """A resource and the resource group it is in."""

    create_date: str | None = None
    region_id: str
    resource_group_id: str
    resource_id: str
    resource_type: str
    service: str


class ResourcesBody(Response, frozen=True, kw_only=True):
    """Resources in the order of their ARNs."""

    resource: tuple[ListedResource, ...]


class ListResourcesResponse(Response, frozen=True, kw_only=True):
    """A page of resources."""

    page_number: int
    page_size: int
    resources: ResourcesBody
    total_count: int


@resourcemanager.operation(
    "ListResources",
    ListResourcesRequest,
    ListResourcesResponse,
    authorize=Permission(
        "ram:ListResources",
        lambda q, call: resource_group_resource(call, q.resource_group_id or "*"),
        lambda q, _: q.resource_group_id,
        about="acs:ram:*:{AccountId}:resourcegroup/{ResourceGroupId}",
    ),
    runs=Runs.READ,
)
def list_resources(call: Call, q: ListResourcesRequest) -> ListResourcesResponse:
    """List the resources of the account, or of one resource group."""
    found = call.txn.resource_groups.resources(
        call.account,
        resource_group_id=q.resource_group_id,
        matching=q.forms,
        page=q.page_number,
        size=q.page_size,
    )
    return ListResourcesResponse(
        page_number=q.page_number,
        page_size=q.page_size,
        resources=ResourcesBody(resource=_listed(call, found.items)),
        total_count=found.total if q.count else -1,
    )


def _listed(call: Call, found: tuple[GroupedResource, ...]) -> tuple[ListedResource, ...]:
    parsed = [(*_parts(each.resource), each.resource_group_id) for each in found]
    created: dict[tuple[str, str, str], int] = {}
    for (service, kind), holder in KINDS.items():
        ids = [own_id for code, _, type_, own_id, _ in parsed if (code, type_) == (service, kind)]
        for own_id, moment in holder.created(call.txn, call.account, ids).items():
            created[service, kind, own_id] = moment
    return tuple(
        ListedResource(
            create_date=timestamp(created[key]) if (key := (service, kind, own_id)) in created else None,
            region_id=region,
            resource_group_id=group,
            resource_id=own_id,
            resource_type=kind,
            service=service,
        )
        for service, region, kind, own_id, group in parsed
    )


def _parts(arn: str) -> tuple[str, str, str, str]:
    """Take ``acs:<service>:<region>:<account>:<type>/<id>`` apart."""
    _, service, region, _, relative = arn.split(":", 4)
    kind, _, own_id = relative.partition("/")
    return service, region, kind, own_id


class MoveResourcesRequest(Request, frozen=True, kw_only=True):
    """Which resources, and where to."""

    resource_group_id: Annotated[str, RESOURCE_GROUP_ID]
    resources: Annotated[tuple[Named, ...], RESOURCES]


def _moved(q: MoveResourcesRequest, call: Call) -> tuple[str, ...]:
    named = (
        f"acs:{each.Service}:{each.RegionId}:{call.account}:{each.ResourceType}/{each.ResourceId}"
        for each in q.resources
    )
    return (*named, resource_group_resource(call, q.resource_group_id))


def _groups(q: MoveResourcesRequest, call: Call) -> tuple[str | None, ...]:
    return (*(_group_of(each, call) for each in q.resources), q.resource_group_id)


def _group_of(named: Named, call: Call) -> str | None:
    kind = KINDS.get((named.Service, named.ResourceType))
    return None if kind is None else kind.group_of(call, named.RegionId, named.ResourceId)


class MovedResource(Response, frozen=True, kw_only=True):
    """A resource, and whether it was moved."""

    error_code: str | None = None
    error_msg: str | None = None
    region_id: str
    request_id: str
    resource_id: str
    resource_type: str
    service: str
    status: str


class MoveResourcesResponse(Response, frozen=True, kw_only=True):
    """What became of each, in the order given."""

    responses: tuple[MovedResource, ...]


@resourcemanager.operation(
    "MoveResources",
    MoveResourcesRequest,
    MoveResourcesResponse,
    authorize=Permission(
        "ram:MoveResources",
        _moved,
        _groups,
        about="acs:{Service}:{RegionId}:{AccountId}:{ResourceType}/{ResourceId} "
        "and acs:ram:*:{AccountId}:resourcegroup/{ResourceGroupId}",
    ),
    runs=Runs.WRITE,
    errors=(RESOURCE_GROUP_MISSING,),
)
def move_resources(call: Call, q: MoveResourcesRequest) -> MoveResourcesResponse:
    """Move resources to a resource group; its attachments count for them from the next decision on."""
    group = call.txn.resource_groups.get(call.account, q.resource_group_id)
    return MoveResourcesResponse(responses=tuple(_move(call, each, group.id) for each in q.resources))


def _move(call: Call, named: Named, group_id: str) -> MovedResource:
    kind = KINDS.get((named.Service, named.ResourceType))
    done = kind is not None and kind.move(call.txn, call.account, named.RegionId, named.ResourceId, group_id)
    missing = RESOURCE_MISSING(
        type=named.ResourceType, id=named.ResourceId[:64], service=named.Service, region=named.RegionId
    )
    return MovedResource(
        error_code=None if done else missing.code,
        error_msg=None if done else missing.message,
        region_id=named.RegionId,
        request_id=call.request_id,
        resource_id=named.ResourceId,
        resource_type=named.ResourceType,
        service=named.Service,
        status="SUCCESS" if done else "FAIL",
    )


class AuthDetailsRequest(Request, frozen=True, kw_only=True):
    """Which resource groups, and the permissions on which kinds of resources to tell."""

    display_name: Annotated[str | None, DISPLAY_NAME_PART] = None
    include_tags: Annotated[bool, INCLUDE_TAGS] = False
    name: Annotated[str | None, NAME_PART] = None
    page_number: Annotated[int, PAGE_NUMBER] = 1
    page_size: Annotated[int, PAGE_LENGTH] = PAGE_SIZE
    resource_group_ids: Annotated[tuple[str, ...], RESOURCE_GROUP_IDS] = ()
    resource_region_id: Annotated[str | None, RESOURCE_REGION_ID] = None
    resource_types: Annotated[tuple[AuthTypeCode, ...], AUTH_RESOURCE_TYPES] = ()
    status: Annotated[str | None, STATUS] = None
    tag: Annotated[tuple[Tag, ...], TAGS] = ()


class GroupSummary(Response, frozen=True, kw_only=True):
    """A resource group."""

    account_id: str
    create_date: str
    display_name: str
    id: str
    name: str
    status: str
    tags: tuple[ShownTag, ...] | None = None


class GroupAuth(Response, frozen=True, kw_only=True):
    """Whether the caller may list resources of a kind in a resource group."""

    has_permission: bool
    resource_group_id: str


class AuthDetail(Response, frozen=True, kw_only=True):
    """Where the caller may list resources of a kind: in the whole account, in which resource groups."""

    account_scope_auth: bool
    auth_of_resource_groups: tuple[GroupAuth, ...]
    resource_type: str
    service: str


class AuthDetailsResponse(Response, frozen=True, kw_only=True):
    """A page of resource groups and the caller's permissions in them."""

    auth_details: tuple[AuthDetail, ...]
    page_number: int
    page_size: int
    resource_groups: tuple[GroupSummary, ...]
    total_count: int


@resourcemanager.operation(
    "ListResourceGroupsWithAuthDetails",
    AuthDetailsRequest,
    AuthDetailsResponse,
    authorize=Permission(
        "ram:ListResourceGroupsWithAuthDetails",
        lambda _, call: resource_group_resource(call, "*"),
        about="acs:ram:*:{AccountId}:resourcegroup/*",
    ),
    runs=Runs.READ,
)
def list_resource_groups_with_auth_details(call: Call, q: AuthDetailsRequest) -> AuthDetailsResponse:
    """List resource groups, and in which of them the caller may list resources of which kinds.

    The answer is the decision itself, for the action that lists resources of the kind. Kinds that
    are not kept here are left out.
    """
    found = call.txn.resource_groups.numbered(
        call.account,
        name=q.name,
        display_name=q.display_name,
        status=q.status,
        ids=q.resource_group_ids or None,
        tags=tuple((tag.Key, tag.Value or None) for tag in q.tag),
        page=q.page_number,
        size=q.page_size,
    )
    wanted = [(kind.Service, kind.ResourceTypeCode) for kind in q.resource_types] or list(KINDS)
    kinds = [KINDS[each] for each in dict.fromkeys(wanted) if each in KINDS]
    with_tags = q.include_tags or bool(q.tag)
    return AuthDetailsResponse(
        auth_details=tuple(_auth(call, q, kind, found.items) for kind in kinds),
        page_number=q.page_number,
        page_size=q.page_size,
        resource_groups=tuple(_group(group, with_tags=with_tags) for group in found.items),
        total_count=found.total,
    )


def _auth(
    call: Call, q: AuthDetailsRequest, kind: GroupedKind, groups: tuple[ResourceGroup, ...]
) -> AuthDetail:
    controls = call.look(CONTROLS, call.account)
    resource = kind.arn(q.resource_region_id or call.region, call.account, "*")

    def may(group_id: str | None) -> bool:
        context = Conditions(call)
        return decide_on(
            call.caller, controls, kind.lists, resource, context, resource_group=group_id
        ).allowed

    return AuthDetail(
        account_scope_auth=may(None),
        auth_of_resource_groups=tuple(
            GroupAuth(has_permission=may(group.id), resource_group_id=group.id) for group in groups
        ),
        resource_type=kind.type,
        service=kind.service,
    )


def _group(group: ResourceGroup, *, with_tags: bool) -> GroupSummary:
    tags = tuple(ShownTag(tag_key=key, tag_value=value) for key, value in group.tags)
    return GroupSummary(
        account_id=group.account_id,
        create_date=date(group.created_at),
        display_name=group.display_name,
        id=group.id,
        name=group.name,
        status=group.status,
        tags=tags if with_tags else None,
    )
