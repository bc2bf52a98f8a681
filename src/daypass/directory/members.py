"""Members of resource directories: accounts that were made in one, or joined it.

The first rights in a new account are those of its role ResourceDirectoryAccountAccessRole,
which users and roles of the management account may assume and which may do everything.
Source: Resource Management's page on accessing members.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from msgspec import structs
from sqlalchemy import delete, select, update

from daypass.directory import scopes
from daypass.directory.accounts import Accounts
from daypass.directory.attachments import Attachments
from daypass.directory.errors import (
    ACCOUNT_NAME_TAKEN,
    IN_ANOTHER_DIRECTORY,
    MEMBER_IS_RESOURCE_ACCOUNT,
    MEMBER_MISSING,
    MEMBER_NAME_TAKEN,
    TOO_MANY,
)
from daypass.directory.folders import Folders
from daypass.directory.pages import NumberedPage, numbered
from daypass.directory.records import Folder, Member, MemberType, ResourceDirectory, TagList
from daypass.directory.resource_directories import ResourceDirectories, control_fully, release
from daypass.directory.roles import Roles
from daypass.directory.rows import columns
from daypass.directory.schema import directory_members
from daypass.directory.tags import Tags, tagged
from daypass.names import root_arn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Row

    from daypass.directory.context import Context

ACCESS_ROLE: Final = "ResourceDirectoryAccountAccessRole"

_COLUMNS: Final = columns(directory_members, Member)


class Members:
    """The members of all directories; names are unique in a directory, ignoring case."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context
        self._folders: Final = Folders(context)
        self._tags: Final = Tags(context)

    def create(
        self,
        directory: ResourceDirectory,
        name: str,
        *,
        prefix: str | None = None,
        folder_id: str | None = None,
        tags: TagList = (),
    ) -> Member:
        """Make a new account in a folder, by default in the root folder.

        Raises:
            ApiError: ``EntityNotExists.Folder``, ``InvalidParameter.DisplayName.AlreadyUsed``,
                ``InvalidParameter.AccountNamePrefix.AlreadyUsed``, ``LimitExceeded.Account``,
                ``LimitExceeded.Tag``.
        """
        context = self._context
        folder = self._folders.get(directory, folder_id or directory.root_folder_id)
        self._refuse_namesake(directory, name)
        self._check_quota(directory)
        own = directory_members.c.directory_id == directory.id
        account_id = Accounts(context).create().id
        account_name = f"{prefix or account_id}@{directory.id}.aliyunid.com".lower()
        if context.exists(directory_members, own, directory_members.c.account_name == account_name):
            raise ACCOUNT_NAME_TAKEN(name=account_name)
        member = Member(
            account_id,
            directory.id,
            folder.id,
            name,
            account_name,
            "ResourceAccount",
            context.now,
            context.now,
            "created",
            tags,
        )
        self._insert(directory, member)
        self._let_in(directory.account_id, account_id)
        return member

    def join(self, directory: ResourceDirectory, account_id: str, *, tags: TagList = ()) -> Member:
        """Let an account in that was invited: into the root folder, as a cloud account.

        It keeps what it has; no role is made for the management account.

        Raises:
            ApiError: ``NotSupport.AccountInAnotherResourceDirectory``, ``LimitExceeded.Account``,
                ``LimitExceeded.Tag``.
        """
        context = self._context
        if ResourceDirectories(context).of(account_id) is not None:
            raise IN_ANOTHER_DIRECTORY()
        self._check_quota(directory)
        member = Member(
            account_id,
            directory.id,
            directory.root_folder_id,
            account_id,
            f"{account_id}@{directory.id}.aliyunid.com".lower(),
            "CloudAccount",
            context.now,
            context.now,
            "invited",
            tags,
        )
        self._refuse_namesake(directory, member.name)
        self._insert(directory, member)
        return member

    def _insert(self, directory: ResourceDirectory, member: Member) -> None:
        self._context.add(directory_members, _values(member))
        self._tags.put(directory.account_id, member.id, member.tags)
        control_fully(self._context, directory, member.id)
        self._changed(member)

    def _check_quota(self, directory: ResourceDirectory) -> None:
        limit = self._context.quotas(directory.account_id).members
        own = directory_members.c.directory_id == directory.id
        if self._context.count(directory_members, own) >= limit:
            raise TOO_MANY.of("Account")(limit=limit)

    def _let_in(self, manager: str, account_id: str) -> None:
        """Make the role that the management account enters a new account by."""
        statement = {
            "Action": "sts:AssumeRole",
            "Effect": "Allow",
            "Principal": {"RAM": [root_arn(manager)]},
        }
        trust = json.dumps({"Statement": [statement], "Version": "1"})
        Roles(self._context).create(account_id, ACCESS_ROLE, trust, trusted=(root_arn(manager),))
        Attachments(self._context).attach(account_id, "Role", ACCESS_ROLE, "System", "AdministratorAccess")

    def _refuse_namesake(self, directory: ResourceDirectory, name: str, besides: str = "") -> None:
        members = directory_members.c
        same = (members.directory_id == directory.id, members.name_key == name.lower())
        if self._context.exists(directory_members, *same, members.id != besides):
            raise MEMBER_NAME_TAKEN(name=name)

    def find(self, directory: ResourceDirectory, account_id: str) -> Member | None:
        """Return a member of a directory, or None. Tags are left out."""
        one = (directory_members.c.id == account_id, directory_members.c.directory_id == directory.id)
        row = self._context.first(select(*_COLUMNS).where(*one))
        return None if row is None else Member(*row)

    def get(self, directory: ResourceDirectory, account_id: str) -> Member:
        """Return a member of a directory with its tags.

        Raises:
            ApiError: ``EntityNotExists.Account``.
        """
        member = self.find(directory, account_id)
        if member is None:
            raise MEMBER_MISSING(account=account_id[:64])
        return structs.replace(member, tags=self._tags.of([member.id]).get(member.id, ()))

    def numbered(
        self,
        directory: ResourceDirectory,
        *,
        folder: Folder | None = None,
        name: str | None = None,
        tags: Iterable[tuple[str, str | None]] = (),
        page: int = 1,
        size: int = 10,
    ) -> NumberedPage[Member]:
        """Return a page of members, in the order of their names, by its number, from 1.

        Args:
            directory: of which.
            folder: only members right in this folder.
            name: part of the name, ignoring case.
            tags: only members that carry all of these; a value of None is any value.
            page: which page.
            size: how long pages are.
        """
        members = directory_members.c
        where: list[ColumnElement[bool]] = [
            members.directory_id == directory.id if folder is None else members.folder_id == folder.id,
            *tagged(members.id, tags),
        ]
        if name is not None:
            where.append(members.name_key.contains(name.lower(), autoescape=True))
        order = [members.name_key]
        found = numbered(self._context, select(*_COLUMNS), order, where, page=page, size=size)
        return NumberedPage(self._read(found.items), found.total)

    def _read(self, rows: tuple[Row[*tuple[Any, ...]], ...]) -> tuple[Member, ...]:
        carried = self._tags.of([row[0] for row in rows]) if rows else {}
        return tuple(structs.replace(Member(*row), tags=carried.get(row[0], ())) for row in rows)

    def update(
        self,
        directory: ResourceDirectory,
        account_id: str,
        *,
        name: str | None = None,
        member_type: MemberType | None = None,
    ) -> Member:
        """Change a member; what is None stays.

        Raises:
            ApiError: ``EntityNotExists.Account``, ``InvalidParameter.DisplayName.AlreadyUsed``.
        """
        member = self.get(directory, account_id)
        if name is not None:
            self._refuse_namesake(directory, name, member.id)
        changed = structs.replace(
            member,
            name=member.name if name is None else name,
            type=member.type if member_type is None else member_type,
            updated_at=self._context.now,
        )
        self._store(changed)
        return changed

    def move(self, directory: ResourceDirectory, account_id: str, folder_id: str) -> None:
        """Put a member into another folder, whose control policies count at once.

        Raises:
            ApiError: ``EntityNotExists.Account``, ``EntityNotExists.Folder``.
        """
        member = self.get(directory, account_id)
        folder = self._folders.get(directory, folder_id)
        self._store(structs.replace(member, folder_id=folder.id, updated_at=self._context.now))

    def remove(self, directory: ResourceDirectory, account_id: str) -> None:
        """Let a cloud account leave the directory; the account stays as it is, its role included.

        Raises:
            ApiError: ``EntityNotExists.Account``, ``AccountTypeOrStatusMismatch``.
        """
        member = self.get(directory, account_id)
        if member.type == "ResourceAccount":
            raise MEMBER_IS_RESOURCE_ACCOUNT(account=member.id)
        release(self._context, member.id)
        self._tags.remove(directory.account_id, member.id)
        self._context.run(delete(directory_members).where(directory_members.c.id == member.id))
        self._changed(member)

    def _store(self, member: Member) -> None:
        own = directory_members.c.id == member.id
        self._context.run(update(directory_members).where(own).values(_values(member)))
        self._changed(member)

    def _changed(self, member: Member) -> None:
        self._context.changed(scopes.membership(member.id), scopes.resource_directory(member.directory_id))


def _values(member: Member) -> dict[str, object]:
    values = structs.asdict(member)
    del values["tags"]
    return {**values, "name_key": member.name.lower()}
