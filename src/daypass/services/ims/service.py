"""The IMS service, the parameters its operations share, and how they name users.

IMS and RAM show the same users, groups and keys. Operations of IMS are authorized as
``ram:`` actions on the resources that RAM's own table names, so that one policy guards
a user whichever product is used. Where RAM's error codes say UserName and IMS reads a
name with a domain, they say UserPrincipalName.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from daypass.authz.views import Loaded, View
from daypass.directory import scopes
from daypass.directory.errors import USER_MISSING
from daypass.service import codes
from daypass.service.authorization import Permission
from daypass.service.operation import Request, Service
from daypass.service.params import Text
from daypass.services.principals import PrincipalName, UserPrincipalName
from daypass.services.ram.service import user_resource
from daypass.services.tags import tags_for

if TYPE_CHECKING:
    from daypass.directory.database import Transaction
    from daypass.directory.records import User
    from daypass.service.call import Call

ims: Final = Service("Ims", "2019-08-15", "users, groups and AccessKeys, named with the account's domain")

DISPLAY_NAME_CHARS: Final = 24

USER_PRINCIPAL_NAME: Final = UserPrincipalName(
    help="Name of the RAM user with the account's domain, user@<alias>.onaliyun.com; 1 to 128 characters."
)
USER_ID: Final = Text(wire="UserId", help="Id of the RAM user; instead of its name.", most=64)

NAMELESS: Final = codes.MISSING_PARAMETER.of("UserPrincipalName")
"""What is told who names no user where one must be named."""

BAD_NAME: Final = codes.INVALID.of("UserPrincipalName")
"""What is told who names a user in more than one way, or a new one in a foreign domain."""


class UserRequest(Request, frozen=True, kw_only=True):
    """Names a RAM user."""

    user_principal_name: Annotated[PrincipalName, USER_PRINCIPAL_NAME]


class ChosenUserRequest(Request, frozen=True, kw_only=True):
    """Names a RAM user in one of several ways."""

    user_principal_name: Annotated[PrincipalName | None, USER_PRINCIPAL_NAME] = None
    user_id: Annotated[str | None, USER_ID] = None

    def __post_init__(self) -> None:
        """Check that the user is named in one way.

        Raises:
            ApiError: ``MissingParameter.UserPrincipalName``, ``InvalidParameter.UserPrincipalName``.
        """
        given = [way for way in self.ways() if way is not None]
        if not given:
            raise NAMELESS()
        if len(given) > 1:
            raise BAD_NAME(reason="a user is named in one way only, by name, UserId or UserAccessKeyId")

    def ways(self) -> tuple[object, ...]:
        """Return what the user may be named by."""
        return (self.user_principal_name, self.user_id)

    def id_of(self, call: Call) -> str | None:  # noqa: ARG002 (other requests look it up)
        """Return the id of the user if it is not named."""
        return self.user_id


def on_user(action: str) -> Permission[UserRequest]:
    """Ask for an action on the user that is named."""
    return Permission(
        action,
        lambda q, call: q.user_principal_name.resource(call),
        tags=tags_for(action),
        about="acs:ram:*:{AccountId}:user/{UserName}",
    )


def on_chosen(action: str) -> Permission[ChosenUserRequest]:
    """Ask for an action on the user that is chosen, or on all users if there is none such."""
    return Permission(
        action,
        _chosen_resource,
        tags=tags_for(action),
        about="acs:ram:*:{AccountId}:user/{UserName}",
    )


def named(call: Call, name: PrincipalName) -> User:
    """Return the user of that name.

    Raises:
        ApiError: ``EntityNotExist.User``.
    """
    name.require_domain(call)
    return call.txn.users.get(call.account, name.name)


def user_of_id(call: Call, user_id: str) -> User:
    """Return the user of that id.

    Raises:
        ApiError: ``EntityNotExist.User``; users of other accounts do not exist here.
    """
    user = call.txn.users.by_id(user_id)
    if user is None or user.account_id != call.account:
        raise USER_MISSING(name="of that id")
    return user


def resource_of_id(call: Call, user_id: str) -> str:
    """Return the user of that id as a resource, or all users if there is none such."""
    user = call.look(_USER_OF_ID, user_id)
    return user_resource(call, "*" if user is None or user.account_id != call.account else user.name)


def chosen(call: Call, q: ChosenUserRequest) -> User:
    """Return the user that is chosen.

    Raises:
        ApiError: ``EntityNotExist.User``.
    """
    if q.user_principal_name is not None:
        return named(call, q.user_principal_name)
    return user_of_id(call, q.id_of(call) or "")


def _chosen_resource(q: ChosenUserRequest, call: Call) -> str:
    if q.user_principal_name is not None:
        return q.user_principal_name.resource(call)
    return resource_of_id(call, q.id_of(call) or "")


def _load_user(txn: Transaction, user_id: str) -> Loaded[User | None]:
    return Loaded(txn.users.by_id(user_id), (scopes.user(user_id),))


_USER_OF_ID: Final[View[str, User | None]] = View("user of an id", _load_user)
