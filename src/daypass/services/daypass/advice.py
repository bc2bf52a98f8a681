"""GetAccountAdvice: what of an account deserves a look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import field

from daypass.service.authorization import Permission
from daypass.service.call import timestamp
from daypass.service.operation import Request, Response, Runs
from daypass.services.daypass.service import daypass

if TYPE_CHECKING:
    from daypass.directory.advice import Counted
    from daypass.service.call import Call

IDLE_DAYS: Final = 90
"""An AccessKey that nobody has used for so long is idle."""
_DAY: Final = 24 * 3600


class CountedUsers(Response, frozen=True, kw_only=True):
    """How many users, and the first few of them in the order of their names."""

    total: int
    user_names: tuple[str, ...]


class CountedRoles(Response, frozen=True, kw_only=True):
    """How many roles, and the first few of them in the order of their names."""

    total: int
    role_names: tuple[str, ...]


class RootAccessKeys(Response, frozen=True, kw_only=True):
    """The account's own AccessKeys that are active, and when one was last used."""

    total: int
    last_used_date: str | None = None


class GetAccountAdviceResponse(Response, frozen=True, kw_only=True):
    """What deserves a look."""

    root_access_keys: RootAccessKeys
    users_without_mfa: CountedUsers = field(name="UsersWithoutMFA")
    users_with_idle_access_keys: CountedUsers
    roles_with_policies: CountedRoles


@daypass.operation(
    "GetAccountAdvice",
    Request,
    GetAccountAdviceResponse,
    authorize=Permission(
        "daypass:GetAccountAdvice",
        lambda q, call: f"acs:daypass:*:{call.account}:*",  # noqa: ARG005 (whatever is asked)
        about="acs:daypass:*:{AccountId}:*",
    ),
    runs=Runs.READ,
)
def get_account_advice(call: Call, q: Request) -> GetAccountAdviceResponse:  # noqa: ARG001 (asks for nothing more)
    """Count root keys in use, users without MFA, users whose keys lie idle, and roles with policies."""
    advice = call.txn.advice.of_account(call.account, idle_seconds=IDLE_DAYS * _DAY)
    used_at = advice.root_key_used_at
    return GetAccountAdviceResponse(
        root_access_keys=RootAccessKeys(
            total=advice.root_keys, last_used_date=None if used_at is None else timestamp(used_at)
        ),
        users_without_mfa=_users(advice.without_mfa),
        users_with_idle_access_keys=_users(advice.with_idle_keys),
        roles_with_policies=CountedRoles(
            total=advice.roles_at_work.total, role_names=advice.roles_at_work.first
        ),
    )


def _users(counted: Counted) -> CountedUsers:
    return CountedUsers(total=counted.total, user_names=counted.first)
