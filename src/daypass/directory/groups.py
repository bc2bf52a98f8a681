"""Groups of RAM users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import structs
from sqlalchemy import delete, select, update

from daypass.directory import identifiers, scopes
from daypass.directory.errors import (
    GROUP_EXISTS,
    GROUP_HAS_POLICIES,
    GROUP_HAS_USERS,
    GROUP_MISSING,
    MEMBERSHIP_EXISTS,
    MEMBERSHIP_MISSING,
    TOO_MANY,
)
from daypass.directory.pages import Page, page_of, read_marker, within
from daypass.directory.records import Group, GroupOfUser, User, UserOfGroup
from daypass.directory.rows import columns
from daypass.directory.schema import attachments, group_members, user_groups, users
from daypass.directory.users import Users

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from daypass.directory.context import Context

_COLUMNS: Final = columns(user_groups, Group)
_USER_COLUMNS: Final = columns(users, User)
_LISTING: Final = "groups"
_MEMBERS: Final = "group users"


class Groups:
    """The groups of all accounts; names are unique in an account, ignoring case."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context
        self._users: Final = Users(context)

    def create(self, account_id: str, name: str, *, comments: str = "", display_name: str = "") -> Group:
        """Create a group.

        Raises:
            ApiError: ``EntityAlreadyExists.Group``, ``LimitExceeded.Group``.
        """
        context = self._context
        if self.find(account_id, name) is not None:
            raise GROUP_EXISTS(name=name)
        limit = context.quotas(account_id).groups
        if self.count(account_id) >= limit:
            raise TOO_MANY.of("Group")(limit=limit)
        new_id = identifiers.entity_id(context.entropy)
        group = Group(new_id, account_id, name, comments, context.now, context.now, display_name)
        context.add(user_groups, {**structs.asdict(group), "name_key": name.lower()})
        context.changed(scopes.group(group.id))
        return group

    def find(self, account_id: str, name: str) -> Group | None:
        """Return the group of that name, ignoring case, or None."""
        named = (user_groups.c.account_id == account_id, user_groups.c.name_key == name.lower())
        row = self._context.first(select(*_COLUMNS).where(*named))
        return None if row is None else Group(*row)

    def get(self, account_id: str, name: str) -> Group:
        """Return the group of that name, ignoring case.

        Raises:
            ApiError: ``EntityNotExist.Group``.
        """
        group = self.find(account_id, name)
        if group is None:
            raise GROUP_MISSING(name=name)
        return group

    def count(self, account_id: str) -> int:
        """Return how many groups an account has."""
        return self._context.count(user_groups, user_groups.c.account_id == account_id)

    def list(self, account_id: str, *, marker: str | None = None, limit: int = 100) -> Page[Group]:
        """Return an account's groups in the order of their names.

        Raises:
            ApiError: ``InvalidParameter.Marker``.
        """
        after = read_marker(_LISTING, marker)
        limit = within(limit)
        statement = select(*_COLUMNS).where(user_groups.c.account_id == account_id)
        if after is not None:
            statement = statement.where(user_groups.c.name_key > after)
        rows = self._context.all(statement.order_by(user_groups.c.name_key).limit(limit + 1))
        return page_of(_LISTING, [Group(*row) for row in rows], limit, lambda group: group.name.lower())

    def update(
        self,
        account_id: str,
        name: str,
        *,
        new_name: str | None = None,
        comments: str | None = None,
        display_name: str | None = None,
    ) -> Group:
        """Change a group; what is None stays.

        Raises:
            ApiError: ``EntityNotExist.Group``, ``EntityAlreadyExists.Group``.
        """
        context = self._context
        group = self.get(account_id, name)
        if new_name is not None:
            namesake = self.find(account_id, new_name)
            if namesake is not None and namesake.id != group.id:
                raise GROUP_EXISTS(name=new_name)
        changed = structs.replace(
            group,
            name=group.name if new_name is None else new_name,
            comments=group.comments if comments is None else comments,
            display_name=group.display_name if display_name is None else display_name,
            updated_at=context.now,
        )
        values = {**structs.asdict(changed), "name_key": changed.name.lower()}
        context.run(update(user_groups).where(user_groups.c.id == group.id).values(values))
        context.changed(scopes.group(group.id))
        return changed

    def delete(self, account_id: str, name: str) -> Group:
        """Delete a group without users and policies.

        Raises:
            ApiError: ``EntityNotExist.Group``, ``DeleteConflict.Group.User``,
                ``DeleteConflict.Group.Policy``.
        """
        context = self._context
        group = self.get(account_id, name)
        if context.exists(group_members, group_members.c.group_id == group.id):
            raise GROUP_HAS_USERS(name=group.name)
        if context.exists(attachments, attachments.c.principal_id == group.id):
            raise GROUP_HAS_POLICIES(name=group.name)
        context.run(delete(user_groups).where(user_groups.c.id == group.id))
        context.changed(scopes.group(group.id))
        return group

    def add_user(self, account_id: str, group_name: str, user_name: str) -> None:
        """Put a user into a group.

        Raises:
            ApiError: ``EntityNotExist.User``, ``EntityNotExist.Group``,
                ``EntityAlreadyExists.User.Group``, ``LimitExceeded.User.Group``.
        """
        context = self._context
        user = self._users.get(account_id, user_name)
        group = self.get(account_id, group_name)
        if context.exists(group_members, *_membership(group, user)):
            raise MEMBERSHIP_EXISTS(user=user.name, group=group.name)
        limit = context.quotas(account_id).groups_per_user
        if context.count(group_members, group_members.c.user_id == user.id) >= limit:
            raise TOO_MANY.of("User.Group")(limit=limit)
        values = {"group_id": group.id, "user_id": user.id, "joined_at": context.now}
        context.add(group_members, values)
        context.changed(scopes.user(user.id), scopes.group(group.id))

    def remove_user(self, account_id: str, group_name: str, user_name: str) -> None:
        """Take a user out of a group.

        Raises:
            ApiError: ``EntityNotExist.User``, ``EntityNotExist.Group``,
                ``EntityNotExist.User.Group``.
        """
        context = self._context
        user = self._users.get(account_id, user_name)
        group = self.get(account_id, group_name)
        if not context.run(delete(group_members).where(*_membership(group, user))):
            raise MEMBERSHIP_MISSING(user=user.name, group=group.name)
        context.changed(scopes.user(user.id), scopes.group(group.id))

    def of_user(self, account_id: str, user_name: str) -> tuple[GroupOfUser, ...]:
        """Return all groups of a user, in the order of their names.

        Raises:
            ApiError: ``EntityNotExist.User``.
        """
        user = self._users.get(account_id, user_name)
        statement = (
            select(group_members.c.joined_at, *_COLUMNS)
            .join_from(group_members, user_groups)
            .where(group_members.c.user_id == user.id)
            .order_by(user_groups.c.name_key)
        )
        return tuple(GroupOfUser(Group(*row[1:]), row[0]) for row in self._context.all(statement))

    def memberships(self, account_id: str) -> tuple[tuple[str, str], ...]:
        """Return who of an account is in which group, as user ids and group names, in the order of names."""
        statement = (
            select(group_members.c.user_id, user_groups.c.name)
            .join_from(group_members, user_groups)
            .where(user_groups.c.account_id == account_id)
            .order_by(user_groups.c.name_key)
        )
        return tuple((row[0], row[1]) for row in self._context.all(statement))

    def users_of(
        self, account_id: str, group_name: str, *, marker: str | None = None, limit: int = 100
    ) -> Page[UserOfGroup]:
        """Return a group's users in the order of their names.

        Raises:
            ApiError: ``EntityNotExist.Group``, ``InvalidParameter.Marker``.
        """
        group = self.get(account_id, group_name)
        after = read_marker(_MEMBERS, marker)
        limit = within(limit)
        statement = (
            select(group_members.c.joined_at, *_USER_COLUMNS)
            .join_from(group_members, users)
            .where(group_members.c.group_id == group.id)
            .order_by(users.c.name_key)
            .limit(limit + 1)
        )
        if after is not None:
            statement = statement.where(users.c.name_key > after)
        found = [UserOfGroup(User(*row[1:]), row[0]) for row in self._context.all(statement)]
        return page_of(_MEMBERS, found, limit, lambda member: member.user.name.lower())


def _membership(group: Group, user: User) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (group_members.c.group_id == group.id, group_members.c.user_id == user.id)
