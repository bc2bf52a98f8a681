"""Operations that are about the caller when they name nobody.

They are about the calling RAM user, or the account itself if it calls. A role session
stands for no user and must name one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.authz.principal import IdentityType
from daypass.directory.errors import USER_MISSING
from daypass.names import root_arn

if TYPE_CHECKING:
    from daypass.errors import ErrorCode
    from daypass.service.call import Call


def own_resource(call: Call, nameless: ErrorCode) -> str:
    """Return the caller as a resource.

    Raises:
        ApiError: ``nameless``, a role session calls.
    """
    caller = call.caller
    if caller.identity_type is IdentityType.ACCOUNT:
        return root_arn(call.account)
    if caller.identity_type is IdentityType.ROLE_SESSION:
        raise nameless()
    return f"acs:ram:*:{call.account}:user/{caller.display_name}"


def is_caller(call: Call, user_name: str) -> bool:
    """Return whether a RAM user of that name is the one who calls."""
    caller = call.caller
    return bool(caller.user_id) and caller.display_name.lower() == user_name.lower()


def own_name(call: Call) -> str | None:
    """Return the calling user's name as it is now; None for the account.

    Raises:
        ApiError: ``EntityNotExist.User``, the user is gone.
    """
    caller = call.caller
    if caller.identity_type is IdentityType.ACCOUNT:
        return None
    own = call.txn.users.by_id(caller.user_id)
    if own is None:
        raise USER_MISSING(name=caller.display_name)
    return own.name
