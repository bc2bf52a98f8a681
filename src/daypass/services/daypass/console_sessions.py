"""Console sessions: ListConsoleSessions, EndConsoleSessions.

Without UserName they are about the caller: the calling RAM user's, or the account's own if
the account calls. Everybody may see and end their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from daypass.authz.authorize import granted
from daypass.authz.principal import IdentityType
from daypass.directory.errors import USER_MISSING
from daypass.errors import ErrorCode
from daypass.service import codes
from daypass.service.authorization import Permission
from daypass.service.call import timestamp
from daypass.service.operation import Request, Response, Runs
from daypass.service.params import Text
from daypass.services.callers import is_caller, own_resource
from daypass.services.daypass.service import daypass
from daypass.services.ram.parameters import OWN_USER_NAME
from daypass.services.ram.service import user_resource
from daypass.services.tags import resource_tags

if TYPE_CHECKING:
    from daypass.authz.authorize import Verdict
    from daypass.directory.records import ConsoleSession
    from daypass.service.call import Call

NAMELESS: Final = codes.MISSING_PARAMETER.of("UserName")
"""What a role session is told that names nobody."""
SESSION_MISSING: Final = ErrorCode(
    "EntityNotExist.ConsoleSession", 404, "There is no console session {session}; it may have ended already."
)
SESSION_ID: Final = Text(
    wire="SessionId",
    help="Id of the session, as ListConsoleSessions shows it; all of them without it.",
    most=32,
    pattern=re.compile("[0-9a-f]{32}", re.ASCII),
    allowed="32 hexadecimal digits",
)


class SessionsRequest(Request, frozen=True, kw_only=True):
    """Names the RAM user whose sessions are meant, if it is not the caller."""

    user_name: Annotated[str | None, OWN_USER_NAME] = None


class EndConsoleSessionsRequest(SessionsRequest, frozen=True, kw_only=True):
    """Which of them to end."""

    session_id: Annotated[str | None, SESSION_ID] = None


@dataclass(frozen=True, slots=True)
class OnSessions:
    """A permission on the user, which everybody has on themselves unless a policy denies it."""

    permission: Permission[SessionsRequest]

    def check(self, call: Call, q: SessionsRequest, /) -> Verdict:
        """Ask the policies, which need not allow what is the caller's own."""
        verdict = self.permission.check(call, q)
        return granted(verdict) if q.user_name is None or is_caller(call, q.user_name) else verdict

    def describe(self) -> str:
        """Return the permission, and what needs none."""
        return f"{self.permission.describe()}; none for one's own sessions"

    def errors(self) -> tuple[ErrorCode, ...]:
        """Return the error for a role session that names nobody."""
        return (NAMELESS,)

    def refusal(self, verdict: Verdict, /) -> str:
        """Refuse as the permission does."""
        return self.permission.refusal(verdict)


def _on_sessions(action: str) -> OnSessions:
    return OnSessions(
        Permission(action, _resource, tags=resource_tags, about="acs:ram:*:{AccountId}:user/{UserName}")
    )


def _resource(q: SessionsRequest, call: Call) -> str:
    return own_resource(call, NAMELESS) if q.user_name is None else user_resource(call, q.user_name)


def _owner(call: Call, q: SessionsRequest) -> str | None:
    """Return the id of the user whose sessions are meant; None for the account itself."""
    if q.user_name is not None:
        return call.txn.users.get(call.account, q.user_name).id
    return None if call.caller.identity_type is IdentityType.ACCOUNT else call.caller.user_id


class ConsoleSessionBody(Response, frozen=True, kw_only=True):
    """A session: when it began, was last used (but for the last minute) and ends, and whose browser it is."""

    session_id: str
    access_key_id: str
    create_date: str
    last_used_date: str
    expire_date: str
    source_ip: str
    user_agent: str
    is_current: bool


class ConsoleSessionsBody(Response, frozen=True, kw_only=True):
    """Sessions, newest first."""

    console_session: tuple[ConsoleSessionBody, ...]


class ListConsoleSessionsResponse(Response, frozen=True, kw_only=True):
    """The sessions that are open."""

    console_sessions: ConsoleSessionsBody


class EndConsoleSessionsResponse(Response, frozen=True, kw_only=True):
    """How many were ended."""

    ended: int


@daypass.operation(
    "ListConsoleSessions",
    SessionsRequest,
    ListConsoleSessionsResponse,
    authorize=_on_sessions("daypass:ListConsoleSessions"),
    runs=Runs.READ,
    errors=(USER_MISSING,),
)
def list_console_sessions(call: Call, q: SessionsRequest) -> ListConsoleSessionsResponse:
    """List where somebody is signed in to the console."""
    own = call.caller.session
    current = own.session_id if own is not None else ""
    rows = call.txn.console_sessions.list(call.account, _owner(call, q))
    return ListConsoleSessionsResponse(
        console_sessions=ConsoleSessionsBody(console_session=tuple(_body(row, current) for row in rows))
    )


def _body(row: ConsoleSession, current: str) -> ConsoleSessionBody:
    return ConsoleSessionBody(
        session_id=row.session_id,
        access_key_id=row.access_key_id,
        create_date=timestamp(row.created_at),
        last_used_date=timestamp(row.used_at),
        expire_date=timestamp(row.expires_at),
        source_ip=row.source_ip,
        user_agent=row.user_agent,
        is_current=row.session_id == current,
    )


@daypass.operation(
    "EndConsoleSessions",
    EndConsoleSessionsRequest,
    EndConsoleSessionsResponse,
    authorize=_on_sessions("daypass:EndConsoleSessions"),
    runs=Runs.WRITE,
    errors=(USER_MISSING, SESSION_MISSING),
)
def end_console_sessions(call: Call, q: EndConsoleSessionsRequest) -> EndConsoleSessionsResponse:
    """Sign somebody out of the console, everywhere or in one browser, and at once."""
    owner, sessions = _owner(call, q), call.txn.console_sessions
    if q.session_id is None:
        return EndConsoleSessionsResponse(ended=sessions.end_all(call.account, owner))
    wanted = [row for row in sessions.list(call.account, owner) if row.session_id == q.session_id]
    if not wanted:
        raise SESSION_MISSING(session=q.session_id)
    sessions.end(wanted[0].digest)
    return EndConsoleSessionsResponse(ended=1)
