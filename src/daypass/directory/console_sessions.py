"""Console sessions: which browsers are signed in, and as whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import structs
from sqlalchemy import delete, select, update

from daypass.directory import scopes
from daypass.directory.records import ConsoleSession
from daypass.directory.rows import columns
from daypass.directory.schema import console_sessions
from daypass.secret import Secret

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row

    from daypass.directory.context import Context

_COLUMNS: Final = columns(console_sessions, ConsoleSession)
_TOKEN: Final = ConsoleSession.__struct_fields__.index("token")


class ConsoleSessions:
    """The sessions of all accounts. What is revoked is deleted; what has expired goes with the next one."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def add(self, session: ConsoleSession) -> None:
        """Keep a new session, and forget those that have expired."""
        context = self._context
        context.run(delete(console_sessions).where(console_sessions.c.expires_at <= context.now))
        context.add(console_sessions, {**structs.asdict(session), "token": session.token.reveal()})
        context.changed(scopes.console_session(session.digest))

    def find(self, digest: str) -> ConsoleSession | None:
        """Return the session a browser holds, or None."""
        row = self._context.first(select(*_COLUMNS).where(console_sessions.c.digest == digest))
        return None if row is None else _read(row)

    def list(self, account_id: str, user_id: str | None) -> tuple[ConsoleSession, ...]:
        """Return the sessions of a user, or of the account itself, newest first; no unfinished ones."""
        mine = select(*_COLUMNS).where(*_owned(account_id, user_id), console_sessions.c.awaits == "")
        newest_first = console_sessions.c.created_at.desc()
        rows = self._context.all(mine.order_by(newest_first))
        return tuple(_read(row) for row in rows if row.expires_at > self._context.now)

    def note_use(self, digest: str) -> None:
        """Note that a session is in use."""
        own = console_sessions.c.digest == digest
        self._context.run(update(console_sessions).where(own).values(used_at=self._context.now))
        self._context.changed(scopes.console_session(digest))

    def end(self, digest: str) -> bool:
        """End one session; tell whether it was there."""
        ended = self._context.run(delete(console_sessions).where(console_sessions.c.digest == digest))
        self._context.changed(scopes.console_session(digest))
        return bool(ended)

    def end_all(self, account_id: str, user_id: str | None, *, but: str = "") -> int:
        """End all sessions of a user, or of the account itself; return how many.

        Args:
            account_id: whose.
            user_id: None for the account itself.
            but: the id of a session that goes on.
        """
        owned = (*_owned(account_id, user_id), console_sessions.c.session_id != but)
        rows = self._context.all(select(console_sessions.c.digest).where(*owned))
        self._context.run(delete(console_sessions).where(*owned))
        self._context.changed(*(scopes.console_session(row[0]) for row in rows))
        return len(rows)

    def forget(self) -> None:
        """End the sessions of everybody."""
        rows = self._context.all(select(console_sessions.c.digest))
        self._context.run(delete(console_sessions))
        self._context.changed(*(scopes.console_session(row[0]) for row in rows))


def _owned(account_id: str, user_id: str | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (console_sessions.c.account_id == account_id, console_sessions.c.user_id == user_id)


def _read(row: Row[*tuple[Any, ...]]) -> ConsoleSession:
    values = list(row)
    values[_TOKEN] = Secret(values[_TOKEN])
    return ConsoleSession(*values)
