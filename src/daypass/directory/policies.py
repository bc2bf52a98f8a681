"""Policies, system and custom, and the versions of custom ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, select, update

from daypass.directory import identifiers, scopes, system
from daypass.directory.errors import (
    POLICY_EXISTS,
    POLICY_HAS_GROUPS,
    POLICY_HAS_ROLES,
    POLICY_HAS_USERS,
    POLICY_HAS_VERSIONS,
    TOO_MANY,
    VERSION_IS_DEFAULT,
    VERSION_MISSING,
)
from daypass.directory.pages import NumberedPage, Page, onwards, page_of, read_marker, within
from daypass.directory.policy_rows import (
    as_version,
    custom,
    customs_of,
    find_custom,
    read_customs,
    seen_from,
    shipped,
    shipped_versions,
    version_number,
    version_row,
)
from daypass.directory.records import Policy, PolicyType, PolicyVersion, TagList
from daypass.directory.schema import attachments, policies, policy_versions
from daypass.directory.tags import Tags, tagged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Row

    from daypass.directory.context import Context

_LISTING: Final = "policies"

# In the order in which RAM documents the conflicts of DeletePolicy.
_GUARDS: Final = (("User", POLICY_HAS_USERS), ("Group", POLICY_HAS_GROUPS), ("Role", POLICY_HAS_ROLES))


class Policies:
    """The system policies and the custom ones of all accounts.

    Names of custom policies are unique in an account, ignoring case; a system policy
    may have a namesake there, the type tells them apart.
    """

    def __init__(self, context: Context) -> None:
        self._context: Final = context
        self._tags: Final = Tags(context)

    def create(
        self, account_id: str, name: str, document: str, *, description: str = "", tags: TagList = ()
    ) -> Policy:
        """Create a custom policy; the document becomes v1 and the default.

        Raises:
            ApiError: ``EntityAlreadyExists.Policy``, ``LimitExceeded.Policy``.
        """
        context = self._context
        if find_custom(self._context, account_id, name) is not None:
            raise POLICY_EXISTS(name=name)
        limit = context.quotas(account_id).custom_policies
        if self.count(account_id) >= limit:
            raise TOO_MANY.of("Policy")(limit=limit)
        policy_id = identifiers.entity_id(context.entropy)
        values = {
            "id": policy_id,
            "account_id": account_id,
            "name": name,
            "name_key": name.lower(),
            "description": description,
            "default_version": 1,
            "last_version": 1,
            "created_at": context.now,
            "updated_at": context.now,
        }
        context.add(policies, values)
        self._insert_version(policy_id, 1, document)
        self._tags.put(account_id, policy_id, tags)
        context.changed(scopes.policy(account_id, name))
        return Policy(account_id, name, "Custom", description, "v1", 0, context.now, context.now, tags=tags)

    def find_id(self, account_id: str, name: str) -> str | None:
        """Return the id of a custom policy, which tags go by, or None."""
        row = find_custom(self._context, account_id, name)
        return None if row is None else row.id

    def id_of(self, account_id: str, name: str) -> str:
        """Return the id of a custom policy, which tags go by.

        Raises:
            ApiError: ``EntityNotExist.Policy``.
        """
        return str(custom(self._context, account_id, name).id)

    def get(self, account_id: str, policy_type: PolicyType, name: str) -> Policy:
        """Return a policy as seen from an account.

        Raises:
            ApiError: ``EntityNotExist.Policy``.
        """
        if policy_type == "System":
            return seen_from(self._context, account_id, [shipped(name)])[0]
        row = custom(self._context, account_id, name)
        return read_customs(self._context, [row])[0]

    def count(self, account_id: str) -> int:
        """Return how many custom policies an account has."""
        return self._context.count(policies, policies.c.account_id == account_id)

    def list(
        self,
        account_id: str,
        *,
        policy_type: PolicyType | None = None,
        tags: Iterable[tuple[str, str | None]] = (),
        marker: str | None = None,
        limit: int = 100,
    ) -> Page[Policy]:
        """Return policies: the system ones, then the account's own, each by name.

        Args:
            account_id: which account asks.
            policy_type: only this type.
            tags: only policies that carry all of these; system policies carry none.
            marker: from the page before.
            limit: at most this many.

        Raises:
            ApiError: ``InvalidParameter.Marker``.
        """
        after = read_marker(_LISTING, marker) or ""
        limit = within(limit)
        wanted = tuple(tags)
        found: list[Policy] = []
        if policy_type != "Custom" and not wanted and not after.startswith("Custom/"):
            left = [p for p in system.all_policies() if f"System/{p.name.lower()}" > after]
            found += seen_from(self._context, account_id, left[: limit + 1])
        if policy_type != "System" and len(found) <= limit:
            statement = customs_of(account_id).where(*tagged(policies.c.id, wanted))
            if after.startswith("Custom/"):
                statement = statement.where(policies.c.name_key > after.removeprefix("Custom/"))
            rows = self._context.all(statement.limit(limit + 1 - len(found)))
            found += read_customs(self._context, rows)
        return page_of(_LISTING, found, limit, lambda policy: f"{policy.type}/{policy.name.lower()}")

    def numbered(
        self, account_id: str, *, policy_type: PolicyType | None = None, page: int = 1, size: int = 10
    ) -> NumberedPage[Policy]:
        """Return a page of the same list by its number, from 1."""
        size = within(size)
        start = (max(page, 1) - 1) * size
        systems = system.all_policies() if policy_type != "Custom" else ()
        customs = self.count(account_id) if policy_type != "System" else 0
        found = seen_from(self._context, account_id, systems[start : start + size])
        position = max(0, start - len(systems))
        if len(found) < size and position < customs:
            own = policies.c.account_id == account_id
            there = onwards(self._context, [policies.c.name_key], [own], position=position, total=customs)
            rows = self._context.all(customs_of(account_id).where(there).limit(size - len(found)))
            found += read_customs(self._context, rows)
        return NumberedPage(tuple(found), len(systems) + customs)

    def update_description(self, account_id: str, name: str, description: str) -> Policy:
        """Describe a custom policy anew.

        Raises:
            ApiError: ``EntityNotExist.Policy``.
        """
        row = custom(self._context, account_id, name)
        values = {"description": description, "updated_at": self._context.now}
        self._context.run(update(policies).where(policies.c.id == row.id).values(values))
        return self.get(account_id, "Custom", name)

    def delete(self, account_id: str, name: str, *, cascading: bool = False) -> None:
        """Delete a custom policy that is attached to nobody.

        Args:
            account_id: whose it is.
            name: which.
            cascading: delete its versions with it; else only the default one may be left.

        Raises:
            ApiError: ``EntityNotExist.Policy``, ``DeleteConflict.Policy.User``, ``.Group``,
                ``DeleteConflict.Role.Policy``, ``DeleteConflict.Policy.Version``, in this order.
        """
        context = self._context
        row = custom(self._context, account_id, name)
        for kind, conflict in _GUARDS:
            attached = (attachments.c.policy_id == row.id, attachments.c.principal_kind == kind)
            if context.exists(attachments, *attached):
                raise conflict(name=row.name)
        if not cascading and context.count(policy_versions, policy_versions.c.policy_id == row.id) > 1:
            raise POLICY_HAS_VERSIONS(name=row.name)
        context.run(delete(policy_versions).where(policy_versions.c.policy_id == row.id))
        self._tags.remove(account_id, row.id)
        context.run(delete(policies).where(policies.c.id == row.id))
        context.changed(scopes.policy(account_id, row.name))

    def versions(self, account_id: str, policy_type: PolicyType, name: str) -> tuple[PolicyVersion, ...]:
        """Return a policy's versions, oldest first; of a system policy the known ones.

        Raises:
            ApiError: ``EntityNotExist.Policy``.
        """
        if policy_type == "System":
            return shipped_versions(name)
        row = custom(self._context, account_id, name)
        own = policy_versions.c.policy_id == row.id
        found = self._context.all(select(policy_versions).where(own).order_by(policy_versions.c.number))
        return tuple(as_version(version, row.default_version) for version in found)

    def version(
        self, account_id: str, policy_type: PolicyType, name: str, version_id: str | None = None
    ) -> PolicyVersion:
        """Return one version of a policy; the default one if none is named.

        Raises:
            ApiError: ``EntityNotExist.Policy``, ``EntityNotExist.Policy.Version``,
                ``InvalidParameter.VersionId.Format``.
        """
        number = None if version_id is None else version_number(version_id)
        if policy_type == "System":
            known = shipped_versions(name)
            wanted = known[-1].version_id if version_id is None else version_id
            found = next((version for version in known if version.version_id == wanted), None)
            if found is None:
                raise VERSION_MISSING(name=name, version=wanted)
            return found
        row = custom(self._context, account_id, name)
        return as_version(version_row(self._context, row, number or row.default_version), row.default_version)

    def create_version(
        self, account_id: str, name: str, document: str, *, as_default: bool = False, rotate: bool = False
    ) -> PolicyVersion:
        """Add a version to a custom policy. Numbers go up and are never given again.

        Args:
            account_id: whose policy.
            name: which.
            document: the text, already found well-formed.
            as_default: put it in force.
            rotate: if the policy is full, delete its oldest version that is not the default.

        Raises:
            ApiError: ``EntityNotExist.Policy``, ``LimitExceeded.Policy.Version``.
        """
        context = self._context
        row = custom(self._context, account_id, name)
        self._make_room(row, rotate=rotate)
        number = row.last_version + 1
        self._insert_version(row.id, number, document)
        values = {"last_version": number, "updated_at": context.now}
        if as_default:
            values["default_version"] = number
            context.changed(scopes.policy(account_id, row.name))
        context.run(update(policies).where(policies.c.id == row.id).values(values))
        return PolicyVersion(f"v{number}", document, as_default, context.now)

    def _make_room(self, row: Row[*tuple[Any, ...]], *, rotate: bool) -> None:
        context = self._context
        own = policy_versions.c.policy_id == row.id
        limit = context.quotas(row.account_id).versions_per_policy
        if context.count(policy_versions, own) < limit:
            return
        idle = (own, policy_versions.c.number != row.default_version)
        oldest = context.connection.execute(select(func.min(policy_versions.c.number)).where(*idle)).scalar()
        if not rotate or oldest is None:
            raise TOO_MANY.of("Policy.Version")(limit=limit)
        context.run(delete(policy_versions).where(own, policy_versions.c.number == oldest))

    def set_default_version(self, account_id: str, name: str, version_id: str) -> None:
        """Put a version in force.

        Raises:
            ApiError: as :meth:`version`.
        """
        number = version_number(version_id)
        row = custom(self._context, account_id, name)
        version_row(self._context, row, number)
        values = {"default_version": number, "updated_at": self._context.now}
        self._context.run(update(policies).where(policies.c.id == row.id).values(values))
        self._context.changed(scopes.policy(account_id, row.name))

    def delete_version(self, account_id: str, name: str, version_id: str) -> None:
        """Delete a version that is not the default.

        Raises:
            ApiError: as :meth:`version`, ``DeleteConflict.Policy.Version.Default``.
        """
        number = version_number(version_id)
        row = custom(self._context, account_id, name)
        version_row(self._context, row, number)
        if number == row.default_version:
            raise VERSION_IS_DEFAULT(version=version_id, name=row.name)
        one = (policy_versions.c.policy_id == row.id, policy_versions.c.number == number)
        self._context.run(delete(policy_versions).where(*one))

    def _insert_version(self, policy_id: str, number: int, document: str) -> None:
        values = {
            "policy_id": policy_id,
            "number": number,
            "document": document,
            "created_at": self._context.now,
        }
        self._context.add(policy_versions, values)
