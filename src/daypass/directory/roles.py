"""RAM roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import structs
from sqlalchemy import delete, select, update

from daypass.directory import identifiers, scopes, trust
from daypass.directory.errors import ROLE_EXISTS, ROLE_HAS_POLICIES, ROLE_MISSING, SERVICE_LINKED, TOO_MANY
from daypass.directory.pages import NumberedPage, Page, numbered, page_of, read_marker, within
from daypass.directory.records import DEFAULT_SESSION_SECONDS, Role, TagList
from daypass.directory.rows import columns
from daypass.directory.schema import attachments, roles
from daypass.directory.tags import Tags, tagged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Row

    from daypass.directory.context import Context

COLUMNS: Final = columns(roles, Role)
_LISTING: Final = "roles"


class Roles:
    """The roles of all accounts; names are unique in an account, ignoring case."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context
        self._tags: Final = Tags(context)

    def create(
        self,
        account_id: str,
        name: str,
        trust_document: str,
        *,
        trusted: Iterable[str],
        description: str = "",
        max_session_duration: int = DEFAULT_SESSION_SECONDS,
        allow_console_login: bool = False,
        tags: TagList = (),
        service_linked: bool = False,
    ) -> Role:
        """Create a role.

        Args:
            account_id: whose it is.
            name: unique in the account, ignoring case.
            trust_document: the trust policy's text, already found well-formed.
            trusted: the RAM principals the document names, as spelled in it.
            description: free text.
            max_session_duration: seconds.
            allow_console_login: whether people may switch to it in the console.
            tags: at most 20.
            service_linked: whether it is a service's, and not its account's to change.

        Raises:
            ApiError: ``EntityAlreadyExists.Role``, ``LimitExceeded.Role``,
                ``MalformedPolicyDocument`` for a trusted principal of the same account
                that does not exist.
        """
        context = self._context
        if self.find(account_id, name) is not None:
            raise ROLE_EXISTS(name=name)
        bound = trust.resolve(context, account_id, trusted)
        limit = context.quotas(account_id).roles
        if self.count(account_id) >= limit:
            raise TOO_MANY.of("Role")(limit=limit)
        role = Role(
            id=identifiers.entity_id(context.entropy),
            account_id=account_id,
            name=name,
            trust_document=trust_document,
            description=description,
            max_session_duration=max_session_duration,
            allow_console_login=allow_console_login,
            service_linked=service_linked,
            created_at=context.now,
            updated_at=context.now,
            tags=tags,
        )
        context.add(roles, _values(role))
        if bound:
            trust.bind(context, role.id, bound)
        self._tags.put(account_id, role.id, tags)
        self._changed(role)
        return role

    def find(self, account_id: str, name: str) -> Role | None:
        """Return the role of that name, ignoring case, or None. Tags are left out."""
        named = (roles.c.account_id == account_id, roles.c.name_key == name.lower())
        row = self._context.first(select(*COLUMNS).where(*named))
        return None if row is None else Role(*row)

    def get(self, account_id: str, name: str) -> Role:
        """Return the role of that name, ignoring case, with its tags.

        Raises:
            ApiError: ``EntityNotExist.Role``.
        """
        role = self.find(account_id, name)
        if role is None:
            raise ROLE_MISSING(name=name)
        return structs.replace(role, tags=self._tags.of([role.id]).get(role.id, ()))

    def by_id(self, role_id: str) -> Role | None:
        """Return the role of that id, or None. Tags are left out."""
        row = self._context.first(select(*COLUMNS).where(roles.c.id == role_id))
        return None if row is None else Role(*row)

    def count(self, account_id: str) -> int:
        """Return how many roles an account has."""
        return self._context.count(roles, roles.c.account_id == account_id)

    def list(
        self,
        account_id: str,
        *,
        tags: Iterable[tuple[str, str | None]] = (),
        marker: str | None = None,
        limit: int = 100,
    ) -> Page[Role]:
        """Return an account's roles in the order of their names.

        Args:
            account_id: whose roles.
            tags: only roles that carry all of these; a value of None is any value.
            marker: from the page before.
            limit: at most this many.

        Raises:
            ApiError: ``InvalidParameter.Marker``.
        """
        after = read_marker(_LISTING, marker)
        limit = within(limit)
        statement = select(*COLUMNS).where(roles.c.account_id == account_id, *tagged(roles.c.id, tags))
        if after is not None:
            statement = statement.where(roles.c.name_key > after)
        rows = self._context.all(statement.order_by(roles.c.name_key).limit(limit + 1))
        return page_of(_LISTING, self._with_tags(rows), limit, lambda role: role.name.lower())

    def numbered(self, account_id: str, *, page: int = 1, size: int = 10) -> NumberedPage[Role]:
        """Return a page of an account's roles by its number, from 1, in the order of names."""
        own = roles.c.account_id == account_id
        found = numbered(self._context, select(*COLUMNS), [roles.c.name_key], [own], page=page, size=size)
        return NumberedPage(tuple(self._with_tags(found.items)), found.total)

    def _with_tags(self, rows: Sequence[Row[*tuple[Any, ...]]]) -> Sequence[Role]:
        carried = self._tags.of([row[0] for row in rows]) if rows else {}
        return [structs.replace(Role(*row), tags=carried.get(row[0], ())) for row in rows]

    def update(
        self,
        account_id: str,
        name: str,
        *,
        trust_document: str | None = None,
        trusted: Iterable[str] | None = None,
        description: str | None = None,
        max_session_duration: int | None = None,
        allow_console_login: bool | None = None,
    ) -> Role:
        """Change a role; what is None stays. ``trusted`` belongs to ``trust_document``.

        Raises:
            ValueError: one of the two without the other.
            ApiError: ``EntityNotExist.Role``, ``NotSupport.ServiceLinkedRole``,
                ``MalformedPolicyDocument`` as in :meth:`create`.
        """
        if (trust_document is None) != (trusted is None):
            raise ValueError("a trust policy comes with the principals it names")
        context = self._context
        role = self._changeable(account_id, name)
        given = {
            "trust_document": trust_document,
            "description": description,
            "max_session_duration": max_session_duration,
            "allow_console_login": allow_console_login,
        }
        wanted = {field: value for field, value in given.items() if value is not None}
        if trusted is not None:
            trust.bind(context, role.id, trust.resolve(context, account_id, trusted))
        changed = structs.replace(role, **wanted, updated_at=context.now)
        context.run(update(roles).where(roles.c.id == role.id).values(_values(changed)))
        self._changed(role)
        return changed

    def delete(self, account_id: str, name: str) -> Role:
        """Delete a role without policies; its sessions end with it.

        Raises:
            ApiError: ``EntityNotExist.Role``, ``NotSupport.ServiceLinkedRole``,
                ``DeleteConflict.Role.Policy``.
        """
        role = self._changeable(account_id, name)
        if self._context.exists(attachments, attachments.c.principal_id == role.id):
            raise ROLE_HAS_POLICIES(name=role.name)
        self.remove(role)
        return role

    def remove(self, role: Role) -> None:
        """Delete a role that has no policies."""
        context = self._context
        trust.bind(context, role.id, {})
        self._tags.remove(role.account_id, role.id)
        context.run(delete(roles).where(roles.c.id == role.id))
        self._changed(role)

    def _changeable(self, account_id: str, name: str) -> Role:
        role = self.get(account_id, name)
        if role.service_linked:
            raise SERVICE_LINKED(name=role.name)
        return role

    def _changed(self, role: Role) -> None:
        self._context.changed(scopes.role(role.id), scopes.role_name(role.account_id, role.name))


def _values(role: Role) -> dict[str, object]:
    values = structs.asdict(role)
    del values["tags"]
    return {**values, "name_key": role.name.lower()}
