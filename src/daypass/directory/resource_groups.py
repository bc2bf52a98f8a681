"""Resource groups, and which resources are in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from msgspec import structs
from sqlalchemy import and_, delete, func, or_, select, update

from daypass.directory import identifiers, scopes
from daypass.directory.attachments import forget_scope
from daypass.directory.errors import (
    RESOURCE_GROUP_EXISTS,
    RESOURCE_GROUP_IN_USE,
    RESOURCE_GROUP_IS_DEFAULT,
    RESOURCE_GROUP_MISSING,
    TOO_MANY,
)
from daypass.directory.pages import NumberedPage, numbered
from daypass.directory.records import GroupedResource, ResourceGroup, TagList
from daypass.directory.rows import columns
from daypass.directory.schema import grouped_resources, resource_groups
from daypass.directory.tags import Tags, tagged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Row

    from daypass.directory.context import Context

_COLUMNS: Final = columns(resource_groups, ResourceGroup)
_DEFAULT_NAME: Final = "default"


class ResourceGroups:
    """The resource groups of all accounts. Every account has a default one."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context
        self._tags: Final = Tags(context)

    def create_default(self, account_id: str) -> ResourceGroup:
        """Create the group that resources are in as long as they are in no other."""
        return self._insert(account_id, _DEFAULT_NAME, "default resource group", is_default=True)

    def create(self, account_id: str, name: str, display_name: str, *, tags: TagList = ()) -> ResourceGroup:
        """Create a resource group.

        Raises:
            ApiError: ``EntityAlreadyExists.ResourceGroup``, ``LimitExceeded.ResourceGroup``.
        """
        context = self._context
        own = resource_groups.c.account_id == account_id
        if context.exists(resource_groups, own, resource_groups.c.name_key == name.lower()):
            raise RESOURCE_GROUP_EXISTS(name=name)
        limit = context.quotas(account_id).resource_groups
        if context.count(resource_groups, own) >= limit:
            raise TOO_MANY.of("ResourceGroup")(limit=limit)
        return self._insert(account_id, name, display_name, tags=tags)

    def _insert(
        self,
        account_id: str,
        name: str,
        display_name: str,
        *,
        is_default: bool = False,
        tags: TagList = (),
    ) -> ResourceGroup:
        context = self._context
        new_id = identifiers.resource_group_id(context.entropy)
        group = ResourceGroup(
            new_id, account_id, name, display_name, "OK", is_default, context.now, tags=tags
        )
        values = structs.asdict(group)
        del values["tags"]
        context.add(resource_groups, {**values, "name_key": name.lower()})
        self._tags.put(account_id, group.id, tags)
        context.changed(scopes.resource_group(group.id))
        return group

    def get(self, account_id: str, resource_group_id: str) -> ResourceGroup:
        """Return a resource group of an account.

        Raises:
            ApiError: ``EntityNotExists.ResourceGroup``.
        """
        one = (resource_groups.c.id == resource_group_id, resource_groups.c.account_id == account_id)
        row = self._context.first(select(*_COLUMNS).where(*one))
        if row is None:
            raise RESOURCE_GROUP_MISSING(group=resource_group_id)
        return self._read([row])[0]

    def has(self, account_id: str, resource_group_id: str) -> bool:
        """Return whether an account has a resource group of that id."""
        one = (resource_groups.c.id == resource_group_id, resource_groups.c.account_id == account_id)
        return self._context.exists(resource_groups, *one)

    def named(self, account_id: str, name: str) -> ResourceGroup:
        """Return the resource group of that name, ignoring case.

        Raises:
            ApiError: ``EntityNotExists.ResourceGroup``.
        """
        one = (resource_groups.c.account_id == account_id, resource_groups.c.name_key == name.lower())
        row = self._context.first(select(*_COLUMNS).where(*one))
        if row is None:
            raise RESOURCE_GROUP_MISSING(group=name)
        return self._read([row])[0]

    def default(self, account_id: str) -> ResourceGroup:
        """Return an account's default resource group.

        Raises:
            ApiError: ``EntityNotExists.ResourceGroup``, there is no such account.
        """
        one = (resource_groups.c.account_id == account_id, resource_groups.c.is_default)
        row = self._context.first(select(*_COLUMNS).where(*one))
        if row is None:
            raise RESOURCE_GROUP_MISSING(group=_DEFAULT_NAME)
        return self._read([row])[0]

    def numbered(
        self,
        account_id: str,
        *,
        name: str | None = None,
        display_name: str | None = None,
        status: str | None = None,
        ids: Sequence[str] | None = None,
        tags: Iterable[tuple[str, str | None]] = (),
        page: int = 1,
        size: int = 10,
    ) -> NumberedPage[ResourceGroup]:
        """Return a page of an account's resource groups by its number, from 1; None is any.

        Args:
            account_id: whose.
            name: part of the name, ignoring case.
            display_name: part of the display name.
            status: ``OK``.
            ids: only these.
            tags: only groups that carry all of these; a value of None is any value.
            page: which page.
            size: how long pages are.
        """
        where = [resource_groups.c.account_id == account_id, *tagged(resource_groups.c.id, tags)]
        if name is not None:
            where.append(resource_groups.c.name_key.contains(name.lower(), autoescape=True))
        if display_name is not None:
            where.append(resource_groups.c.display_name.contains(display_name, autoescape=True))
        if status is not None:
            where.append(resource_groups.c.status == status)
        if ids is not None:
            where.append(resource_groups.c.id.in_(ids))
        order = [resource_groups.c.name_key]
        found = numbered(self._context, select(*_COLUMNS), order, where, page=page, size=size)
        return NumberedPage(tuple(self._read(found.items)), found.total)

    def _read(self, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[ResourceGroup]:
        carried = self._tags.of([row[0] for row in rows]) if rows else {}
        return [structs.replace(ResourceGroup(*row), tags=carried.get(row[0], ())) for row in rows]

    def update(self, account_id: str, resource_group_id: str, display_name: str) -> ResourceGroup:
        """Give a resource group another display name.

        Raises:
            ApiError: ``EntityNotExists.ResourceGroup``.
        """
        group = self.get(account_id, resource_group_id)
        one = resource_groups.c.id == group.id
        self._context.run(update(resource_groups).where(one).values(display_name=display_name))
        self._context.changed(scopes.resource_group(group.id))
        return structs.replace(group, display_name=display_name)

    def delete(self, account_id: str, resource_group_id: str) -> ResourceGroup:
        """Delete an empty resource group; what was attached within it is detached.

        Raises:
            ApiError: ``EntityNotExists.ResourceGroup``, ``DeleteConflict.ResourceGroup.Resource``
                also for the default group.
        """
        context = self._context
        group = self.get(account_id, resource_group_id)
        if group.is_default:
            raise RESOURCE_GROUP_IS_DEFAULT(group=group.id)
        if context.exists(grouped_resources, grouped_resources.c.resource_group_id == group.id):
            raise RESOURCE_GROUP_IN_USE(group=group.id)
        forget_scope(context, group.id)
        self._tags.remove(account_id, group.id)
        context.run(delete(resource_groups).where(resource_groups.c.id == group.id))
        context.changed(scopes.resource_group(group.id))
        return group

    def put(self, account_id: str, resource: str, resource_group_id: str | None = None) -> str:
        """Put a resource, named by its ARN, into a group; None is the account's default one.

        Returns:
            The id of the group.

        Raises:
            ApiError: ``EntityNotExists.ResourceGroup``.
        """
        context = self._context
        group = (
            self.default(account_id) if resource_group_id is None else self.get(account_id, resource_group_id)
        )
        self.take_out(resource)
        values = {"resource": resource, "account_id": account_id, "resource_group_id": group.id}
        context.add(grouped_resources, values)
        context.changed(scopes.resource_group(group.id))
        return group.id

    def take_out(self, resource: str) -> None:
        """Forget a resource; whoever deletes one says so here."""
        group_id = self.of(resource)
        if group_id is not None:
            own = grouped_resources.c.resource == resource
            self._context.run(delete(grouped_resources).where(own))
            self._context.changed(scopes.resource_group(group_id))

    def of(self, resource: str) -> str | None:
        """Return the id of the group a resource is in, or None if it was never put in one."""
        named: ColumnElement[bool] = grouped_resources.c.resource == resource
        row = self._context.first(select(grouped_resources.c.resource_group_id).where(named))
        return None if row is None else str(row[0])

    def resources(
        self,
        account_id: str,
        *,
        resource_group_id: str | None = None,
        matching: Sequence[ResourceForm] = (),
        page: int = 1,
        size: int = 10,
    ) -> NumberedPage[GroupedResource]:
        """Return a page of an account's resources, in the order of their ARNs, by its number, from 1.

        Args:
            account_id: whose.
            resource_group_id: only those in this group.
            matching: only those that have one of these forms.
            page: which page.
            size: how long pages are.
        """
        where: list[ColumnElement[bool]] = [grouped_resources.c.account_id == account_id]
        if resource_group_id is not None:
            where.append(grouped_resources.c.resource_group_id == resource_group_id)
        if matching:
            where.append(or_(*(_has_form(form, account_id) for form in matching)))
        statement = select(grouped_resources.c.resource, grouped_resources.c.resource_group_id)
        order = [grouped_resources.c.resource]
        found = numbered(self._context, statement, order, where, page=page, size=size)
        return NumberedPage(tuple(GroupedResource(*row) for row in found.items), found.total)


class ResourceForm(NamedTuple):
    """Parts that a resource's ARN must have; None is any."""

    service: str | None = None
    region: str | None = None
    type: str | None = None
    id: str | None = None


def _has_form(form: ResourceForm, account_id: str) -> ColumnElement[bool]:
    """Return the condition of having a form; LIKE may ignore case, so the id is looked at once more."""
    service, region, kind, own_id = ("%" if part is None else _escaped(part) for part in form)
    resource = grouped_resources.c.resource
    like = resource.like(f"acs:{service}:{region}:{account_id}:{kind}/{own_id}", escape="\\")
    if form.id is None:
        return like
    return and_(like, func.replace(resource, f"/{form.id}", "") != resource)


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
