"""AccessKeys of RAM users and of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select, update

from daypass.directory import identifiers, scopes
from daypass.directory.errors import ACCESS_KEY_EXISTS, KEY_MISSING, TOO_MANY
from daypass.directory.records import AccessKey, KeyStatus
from daypass.directory.schema import access_key_policies, access_key_uses, access_keys
from daypass.directory.users import Users
from daypass.secret import Secret

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row

    from daypass.directory.context import Context

SECRET_PLACE: Final = ("access_keys", "sealed_secret")
"""What a sealed secret is bound to, besides the key's id."""

_COLUMNS: Final = (
    access_keys.c.id,
    access_keys.c.account_id,
    access_keys.c.user_id,
    access_keys.c.sealed_secret,
    access_keys.c.status,
    access_keys.c.created_at,
    access_keys.c.updated_at,
)


class AccessKeys:
    """All AccessKeys. A user name of None means the keys of the account itself."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context
        self._users: Final = Users(context)

    def create(
        self, account_id: str, user_name: str | None = None, *, preset: tuple[str, Secret] | None = None
    ) -> AccessKey:
        """Create an AccessKey; the only time its secret is handed out.

        Args:
            account_id: whose it is.
            user_name: whose in the account; None for the account's own (root) key.
            preset: id and secret to use instead of new ones.

        Raises:
            ApiError: ``EntityNotExist.User``, ``LimitExceeded.User.AccessKey``, for a
                preset id that is taken ``EntityAlreadyExists.User.AccessKey``.
        """
        context = self._context
        user_id = self._user_id(account_id, user_name)
        quotas = context.quotas(account_id)
        limit = quotas.account_access_keys if user_id is None else quotas.access_keys_per_user
        if context.count(access_keys, *_owned(account_id, user_id)) >= limit:
            raise TOO_MANY.of("User.AccessKey")(limit=limit)
        key_id, secret = preset or _new(context)
        if context.exists(access_keys, access_keys.c.id == key_id):
            raise ACCESS_KEY_EXISTS(key=key_id)
        key = AccessKey(key_id, account_id, user_id, secret, "Active", context.now, context.now)
        self._insert(key)
        return key

    def _insert(self, key: AccessKey) -> None:
        context = self._context
        values = {
            "id": key.id,
            "account_id": key.account_id,
            "user_id": key.user_id,
            "sealed_secret": context.seal(*SECRET_PLACE, key.id, key.secret.reveal().encode()),
            "status": key.status,
            "created_at": key.created_at,
            "updated_at": key.updated_at,
        }
        context.add(access_keys, values)
        context.changed(scopes.access_key(key.id))

    def find(self, access_key_id: str) -> AccessKey | None:
        """Return an AccessKey by its id alone, or None."""
        row = self._context.first(select(*_COLUMNS).where(access_keys.c.id == access_key_id))
        return None if row is None else self._read(row)

    def get(self, account_id: str, user_name: str | None, access_key_id: str) -> AccessKey:
        """Return a key of a user or account.

        Raises:
            ApiError: ``EntityNotExist.User``, ``EntityNotExist.User.AccessKey``.
        """
        where = self._owned_key(account_id, user_name, access_key_id)
        row = self._context.first(select(*_COLUMNS).where(*where))
        if row is None:
            raise KEY_MISSING(key=access_key_id)
        return self._read(row)

    def list(self, account_id: str, user_name: str | None = None) -> tuple[AccessKey, ...]:
        """Return the AccessKeys of a user or account, oldest first.

        Raises:
            ApiError: ``EntityNotExist.User``.
        """
        owned = _owned(account_id, self._user_id(account_id, user_name))
        oldest_first = (access_keys.c.created_at, access_keys.c.id)
        rows = self._context.all(select(*_COLUMNS).where(*owned).order_by(*oldest_first))
        return tuple(self._read(row) for row in rows)

    def set_status(
        self, account_id: str, user_name: str | None, access_key_id: str, status: KeyStatus
    ) -> None:
        """Switch a key on or off.

        Raises:
            ApiError: ``EntityNotExist.User``, ``EntityNotExist.User.AccessKey``.
        """
        where = self._owned_key(account_id, user_name, access_key_id)
        values = {"status": status, "updated_at": self._context.now}
        if not self._context.run(update(access_keys).where(*where).values(values)):
            raise KEY_MISSING(key=access_key_id)
        self._context.changed(scopes.access_key(access_key_id))

    def delete(self, account_id: str, user_name: str | None, access_key_id: str) -> None:
        """Delete a key.

        Raises:
            ApiError: ``EntityNotExist.User``, ``EntityNotExist.User.AccessKey``.
        """
        where = self._owned_key(account_id, user_name, access_key_id)
        if not self._context.exists(access_keys, *where):
            raise KEY_MISSING(key=access_key_id)
        for beside in (access_key_uses, access_key_policies):
            self._context.run(delete(beside).where(beside.c.access_key_id == access_key_id))
        self._context.run(delete(access_keys).where(*where))
        self._context.changed(scopes.access_key(access_key_id))

    def _owned_key(
        self, account_id: str, user_name: str | None, access_key_id: str
    ) -> tuple[ColumnElement[bool], ...]:
        owned = _owned(account_id, self._user_id(account_id, user_name))
        return (access_keys.c.id == access_key_id, *owned)

    def _user_id(self, account_id: str, user_name: str | None) -> str | None:
        return None if user_name is None else self._users.get(account_id, user_name).id

    def _read(self, row: Row[*tuple[Any, ...]]) -> AccessKey:
        key_id, account_id, user_id, sealed, status, created_at, updated_at = row
        secret = Secret(self._context.unseal(*SECRET_PLACE, key_id, sealed).decode())
        return AccessKey(key_id, account_id, user_id, secret, status, created_at, updated_at)


def _new(context: Context) -> tuple[str, Secret]:
    new_id = identifiers.access_key_id(context.entropy)
    return new_id, Secret(identifiers.access_key_secret(context.entropy))


def _owned(account_id: str, user_id: str | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (access_keys.c.account_id == account_id, access_keys.c.user_id == user_id)
