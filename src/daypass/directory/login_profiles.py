"""Login profiles: who may log on to the console, and with which password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import structs
from sqlalchemy import delete, select, update

from daypass.directory import scopes
from daypass.directory.errors import LOGIN_PROFILE_EXISTS, LOGIN_PROFILE_MISSING
from daypass.directory.records import KeyStatus, LoginProfile, User
from daypass.directory.rows import columns
from daypass.directory.schema import login_profiles
from daypass.directory.users import Users
from daypass.secret import Secret

if TYPE_CHECKING:
    from daypass.directory.context import Context

_COLUMNS: Final = columns(login_profiles, LoginProfile)


class LoginProfiles:
    """At most one for each user. Passwords come and go as hashes; this is no place to check them."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context
        self._users: Final = Users(context)

    def create(
        self,
        account_id: str,
        user_name: str,
        password_hash: Secret,
        *,
        password_reset_required: bool = False,
        mfa_bind_required: bool = False,
        status: KeyStatus = "Active",
    ) -> LoginProfile:
        """Create a user's login profile.

        Raises:
            ApiError: ``EntityNotExist.User``, ``EntityAlreadyExists.User.LoginProfile``.
        """
        context = self._context
        user = self._users.get(account_id, user_name)
        if self.find(user.id) is not None:
            raise LOGIN_PROFILE_EXISTS(name=user.name)
        now = context.now
        profile = LoginProfile(
            user.id, password_hash, password_reset_required, mfa_bind_required, now, now, status
        )
        context.add(login_profiles, _values(profile))
        context.changed(scopes.user(user.id))
        return profile

    def find(self, user_id: str) -> LoginProfile | None:
        """Return the profile of a user id, or None."""
        row = self._context.first(select(*_COLUMNS).where(login_profiles.c.user_id == user_id))
        return None if row is None else LoginProfile(row[0], Secret(row[1]), *row[2:])

    def get(self, account_id: str, user_name: str) -> LoginProfile:
        """Return a user's profile.

        Raises:
            ApiError: ``EntityNotExist.User``, ``EntityNotExist.User.LoginProfile``.
        """
        return self._of(self._users.get(account_id, user_name))

    def _of(self, user: User) -> LoginProfile:
        profile = self.find(user.id)
        if profile is None:
            raise LOGIN_PROFILE_MISSING(name=user.name)
        return profile

    def update(
        self,
        account_id: str,
        user_name: str,
        *,
        password_hash: Secret | None = None,
        password_reset_required: bool | None = None,
        mfa_bind_required: bool | None = None,
        status: KeyStatus | None = None,
    ) -> LoginProfile:
        """Change a profile; what is None stays.

        A new password is an initial one only when it comes with switching the profile on again.

        Raises:
            ApiError: ``EntityNotExist.User``, ``EntityNotExist.User.LoginProfile``.
        """
        profile = self.get(account_id, user_name)
        given = {
            "password_hash": password_hash,
            "password_reset_required": password_reset_required,
            "mfa_bind_required": mfa_bind_required,
            "status": status,
        }
        if password_hash is not None:
            given["password_initial"] = profile.status == "Inactive" and status == "Active"
        wanted = {field: value for field, value in given.items() if value is not None}
        changed = structs.replace(profile, **wanted, updated_at=self._context.now)
        own = login_profiles.c.user_id == profile.user_id
        self._context.run(update(login_profiles).where(own).values(_values(changed)))
        self._context.changed(scopes.user(profile.user_id))
        return changed

    def delete(self, account_id: str, user_name: str) -> None:
        """Delete a user's profile.

        Raises:
            ApiError: ``EntityNotExist.User``, ``EntityNotExist.User.LoginProfile``.
        """
        profile = self.get(account_id, user_name)
        self._context.run(delete(login_profiles).where(login_profiles.c.user_id == profile.user_id))
        self._context.changed(scopes.user(profile.user_id))


def _values(profile: LoginProfile) -> dict[str, object]:
    return {**structs.asdict(profile), "password_hash": profile.password_hash.reveal()}
