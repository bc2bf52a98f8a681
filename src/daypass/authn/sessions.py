"""The token ring at work: opening what callers present, issuing what they are granted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from cryptography.exceptions import InvalidTag

from daypass.authz.principal import compile_session_policy
from daypass.authz.views import Loaded, View
from daypass.directory import scopes
from daypass.policy import MalformedDocument, PolicySet
from daypass.secret import Secret
from daypass.tokens import ENTROPY_BYTES, Credentials, KeyRing, Session, TokenKey, mint, open_token
from daypass.tokens.errors import TOKEN_EXPIRED

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.authz.views import Views
    from daypass.directory.database import Transaction

REMEMBERED: Final = 2048
"""Opened tokens kept by one process; the oldest go first."""
REMEMBERED_CHARS: Final = 512 * 1024
"""Characters of their session policies together: compiled, the worst take 70 times the room."""

_DIAGNOSIS: Final = b"daypass diagnosis 1"
_NONCE: Final = 12


def _load_ring(txn: Transaction, key: str) -> Loaded[KeyRing]:  # noqa: ARG001 (there is one ring)
    rows = txn.token_keys.list()
    ring = KeyRing([TokenKey(row.id, bytes.fromhex(row.material.reveal()), row.state) for row in rows])
    return Loaded(ring, (scopes.token_keys(),))


RING: Final[View[str, KeyRing]] = View("token ring", _load_ring)


class OpenedSession(msgspec.Struct, frozen=True):
    """What a token stands for, ready for use.

    Attributes:
        access_key_id: the token belongs to.
        ring: that opened it; another ring has to open it again.
        session: as it was sealed.
        secret: that signs the session's requests.
        policy: the session policy, compiled.
    """

    access_key_id: str
    ring: KeyRing
    session: Session
    secret: Secret
    policy: PolicySet | None


class OpenedSessions:
    """Opens tokens and remembers the last ones, since a session makes many requests."""

    def __init__(self, views: Views) -> None:
        self._views: Final = views
        self._opened: dict[str, OpenedSession] = {}
        self._chars = 0

    def open(self, token: str, access_key_id: str, now: int) -> OpenedSession:
        """Open a token for the AccessKey it came with.

        Raises:
            ApiError: it is not a token of this ring, not this AccessKey's, or has expired.
            NotCachedError: the ring has to be loaded first.
        """
        ring = self._views.look(RING, "")
        known = self._opened.get(token)
        if known is not None and known.ring is ring and known.access_key_id == access_key_id:
            if now >= known.session.expires_at:
                raise TOKEN_EXPIRED()
            return known
        opened = open_token(token, access_key_id, ring, now)
        text = opened.session.session_policy
        policy = _compiled(text) if text is not None else None
        session = OpenedSession(access_key_id, ring, opened.session, opened.secret, policy)
        self._keep(token, session)
        return session

    def _keep(self, token: str, session: OpenedSession) -> None:
        self._forget(token)
        self._opened[token] = session
        self._chars += _chars(session)
        while len(self._opened) > REMEMBERED or self._chars > REMEMBERED_CHARS:
            self._forget(next(iter(self._opened)))

    def _forget(self, token: str) -> None:
        known = self._opened.pop(token, None)
        if known is not None:
            self._chars -= _chars(known)


def _chars(session: OpenedSession) -> int:
    return len(session.session.session_policy or "")


def _compiled(text: str) -> PolicySet:
    """Compile a session policy; it was well-formed for the version that issued the token.

    Raises:
        ApiError: this version does not understand it, so the session ends rather than goes unnarrowed.
    """
    try:
        return compile_session_policy(text)
    except MalformedDocument:
        raise TOKEN_EXPIRED.said(
            "The session policy is not understood any more. Assume the role anew."
        ) from None


class RingIssuer:
    """Seals sessions into credentials under the ring's primary key."""

    def __init__(self, views: Views, entropy: Callable[[int], bytes]) -> None:
        self._views: Final = views
        self._entropy: Final = entropy

    def issue(self, session: Session) -> Credentials:
        """Make credentials; nothing is stored.

        Raises:
            ApiError: the session does not fit into a token.
            NotCachedError: the ring has to be loaded first.
        """
        return mint(session, self._views.look(RING, ""), entropy=self._entropy(ENTROPY_BYTES))


class RingSeal:
    """Seals diagnostic messages under the ring's primary key, apart from tokens."""

    def __init__(self, views: Views, entropy: Callable[[int], bytes]) -> None:
        self._views: Final = views
        self._entropy: Final = entropy

    def seal(self, plain: bytes) -> bytes:
        """Encrypt and authenticate.

        Raises:
            NotCachedError: the ring has to be loaded first.
        """
        key = self._views.look(RING, "").primary()
        nonce = self._entropy(_NONCE)
        return key.id.to_bytes(4, "big") + nonce + key.sealer.encrypt(nonce, plain, _DIAGNOSIS)

    def open(self, sealed: bytes) -> bytes:
        """Open what some key of the ring sealed.

        Raises:
            ValueError: none did.
            NotCachedError: the ring has to be loaded first.
        """
        key = self._views.look(RING, "").find(int.from_bytes(sealed[:4], "big"))
        if key is None or len(sealed) < 4 + _NONCE:
            raise ValueError("no key of the ring sealed this")
        try:
            return key.sealer.decrypt(sealed[4 : 4 + _NONCE], sealed[4 + _NONCE :], _DIAGNOSIS)
        except InvalidTag:
            raise ValueError("no key of the ring sealed this") from None
