"""What an operation's function gets besides its request."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import msgspec

from daypass.authz.controls import CONTROLS
from daypass.errors import DaypassError

if TYPE_CHECKING:
    from daypass.audit.reading import DecisionReader
    from daypass.authz.denial import DiagnosticSeal
    from daypass.authz.principal import Caller
    from daypass.authz.views import Look
    from daypass.directory.database import Transaction
    from daypass.tokens import Credentials, Session


T = TypeVar("T")

ContextValue = str | tuple[str, ...]

NO_CONDITIONS: Final[Mapping[str, ContextValue]] = {}


class Unanswered(DaypassError):  # noqa: N818 (no fault: what remains to be asked)
    """An operation needs an answer that has to be waited for; ask, and go on with it."""

    def __init__(self, question: object) -> None:
        super().__init__(type(question).__name__)
        self.question: Final = question


class Outside(Protocol):
    """Answers what operations cannot find out by themselves; see :mod:`daypass.issuers.desk`."""

    async def answer(self, question: object, /) -> object:
        """Answer a question.

        Raises:
            ApiError: the answer is a refusal.
        """
        ...


class Issuer(Protocol):
    """Makes temporary credentials; see :func:`daypass.tokens.mint`."""

    def issue(self, session: Session) -> Credentials:
        """Seal a session into credentials under the primary key."""
        ...


class Call(msgspec.Struct, frozen=True, gc=False):
    """One admitted request: who, when, where from, and what the function may reach.

    Attributes:
        given_caller: the authenticated principal; anonymous operations have none.
        now: epoch seconds, taken once for the whole request.
        request_id: printed in the answer and in every record.
        source_ip: text form of the client's address.
        secure: whether the request came over TLS.
        region: of the service, for ARNs that carry one.
        look: look-up through a view.
        issuer: makes temporary credentials.
        diagnostics: opens the diagnostic messages of denials, with cached look-ups.
        decisions: reads decision records back.
        entropy: returns that many random bytes.
        given_txn: the store's transaction; only for functions that run on a thread.
        given_prepared: what the operation's preparation returned.
        answered: the question that was asked outside for this request, and the answer.
    """

    given_caller: Caller | None
    now: int
    request_id: str
    source_ip: str
    secure: bool
    region: str
    look: Look
    issuer: Issuer
    diagnostics: DiagnosticSeal
    decisions: DecisionReader
    entropy: Callable[[int], bytes]
    given_txn: Transaction | None = None
    given_prepared: object = None
    answered: tuple[object, object] | None = None

    @property
    def caller(self) -> Caller:
        """The authenticated principal."""
        if self.given_caller is None:
            raise LookupError("this operation is anonymous")
        return self.given_caller

    @property
    def account(self) -> str:
        """The caller's account id, which owns whatever the caller's requests name."""
        return self.caller.account

    @property
    def txn(self) -> Transaction:
        """The store's transaction."""
        if self.given_txn is None:
            raise LookupError("this operation runs inline and has no transaction")
        return self.given_txn

    def prepared(self, kind: type[T]) -> T:
        """Return what the operation's preparation made."""
        if not isinstance(self.given_prepared, kind):
            raise TypeError("this operation is prepared by nothing of that kind")
        return self.given_prepared

    def answer(self, question: object, kind: type[T]) -> T:
        """Return the answer to a question.

        Raises:
            Unanswered: it has not been asked yet, or not with these values.
        """
        if self.answered is None or self.answered[0] != question:
            raise Unanswered(question)
        answer = self.answered[1]
        if not isinstance(answer, kind):
            raise TypeError(f"{type(question).__name__} is not answered with a {kind.__name__}")
        return answer

    def within(self, txn: Transaction) -> Call:
        """Return the same call with a transaction, whose look-ups read from it."""
        return msgspec.structs.replace(self, given_txn=txn, look=lambda view, key: view.load(txn, key).value)


class Conditions(Mapping[str, ContextValue]):
    """The condition keys of a request: those every request has, and the operation's own.

    They are put together when a policy asks for one, which most do not.
    ``acs:MFAPresent`` is there for console sessions only; AccessKey calls lack it.

    Args:
        call: the request.
        own: of the operation.
        tags: gives the keys of a resource's tags.
        resource: whose tags.
    """

    __slots__ = ("_call", "_keys", "_own", "_resource", "_tags")

    def __init__(
        self,
        call: Call,
        own: Mapping[str, ContextValue] = NO_CONDITIONS,
        tags: Callable[[str, Call], Mapping[str, ContextValue]] | None = None,
        resource: str = "",
    ) -> None:
        self._call: Final = call
        self._own: Final = own
        self._tags: Final = tags
        self._resource: Final = resource
        self._keys: dict[str, ContextValue] | None = None

    def __getitem__(self, key: str) -> ContextValue:
        return self._all()[key]

    def get(self, key: str, default: Any = None) -> Any:
        """Return a key's value; the keys asked for most without putting all of them together."""
        if self._keys is None and key in _ALWAYS and key not in self._own:
            return _ALWAYS[key](self._call)
        return self._all().get(key, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> dict[str, ContextValue]:
        if self._keys is None:
            tags = NO_CONDITIONS if self._tags is None else self._tags(self._resource, self._call)
            self._keys = {**_common(self._call), **self._own, **tags}
        return self._keys


def _common(call: Call) -> dict[str, ContextValue]:
    keys = {key: of(call) for key, of in _ALWAYS.items()}
    caller = call.given_caller
    if caller is not None:
        keys["acs:PrincipalARN"] = caller.policy_arn
        controls = call.look(CONTROLS, caller.account)
        if controls.directory_id:
            keys["acs:PrincipalRDId"] = controls.directory_id
            keys["acs:PrincipalRDPath"] = controls.path
        if caller.session is not None and caller.session.kind == "user":
            keys["acs:MFAPresent"] = "true" if caller.session.mfa else "false"
    return keys


@functools.lru_cache(maxsize=64)
def timestamp(moment: int) -> str:
    """Return epoch seconds in the wire's form, ``2015-01-23T12:33:18Z``."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_ALWAYS: Final[Mapping[str, Callable[[Call], ContextValue]]] = {
    "acs:CurrentTime": lambda call: timestamp(call.now),
    "acs:SecureTransport": lambda call: "true" if call.secure else "false",
    "acs:SourceIp": lambda call: call.source_ip,
}
"""Keys that every request has, and no tag."""
