"""Making console sessions, and what goes on record of attempts to get one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from daypass.authn import lockout
from daypass.authn.console import COOKIE_BYTES, Browser, digest_of
from daypass.authn.passwords import LogonState, logon_state
from daypass.authn.sessions import RING
from daypass.directory.records import AuditEvent, ConsoleSession
from daypass.directory.settings import PasswordPolicy, SecurityPreference
from daypass.names import root_arn
from daypass.secret import Secret
from daypass.tokens import ENTROPY_BYTES, Session, mint

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.directory.database import Transaction
    from daypass.directory.records import Account, LoginProfile, User
    from daypass.errors import ApiError

PRODUCT: Final = "AasCustomer"
SIGN_IN: Final = "ConsoleSignin"
SIGN_OUT: Final = "ConsoleSignout"
"""What ActionTrail calls them."""

MFA: Final = "mfa"
NEW_PASSWORD: Final = "password"  # noqa: S105 (what is asked for, not one)
BIND_DEVICE: Final = "bind"

UNFINISHED_SECONDS: Final = 10 * 60
"""How long a sign-in may take from the password to its end."""
_LONGEST_AGENT: Final = 255
_SESSION_ID_BYTES: Final = 16
_HOUR: Final = 3600


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


class NewSessions:
    """Makes sessions in transactions.

    Args:
        entropy: random bytes.
        request_id: makes the ids that attempts go on record with.
    """

    def __init__(self, entropy: Callable[[int], bytes], request_id: Callable[[], str]) -> None:
        self._entropy: Final = entropy
        self._request_id: Final = request_id

    def of_user(self, txn: Transaction, user: User, browser: Browser, *, mfa: bool) -> Begun:
        """Make a user's session, or what becomes one once he has done what is still missing."""
        profile = txn.login_profiles.get(user.account_id, user.name)
        awaits = _awaited(txn, user, profile, mfa=mfa)
        if not awaits:
            txn.login_profiles.note_logon(profile)
        return self._make(txn, user.account_id, user, browser, awaits=awaits, mfa=mfa)

    def of_root(self, txn: Transaction, account_id: str, root_key: str, browser: Browser) -> Begun:
        """Make a session of the account itself, which lasts no longer than its key."""
        return self._make(txn, account_id, None, browser, root_key=root_key)

    def _make(
        self,
        txn: Transaction,
        account_id: str,
        user: User | None,
        browser: Browser,
        *,
        root_key: str = "",
        awaits: str = "",
        mfa: bool = False,
    ) -> Begun:
        hours = txn.settings.get(account_id, SecurityPreference).login_session_duration
        principal = user.arn if user is not None else root_arn(account_id)
        session = Session(
            kind="user",
            account_id=account_id,
            user_id=user.id if user is not None else "",
            user_name=user.name if user is not None else "",
            mfa=mfa,
            authenticated_at=txn.now,
            issued_at=txn.now,
            expires_at=txn.now + (UNFINISHED_SECONDS if awaits else hours * _HOUR),
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
            self.put_on_record(txn, browser, account_id, principal, key=sealed.access_key_id, mfa=mfa)
        return Begun(cookie, awaits, session.expires_at)

    def refuse(
        self,
        txn: Transaction,
        error: ApiError,
        browser: Browser,
        *,
        account: Account | None = None,
        user: User | None = None,
    ) -> None:
        """Count an attempt that failed against its address, and put it on record."""
        txn.sign_in_attempts.note_failure(lockout.address_subject(browser.source_ip))
        owner = account.id if account is not None else user.account_id if user is not None else ""
        principal = user.arn if user is not None else ""
        self.put_on_record(txn, browser, owner, principal, outcome=error.code)

    def put_on_record(
        self,
        txn: Transaction,
        browser: Browser,
        account_id: str,
        principal: str,
        *,
        action: str = SIGN_IN,
        outcome: str = "Success",
        key: str = "",
        mfa: bool = False,
    ) -> None:
        """Put an attempt on record. A name that is nobody's stays out: it may be a password."""
        more = {"mfaChecked": mfa, "userAgent": browser.user_agent[:_LONGEST_AGENT]}
        txn.audit.append(
            AuditEvent(
                time_ms=txn.now * 1000,
                request_id=self._request_id(),
                account_id=account_id,
                principal=principal,
                access_key_id=key,
                product=PRODUCT,
                action=action,
                resources=(principal,) if principal else (),
                outcome=outcome,
                source_ip=browser.source_ip,
                parameters=msgspec.json.encode(more).decode(),
            )
        )


def state_of(txn: Transaction, user: User, profile: LoginProfile) -> LogonState:
    """Return whether a user who knows the password may sign in with it."""
    policy = txn.settings.get(user.account_id, PasswordPolicy)
    return logon_state(profile, txn.passwords.newest(user.id, 1)[0], policy, txn.now)


def _awaited(txn: Transaction, user: User, profile: LoginProfile, *, mfa: bool) -> str:
    """Return what a user still has to do before he is signed in."""
    device = txn.mfa_devices.of_user(user.id)
    if device is not None and not mfa:
        return MFA
    if state_of(txn, user, profile) is LogonState.MUST_CHANGE:
        return NEW_PASSWORD
    preference = txn.settings.get(user.account_id, SecurityPreference)
    wanted = preference.wants_mfa or profile.mfa_bind_required
    return BIND_DEVICE if wanted and device is None else ""
