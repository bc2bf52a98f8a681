"""Signing in to the console: a RAM user with name and password, the account with its AccessKey.

An attempt is counted before the password is looked at and forgiven if it was right, so that
many at once count too. Whether a name is nobody's shows neither in the answer nor in the
time it takes. Argon2 runs on threads of its own, of which there are few, outside any
transaction; every attempt that is looked at goes on record.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from daypass.authn import lockout
from daypass.authn.console import COOKIE_BYTES, Browser, digest_of
from daypass.authn.passwords import LogonState, logon_state, matches
from daypass.authn.sessions import RING
from daypass.directory import lookups
from daypass.directory.records import AuditEvent, ConsoleSession
from daypass.directory.settings import PasswordPolicy, SecurityPreference
from daypass.errors import ApiError, ErrorCode
from daypass.names import root_arn
from daypass.secret import Secret
from daypass.tokens import ENTROPY_BYTES, Session, mint

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.directory.database import Database, Transaction
    from daypass.directory.records import Account, LoginProfile, User

T = TypeVar("T")

PRODUCT: Final = "AasCustomer"
ACTION: Final = "ConsoleSignin"
"""What ActionTrail calls a sign-in."""

LONGEST_NAME: Final = 192
LONGEST_PASSWORD: Final = 1024
UNFINISHED_SECONDS: Final = 10 * 60
"""How long a sign-in may take from the password to its end."""
MOST_WAITING: Final = 32
"""Passwords that may wait to be looked at; beyond it sign-ins are refused."""
_THREADS: Final = 2
_LONGEST_AGENT: Final = 255
_SESSION_ID_BYTES: Final = 16
_HOUR: Final = 3600
_SUFFIX: Final = ".onaliyun.com"

MFA: Final = "mfa"
NEW_PASSWORD: Final = "password"  # noqa: S105 (what is asked for, not one)
BIND_DEVICE: Final = "bind"

WRONG: Final = ErrorCode("SignIn.WrongPassword", 403, "The name or the password is wrong.")
WRONG_KEY: Final = ErrorCode("SignIn.WrongAccessKey", 403, "The AccessKey ID or its secret is wrong.")
NO_LOGON: Final = ErrorCode("SignIn.NoConsoleAccess", 403, "This user may not sign in: {reason}.")
NOT_FROM_HERE: Final = ErrorCode("SignIn.AddressNotListed", 403, "You may not sign in from this address.")
BUSY: Final = ErrorCode("SignIn.Busy", 503, "Too many people are signing in. Try again in a moment.")

# The hash of a random password nobody knows: what a name that is nobody's is compared with.
DECOY: Final = Secret(
    "$argon2id$v=19$m=19456,t=2,p=1$Xm+xQCIRQZMW0xcBI3pJOg$XWSLymVEHj0qyye4fPIQ6zcAkfqIC9gTMJuxlzpRldI"
)


class Begun(msgspec.Struct, frozen=True):
    """A sign-in as far as it has come.

    Attributes:
        cookie: what the browser is to hold from now on.
        awaits: what is missing yet: ``mfa``, ``password`` (a new one) or ``bind`` (a device);
            empty once the browser is signed in.
        expires_at: epoch seconds.
    """

    cookie: Secret
    awaits: str
    expires_at: int


class Found(msgspec.Struct, frozen=True):
    """What a name stands for; nothing of it need be there."""

    subject: str
    account: Account | None = None
    user: User | None = None
    profile: LoginProfile | None = None


class SignIns:
    """Lets people in.

    Args:
        database: the store.
        readers: threads for read transactions.
        writer: the thread for write transactions.
        entropy: random bytes.
        request_id: makes the ids that attempts go on record with.
    """

    def __init__(
        self,
        database: Database,
        *,
        readers: Executor,
        writer: Executor,
        entropy: Callable[[int], bytes],
        request_id: Callable[[], str],
    ) -> None:
        self._database: Final = database
        self._readers: Final = readers
        self._writer: Final = writer
        self._entropy: Final = entropy
        self._request_id: Final = request_id
        self._hashing: Final = ThreadPoolExecutor(_THREADS, "sign-in")
        self._waiting = 0

    def close(self) -> None:
        """Give the threads back."""
        self._hashing.shutdown()

    async def with_password(self, name: str, password: Secret, browser: Browser) -> Begun:
        """Sign a RAM user in, as far as the password goes.

        Raises:
            ApiError: one of this module's, or :data:`~daypass.authn.lockout.TOO_MANY_ATTEMPTS`.
        """
        found = await self._in(self._readers, self._look_up, name, browser)
        await self._in(self._writer, self._take, found.subject, browser)
        known = found.profile.password_hash if found.profile is not None else DECOY
        right = await self._matches(known, password)
        ended = await self._in(self._writer, self._conclude, found, browser, right=right)
        return _begun(ended)

    async def as_root(self, access_key_id: str, secret: Secret, browser: Browser) -> Begun:
        """Sign an account in with an AccessKey of its own.

        Raises:
            ApiError: one of this module's, or :data:`~daypass.authn.lockout.TOO_MANY_ATTEMPTS`.
        """
        subject = lockout.name_subject("key", access_key_id)
        await self._in(self._readers, self._check, subject, browser)
        await self._in(self._writer, self._take, subject, browser)
        ended = await self._in(self._writer, self._conclude_root, subject, access_key_id, secret, browser)
        return _begun(ended)

    async def _matches(self, known: Secret, password: Secret) -> bool:
        short = len(password.reveal()) <= LONGEST_PASSWORD
        return await self.hash(lambda: matches(known, password if short else Secret(""))) and short

    async def hash(self, function: Callable[[], T]) -> T:
        """Run something that takes as much time and memory as Argon2 does.

        Raises:
            ApiError: :data:`BUSY`.
        """
        if self._waiting >= MOST_WAITING:
            raise BUSY()
        self._waiting += 1
        try:
            return await self._in(self._hashing, function)
        finally:
            self._waiting -= 1

    @staticmethod
    async def _in(executor: Executor, function: Callable[..., T], *args: object, **more: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(executor, lambda: function(*args, **more))

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
            account, user = found.account, found.user
            if refusal is not None or account is None or user is None:
                error = refusal or WRONG()
                self._refuse(txn, error, browser, account=account, user=user)
                if not right:
                    _note_failure(txn, found)
                return error
            txn.sign_in_attempts.forget(found.subject)
            profile = txn.login_profiles.get(account.id, user.name)
            txn.login_profiles.note_logon(profile)
            return self._begin(txn, account.id, browser, user=user, awaits=awaited(txn, user, profile))

    def _conclude_root(
        self, subject: str, access_key_id: str, secret: Secret, browser: Browser
    ) -> Begun | ApiError:
        with self._database.write() as txn:
            holder = lookups.access_key(txn, access_key_id)
            known = holder.secret if holder is not None else DECOY
            right = (known == secret) and holder is not None
            if holder is None or not right or not holder.is_root or holder.status != "Active":
                self._refuse(txn, WRONG_KEY(), browser)
                return WRONG_KEY()
            account = txn.accounts.get(holder.account_id)
            if holder.allow_list is not None and not holder.allow_list.admits(browser.source_ip):
                self._refuse(txn, NOT_FROM_HERE(), browser, account=account)
                return NOT_FROM_HERE()
            txn.sign_in_attempts.forget(subject)
            return self._begin(txn, account.id, browser, root_key=access_key_id)

    def _refuse(
        self,
        txn: Transaction,
        error: ApiError,
        browser: Browser,
        *,
        account: Account | None = None,
        user: User | None = None,
    ) -> None:
        txn.sign_in_attempts.note_failure(lockout.address_subject(browser.source_ip))
        owner = account.id if account is not None else ""
        principal = user.arn if user is not None else ""
        self._put_on_record(txn, browser, owner, principal, outcome=error.code)

    def _begin(
        self,
        txn: Transaction,
        account_id: str,
        browser: Browser,
        *,
        user: User | None = None,
        root_key: str = "",
        awaits: str = "",
        mfa: bool = False,
    ) -> Begun:
        """Make a session, or what will become one."""
        hours = txn.settings.get(account_id, SecurityPreference).login_session_duration
        lasts = UNFINISHED_SECONDS if awaits else hours * _HOUR
        principal = user.arn if user is not None else root_arn(account_id)
        session = Session(
            kind="user",
            account_id=account_id,
            user_id=user.id if user is not None else "",
            user_name=user.name if user is not None else "",
            mfa=mfa,
            authenticated_at=txn.now,
            issued_at=txn.now,
            expires_at=txn.now + lasts,
            session_id=self._entropy(_SESSION_ID_BYTES).hex(),
            issuer_access_key_id=root_key,
            issuer=principal,
        )
        sealed = mint(session, RING.load(txn, "").value, entropy=self._entropy(ENTROPY_BYTES))
        cookie = Secret(self._entropy(COOKIE_BYTES).hex())
        txn.console_sessions.add(
            ConsoleSession(
                digest=digest_of(cookie.reveal()),
                session_id=session.session_id,
                account_id=account_id,
                user_id=user.id if user is not None else None,
                access_key_id=sealed.access_key_id,
                token=Secret(sealed.security_token),
                awaits=awaits,
                source_ip=browser.source_ip,
                user_agent=browser.user_agent[:_LONGEST_AGENT],
                created_at=txn.now,
                used_at=txn.now,
                expires_at=session.expires_at,
            )
        )
        if not awaits:
            self._put_on_record(txn, browser, account_id, principal, key=sealed.access_key_id, mfa=mfa)
        return Begun(cookie, awaits, session.expires_at)

    def _put_on_record(
        self,
        txn: Transaction,
        browser: Browser,
        account_id: str,
        principal: str,
        *,
        outcome: str = "Success",
        key: str = "",
        mfa: bool = False,
    ) -> None:
        more = {"mfaChecked": mfa, "userAgent": browser.user_agent[:_LONGEST_AGENT]}
        txn.audit.append(
            AuditEvent(
                time_ms=txn.now * 1000,
                request_id=self._request_id(),
                account_id=account_id,
                principal=principal,
                access_key_id=key,
                product=PRODUCT,
                action=ACTION,
                resources=(principal,) if principal else (),
                outcome=outcome,
                source_ip=browser.source_ip,
                parameters=msgspec.json.encode(more).decode(),
            )
        )


def find(txn: Transaction, name: str) -> Found:
    """Return whom a name stands for.

    ``user@<alias>``, ``user@<alias>.onaliyun.com``, and the same with the account's id; a
    name alone where there is but one account.
    """
    user_name, at, domain = name.strip().rpartition("@")
    if at:
        account = txn.accounts.by_alias(domain.lower().removesuffix(_SUFFIX))
    else:
        user_name, present = domain, txn.accounts.list(limit=2).items
        account = present[0] if len(present) == 1 else None
    if account is None or len(name) > LONGEST_NAME:
        return Found(lockout.name_subject("name", name.strip().lower()))
    subject = lockout.name_subject("name", f"{user_name.lower()}@{account.id}")
    user = txn.users.find(account.id, user_name)
    profile = txn.login_profiles.find(user.id) if user is not None else None
    return Found(subject, account, user, profile)


def awaited(txn: Transaction, user: User, profile: LoginProfile, *, mfa: bool = False) -> str:
    """Return what a user still has to do before he is signed in."""
    device = txn.mfa_devices.of_user(user.id)
    if device is not None and not mfa:
        return MFA
    if _state(txn, user, profile) is LogonState.MUST_CHANGE:
        return NEW_PASSWORD
    preference = txn.settings.get(user.account_id, SecurityPreference)
    wanted = preference.enforce_mfa_for_login or profile.mfa_bind_required
    return BIND_DEVICE if wanted and device is None else ""


def _refusal(txn: Transaction, found: Found, browser: Browser, *, right: bool) -> ApiError | None:
    """Return why a user may not sign in; only who knows the password is told more than that it failed."""
    user, profile = found.user, found.profile
    if user is None or profile is None or not right:
        return WRONG()
    now = txn.login_profiles.find(user.id)
    if now is None or now.password_hash != profile.password_hash:
        return WRONG()
    state = _state(txn, user, now)
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


def _state(txn: Transaction, user: User, profile: LoginProfile) -> LogonState:
    policy = txn.settings.get(user.account_id, PasswordPolicy)
    return logon_state(profile, txn.passwords.newest(user.id, 1)[0], policy, txn.now)


def _counted(subject: str, browser: Browser) -> dict[str, int]:
    return {
        subject: lockout.FREE_FOR_A_NAME,
        lockout.address_subject(browser.source_ip): lockout.FREE_FROM_AN_ADDRESS,
    }


def _begun(ended: Begun | ApiError) -> Begun:
    if isinstance(ended, ApiError):
        raise ended
    return ended
