"""From a signed request to a caller.

Order: the key is known and active, the signature, the timestamp, the token and its
binding to the key, the address if the key has a network policy; last of all the nonce, so
that a request that fails uses up none.
Source: the API gateway's error table, and STS's for temporary keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from daypass.authn.sessions import REMEMBERED, RING, OpenedSession, OpenedSessions
from daypass.authz.principal import (
    ACCESS_KEY,
    ROLE,
    USER,
    Caller,
    Entitlements,
    ram_user,
    role_session,
    root,
)
from daypass.errors import ErrorCode
from daypass.signing import check_timestamp, check_url_life
from daypass.tokens import open_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.authn.nonces import NonceStore
    from daypass.authn.pace import Pace
    from daypass.authz.views import Look, Views
    from daypass.directory.lookups import KeyHolder
    from daypass.secret import Secret
    from daypass.signing import Presented

TEMPORARY: Final = "STS."
LONGEST_KEY_ID: Final = 128
"""Characters; no AccessKey ID is longer, and longer ones are not looked up, kept or recorded."""

KEY_NOT_FOUND: Final = ErrorCode("InvalidAccessKeyId.NotFound", 404, "Specified access key is not found.")
KEY_INACTIVE: Final = ErrorCode("InvalidAccessKeyId.Inactive", 400, "Specified access key is disabled.")
ADDRESS_NOT_LISTED: Final = ErrorCode(
    "Forbidden.AccessKeyPolicy",
    403,
    "The access key may not be used from this address; its network policy or the account's does not list it.",
)
TOKEN_MISSING: Final = ErrorCode(
    "MissingSecurityToken", 400, "SecurityToken is mandatory for a temporary access key."
)
TOKEN_UNWANTED: Final = ErrorCode(
    "InvalidSecurityToken.MismatchWithAccessKey",
    400,
    "A SecurityToken was sent with an access key that is not temporary.",
)


ROLE_DELETED: Final = ErrorCode(
    "InvalidSecurityToken.Expired", 400, "The security token is not valid any more: its role was deleted."
)


class Authenticator:
    """Identifies callers from what is cached; see :class:`daypass.authz.views.Views`.

    Args:
        views: cached look-ups.
        nonces: shared by all worker processes.
    """

    def __init__(self, views: Views, nonces: NonceStore) -> None:
        self._views: Final = views
        self._nonces: Final = nonces
        self._sessions: Final = OpenedSessions(views)
        self._callers: Final[dict[str, tuple[object, Entitlements, Caller]]] = {}

    def identify(self, presented: Presented, now: int, source_ip: str) -> Caller:
        """Check everything but the nonce and return the caller.

        Raises:
            ApiError: the request is not authentic, with the code for what failed first.
            NotCachedError: something has to be loaded first.
        """
        if len(presented.access_key_id) > LONGEST_KEY_ID:
            raise KEY_NOT_FOUND()
        if presented.access_key_id.startswith(TEMPORARY):
            return self._temporary(presented, now)
        return self._long_term(presented, now, source_ip)

    def again(self, caller: Caller, presented: Presented, now: int, source_ip: str, look: Look) -> Caller:
        """Return a caller identified before as it is in the transaction that ``look`` reads from.

        What cannot have changed, the signature and its timestamp, is not checked again.

        Raises:
            ApiError: the key, the token key or the role is gone or inactive by now.
        """
        session = caller.session
        if session is not None:
            token = presented.security_token or ""
            open_token(token, caller.access_key_id, look(RING, ""), now)
            entitlements = look(ROLE, session.role_id)
            if entitlements is None:
                raise ROLE_DELETED()
            return msgspec.structs.replace(caller, entitlements=entitlements)
        holder = look(ACCESS_KEY, caller.access_key_id)
        if holder is None or (holder.user_id or "") != caller.user_id:
            raise KEY_NOT_FOUND()
        if holder.status != "Active":
            raise KEY_INACTIVE()
        if holder.allow_list is not None and not holder.allow_list.admits(source_ip):
            raise ADDRESS_NOT_LISTED()
        if holder.user_id is None:
            return caller
        entitlements = look(USER, holder.user_id)
        if entitlements is None:
            raise KEY_NOT_FOUND()
        return ram_user(holder, entitlements)

    def use_nonce(self, caller: Caller, presented: Presented, now: int) -> None:
        """Use up the request's nonce, if its scheme has one.

        Raises:
            ApiError: it was used before, or the store cannot take another.
        """
        nonce = presented.nonce
        if nonce:
            self._nonces.use(caller.account, presented.access_key_id, nonce, presented.timestamp, now)

    def secret_of(self, presented: Presented, now: int) -> Secret:
        """Return the secret of a request that was identified, to sign the answer to it.

        Raises:
            ApiError: the key or the token is not good any more.
            NotCachedError: something has to be loaded first.
        """
        if presented.security_token is not None:
            return self._sessions.open(presented.security_token, presented.access_key_id, now).secret
        holder = self._views.look(ACCESS_KEY, presented.access_key_id)
        if holder is None:
            raise KEY_NOT_FOUND()
        return holder.secret

    def _long_term(self, presented: Presented, now: int, source_ip: str) -> Caller:
        holder = self._views.look(ACCESS_KEY, presented.access_key_id)
        if holder is None:
            raise KEY_NOT_FOUND()
        if holder.status != "Active":
            raise KEY_INACTIVE()
        presented.verify(holder.secret.reveal())
        _check_time(presented, now)
        if presented.security_token is not None:
            raise TOKEN_UNWANTED()
        if holder.allow_list is not None and not holder.allow_list.admits(source_ip):
            raise ADDRESS_NOT_LISTED()
        if holder.user_id is None:
            return root(holder)
        entitlements = self._views.look(USER, holder.user_id)
        if entitlements is None:
            raise KEY_NOT_FOUND()
        return self._known(holder, entitlements) or self._keep(
            holder, entitlements, ram_user(holder, entitlements)
        )

    def _temporary(self, presented: Presented, now: int) -> Caller:
        if presented.security_token is None:
            raise TOKEN_MISSING()
        opened = self._sessions.open(presented.security_token, presented.access_key_id, now)
        presented.verify(opened.secret.reveal())
        _check_time(presented, now)
        entitlements = self._views.look(ROLE, opened.session.role_id)
        if entitlements is None:
            raise ROLE_DELETED()
        return self._known(opened, entitlements) or self._keep(
            opened,
            entitlements,
            role_session(opened.access_key_id, opened.session, entitlements, opened.policy),
        )

    def _known(self, proof: KeyHolder | OpenedSession, entitlements: Entitlements) -> Caller | None:
        """Return the caller made before from these very objects."""
        known = self._callers.get(proof.access_key_id)
        return known[2] if known is not None and known[0] is proof and known[1] is entitlements else None

    def _keep(self, proof: KeyHolder | OpenedSession, entitlements: Entitlements, caller: Caller) -> Caller:
        if len(self._callers) >= REMEMBERED:
            del self._callers[next(iter(self._callers))]
        self._callers[proof.access_key_id] = (proof, entitlements, caller)
        return caller


def _check_time(presented: Presented, now: int) -> None:
    if presented.expires_at is None:
        check_timestamp(presented.timestamp, now)
    else:
        check_url_life(presented.timestamp, presented.expires_at, now)


class PacedAuthenticator(Authenticator):
    """Counts an account's requests too, once they are authentic in every way.

    Args:
        views: cached look-ups.
        nonces: shared by all worker processes.
        pace: likewise.
        clock_ns: nanoseconds since the epoch.
    """

    def __init__(self, views: Views, nonces: NonceStore, pace: Pace, clock_ns: Callable[[], int]) -> None:
        super().__init__(views, nonces)
        self._pace: Final = pace
        self._clock_ns: Final = clock_ns

    def use_nonce(self, caller: Caller, presented: Presented, now: int) -> None:
        """Use up the request's nonce, then some of the account's rate.

        Raises:
            ApiError: as the base class, or ``Throttling.User``.
        """
        super().use_nonce(caller, presented, now)
        self._pace.take(caller.account, self._clock_ns())
