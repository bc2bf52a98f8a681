"""When and for what an AccessKey was last used: GetAccessKeyLastUsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.directory.errors import KEY_MISSING, USER_MISSING
from daypass.service.call import timestamp
from daypass.service.operation import Response, Runs
from daypass.services.ims.access_keys import KeyRequest, on_owner, owner
from daypass.services.ims.service import NAMELESS, ims

if TYPE_CHECKING:
    from daypass.service.call import Call


class AccessKeyLastUsed(Response, frozen=True, kw_only=True):
    """The last use, if there ever was one."""

    last_used_date: str | None = None
    service_name: str | None = None


class GetAccessKeyLastUsedResponse(Response, frozen=True, kw_only=True):
    """The last use."""

    access_key_last_used: AccessKeyLastUsed


@ims.operation(
    "GetAccessKeyLastUsed",
    KeyRequest,
    GetAccessKeyLastUsedResponse,
    authorize=on_owner("ram:GetAccessKeyLastUsed"),
    runs=Runs.READ,
    errors=(NAMELESS, USER_MISSING, KEY_MISSING),
)
def get_access_key_last_used(call: Call, q: KeyRequest) -> GetAccessKeyLastUsedResponse:
    """Show when and for which service an AccessKey was last used.

    The first use shows within seconds, later ones within five minutes.
    """
    call.txn.access_keys.get(call.account, owner(call, q), q.user_access_key_id)
    use = call.txn.key_uses.find(q.user_access_key_id)
    if use is None:
        return GetAccessKeyLastUsedResponse(access_key_last_used=AccessKeyLastUsed())
    shown = AccessKeyLastUsed(last_used_date=timestamp(use.used_at), service_name=use.service)
    return GetAccessKeyLastUsedResponse(access_key_last_used=shown)
