"""Resource groups: sets of resources that attachments can be limited to."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Annotated, Final

from daypass.directory.errors import (
    RESOURCE_GROUP_EXISTS,
    RESOURCE_GROUP_IN_USE,
    RESOURCE_GROUP_IS_DEFAULT,
    RESOURCE_GROUP_MISSING,
    TOO_MANY,
)
from daypass.directory.records import ResourceGroup
from daypass.service.authorization import Permission
from daypass.service.operation import Request, Response, Runs
from daypass.service.params import Choice, Tag, Text, Texts
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
from daypass.services.tags import resource_tags

if TYPE_CHECKING:
    from daypass.service.call import Call

LISTED_IDS: Final = 100

NAME: Final = Text(
    wire="Name",
    help="Name of the resource group; 2 to 50 letters, digits and hyphens, a letter first.",
    least=2,
    most=50,
    pattern=re.compile(r"[A-Za-z][A-Za-z0-9-]*", re.ASCII),
    allowed="letters, digits and -, and start with a letter",
)
DISPLAY_NAME: Final = Text(
    wire="DisplayName", help="Name of the resource group for people; 1 to 50 characters.", most=50
)
NEW_DISPLAY_NAME: Final = DISPLAY_NAME.named(
    "NewDisplayName", "New name of the resource group for people; 1 to 50 characters."
)
NAME_PART: Final = Text(wire="Name", help="Part of the names to look for.", most=50)
DISPLAY_NAME_PART: Final = Text(wire="DisplayName", help="Part of the display names to look for.", most=50)
RESOURCE_GROUP_IDS: Final = Texts(
    wire="ResourceGroupIds",
    help=f"Up to {LISTED_IDS} ids of resource groups; they win over ResourceGroupId.",
    most=LISTED_IDS,
    item=RESOURCE_GROUP_ID.named("ResourceGroupIds"),
)
STATUS: Final = Choice(
    wire="Status",
    help="Creating, OK or PendingDelete; resource groups here are made and deleted at once.",
    options=("Creating", "OK", "PendingDelete"),
)

_ABOUT: Final = "acs:ram:*:{AccountId}:resourcegroup/{ResourceGroupId}"
_ABOUT_ALL: Final = "acs:ram:*:{AccountId}:resourcegroup/*"
_HOME: Final = timezone(timedelta(hours=8))


class RegionStatus(Response, frozen=True, kw_only=True):
    """The state of a resource group in a region."""

    region_id: str
    status: str


class RegionStatuses(Response, frozen=True, kw_only=True):
    """The states of a resource group in all regions: this server's."""

    region_status: tuple[RegionStatus, ...]


class ShownTag(Response, frozen=True, kw_only=True):
    """A tag."""

    tag_key: str
    tag_value: str


class ShownTags(Response, frozen=True, kw_only=True):
    """Tags of a resource group."""

    tag: tuple[ShownTag, ...]


class ListedResourceGroup(Response, frozen=True, kw_only=True):
    """A resource group in a list."""

    account_id: str
    create_date: str
    display_name: str
    id: str
    name: str
    status: str
    tags: ShownTags | None = None


class NewResourceGroup(Response, frozen=True, kw_only=True):
    """A resource group that comes or goes."""

    account_id: str
    create_date: str
    display_name: str
    id: str
    name: str
    region_statuses: RegionStatuses
    status: str


class ResourceGroupDetails(NewResourceGroup, frozen=True, kw_only=True):
    """A resource group with its tags, if they were asked for."""

    tags: ShownTags | None = None


class ChangedResourceGroupResponse(Response, frozen=True, kw_only=True):
    """The resource group that was created or deleted."""

    resource_group: NewResourceGroup


class ResourceGroupRequest(Request, frozen=True, kw_only=True):
    """Names a resource group."""

    resource_group_id: Annotated[str, RESOURCE_GROUP_ID]


def _on_group(action: str) -> Permission[ResourceGroupRequest]:
    """Ask for an action on the resource group that is named."""
    return Permission(
        action,
        lambda q, call: resource_group_resource(call, q.resource_group_id),
        tags=resource_tags,
        about=_ABOUT,
    )


