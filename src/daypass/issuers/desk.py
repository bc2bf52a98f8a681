"""Where operations have tokens and assertions checked; see :class:`daypass.service.call.Outside`."""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from daypass.federation.assertions import Assertion, read_response
from daypass.federation.errors import TOKEN_SIGNATURE
from daypass.federation.questions import AssertionQuestion, TokenQuestion
from daypass.federation.tokens import Claims, Presented, UnknownKeyError, accept, read_token, verify
from daypass.issuers.keys import Keys
from daypass.issuers.threads import BUSY

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.federation.discovery import IssuerKeys
    from daypass.federation.questions import Issuer

P = ParamSpec("P")
T = TypeVar("T")

CHECKERS: Final = 2
MOST_WAITING: Final = 64
"""Checks of signatures that may wait for a thread."""
MOST_OF_ONE: Final = 16
"""Likewise, for what is presented to providers of one account."""


class Desk:
    """Answers questions about tokens and assertions.

    Signatures are checked on two threads of their own: what is checked is as large and as
    twisted as its sender likes.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys: Final = keys
        self._checkers: Final = ThreadPoolExecutor(CHECKERS, "checker")
        self._waiting: Final[Counter[str]] = Counter()

    async def answer(self, question: object) -> object:
        """Answer a question that an operation asks.

        Raises:
            ApiError: what was presented is not to be believed.
        """
        if isinstance(question, TokenQuestion):
            return await self._token(question)
        if isinstance(question, AssertionQuestion):
            return await self._assertion(question)
        raise LookupError(f"nobody answers {type(question).__name__}")

    def close(self) -> None:
        """Give the threads back."""
        self._checkers.shutdown(cancel_futures=True)

    async def _token(self, question: TokenQuestion) -> Claims:
        issuer = question.issuer
        token = read_token(question.token.reveal())
        token.claims.require_issuer(issuer.url)
        keys = await self._keys.of(issuer)
        try:
            await self._checked(issuer.account, verify, token, keys)
        except UnknownKeyError:
            await self._with_newer_keys(issuer, token, keys)
        accept(token.claims, question.client_ids, question.limit_hours, question.now)
        return token.claims

    async def _with_newer_keys(self, issuer: Issuer, token: Presented, keys: IssuerKeys) -> None:
        try:
            await self._checked(issuer.account, verify, token, await self._keys.renewed(issuer, keys))
        except UnknownKeyError:
            raise TOKEN_SIGNATURE(reason="the issuer publishes no key that the token names") from None

    async def _assertion(self, question: AssertionQuestion) -> Assertion:
        return await self._checked(
            question.account, read_response, question.response.reveal(), question.provider, question.now
        )

    async def _checked(self, account: str, check: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        waiting = self._waiting
        if waiting.total() >= MOST_WAITING or waiting[account] >= MOST_OF_ONE:
            raise BUSY()
        waiting[account] += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._checkers, partial(check, *args, **kwargs))
        finally:
            waiting[account] -= 1
            if not waiting[account]:
                del waiting[account]
