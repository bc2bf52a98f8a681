"""RAM users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import structs
from sqlalchemy import delete, select, update

from daypass.directory import identifiers, scopes
from daypass.directory.console_sessions import ConsoleSessions
from daypass.directory.errors import (
    TOO_MANY,
    USER_EXISTS,
    USER_HAS_GROUPS,
    USER_HAS_KEYS,
    USER_HAS_LOGIN_PROFILE,
    USER_HAS_MFA_DEVICE,
    USER_HAS_POLICIES,
    USER_MISSING,
)
from daypass.directory.pages import Page, page_of, read_marker, within
from daypass.directory.records import TagList, User
from daypass.directory.rows import columns
from daypass.directory.schema import (
    access_keys,
    attachments,
    group_members,
    login_profiles,
    mfa_devices,
    passwords,
    users,
)
from daypass.directory.tags import Tags, tagged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Row

    from daypass.directory.context import Context

_COLUMNS: Final = columns(users, User)
_LISTING: Final = "users"

# In the order in which RAM documents the conflicts of DeleteUser.
_GUARDS: Final = (
    (group_members, group_members.c.user_id, USER_HAS_GROUPS),
    (access_keys, access_keys.c.user_id, USER_HAS_KEYS),
    (login_profiles, login_profiles.c.user_id, USER_HAS_LOGIN_PROFILE),
    (mfa_devices, mfa_devices.c.user_id, USER_HAS_MFA_DEVICE),
    (attachments, attachments.c.principal_id, USER_HAS_POLICIES),
)


class Users:
    """The RAM users of all accounts; names are unique in an account, ignoring case."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context
        self._tags: Final = Tags(context)

    def create(
        self,
        account_id: str,
        name: str,
        *,
        display_name: str = "",
        comments: str = "",
        email: str = "",
        mobile_phone: str = "",
        tags: TagList = (),
    ) -> User:
        """Create a user.

        Raises:
            ApiError: ``EntityAlreadyExists.User``, ``LimitExceeded.User``, ``LimitExceeded.Tag``.
        """
        context = self._context
        if self.find(account_id, name) is not None:
            raise USER_EXISTS(name=name)
        limit = context.quotas(account_id).users
        if self.count(account_id) >= limit:
            raise TOO_MANY.of("User")(limit=limit)
        user = User(
            id=identifiers.entity_id(context.entropy),
            account_id=account_id,
            name=name,
            display_name=display_name,
            comments=comments,
            email=email,
            mobile_phone=mobile_phone,
            created_at=context.now,
            updated_at=context.now,
            tags=tuple(sorted(tags)),
        )
        context.add(users, _values(user))
        self._tags.put(account_id, user.id, tags)
        context.changed(scopes.user(user.id))
        return user

    def find(self, account_id: str, name: str) -> User | None:
        """Return the user of that name, ignoring case, or None. Tags are left out."""
        statement = select(*_COLUMNS).where(
            users.c.account_id == account_id, users.c.name_key == name.lower()
        )
        row = self._context.first(statement)
        return None if row is None else User(*row)

    def get(self, account_id: str, name: str) -> User:
        """Return the user of that name, ignoring case. Tags are left out.

        Raises:
            ApiError: ``EntityNotExist.User``.
        """
        user = self.find(account_id, name)
        if user is None:
            raise USER_MISSING(name=name)
        return user

    def by_id(self, user_id: str) -> User | None:
        """Return the user of that id, or None. Tags are left out."""
        row = self._context.first(select(*_COLUMNS).where(users.c.id == user_id))
        return None if row is None else User(*row)

    def count(self, account_id: str) -> int:
        """Return how many users an account has."""
        return self._context.count(users, users.c.account_id == account_id)

    def list(
        self,
        account_id: str,
        *,
        tags: Iterable[tuple[str, str | None]] = (),
        marker: str | None = None,
        limit: int = 100,
    ) -> Page[User]:
        """Return an account's users in the order of their names, with their tags.

        Args:
            account_id: whose users.
            tags: only users that carry all of these; a value of None is any value.
            marker: from the page before.
            limit: at most this many.

        Raises:
            ApiError: ``InvalidParameter.Marker``.
        """
        after = read_marker(_LISTING, marker)
        limit = within(limit)
        statement = select(*_COLUMNS).where(users.c.account_id == account_id, *tagged(users.c.id, tags))
        if after is not None:
            statement = statement.where(users.c.name_key > after)
        rows = self._context.all(statement.order_by(users.c.name_key).limit(limit + 1))
        return page_of(_LISTING, self._with_tags(rows), limit, lambda user: user.name.lower())

    def _with_tags(self, rows: Sequence[Row[*tuple[Any, ...]]]) -> Sequence[User]:
        carried = self._tags.of([row[0] for row in rows]) if rows else {}
        return [structs.replace(User(*row), tags=carried.get(row[0], ())) for row in rows]

    def update(
        self,
        account_id: str,
        name: str,
        *,
        new_name: str | None = None,
        display_name: str | None = None,
        comments: str | None = None,
        email: str | None = None,
        mobile_phone: str | None = None,
    ) -> User:
        """Change a user; what is None stays. The id stays when the name changes.

        Raises:
            ApiError: ``EntityNotExist.User``, ``EntityAlreadyExists.User``.
        """
        context = self._context
        user = self.get(account_id, name)
        given = {
            "name": new_name,
            "display_name": display_name,
            "comments": comments,
            "email": email,
            "mobile_phone": mobile_phone,
        }
        wanted = {field: value for field, value in given.items() if value is not None}
        if new_name is not None:
            namesake = self.find(account_id, new_name)
            if namesake is not None and namesake.id != user.id:
                raise USER_EXISTS(name=new_name)
            context.changed(scopes.tags(account_id))
        changed = structs.replace(user, **wanted, updated_at=context.now)
        context.run(
            update(users)
            .where(users.c.id == user.id)
            .values(**wanted, name_key=changed.name.lower(), updated_at=changed.updated_at)
        )
        context.changed(scopes.user(user.id))
        return changed

    def note_login(self, user_id: str) -> None:
        """Set the time of the last console logon to now."""
        self._context.run(update(users).where(users.c.id == user_id).values(last_login_at=self._context.now))

    def delete(self, account_id: str, name: str) -> User:
        """Delete a user that has nothing left.

        Raises:
            ApiError: ``EntityNotExist.User``; ``DeleteConflict.User.`` with ``Group``,
                ``AccessKey``, ``LoginProfile``, ``MFADevice`` or ``Policy``, in this order.
        """
        user = self.get(account_id, name)
        for table, owner, conflict in _GUARDS:
            if self._context.exists(table, owner == user.id):
                raise conflict(name=user.name)
        self._tags.remove(account_id, user.id)
        ConsoleSessions(self._context).end_all(account_id, user.id)
        self._context.run(delete(passwords).where(passwords.c.user_id == user.id))
        self._context.run(delete(users).where(users.c.id == user.id))
        self._context.changed(scopes.user(user.id))
        return user


def _values(user: User) -> dict[str, object]:
    values = structs.asdict(user)
    del values["tags"]
    return {**values, "name_key": user.name.lower()}
