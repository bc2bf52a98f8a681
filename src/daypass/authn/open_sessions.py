"""Whose request of a browser it is, and the end of its session."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Final

import structlog

from daypass.authn.console import (
    NOTED_SECONDS,
    SESSION_ENDED,
    Browser,
    ConsoleSessions,
    SignedIn,
    digest_of,
)
from daypass.authn.new_sessions import PRODUCT, SIGN_OUT
from daypass.authz.views import NotCachedError
from daypass.directory.records import AuditEvent
from daypass.errors import ApiError, DaypassError

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.authz.principal import Caller
    from daypass.authz.views import Views
    from daypass.directory.database import Database

_log: Final = structlog.get_logger("daypass.console")


class OpenSessions:
    """The sessions that browsers hold.

    Args:
        sessions: tells whose a session is.
        views: cached look-ups.
        database: the store.
        readers: threads for read transactions.
        writer: the thread for write transactions.
        clock: epoch seconds.
        request_id: makes the ids that sign-outs go on record with.
    """

    def __init__(
        self,
        sessions: ConsoleSessions,
        views: Views,
        database: Database,
        *,
        readers: Executor,
        writer: Executor,
        clock: Callable[[], int],
        request_id: Callable[[], str],
    ) -> None:
        self._sessions: Final = sessions
        self._views: Final = views
        self._database: Final = database
        self._readers: Final = readers
        self._writer: Final = writer
        self._clock: Final = clock
        self._request_id: Final = request_id

    async def who(self, cookie: str, browser: Browser) -> SignedIn | None:
        """Return who is signed in with what a browser holds; None if nobody is."""
        digest = digest_of(cookie)
        try:
            found = await self._signed_in(digest, browser)
        except ApiError as error:
            if error.declared is SESSION_ENDED:
                return None
            raise
        if self._clock() - found.used_at >= NOTED_SECONDS:
            await self._note_use(digest)
        return found

    async def _signed_in(self, digest: str, browser: Browser) -> SignedIn:
        while True:
            try:
                self._views.refresh()
                return self._read(digest, browser)
            except NotCachedError as missing:
                await asyncio.get_running_loop().run_in_executor(
                    self._readers, self._views.load, missing.view, missing.key
                )

    def _read(self, digest: str, browser: Browser) -> SignedIn:
        now, look = self._clock(), self._views.look
        caller = self._sessions.identify(digest, browser.source_ip, now, look)
        return _signed_in(digest, caller, self._sessions.kept(digest, now, look).row.used_at, browser)

    async def _note_use(self, digest: str) -> None:
        """Write down that a session is in use; a store that cannot write ends no session."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._writer, self._write_use, digest)
        except DaypassError as refusal:
            _log.error("the use of a console session cannot be written", reason=str(refusal))

    def _write_use(self, digest: str) -> None:
        with self._database.write() as txn:
            txn.console_sessions.note_use(digest)

    async def sign_out(self, who: SignedIn) -> None:
        """End a session."""
        await asyncio.get_running_loop().run_in_executor(self._writer, self._sign_out, who)

    def _sign_out(self, who: SignedIn) -> None:
        with self._database.write() as txn:
            session = txn.console_sessions.find(who.digest)
            if session is None:
                return
            txn.console_sessions.end(who.digest)
            txn.audit.append(
                AuditEvent(
                    time_ms=txn.now * 1000,
                    request_id=self._request_id(),
                    account_id=who.account_id,
                    principal=who.arn,
                    access_key_id=session.access_key_id,
                    product=PRODUCT,
                    action=SIGN_OUT,
                    resources=(who.arn,),
                    outcome="Success",
                    source_ip=who.browser.source_ip,
                )
            )


def _signed_in(digest: str, caller: Caller, used_at: int, browser: Browser) -> SignedIn:
    session = caller.session
    if session is None:
        raise LookupError("a console session has a session")
    return SignedIn(
        digest=digest,
        session_id=session.session_id,
        account_id=caller.account,
        user_id=caller.user_id,
        user_name=caller.display_name if caller.user_id else "",
        arn=caller.arn,
        mfa=session.mfa,
        authenticated_at=session.authenticated_at,
        expires_at=session.expires_at,
        used_at=used_at,
        browser=browser,
    )
