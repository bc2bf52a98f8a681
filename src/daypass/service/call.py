"""What an operation's function gets besides its request."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

    from daypass.authz.authorize import Context
    from daypass.authz.denial import DiagnosticSeal
    from daypass.authz.principal import Caller
    from daypass.authz.views import View
    from daypass.directory.database import Transaction
    from daypass.tokens import Credentials, Session

K = TypeVar("K", bound="Hashable")
V = TypeVar("V")


class Issuer(Protocol):
    """Makes temporary credentials; see :func:`daypass.tokens.mint`."""

    def issue(self, session: Session) -> Credentials:
        """Seal a session into credentials under the primary key."""
        ...


class Look(Protocol):
    """A look-up through a view; cached on the event loop, from the store on a thread."""

    def __call__(self, view: View[K, V], key: K, /) -> V:
        """Return the view's value for a key."""
        ...


class Call:
    """One admitted request: who, when, where from, and what the function may reach.

    Attributes:
        caller: the authenticated principal. Anonymous operations have none and must not ask.
        now: epoch seconds, taken once for the whole request.
        request_id: printed in the answer and in every record.
        source_ip: text form of the client's address.
        secure: whether the request came over TLS.
        region: of the service, for ARNs that carry one.
        look: look-up through a view.
        issuer: makes temporary credentials.
        diagnostics: opens the diagnostic messages of denials, with cached look-ups.
        entropy: returns that many random bytes.
        txn: the store's transaction; only for functions that run on a thread.
    """

    __slots__ = (
        "_caller",
        "_txn",
        "diagnostics",
        "entropy",
        "issuer",
        "look",
        "now",
        "region",
        "request_id",
        "secure",
        "source_ip",
    )

    def __init__(
        self,
        *,
        caller: Caller | None,
        now: int,
        request_id: str,
        source_ip: str,
        secure: bool,
        region: str,
        look: Look,
        issuer: Issuer,
        diagnostics: DiagnosticSeal,
        entropy: Any,
    ) -> None:
        self._caller: Final = caller
        self._txn: Transaction | None = None
        self.now: Final = now
        self.request_id: Final = request_id
        self.source_ip: Final = source_ip
        self.secure: Final = secure
        self.region: Final = region
        self.look: Look = look
        self.issuer: Final = issuer
        self.diagnostics: Final = diagnostics
        self.entropy: Final = entropy

    @property
    def caller(self) -> Caller:
        """The authenticated principal."""
        if self._caller is None:
            raise LookupError("this operation is anonymous")
        return self._caller

    @property
    def account(self) -> str:
        """The caller's account id, which owns whatever the caller's requests name."""
        return self.caller.account

    @property
    def txn(self) -> Transaction:
        """The store's transaction."""
        if self._txn is None:
            raise LookupError("this operation runs inline and has no transaction")
        return self._txn

    def conditions(self, own: Context) -> Context:
        """Return the condition keys of this request: those every request has, and ``own``.

        ``acs:MFAPresent`` is there for console sessions only; AccessKey calls lack it.
        """
        context: dict[str, str | tuple[str, ...]] = {
            "acs:CurrentTime": timestamp(self.now),
            "acs:SecureTransport": "true" if self.secure else "false",
            "acs:SourceIp": self.source_ip,
        }
        if self._caller is not None:
            context["acs:PrincipalARN"] = self._caller.policy_arn
            session = self._caller.session
            if session is not None and session.kind == "user":
                context["acs:MFAPresent"] = "true" if session.mfa else "false"
        context.update(own)
        return context

    def within(self, txn: Transaction) -> Call:
        """Return the same call with a transaction, whose look-ups read from it."""
        call = Call(
            caller=self._caller,
            now=self.now,
            request_id=self.request_id,
            source_ip=self.source_ip,
            secure=self.secure,
            region=self.region,
            look=lambda view, key: view.load(txn, key).value,
            issuer=self.issuer,
            diagnostics=self.diagnostics,
            entropy=self.entropy,
        )
        call._txn = txn
        return call


@functools.lru_cache(maxsize=64)
def timestamp(moment: int) -> str:
    """Return epoch seconds in the wire's form, ``2015-01-23T12:33:18Z``."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
