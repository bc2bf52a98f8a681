"""Groups: CreateGroup, GetGroup, UpdateGroup, DeleteGroup, ListGroups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from daypass.directory.errors import (
    BAD_MARKER,
    GROUP_EXISTS,
    GROUP_HAS_POLICIES,
    GROUP_HAS_USERS,
    GROUP_MISSING,
    TOO_MANY,
)
from daypass.service.call import timestamp
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.services.ram.parameters import (
    COMMENTS,
    DEFAULT_ITEMS,
    MARKER,
    MAX_ITEMS,
    NEW_COMMENTS,
    NEW_GROUP_NAME,
)
from daypass.services.ram.service import GroupRequest, on_every, on_group, ram

if TYPE_CHECKING:
    from daypass.directory.records import Group
    from daypass.service.call import Call


class GroupBody(Response, frozen=True, kw_only=True):
    """A new group."""

    group_id: str
    group_name: str
    comments: str | None = None
    create_date: str


class ChangedGroup(GroupBody, frozen=True, kw_only=True):
    """A group and when it was last changed."""

    update_date: str


def _changed(group: Group) -> ChangedGroup:
    return ChangedGroup(
        group_id=group.id,
        group_name=group.name,
        comments=group.comments or None,
        create_date=timestamp(group.created_at),
        update_date=timestamp(group.updated_at),
    )


class CreateGroupRequest(GroupRequest, frozen=True, kw_only=True):
    """A new group's name."""

    comments: Annotated[str, COMMENTS] = ""


class CreateGroupResponse(Response, frozen=True, kw_only=True):
    """The new group."""

    group: GroupBody


@ram.operation(
    "CreateGroup",
    CreateGroupRequest,
    CreateGroupResponse,
    authorize=on_every("ram:CreateGroup", "group"),
    runs=Runs.WRITE,
    errors=(GROUP_EXISTS, TOO_MANY.of("Group")),
)
def create_group(call: Call, q: CreateGroupRequest) -> CreateGroupResponse:
    """Create a group without users and policies."""
    group = call.txn.groups.create(call.account, q.group_name, comments=q.comments)
    shown = GroupBody(
        group_id=group.id,
        group_name=group.name,
        comments=group.comments or None,
        create_date=timestamp(group.created_at),
    )
    return CreateGroupResponse(group=shown)


class GroupResponse(Response, frozen=True, kw_only=True):
    """The group as it is now."""

    group: ChangedGroup


@ram.operation(
    "GetGroup",
    GroupRequest,
    GroupResponse,
    authorize=on_group("ram:GetGroup"),
    runs=Runs.READ,
    errors=(GROUP_MISSING,),
)
def get_group(call: Call, q: GroupRequest) -> GroupResponse:
    """Show a group."""
    return GroupResponse(group=_changed(call.txn.groups.get(call.account, q.group_name)))


class UpdateGroupRequest(GroupRequest, frozen=True, kw_only=True):
    """What to change; what is absent stays."""

    new_group_name: Annotated[str | None, NEW_GROUP_NAME] = None
    new_comments: Annotated[str | None, NEW_COMMENTS] = None


@ram.operation(
    "UpdateGroup",
    UpdateGroupRequest,
    GroupResponse,
    authorize=on_group("ram:UpdateGroup"),
    runs=Runs.WRITE,
    errors=(GROUP_MISSING, GROUP_EXISTS),
)
def update_group(call: Call, q: UpdateGroupRequest) -> GroupResponse:
    """Change or rename a group; its id, users and policies stay."""
    group = call.txn.groups.update(
        call.account, q.group_name, new_name=q.new_group_name, comments=q.new_comments
    )
    return GroupResponse(group=_changed(group))


@ram.operation(
    "DeleteGroup",
    GroupRequest,
    Nothing,
    authorize=on_group("ram:DeleteGroup"),
    runs=Runs.WRITE,
    errors=(GROUP_MISSING, GROUP_HAS_USERS, GROUP_HAS_POLICIES),
)
def delete_group(call: Call, q: GroupRequest) -> Nothing:
    """Delete a group without users and policies."""
    call.txn.groups.delete(call.account, q.group_name)
    return Nothing()


class ListGroupsRequest(Request, frozen=True, kw_only=True):
    """Which part of the list."""

    marker: Annotated[str, MARKER] = ""
    max_items: Annotated[int, MAX_ITEMS] = DEFAULT_ITEMS


class GroupsBody(Response, frozen=True, kw_only=True):
    """Groups in the order of their names."""

    group: tuple[ChangedGroup, ...]


class ListGroupsResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    groups: GroupsBody
    is_truncated: bool
    marker: str | None = None


@ram.operation(
    "ListGroups",
    ListGroupsRequest,
    ListGroupsResponse,
    authorize=on_every("ram:ListGroups", "group"),
    runs=Runs.READ,
    errors=(BAD_MARKER,),
)
def list_groups(call: Call, q: ListGroupsRequest) -> ListGroupsResponse:
    """List the account's groups."""
    page = call.txn.groups.list(call.account, marker=q.marker or None, limit=q.max_items)
    return ListGroupsResponse(
        groups=GroupsBody(group=tuple(_changed(group) for group in page.items)),
        is_truncated=page.is_truncated,
        marker=page.marker,
    )
