"""What a credential report tells of an account's users, and the last report of each account.

The queries go over the account, not user by user, so that thousands of users take a
fraction of a second.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from sqlalchemy import delete, func, select

from daypass.directory.records import KeyStatus
from daypass.directory.schema import (
    access_key_uses,
    access_keys,
    credential_reports,
    login_profiles,
    mfa_devices,
    passwords,
    users,
)

if TYPE_CHECKING:
    from daypass.directory.context import Context


class ReportedKey(Struct, frozen=True, gc=False):
    """An AccessKey in a report."""

    status: KeyStatus
    created_at: int
    used_at: int | None


class ReportedUser(Struct, frozen=True, gc=False):
    """A RAM user in a report.

    Attributes:
        login_status: of the login profile; None without one.
        password_set_at: when the password was last changed; None if there never was one.
        keys: oldest first.
    """

    name: str
    created_at: int
    last_login_at: int | None
    login_status: KeyStatus | None
    password_set_at: int | None
    has_mfa: bool
    keys: tuple[ReportedKey, ...]


class ReportedAccount(Struct, frozen=True, gc=False):
    """An account in a report: its own keys, oldest first, and its users in the order of their names."""

    keys: tuple[ReportedKey, ...]
    users: tuple[ReportedUser, ...]


class CredentialReport(Struct, frozen=True, gc=False):
    """A report as it was made."""

    generated_at: int
    content: str


_KEYS: Final = select(
    access_keys.c.created_at,
    access_keys.c.id,
    access_keys.c.user_id,
    access_keys.c.status,
    access_key_uses.c.used_at,
).outerjoin_from(access_keys, access_key_uses, access_key_uses.c.access_key_id == access_keys.c.id)


class CredentialReports:
    """At most one report for each account: a new one replaces it."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def of_account(self, account_id: str) -> ReportedAccount:
        """Return what a report tells of an account."""
        context = self._context
        mine = users.c.account_id == account_id
        logins = select(login_profiles.c.user_id, login_profiles.c.status).join_from(login_profiles, users)
        newest = select(passwords.c.user_id, func.max(passwords.c.set_at)).join_from(passwords, users)
        bound = select(mfa_devices.c.user_id).where(
            mfa_devices.c.account_id == account_id, mfa_devices.c.user_id.is_not(None)
        )
        statuses = {row[0]: row[1] for row in context.all(logins.where(mine))}
        set_at = {row[0]: row[1] for row in context.all(newest.where(mine).group_by(passwords.c.user_id))}
        with_mfa = {row[0] for row in context.all(bound)}
        keys = self._keys(account_id)
        columns = (users.c.id, users.c.name, users.c.created_at, users.c.last_login_at)
        reported = [
            ReportedUser(
                name,
                created_at,
                last_login_at,
                statuses.get(user_id),
                set_at.get(user_id),
                user_id in with_mfa,
                tuple(keys.get(user_id, ())),
            )
            for user_id, name, created_at, last_login_at in context.all(
                select(*columns).where(mine).order_by(users.c.name_key)
            )
        ]
        return ReportedAccount(tuple(keys[None]), tuple(reported))

    def _keys(self, account_id: str) -> dict[str | None, list[ReportedKey]]:
        """Return an account's keys by whose they are, oldest first; None stands for the account itself."""
        found: dict[str | None, list[ReportedKey]] = defaultdict(list)
        rows = self._context.all(_KEYS.where(access_keys.c.account_id == account_id))
        for created_at, _, user_id, status, used_at in sorted(rows, key=lambda row: (row[0], row[1])):
            found[user_id].append(ReportedKey(status, created_at, used_at))
        return found

    def put(self, account_id: str, report: CredentialReport) -> None:
        """Keep a report instead of the one before."""
        context = self._context
        context.run(delete(credential_reports).where(credential_reports.c.account_id == account_id))
        row = {"account_id": account_id, "generated_at": report.generated_at, "content": report.content}
        context.add(credential_reports, row)

    def find(self, account_id: str) -> CredentialReport | None:
        """Return an account's report, or None."""
        columns = (credential_reports.c.generated_at, credential_reports.c.content)
        row = self._context.first(select(*columns).where(credential_reports.c.account_id == account_id))
        return None if row is None else CredentialReport(*row)
