"""What of an account deserves a look: keys of its own in use, users without a second factor, idle keys.

Each is counted over the account in one query, with the first few by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from sqlalchemy import func, select

from daypass.directory.schema import (
    access_key_uses,
    access_keys,
    attachments,
    login_profiles,
    mfa_devices,
    roles,
    users,
)

if TYPE_CHECKING:
    from sqlalchemy import Select

    from daypass.directory.context import Context

NAMED: Final = 5
"""How many are named of those that are counted."""
_ACTIVE: Final = "Active"


class Counted(Struct, frozen=True, gc=False):
    """How many there are, and the names of the first."""

    total: int
    first: tuple[str, ...]


class Advice(Struct, frozen=True, gc=False):
    """What deserves a look.

    Attributes:
        root_keys: AccessKeys of the account itself that are active.
        root_key_used_at: when one of them was last used, if it was.
        without_mfa: users who may sign in and have no MFA device.
        with_idle_keys: users who have an active AccessKey that nobody has used for a time.
        roles_at_work: roles with a policy.
    """

    root_keys: int
    root_key_used_at: int | None
    without_mfa: Counted
    with_idle_keys: Counted
    roles_at_work: Counted


class Advising:
    """Looks through an account."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def of_account(self, account_id: str, *, idle_seconds: int) -> Advice:
        """Return what deserves a look.

        Args:
            account_id: of which account.
            idle_seconds: how long an AccessKey is unused before it counts as idle.
        """
        root_keys, used_at = self._root(account_id)
        return Advice(
            root_keys,
            used_at,
            self._without_mfa(account_id),
            self._with_idle_keys(account_id, self._context.now - idle_seconds),
            self._at_work(account_id),
        )

    def _root(self, account_id: str) -> tuple[int, int | None]:
        found = self._context.first(
            select(func.count(access_keys.c.id), func.max(access_key_uses.c.used_at))
            .outerjoin_from(access_keys, access_key_uses, access_key_uses.c.access_key_id == access_keys.c.id)
            .where(
                access_keys.c.account_id == account_id,
                access_keys.c.user_id.is_(None),
                access_keys.c.status == _ACTIVE,
            )
        )
        return (0, None) if found is None else (found[0], found[1])

    def _without_mfa(self, account_id: str) -> Counted:
        return self._counted(
            select(users.c.name, users.c.name_key)
            .join_from(users, login_profiles, login_profiles.c.user_id == users.c.id)
            .outerjoin(mfa_devices, mfa_devices.c.user_id == users.c.id)
            .where(
                users.c.account_id == account_id,
                login_profiles.c.status == _ACTIVE,
                mfa_devices.c.user_id.is_(None),
            )
        )

    def _with_idle_keys(self, account_id: str, since: int) -> Counted:
        return self._counted(
            select(users.c.name, users.c.name_key)
            .join_from(access_keys, users, access_keys.c.user_id == users.c.id)
            .outerjoin(access_key_uses, access_key_uses.c.access_key_id == access_keys.c.id)
            .where(
                access_keys.c.account_id == account_id,
                access_keys.c.status == _ACTIVE,
                func.coalesce(access_key_uses.c.used_at, access_keys.c.created_at) < since,
            )
            .distinct()
        )

    def _at_work(self, account_id: str) -> Counted:
        return self._counted(
            select(roles.c.name, roles.c.name_key)
            .join_from(attachments, roles, roles.c.id == attachments.c.principal_id)
            .where(attachments.c.account_id == account_id, attachments.c.principal_kind == "Role")
            .distinct()
        )

    def _counted(self, statement: Select[*tuple[Any, ...]]) -> Counted:
        """Count what a statement of names and their keys finds; name the first in their order."""
        found = statement.subquery()
        total = self._context.first(select(func.count()).select_from(found))
        first = self._context.all(select(found.c.name).order_by(found.c.name_key).limit(NAMED))
        return Counted(0 if total is None else total[0], tuple(row[0] for row in first))