def _on_groups(action: str) -> Permission[Request]:
    """Ask for an action on all resource groups: to list them, or to add one."""
    return Permission(action, lambda _, call: resource_group_resource(call, "*"), about=_ABOUT_ALL)


class CreateResourceGroupRequest(Request, frozen=True, kw_only=True):
    """What to call the resource group, and its tags."""

    name: Annotated[str, NAME]
    display_name: Annotated[str, DISPLAY_NAME]
    tag: Annotated[tuple[Tag, ...], TAGS] = ()


@resourcemanager.operation(
    "CreateResourceGroup",
    CreateResourceGroupRequest,
    ChangedResourceGroupResponse,
    authorize=_on_groups("ram:CreateResourceGroup"),
    runs=Runs.WRITE,
    errors=(RESOURCE_GROUP_EXISTS, TOO_MANY.of("ResourceGroup"), TOO_MANY.of("Tag")),
)
def create_resource_group(call: Call, q: CreateResourceGroupRequest) -> ChangedResourceGroupResponse:
    """Create a resource group; it can be used at once."""
    tags = tuple((tag.Key, tag.Value) for tag in q.tag)
    group = call.txn.resource_groups.create(call.account, q.name, q.display_name, tags=tags)
    return ChangedResourceGroupResponse(resource_group=_changed(call, group, group.status))


class GetResourceGroupRequest(ResourceGroupRequest, frozen=True, kw_only=True):
    """Names a resource group, and says whether to show its tags."""

    include_tags: Annotated[bool, INCLUDE_TAGS] = False


class GetResourceGroupResponse(Response, frozen=True, kw_only=True):
    """The resource group."""

    resource_group: ResourceGroupDetails


@resourcemanager.operation(
    "GetResourceGroup",
    GetResourceGroupRequest,
    GetResourceGroupResponse,
    authorize=_on_group("ram:GetResourceGroup"),
    runs=Runs.READ,
    errors=(RESOURCE_GROUP_MISSING,),
)
def get_resource_group(call: Call, q: GetResourceGroupRequest) -> GetResourceGroupResponse:
    """Show a resource group."""
    group = call.txn.resource_groups.get(call.account, q.resource_group_id)
    return GetResourceGroupResponse(
        resource_group=ResourceGroupDetails(
            account_id=group.account_id,
            create_date=date(group.created_at),
            display_name=group.display_name,
            id=group.id,
            name=group.name,
            region_statuses=_everywhere(call, group.status),
            status=group.status,
            tags=_tags(group) if q.include_tags else None,
        )
    )


class ListResourceGroupsRequest(Request, frozen=True, kw_only=True):
    """Which resource groups: every one that fits all that is given."""

    display_name: Annotated[str | None, DISPLAY_NAME_PART] = None
    include_tags: Annotated[bool, INCLUDE_TAGS] = False
    name: Annotated[str | None, NAME_PART] = None
    page_number: Annotated[int, PAGE_NUMBER] = 1
    page_size: Annotated[int, PAGE_LENGTH] = PAGE_SIZE
    resource_group_id: Annotated[str | None, RESOURCE_GROUP_ID] = None
    resource_group_ids: Annotated[tuple[str, ...], RESOURCE_GROUP_IDS] = ()
    status: Annotated[str | None, STATUS] = None
    tag: Annotated[tuple[Tag, ...], TAGS] = ()

    @property
    def ids(self) -> tuple[str, ...] | None:
        """The ids to choose from; None for all."""
        if self.resource_group_ids:
            return self.resource_group_ids
        return None if self.resource_group_id is None else (self.resource_group_id,)


class ResourceGroups(Response, frozen=True, kw_only=True):
    """Resource groups of a page."""

    resource_group: tuple[ListedResourceGroup, ...]


class ListResourceGroupsResponse(Response, frozen=True, kw_only=True):
    """A page of resource groups."""

    page_number: int
    page_size: int
    resource_groups: ResourceGroups
    total_count: int


