"""When an AccessKey was last used: GetAccessKeyLastUsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.directory.errors import KEY_MISSING, USER_MISSING
from daypass.service.call import timestamp
from daypass.service.operation import Response, Runs
from daypass.services.ram.access_keys import NAMELESS, KeyRequest, on_owner, owner
from daypass.services.ram.service import ram

if TYPE_CHECKING:
    from daypass.service.call import Call


class AccessKeyLastUsed(Response, frozen=True, kw_only=True):
    """The last use, if there ever was one."""

    last_used_date: str | None = None


class GetAccessKeyLastUsedResponse(Response, frozen=True, kw_only=True):
    """The last use."""

    access_key_last_used: AccessKeyLastUsed


@ram.operation(
    "GetAccessKeyLastUsed",
    KeyRequest,
    GetAccessKeyLastUsedResponse,
    authorize=on_owner("ram:GetAccessKeyLastUsed"),
    runs=Runs.READ,
    errors=(NAMELESS, USER_MISSING, KEY_MISSING),
)
def get_access_key_last_used(call: Call, q: KeyRequest) -> GetAccessKeyLastUsedResponse:
    """Show when an AccessKey was last used; a use shows within seconds, later ones within five minutes."""
    call.txn.access_keys.get(call.account, owner(call, q), q.user_access_key_id)
    use = call.txn.key_uses.find(q.user_access_key_id)
    date = None if use is None else timestamp(use.used_at)
    return GetAccessKeyLastUsedResponse(access_key_last_used=AccessKeyLastUsed(last_used_date=date))
