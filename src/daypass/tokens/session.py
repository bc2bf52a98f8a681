"""What a token says, and what a caller gets who is issued one."""

from __future__ import annotations

from typing import Literal

import msgspec

from daypass.secret import Secret

Kind = Literal["role", "user"]


class Session(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A session, as it was when it was issued.

    Attributes:
        kind: ``role`` for a role session, ``user`` for a RAM user's console session.
        account_id: the account the session acts in.
        role_id: of the role; a role created anew under the same name has another.
        role_name: in the role's own spelling.
        session_name: ``RoleSessionName``.
        user_id: of the RAM user, for a user session.
        user_name: likewise.
        mfa: the person gave a second factor.
        authenticated_at: when the person or key behind the session proved who they are,
            seconds since the epoch.
        issued_at: seconds since the epoch.
        expires_at: the first second the session is no longer valid.
        session_id: unique; names the session in audit records and revocations.
        issuer_access_key_id: the AccessKey the session was requested with.
        issuer: ARN of who requested it.
        session_policy: verbatim text, ``None`` if there is none.
        source_identity: inherited along a chain of roles, ``None`` if none was set.
    """

    kind: Kind
    account_id: str
    role_id: str = ""
    role_name: str = ""
    session_name: str = ""
    user_id: str = ""
    user_name: str = ""
    mfa: bool = False
    authenticated_at: int
    issued_at: int
    expires_at: int
    session_id: str
    issuer_access_key_id: str
    issuer: str
    session_policy: str | None = None
    source_identity: str | None = None


class Credentials(msgspec.Struct, frozen=True, gc=False):
    """What is handed out, once.

    Attributes:
        access_key_id: starts with ``STS.``.
        access_key_secret: signs requests; derived, never stored.
        security_token: goes along with each of them.
        expires_at: the first second they are no longer valid, seconds since the epoch.
    """

    access_key_id: str
    access_key_secret: Secret
    security_token: str
    expires_at: int

    def __repr__(self) -> str:
        return f"Credentials({self.access_key_id!r}, expires_at={self.expires_at})"


class Opened(msgspec.Struct, frozen=True, gc=False):
    """What a token gave away to the ring.

    Attributes:
        session: as it was sealed.
        secret: of the session's AccessKey.
        key_id: the ring's key that sealed it.
    """

    session: Session
    secret: Secret
    key_id: int
