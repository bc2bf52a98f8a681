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
from daypass.services.ims.service import UserRequest, ims, named, on_user
from daypass.services.principals import full_name
from daypass.services.ram.parameters import DEFAULT_ITEMS, GROUP_NAME, MARKER, MAX_GROUPS
from daypass.services.ram.service import GroupRequest, group_resource, on_group
from daypass.services.tags import tags_for

if TYPE_CHECKING:
    from daypass.service.call import Call


class MembershipRequest(UserRequest, frozen=True, kw_only=True):
    """Names a user and a group."""

    group_name: Annotated[str, GROUP_NAME]


def _on_both(action: str) -> Permission[MembershipRequest]:
    return Permission(
        action,
        lambda q, call: (q.user_principal_name.resource(call), group_resource(call, q.group_name)),
        tags=tags_for(action),
        about="acs:ram:*:{AccountId}:user/{UserName} and acs:ram:*:{AccountId}:group/{GroupName}",
    )


@ims.operation(
    "AddUserToGroup",
    MembershipRequest,
    Nothing,
    authorize=_on_both("ram:AddUserToGroup"),
    runs=Runs.WRITE,
    errors=(USER_MISSING, GROUP_MISSING, MEMBERSHIP_EXISTS, TOO_MANY.of("User.Group")),
)
def add_user_to_group(call: Call, q: MembershipRequest) -> Nothing:
    """Put a RAM user into a group, whose policies then count as the user's own."""
    call.txn.groups.add_user(call.account, q.group_name, named(call, q.user_principal_name).name)
    return Nothing()


@ims.operation(
    "RemoveUserFromGroup",
    MembershipRequest,
    Nothing,
    authorize=_on_both("ram:RemoveUserFromGroup"),
    runs=Runs.WRITE,
    errors=(USER_MISSING, GROUP_MISSING, MEMBERSHIP_MISSING),
)
def remove_user_from_group(call: Call, q: MembershipRequest) -> Nothing:
    """Take a RAM user out of a group."""
    call.txn.groups.remove_user(call.account, q.group_name, named(call, q.user_principal_name).name)
    return Nothing()


class GroupOfUserBody(Response, frozen=True, kw_only=True):
    """A group, and since when the user is in it."""

    group_id: str
    group_name: str
    display_name: str | None = None
    comments: str | None = None
    join_date: str


class GroupsOfUserBody(Response, frozen=True, kw_only=True):
    """Groups in the order of their names."""

    group: tuple[GroupOfUserBody, ...]


class ListGroupsForUserResponse(Response, frozen=True, kw_only=True):
    """The user's groups, all of them."""

    groups: GroupsOfUserBody


@ims.operation(
    "ListGroupsForUser",
    UserRequest,
    ListGroupsForUserResponse,
    authorize=on_user("ram:ListGroupsForUser"),
    runs=Runs.READ,
    errors=(USER_MISSING,),
)
def list_groups_for_user(call: Call, q: UserRequest) -> ListGroupsForUserResponse:
    """List the groups a RAM user is in."""
    user = named(call, q.user_principal_name)
    joined = tuple(
        GroupOfUserBody(
            group_id=membership.group.id,
            group_name=membership.group.name,
            display_name=membership.group.display_name or None,
            comments=membership.group.comments or None,
            join_date=timestamp(membership.joined_at),
        )
        for membership in call.txn.groups.of_user(call.account, user.name)
    )
    return ListGroupsForUserResponse(groups=GroupsOfUserBody(group=joined))


class ListUsersForGroupRequest(GroupRequest, frozen=True, kw_only=True):
    """Which group, and which part of the list."""

    marker: Annotated[str, MARKER] = ""
    max_items: Annotated[int, MAX_GROUPS] = DEFAULT_ITEMS


class UserOfGroupBody(Response, frozen=True, kw_only=True):
    """A user, and since when it is in the group."""

    user_id: str
    user_principal_name: str
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


@ims.operation(
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
    account = call.txn.accounts.get(call.account)
    shown = tuple(
        UserOfGroupBody(
            user_id=member.user.id,
            user_principal_name=full_name(account, "User", member.user.name),
            display_name=member.user.display_name or None,
            join_date=timestamp(member.joined_at),
        )
        for member in page.items
    )
    return ListUsersForGroupResponse(
        users=UsersOfGroupBody(user=shown), is_truncated=page.is_truncated, marker=page.marker
    )
