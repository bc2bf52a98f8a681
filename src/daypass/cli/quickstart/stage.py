"""The people on the stage, what they ask for, and what has to come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from daypass.cli.quickstart import sdk
from daypass.client import Credentials

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from daypass.cli.quickstart.screen import Screen
    from daypass.cli.quickstart.server import ThrowAway


class Stage:
    """Makes the requests, shows them, and counts what came out otherwise than it should.

    Attributes:
        screen: where everything is shown.
        account: the account id.
        requests: made so far.
        surprises: how many of them came out otherwise.
    """

    def __init__(self, screen: Screen, server: ThrowAway) -> None:
        self.screen: Final = screen
        self.url: Final = server.url
        self.account: Final = server.account
        self.requests = 0
        self.surprises = 0
        self._people: Final = {"root": server.root}

    def arn(self, name: str) -> str:
        """Return an ARN of the account, of ``role/reader`` for instance."""
        return f"acs:ram::{self.account}:{name}"

    def enter(self, name: str, who: Credentials) -> None:
        """Let somebody take part."""
        self._people[name] = who

    def credentials(self, name: str) -> Credentials:
        """Return what somebody signs with."""
        return self._people[name]

    def works(
        self, who: str, product: str, action: str, *, show: Sequence[str] = (), **parameters: Any
    ) -> dict[str, Any]:
        """Make a request that has to work; return its answer.

        Args:
            who: asks; a name that was given to :meth:`enter`, or ``root``.
            product: as in ``Sts``.
            action: as in ``AssumeRole``.
            show: paths of the answer's members that are shown.
            **parameters: of the request, by wire names.
        """
        self.screen.request(who, product, action, parameters)
        self.requests += 1
        try:
            body = sdk.call(self.url, self._people[who], product, action, parameters)
        except sdk.RefusedError as error:
            self._surprise(f"it was refused: {error.code}: {error}")
            raise Impossible from None
        self.screen.answer(body, show)
        return body

    def refused(self, who: str, product: str, action: str, *, code: str, **parameters: Any) -> None:
        """Make a request that has to be refused with a code."""
        error = self._attempt(who, product, action, parameters)
        if error is None:
            return
        if error.code != code:
            self._surprise(f"{code} should have come, and {error.code} came: {error}")
            return
        self.screen.refusal(error, [str(error)])

    def denied(self, who: str, product: str, action: str, *, by: str, **parameters: Any) -> None:
        """Make a request that the caller's policies, or the role's trust, must not allow.

        Args:
            who: asks.
            product: as in ``Sts``.
            action: as in ``AssumeRole``.
            by: the layer that has to deny it, as in ``SessionPolicy``.
            **parameters: of the request, by wire names.
        """
        error = self._attempt(who, product, action, parameters)
        if error is None:
            return
        layer = error.detail.get("PolicyType")
        if (error.code, layer) != ("NoPermission", by):
            self._surprise(f"{by} should have denied it, and {error.code} of {layer} came: {error}")
            return
        self.screen.refusal(error, self._reasons(error))

    def _attempt(
        self, who: str, product: str, action: str, parameters: dict[str, Any]
    ) -> sdk.RefusedError | None:
        self.screen.request(who, product, action, parameters)
        self.requests += 1
        try:
            sdk.call(self.url, self._people[who], product, action, parameters)
        except sdk.RefusedError as error:
            return error
        self._surprise("it was allowed")
        return None

    def _reasons(self, error: sdk.RefusedError) -> Iterator[str]:
        """Yield what the diagnostic message says, which the account's root may decode."""
        message = {"EncodedDiagnosticMessage": error.detail["EncodedDiagnosticMessage"]}
        answer = sdk.call(self.url, self._people["root"], "Ram", "DecodeDiagnosticMessage", message)
        decoded = answer["DecodedDiagnosticMessage"]
        how = "a Deny matches" if decoded["ExplicitDeny"] else "no statement there allows it"
        yield (
            f"{decoded['AuthAction']} on {decoded['AuthResource']} "
            f"is denied by {decoded['NoPermissionPolicyType']}: {how}"
        )
        for policy in decoded.get("MatchedPolicies") or ():
            yield f"the policy is {policy['PolicyIdentifier']} {policy.get('PolicyVersion', '')}"

    def _surprise(self, text: str) -> None:
        self.surprises += 1
        self.screen.surprise(text)


class Impossible(Exception):  # noqa: N818 (not an error of the program)
    """What follows rests on what has just failed."""
