"""Signing in to the console: a RAM user with name and password, the account with its AccessKey.

An attempt is counted before the password is looked at and forgiven if it was right, so that
many at once count too. Whether a name is nobody's shows neither in the answer nor in the
time it takes. Argon2 runs outside any transaction; every attempt that is looked at goes on
record. What may follow the password stands in :mod:`daypass.authn.sign_in_steps`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

from daypass.authn import lockout
from daypass.authn.new_sessions import Begun, NewSessions, state_of
from daypass.authn.passwords import LogonState, matches
from daypass.authn.sign_in_errors import NO_LOGON, NOT_FROM_HERE, WRONG, WRONG_KEY
from daypass.authn.sign_in_names import Found, find
from daypass.directory import lookups
from daypass.directory.settings import SecurityPreference
from daypass.errors import ApiError
from daypass.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from daypass.authn.console import Browser
    from daypass.authn.hashing import Hashing
    from daypass.directory.database import Database, Transaction

T = TypeVar("T")

LONGEST_PASSWORD: Final = 1024

# The hash of a random password nobody knows: what a name that is nobody's is compared with.
DECOY: Final = Secret(
    "$argon2id$v=19$m=19456,t=2,p=1$Xm+xQCIRQZMW0xcBI3pJOg$XWSLymVEHj0qyye4fPIQ6zcAkfqIC9gTMJuxlzpRldI"
)


class SignIns:
    """Lets people in.

    Args:
        database: the store.
        new: makes sessions.
        hashing: threads for Argon2.
        readers: threads for read transactions.
        writer: the thread for write transactions.
    """

    def __init__(
        self, database: Database, new: NewSessions, hashing: Hashing, readers: Executor, writer: Executor
    ) -> None:
        self._database: Final = database
        self._new: Final = new
        self._hashing: Final = hashing
        self._readers: Final = readers
        self._writer: Final = writer

    async def with_password(self, name: str, password: Secret, browser: Browser) -> Begun:
        """Sign a RAM user in, as far as the password goes.

        Raises:
            ApiError: one of :mod:`daypass.authn.sign_in_errors`, or
                :data:`~daypass.authn.lockout.TOO_MANY_ATTEMPTS`.
        """
        short = len(password.reveal()) <= LONGEST_PASSWORD
        tried = password if short else Secret("")
        with self._hashing.room():
            found = await _in(self._readers, lambda: self._look_up(name, browser))
            await _in(self._writer, lambda: self._take(found.subject, browser))
            known = found.profile.password_hash if found.profile is not None else DECOY
            right = await self._hashing.run(lambda: matches(known, tried)) and short
            return settled(await _in(self._writer, lambda: self._conclude(found, browser, right=right)))

    async def as_root(self, access_key_id: str, secret: Secret, browser: Browser) -> Begun:
        """Sign an account in with an AccessKey of its own.

        Raises:
            ApiError: see :meth:`with_password`.
        """
        subject = lockout.name_subject("key", access_key_id)
        with self._hashing.room():
            await _in(self._readers, lambda: self._check(subject, browser))
            await _in(self._writer, lambda: self._take(subject, browser))
            key = access_key_id
            concluded = _in(self._writer, lambda: self._conclude_root(subject, key, secret, browser))
            return settled(await concluded)

    def _look_up(self, name: str, browser: Browser) -> Found:
        with self._database.read() as txn:
            found = find(txn, name)
            lockout.check(txn, _counted(found.subject, browser))
        return found

    def _check(self, subject: str, browser: Browser) -> None:
        with self._database.read() as txn:
            lockout.check(txn, _counted(subject, browser))

    def _take(self, subject: str, browser: Browser) -> None:
        """Count an attempt on a name before it is known whether it fails."""
        with self._database.write() as txn:
            lockout.check(txn, _counted(subject, browser))
            txn.sign_in_attempts.note_failure(subject)

    def _conclude(self, found: Found, browser: Browser, *, right: bool) -> Begun | ApiError:
        """Let the user in or refuse; both are committed, so what is refused is returned."""
        with self._database.write() as txn:
            refusal = _refusal(txn, found, browser, right=right)
            if refusal is not None or found.user is None:
                error = refusal or WRONG()
                self._new.refuse(txn, error, browser, account=found.account, user=found.user)
                if not right:
                    _note_failure(txn, found)
                return error
            txn.sign_in_attempts.forget(found.subject)
            return self._new.of_user(txn, found.user, browser, mfa=False)

    def _conclude_root(
        self, subject: str, access_key_id: str, secret: Secret, browser: Browser
    ) -> Begun | ApiError:
        with self._database.write() as txn:
            holder = lookups.access_key(txn, access_key_id)
            known = holder.secret if holder is not None else DECOY
            right = known == secret
            if holder is None or not right or not holder.is_root or holder.status != "Active":
                self._new.refuse(txn, WRONG_KEY(), browser)
                return WRONG_KEY()
            account = txn.accounts.get(holder.account_id)
            if holder.allow_list is not None and not holder.allow_list.admits(browser.source_ip):
                self._new.refuse(txn, NOT_FROM_HERE(), browser, account=account)
                return NOT_FROM_HERE()
            txn.sign_in_attempts.forget(subject)
            return self._new.of_root(txn, account.id, access_key_id, browser)


def settled(ended: T | ApiError) -> T:
    """Return what came of an attempt, now that it is committed.

    Raises:
        ApiError: it failed.
    """
    if isinstance(ended, ApiError):
        raise ended
    return ended


async def _in(executor: Executor, function: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(executor, function)


def _refusal(txn: Transaction, found: Found, browser: Browser, *, right: bool) -> ApiError | None:
    """Return why a user may not sign in; only who knows the password is told more than that it failed."""
    user, profile = found.user, found.profile
    if user is None or profile is None or not right:
        return WRONG()
    now = txn.login_profiles.find(user.id)
    if now is None or now.password_hash != profile.password_hash:
        return WRONG()
    state = state_of(txn, user, now)
    if state is LogonState.LOCKED:
        return WRONG()
    if state in {LogonState.DISABLED, LogonState.EXPIRED}:
        return NO_LOGON(reason=state.value)
    preference = txn.settings.get(user.account_id, SecurityPreference)
    return None if preference.admits(browser.source_ip) else NOT_FROM_HERE()


def _note_failure(txn: Transaction, found: Found) -> None:
    """Count a wrong password against what the account's password policy allows."""
    profile = txn.login_profiles.find(found.user.id) if found.user is not None else None
    if profile is not None:
        txn.login_profiles.note_failure(profile)


def _counted(subject: str, browser: Browser) -> dict[str, int]:
    return {
        subject: lockout.FREE_FOR_A_NAME,
        lockout.address_subject(browser.source_ip): lockout.FREE_FROM_AN_ADDRESS,
    }
