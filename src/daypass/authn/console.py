"""From a console session to a caller: the second form of authentication.

A browser holds 256 random bits, the store their digest and the sealed token of temporary
credentials. Whoever calls through a session is the RAM user or the account itself, as with
an AccessKey, and the session is named in every record.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from daypass.authn.sessions import RING
from daypass.authz.principal import ACCESS_KEY, USER, Caller, Entitlements, console_session
from daypass.authz.views import Loaded, View
from daypass.directory import scopes
from daypass.errors import ApiError, ErrorCode
from daypass.tokens import open_token

if TYPE_CHECKING:
    from daypass.authz.views import Look
    from daypass.directory.database import Transaction
    from daypass.directory.records import ConsoleSession
    from daypass.signing.request import Kept
    from daypass.tokens import KeyRing

COOKIE_BYTES: Final = 32
IDLE_SECONDS: Final = 30 * 60
"""After so long without a request a session is over, unless the server is set up otherwise."""
NOTED_SECONDS: Final = 60
"""How often it is written down that a session is in use."""

SESSION_ENDED: Final = ErrorCode(
    "InvalidSecurityToken.Expired", 400, "The console session has ended. Sign in again."
)


class Browser(msgspec.Struct, frozen=True):
    """Where a request of a browser comes from.

    Attributes:
        source_ip: of the client, text form.
        secure: whether it came over TLS.
        user_agent: as the browser calls itself.
    """

    source_ip: str
    secure: bool
    user_agent: str = ""


class SignedIn(msgspec.Struct, frozen=True):
    """Who is signed in, for the length of one request of a browser.

    Attributes:
        digest: of what the browser holds.
        session_id: names the session in records and lists.
        account_id: 16 digits.
        user_id: of a RAM user; empty for the account itself.
        user_name: likewise.
        arn: as GetCallerIdentity prints it.
        mfa: whether a second factor was given.
        authenticated_at: epoch seconds.
        expires_at: the first second the session is over, whatever happens.
        used_at: when the session was last noted to be in use.
        browser: where the request comes from.
    """

    digest: str
    session_id: str
    account_id: str
    user_id: str
    user_name: str
    arn: str
    mfa: bool
    authenticated_at: int
    expires_at: int
    used_at: int
    browser: Browser

    @property
    def is_root(self) -> bool:
        """Whether it is the account itself."""
        return not self.user_id

    def __repr__(self) -> str:
        return f"SignedIn({self.arn!r}, {self.session_id!r})"


class Asked(msgspec.Struct, frozen=True, gc=False):
    """A call through a console session; like what a client signs, but for the signature.

    Attributes:
        digest: of what the browser holds.
        source_ip: of the browser.
        action: the operation.
        version: the API version.
        parameters: of the operation.
    """

    digest: str
    source_ip: str
    action: str
    version: str
    parameters: dict[str, str]
    format: str = "JSON"
    kept: Kept | None = None


class KeptSession(msgspec.Struct, frozen=True):
    """A session as it is kept, and the present name of its user."""

    row: ConsoleSession
    user_name: str


def digest_of(cookie: str) -> str:
    """Return what the store knows a browser's secret by."""
    return hashlib.sha256(cookie.encode()).hexdigest()


class ConsoleSessions:
    """Tells whose a session is.

    Args:
        idle_seconds: how long a session goes on without a request.
    """

    def __init__(self, idle_seconds: int = IDLE_SECONDS) -> None:
        self._idle: Final = idle_seconds
        self._callers: Final[dict[str, tuple[object, object, object, Caller]]] = {}

    def kept(self, digest: str, now: int, look: Look) -> KeptSession:
        """Return a session that is neither over nor unfinished.

        Raises:
            ApiError: :data:`SESSION_ENDED`.
            NotCachedError: something has to be loaded first.
        """
        found = look(CONSOLE_SESSION, digest)
        if found is None or found.row.awaits:
            raise SESSION_ENDED()
        if now >= found.row.expires_at or now - found.row.used_at >= self._idle:
            raise SESSION_ENDED()
        return found

    def identify(self, digest: str, source_ip: str, now: int, look: Look) -> Caller:
        """Return the caller behind a session.

        Raises:
            ApiError: :data:`SESSION_ENDED`; the session is over, or whose it was is gone.
            NotCachedError: something has to be loaded first.
        """
        found = self.kept(digest, now, look)
        ring = look(RING, "")
        if found.row.user_id is None:
            caller = self._caller(found, ring, None, now)
            _check_root_key(caller, source_ip, look)
            return caller
        entitlements = look(USER, found.row.user_id)
        if entitlements is None:
            raise SESSION_ENDED()
        return self._caller(found, ring, entitlements, now)

    def _caller(
        self, found: KeptSession, ring: KeyRing, entitlements: Entitlements | None, now: int
    ) -> Caller:
        """Return the caller; the one made before from these very objects if there is one."""
        known = self._callers.get(found.row.digest)
        if known is not None and known[0] is found and known[1] is ring and known[2] is entitlements:
            return known[3]
        try:
            opened = open_token(found.row.token.reveal(), found.row.access_key_id, ring, now, kind="user")
        except ApiError:
            raise SESSION_ENDED() from None
        caller = console_session(found.row.access_key_id, opened.session, found.user_name, entitlements)
        while len(self._callers) >= _REMEMBERED:
            del self._callers[next(iter(self._callers))]
        self._callers[found.row.digest] = (found, ring, entitlements, caller)
        return caller


_REMEMBERED: Final = 1024


def _check_root_key(caller: Caller, source_ip: str, look: Look) -> None:
    """Check that the key that the account signed in with is still good, from this address too."""
    session = caller.session
    holder = look(ACCESS_KEY, session.issuer_access_key_id) if session is not None else None
    if holder is None or not holder.is_root or holder.account_id != caller.account:
        raise SESSION_ENDED()
    if holder.status != "Active":
        raise SESSION_ENDED()
    if holder.allow_list is not None and not holder.allow_list.admits(source_ip):
        raise SESSION_ENDED()


def _load(txn: Transaction, digest: str) -> Loaded[KeptSession | None]:
    row = txn.console_sessions.find(digest)
    asked = scopes.console_session(digest)
    if row is None:
        return Loaded(None, (asked,))
    if row.user_id is None:
        return Loaded(KeptSession(row, ""), (asked,))
    user = txn.users.by_id(row.user_id)
    scopes_of = (asked, scopes.user(row.user_id))
    return Loaded(None if user is None else KeptSession(row, user.name), scopes_of)


CONSOLE_SESSION: Final[View[str, KeptSession | None]] = View("console session", _load)