@resourcemanager.operation(
    "ListResourceGroups",
    ListResourceGroupsRequest,
    ListResourceGroupsResponse,
    authorize=_on_groups("ram:ListResourceGroups"),
    runs=Runs.READ,
)
def list_resource_groups(call: Call, q: ListResourceGroupsRequest) -> ListResourceGroupsResponse:
    """List the account's resource groups, by name; tags are shown if asked for or looked for."""
    found = call.txn.resource_groups.numbered(
        call.account,
        name=q.name,
        display_name=q.display_name,
        status=q.status,
        ids=q.ids,
        tags=tuple((tag.Key, tag.Value or None) for tag in q.tag),
        page=q.page_number,
        size=q.page_size,
    )
    with_tags = q.include_tags or bool(q.tag)
    return ListResourceGroupsResponse(
        page_number=q.page_number,
        page_size=q.page_size,
        resource_groups=ResourceGroups(
            resource_group=tuple(_listed(group, with_tags=with_tags) for group in found.items)
        ),
        total_count=found.total,
    )


class UpdateResourceGroupRequest(ResourceGroupRequest, frozen=True, kw_only=True):
    """Which resource group, and what people shall call it."""

    new_display_name: Annotated[str, NEW_DISPLAY_NAME]


class RenamedResourceGroup(Response, frozen=True, kw_only=True):
    """A resource group with its new display name."""

    account_id: str
    create_date: str
    display_name: str
    id: str
    name: str


class UpdateResourceGroupResponse(Response, frozen=True, kw_only=True):
    """The resource group as it is now."""

    resource_group: RenamedResourceGroup


@resourcemanager.operation(
    "UpdateResourceGroup",
    UpdateResourceGroupRequest,
    UpdateResourceGroupResponse,
    authorize=_on_group("ram:UpdateResourceGroup"),
    runs=Runs.WRITE,
    errors=(RESOURCE_GROUP_MISSING,),
)
def update_resource_group(call: Call, q: UpdateResourceGroupRequest) -> UpdateResourceGroupResponse:
    """Give a resource group another display name."""
    group = call.txn.resource_groups.update(call.account, q.resource_group_id, q.new_display_name)
    shown = RenamedResourceGroup(
        account_id=group.account_id,
        create_date=date(group.created_at),
        display_name=group.display_name,
        id=group.id,
        name=group.name,
    )
    return UpdateResourceGroupResponse(resource_group=shown)


@resourcemanager.operation(
    "DeleteResourceGroup",
    ResourceGroupRequest,
    ChangedResourceGroupResponse,
    authorize=_on_group("ram:DeleteResourceGroup"),
    runs=Runs.WRITE,
    errors=(RESOURCE_GROUP_MISSING, RESOURCE_GROUP_IN_USE, RESOURCE_GROUP_IS_DEFAULT),
)
def delete_resource_group(call: Call, q: ResourceGroupRequest) -> ChangedResourceGroupResponse:
    """Delete an empty resource group; policies attached within it are detached."""
    group = call.txn.resource_groups.delete(call.account, q.resource_group_id)
    # What the published operation answers, which deletes later; here it is gone already.
    return ChangedResourceGroupResponse(resource_group=_changed(call, group, "PendingDelete"))


def _changed(call: Call, group: ResourceGroup, status: str) -> NewResourceGroup:
    return NewResourceGroup(
        account_id=group.account_id,
        create_date=date(group.created_at),
        display_name=group.display_name,
        id=group.id,
        name=group.name,
        region_statuses=_everywhere(call, status),
        status=status,
    )


def _listed(group: ResourceGroup, *, with_tags: bool) -> ListedResourceGroup:
    return ListedResourceGroup(
        account_id=group.account_id,
        create_date=date(group.created_at),
        display_name=group.display_name,
        id=group.id,
        name=group.name,
        status=group.status,
        tags=_tags(group) if with_tags else None,
    )


def _everywhere(call: Call, status: str) -> RegionStatuses:
    return RegionStatuses(region_status=(RegionStatus(region_id=call.region, status=status),))


def _tags(group: ResourceGroup) -> ShownTags:
    return ShownTags(tag=tuple(ShownTag(tag_key=key, tag_value=value) for key, value in group.tags))


def date(moment: int) -> str:
    """Return epoch seconds as resource groups show them, ``2021-06-05T14:39:13+08:00``."""
    return datetime.fromtimestamp(moment, _HOME).isoformat()
