"""Login profiles: who may log on to the console, and with which password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import structs
from sqlalchemy import delete, select, update

from daypass.directory import scopes
from daypass.directory.console_sessions import ConsoleSessions
from daypass.directory.errors import LOGIN_PROFILE_EXISTS, LOGIN_PROFILE_MISSING
from daypass.directory.passwords import Passwords
from daypass.directory.records import KeyStatus, LoginProfile, User
from daypass.directory.rows import columns
from daypass.directory.schema import login_profiles, logons, users
from daypass.directory.users import Users
from daypass.secret import Secret

if TYPE_CHECKING:
    from sqlalchemy import Row

    from daypass.directory.context import Context

ATTEMPTS_SECONDS: Final = 3600
"""How long failed logons count together, and lock once there are too many."""

_PROFILES: Final = select(
    *columns(login_profiles, LoginProfile), logons.c.failures, logons.c.failed_at
).outerjoin_from(login_profiles, logons, logons.c.user_id == login_profiles.c.user_id)


class LoginProfiles:
    """At most one for each user. Passwords come and go as hashes; this is no place to check them."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context
        self._users: Final = Users(context)
        self._passwords: Final = Passwords(context)
        self._sessions: Final = ConsoleSessions(context)

    def create(
        self,
        account_id: str,
        user_name: str,
        password_hash: Secret,
        *,
        password_reset_required: bool = False,
        mfa_bind_required: bool = False,
        status: KeyStatus = "Active",
        password_initial: bool = True,
    ) -> LoginProfile:
        """Create a user's login profile; its password is an initial one, unless the user has chosen it.

        Raises:
            ApiError: ``EntityNotExist.User``, ``EntityAlreadyExists.User.LoginProfile``.
        """
        context = self._context
        user = self._users.get(account_id, user_name)
        if self.find(user.id) is not None:
            raise LOGIN_PROFILE_EXISTS(name=user.name)
        now = context.now
        profile = LoginProfile(
            user.id,
            password_hash,
            password_reset_required,
            mfa_bind_required,
            now,
            now,
            status,
            password_initial,
        )
        context.add(login_profiles, _values(profile))
        self._passwords.add(user.id, password_hash)
        context.changed(scopes.user(user.id))
        return profile

    def find(self, user_id: str) -> LoginProfile | None:
        """Return the profile of a user id, or None."""
        row = self._context.first(_PROFILES.where(login_profiles.c.user_id == user_id))
        return None if row is None else _read(row)

    def of_account(self, account_id: str) -> tuple[LoginProfile, ...]:
        """Return the profiles of all users of an account."""
        statement = _PROFILES.join(users, users.c.id == login_profiles.c.user_id)
        rows = self._context.all(statement.where(users.c.account_id == account_id).order_by(users.c.name_key))
        return tuple(_read(row) for row in rows)

    def are_there(self, account_id: str) -> bool:
        """Return whether any user of an account has a profile."""
        own = select(login_profiles.c.user_id).join(users, users.c.id == login_profiles.c.user_id)
        return self._context.first(own.where(users.c.account_id == account_id).limit(1)) is not None

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
        session: str = "",
    ) -> LoginProfile:
        """Change a profile; what is None stays. A new password or a new status ends a lock.

        A new password is an initial one only when it comes with switching the profile on again.
        It ends the user's console sessions, as switching the profile off does, but for the one
        whose id is given.

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
        wanted: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
        if password_hash is not None or status is not None:
            self._forget_failures(profile.user_id)
            wanted.update(failures=0, failed_at=None)
        if password_hash is not None:
            self._passwords.add(profile.user_id, password_hash)
        if password_hash is not None or status == "Inactive":
            self._sessions.end_all(account_id, profile.user_id, but=session)
        changed = structs.replace(profile, **wanted, updated_at=self._context.now)
        own = login_profiles.c.user_id == profile.user_id
        self._context.run(update(login_profiles).where(own).values(_values(changed)))
        self._context.changed(scopes.user(profile.user_id))
        return changed

    def note_failure(self, profile: LoginProfile) -> None:
        """Count a logon with a wrong password; what failed more than an hour ago counts no more."""
        now = self._context.now
        recent = profile.failed_at is not None and now - profile.failed_at < ATTEMPTS_SECONDS
        self._forget_failures(profile.user_id)
        failures = profile.failures + 1 if recent else 1
        self._context.add(logons, {"user_id": profile.user_id, "failures": failures, "failed_at": now})

    def note_logon(self, profile: LoginProfile) -> None:
        """Note that the user has logged on: failures are forgotten."""
        self._forget_failures(profile.user_id)
        self._users.note_login(profile.user_id)

    def _forget_failures(self, user_id: str) -> None:
        self._context.run(delete(logons).where(logons.c.user_id == user_id))

    def delete(self, account_id: str, user_name: str) -> None:
        """Delete a user's profile, which ends his console sessions.

        Raises:
            ApiError: ``EntityNotExist.User``, ``EntityNotExist.User.LoginProfile``.
        """
        profile = self.get(account_id, user_name)
        self._forget_failures(profile.user_id)
        self._sessions.end_all(account_id, profile.user_id)
        self._context.run(delete(login_profiles).where(login_profiles.c.user_id == profile.user_id))
        self._context.changed(scopes.user(profile.user_id))


def _read(row: Row[*tuple[Any, ...]]) -> LoginProfile:
    profile = LoginProfile(row[0], Secret(row[1]), *row[2:-2])
    return structs.replace(profile, failures=row.failures or 0, failed_at=row.failed_at)


def _values(profile: LoginProfile) -> dict[str, object]:
    values = {**structs.asdict(profile), "password_hash": profile.password_hash.reveal()}
    del values["failures"], values["failed_at"]
    return values
