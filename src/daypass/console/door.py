"""The door: the one way from the console to the catalogue, and to a session in the first place.

A call through it takes the path of every other request from authentication on: it is
authorized by the policies of who is signed in, runs, and is put on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from daypass.authn.console import SESSION_ENDED, Asked, Browser, SignedIn
from daypass.service import codes

if TYPE_CHECKING:
    from daypass.authn.new_sessions import Begun
    from daypass.authn.open_sessions import OpenSessions
    from daypass.authn.setup import Setup
    from daypass.authn.sign_in import SignIns
    from daypass.authn.sign_in_steps import SignInSteps
    from daypass.secret import Secret
    from daypass.service.operation import Catalogue
    from daypass.service.pipeline import Denied, Pipeline

__all__ = ["SESSION_ENDED", "Browser", "Door", "Refusal", "SignedIn"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody may not do something.

    Attributes:
        action: the permission that is missing, ``ram:CreateRole``.
        resource: on what; ``*`` stands for what is not known yet.
        explicit: whether a policy denies it, rather than none allowing it.
        policy_type: the kind of policy that decided, in RAM's words.
        message: the whole sentence, as the API says it.
        detail: ``AccessDeniedDetail``, as the API gives it.
    """

    action: str
    resource: str
    explicit: bool
    policy_type: str
    message: str
    detail: Mapping[str, str]


class Door:
    """Calls as whoever is signed in.

    Args:
        catalogue: of the operations.
        pipeline: answers calls.
        open_sessions: who is signed in.
        sign_ins: lets people in.
        steps: takes sign-ins to their end.
        setup: takes one-use links.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        pipeline: Pipeline,
        open_sessions: OpenSessions,
        *,
        sign_ins: SignIns,
        steps: SignInSteps,
        setup: Setup,
    ) -> None:
        self._versions: Final = {(each.product, each.name): each.version for each in catalogue}
        self._pipeline: Final = pipeline
        self._open: Final = open_sessions
        self._sign_ins: Final = sign_ins
        self.steps: Final = steps
        self.setup: Final = setup

    async def who(self, cookie: str, browser: Browser) -> SignedIn | None:
        """Return who is signed in with what a browser holds; None if nobody is."""
        return await self._open.who(cookie, browser)

    async def sign_in(self, name: str, password: Secret, browser: Browser) -> Begun:
        """Sign a RAM user in, as far as name and password go; :attr:`steps` takes it on from there.

        Raises:
            ApiError: see :mod:`daypass.authn.sign_in_errors`.
        """
        return await self._sign_ins.with_password(name, password, browser)

    async def sign_in_as_root(self, access_key_id: str, secret: Secret, browser: Browser) -> Begun:
        """Sign an account in with its own AccessKey.

        Raises:
            ApiError: see :mod:`daypass.authn.sign_in_errors`.
        """
        return await self._sign_ins.as_root(access_key_id, secret, browser)

    async def sign_out(self, who: SignedIn) -> None:
        """End the session."""
        await self._open.sign_out(who)

    async def call(
        self, who: SignedIn, product: str, action: str, parameters: Mapping[str, str]
    ) -> dict[str, Any]:
        """Run an operation.

        Args:
            who: as whom.
            product: as in ``Ram``.
            action: the operation.
            parameters: as they are on the wire.

        Returns:
            What a client sees that asks for JSON.

        Raises:
            ApiError: as a client gets it, with the ``RequestId`` among its ``extra``;
                :data:`SESSION_ENDED` if the session has ended meanwhile.
        """
        asked = self._asked(who, product, action, parameters)
        body: dict[str, Any] = msgspec.json.decode(await self._pipeline.ask(asked, who.browser))
        return body

    async def may(
        self, who: SignedIn, product: str, action: str, parameters: Mapping[str, str]
    ) -> Refusal | None:
        """Return why somebody may not call an operation; None if nothing speaks against it. Runs nothing.

        Parameters that are not known yet may be left out. Then the question is whether there
        is any value with which it may be called; it is answered with None where that cannot
        be told.

        Raises:
            ApiError: a parameter that is there is wrong, or what it names is not there;
                :data:`SESSION_ENDED`.
        """
        asked = self._asked(who, product, action, parameters)
        denied = await self._pipeline.judge(asked, who.browser)
        return None if denied is None else _refusal(denied)

    def _asked(self, who: SignedIn, product: str, action: str, parameters: Mapping[str, str]) -> Asked:
        version = self._versions.get((product, action))
        if version is None:
            raise codes.API_NOT_FOUND(version=product, action=action)
        return Asked(who.digest, who.browser.source_ip, action, version, dict(parameters))


def _refusal(denied: Denied) -> Refusal:
    given = denied.error.extra.get("AccessDeniedDetail")
    detail: Mapping[str, str] = given if isinstance(given, dict) else {}
    return Refusal(
        denied.action,
        denied.resource,
        explicit=detail.get("NoPermissionType") == "ExplicitDeny",
        policy_type=detail.get("PolicyType", ""),
        message=denied.error.message,
        detail=detail,
    )
