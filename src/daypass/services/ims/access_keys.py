"""AccessKeys: CreateAccessKey, UpdateAccessKey, DeleteAccessKey, ListAccessKeys.

Without UserPrincipalName they are about the caller: the keys of the calling RAM user, or
the account's own keys if the account calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from daypass.directory.errors import KEY_MISSING, TOO_MANY, USER_MISSING
from daypass.directory.records import KeyStatus
from daypass.service.authorization import Permission
from daypass.service.call import timestamp
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.services.callers import is_caller, own_name, own_resource
from daypass.services.ims.service import NAMELESS, USER_PRINCIPAL_NAME, ims, named
from daypass.services.principals import PrincipalName
from daypass.services.ram.parameters import STATUS, USER_ACCESS_KEY_ID
from daypass.services.security_preferences import SelfService
from daypass.services.tags import tags_for

if TYPE_CHECKING:
    from daypass.service.call import Call


class OwnerRequest(Request, frozen=True, kw_only=True):
    """Names the RAM user whose keys are meant, if it is not the caller."""

    user_principal_name: Annotated[
        PrincipalName | None,
        USER_PRINCIPAL_NAME.named(
            "UserPrincipalName",
            "Name of the RAM user, user@<alias>.onaliyun.com; without it the calling RAM user, "
            "or the account if it calls.",
        ),
    ] = None


class KeyRequest(OwnerRequest, frozen=True, kw_only=True):
    """Names an AccessKey."""

    user_access_key_id: Annotated[str, USER_ACCESS_KEY_ID]


def on_owner(action: str) -> SelfService[OwnerRequest]:
    """Ask for an action on the owner of the keys; on the caller's own, the preference counts too."""
    return SelfService(
        Permission(action, resource, tags=tags_for(action), about="acs:ram:*:{AccountId}:user/{UserName}"),
        own=lambda q, call: q.user_principal_name is None or is_caller(call, q.user_principal_name.name),
        member="allow_user_to_manage_access_keys",
    )


def resource(q: OwnerRequest, call: Call) -> str:
    """Return the user whose keys are meant, or the account, as a resource."""
    name = q.user_principal_name
    return own_resource(call, NAMELESS) if name is None else name.resource(call)


def owner(call: Call, q: OwnerRequest) -> str | None:
    """Return the name of the user whose keys are meant; None for the account's own."""
    name = q.user_principal_name
    return own_name(call) if name is None else named(call, name).name


class NewAccessKey(Response, frozen=True, kw_only=True):
    """An AccessKey with its secret, which is never shown again."""

    access_key_id: str
    access_key_secret: str
    status: str
    create_date: str


class CreateAccessKeyResponse(Response, frozen=True, kw_only=True):
    """The new AccessKey."""

    access_key: NewAccessKey


@ims.operation(
    "CreateAccessKey",
    OwnerRequest,
    CreateAccessKeyResponse,
    authorize=on_owner("ram:CreateAccessKey"),
    runs=Runs.WRITE,
    errors=(NAMELESS, USER_MISSING, TOO_MANY.of("User.AccessKey")),
)
def create_access_key(call: Call, q: OwnerRequest) -> CreateAccessKeyResponse:
    """Create an AccessKey; the only time its secret is shown."""
    key = call.txn.access_keys.create(call.account, owner(call, q))
    return CreateAccessKeyResponse(
        access_key=NewAccessKey(
            access_key_id=key.id,
            access_key_secret=key.secret.reveal(),
            status=key.status,
            create_date=timestamp(key.created_at),
        )
    )


class UpdateAccessKeyRequest(KeyRequest, frozen=True, kw_only=True):
    """Names an AccessKey and its new status."""

    status: Annotated[KeyStatus, STATUS]


@ims.operation(
    "UpdateAccessKey",
    UpdateAccessKeyRequest,
    Nothing,
    authorize=on_owner("ram:UpdateAccessKey"),
    runs=Runs.WRITE,
    errors=(NAMELESS, USER_MISSING, KEY_MISSING),
)
def update_access_key(call: Call, q: UpdateAccessKeyRequest) -> Nothing:
    """Switch an AccessKey on or off."""
    call.txn.access_keys.set_status(call.account, owner(call, q), q.user_access_key_id, q.status)
    return Nothing()


@ims.operation(
    "DeleteAccessKey",
    KeyRequest,
    Nothing,
    authorize=on_owner("ram:DeleteAccessKey"),
    runs=Runs.WRITE,
    errors=(NAMELESS, USER_MISSING, KEY_MISSING),
)
def delete_access_key(call: Call, q: KeyRequest) -> Nothing:
    """Delete an AccessKey for good."""
    call.txn.access_keys.delete(call.account, owner(call, q), q.user_access_key_id)
    return Nothing()


class ListedAccessKey(Response, frozen=True, kw_only=True):
    """An AccessKey without its secret, and when it was last switched on or off."""

    access_key_id: str
    status: str
    create_date: str
    update_date: str


class AccessKeysBody(Response, frozen=True, kw_only=True):
    """AccessKeys, oldest first."""

    access_key: tuple[ListedAccessKey, ...]


class ListAccessKeysResponse(Response, frozen=True, kw_only=True):
    """All AccessKeys of the user or the account."""

    access_keys: AccessKeysBody


@ims.operation(
    "ListAccessKeys",
    OwnerRequest,
    ListAccessKeysResponse,
    authorize=on_owner("ram:ListAccessKeys"),
    runs=Runs.READ,
    errors=(NAMELESS, USER_MISSING),
)
def list_access_keys(call: Call, q: OwnerRequest) -> ListAccessKeysResponse:
    """List the AccessKeys of a RAM user or of the account, without their secrets."""
    shown = tuple(
        ListedAccessKey(
            access_key_id=key.id,
            status=key.status,
            create_date=timestamp(key.created_at),
            update_date=timestamp(key.updated_at),
        )
        for key in call.txn.access_keys.list(call.account, owner(call, q))
    )
    return ListAccessKeysResponse(access_keys=AccessKeysBody(access_key=shown))
