"""Who is in which group: AddUserToGroup, RemoveUserFromGroup, ListGroupsForUser, ListUsersForGroup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from daypass.directory.errors import (
    BAD_MARKER,
    GROUP_MISSING,
    MEMBERSHIP_EXISTS,
    MEMBERSHIP_MISSING,
    TOO_MANY,
    USER_MISSING,
)
from daypass.service.authorization import Permission
from daypass.service.call import timestamp
from daypass.service.operation import Nothing, Response, Runs
from daypass.services.ram.parameters import DEFAULT_ITEMS, GROUP_NAME, MARKER, MAX_ITEMS
from daypass.services.ram.service import (
    GroupRequest,
    UserRequest,
    group_resource,
    on_group,
    on_user,
    ram,
    user_resource,
)
from daypass.services.tags import tags_for

if TYPE_CHECKING:
    from daypass.service.call import Call


class MembershipRequest(UserRequest, frozen=True, kw_only=True):
    """Names a user and a group."""

    group_name: Annotated[str, GROUP_NAME]


def _on_both(action: str) -> Permission[MembershipRequest]:
    return Permission(
        action,
        lambda q, call: (user_resource(call, q.user_name), group_resource(call, q.group_name)),
        tags=tags_for(action),
        about="acs:ram:*:{AccountId}:user/{UserName} and acs:ram:*:{AccountId}:group/{GroupName}",
    )


@ram.operation(
    "AddUserToGroup",
    MembershipRequest,
    Nothing,
    authorize=_on_both("ram:AddUserToGroup"),
    runs=Runs.WRITE,
    errors=(USER_MISSING, GROUP_MISSING, MEMBERSHIP_EXISTS, TOO_MANY.of("User.Group")),
)
def add_user_to_group(call: Call, q: MembershipRequest) -> Nothing:
    """Put a RAM user into a group, whose policies then count as the user's own."""
    call.txn.groups.add_user(call.account, q.group_name, q.user_name)
    return Nothing()


@ram.operation(
    "RemoveUserFromGroup",
    MembershipRequest,
    Nothing,
    authorize=_on_both("ram:RemoveUserFromGroup"),
    runs=Runs.WRITE,
    errors=(USER_MISSING, GROUP_MISSING, MEMBERSHIP_MISSING),
)
def remove_user_from_group(call: Call, q: MembershipRequest) -> Nothing:
    """Take a RAM user out of a group."""
    call.txn.groups.remove_user(call.account, q.group_name, q.user_name)
    return Nothing()


class GroupOfUserBody(Response, frozen=True, kw_only=True):
    """A group, and since when the user is in it."""

    group_id: str
    group_name: str
    comments: str | None = None
    join_date: str


class GroupsOfUserBody(Response, frozen=True, kw_only=True):
    """Groups in the order of their names."""

    group: tuple[GroupOfUserBody, ...]


class ListGroupsForUserResponse(Response, frozen=True, kw_only=True):
    """The user's groups, all of them."""

    groups: GroupsOfUserBody


@ram.operation(
    "ListGroupsForUser",
    UserRequest,
    ListGroupsForUserResponse,
    authorize=on_user("ram:ListGroupsForUser"),
    runs=Runs.READ,
    errors=(USER_MISSING,),
)
def list_groups_for_user(call: Call, q: UserRequest) -> ListGroupsForUserResponse:
    """List the groups a RAM user is in."""
    joined = tuple(
        GroupOfUserBody(
            group_id=membership.group.id,
            group_name=membership.group.name,
            comments=membership.group.comments or None,
            join_date=timestamp(membership.joined_at),
        )
        for membership in call.txn.groups.of_user(call.account, q.user_name)
    )
    return ListGroupsForUserResponse(groups=GroupsOfUserBody(group=joined))


class ListUsersForGroupRequest(GroupRequest, frozen=True, kw_only=True):
    """Which group, and which part of the list."""

    marker: Annotated[str, MARKER] = ""
    max_items: Annotated[int, MAX_ITEMS] = DEFAULT_ITEMS


class UserOfGroupBody(Response, frozen=True, kw_only=True):
    """A user, and since when it is in the group."""

    user_name: str
    display_name: str | None = None
    join_date: str


class UsersOfGroupBody(Response, frozen=True, kw_only=True):
    """Users in the order of their names."""

    user: tuple[UserOfGroupBody, ...]


class ListUsersForGroupResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    users: UsersOfGroupBody
    is_truncated: bool
    marker: str | None = None


@ram.operation(
    "ListUsersForGroup",
    ListUsersForGroupRequest,
    ListUsersForGroupResponse,
    authorize=on_group("ram:ListUsersForGroup"),
    runs=Runs.READ,
    errors=(GROUP_MISSING, BAD_MARKER),
)
def list_users_for_group(call: Call, q: ListUsersForGroupRequest) -> ListUsersForGroupResponse:
    """List the RAM users in a group."""
    page = call.txn.groups.users_of(call.account, q.group_name, marker=q.marker or None, limit=q.max_items)
    shown = tuple(
        UserOfGroupBody(
            user_name=member.user.name,
            display_name=member.user.display_name or None,
            join_date=timestamp(member.joined_at),
        )
        for member in page.items
    )
    return ListUsersForGroupResponse(
        users=UsersOfGroupBody(user=shown), is_truncated=page.is_truncated, marker=page.marker
    )
