"""The keys of issuers: fetched when needed, kept for a while, fetched anew when a token names another.

One fetch of an issuer runs at a time, and whoever needs its keys waits for that one. What
failed is remembered for a few seconds. An unknown key makes the keys be fetched anew at
once, though not more often than an allowance that refills slowly: names of keys are free
to make up.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import msgspec
import structlog

from daypass.errors import ApiError
from daypass.federation.discovery import IssuerKeys, read_configuration, read_keys
from daypass.federation.errors import ISSUER_URL
from daypass.federation.questions import Issuer
from daypass.federation.urls import discovery_url
from daypass.issuers.fetch import Terms, fetch
from daypass.issuers.threads import Threads

_log: Final = structlog.get_logger("daypass.issuers")

DEADLINE: Final = 4.0
"""Seconds for configuration and keys together, from the look-up of the name to the last byte."""

_GRACE: Final = 0.5
"""Seconds more until a thread is given up that hangs where it cannot tell the time."""

KEPT: Final = 300.0
"""Seconds that keys are used before they are fetched anew."""

FAILED: Final = 5.0
"""Seconds that a failure is told again without another try."""

MOST_KEPT: Final = 256
"""Issuers whose keys are kept; those not used for the longest time go first."""

REFETCHES: Final = 3
REFETCH_EVERY: Final = 10.0
"""Seconds until one more fetch for the sake of an unknown key is allowed, up to :data:`REFETCHES`."""

MOST_FETCHES: Final = 32
MOST_OF_ONE: Final = 4


class _Entry(msgspec.Struct):
    keys: IssuerKeys | None = None
    fetched_at: float = 0.0
    failure: ApiError | None = None
    failed_at: float = 0.0
    fetching: asyncio.Future[IssuerKeys] | None = None
    allowance: float = float(REFETCHES)
    counted_at: float = 0.0


class Keys:
    """The keys of all issuers; everything on the event loop but the fetching.

    Args:
        clock: epoch seconds, for the validity of certificates.
        private: whether issuers may have private addresses.
        monotonic: seconds that only go forward.
    """

    def __init__(
        self, clock: Callable[[], int], *, private: bool, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock: Final = clock
        self._private: Final = private
        self._monotonic: Final = monotonic
        self._threads: Final = Threads(MOST_FETCHES, MOST_OF_ONE)
        self._entries: Final[OrderedDict[Issuer, _Entry]] = OrderedDict()

    async def of(self, issuer: Issuer) -> IssuerKeys:
        """Return an issuer's keys.

        Raises:
            ApiError: they cannot be fetched, or too many fetches run.
        """
        entry = self._entry(issuer)
        now = self._monotonic()
        if entry.keys is not None and now - entry.fetched_at < KEPT:
            return entry.keys
        if entry.failure is not None and now - entry.failed_at < FAILED:
            raise entry.failure.declared.said(entry.failure.message)
        return await self._fetched(issuer, entry)

    async def renewed(self, issuer: Issuer, than: IssuerKeys) -> IssuerKeys:
        """Return newer keys of an issuer than those given, or the same ones if the allowance is spent.

        Raises:
            ApiError: they cannot be fetched.
        """
        entry = self._entry(issuer)
        if entry.keys is not None and entry.keys is not than:
            return entry.keys
        if entry.fetching is None and not self._allowed(entry):
            return than
        return await self._fetched(issuer, entry)

    def _entry(self, issuer: Issuer) -> _Entry:
        entry = self._entries.get(issuer)
        if entry is None:
            entry = self._entries[issuer] = _Entry(counted_at=self._monotonic())
            if len(self._entries) > MOST_KEPT:
                self._entries.popitem(last=False)
        self._entries.move_to_end(issuer)
        return entry

    def _allowed(self, entry: _Entry) -> bool:
        now = self._monotonic()
        refilled = entry.allowance + (now - entry.counted_at) / REFETCH_EVERY
        entry.allowance, entry.counted_at = min(float(REFETCHES), refilled), now
        if entry.allowance < 1:
            return False
        entry.allowance -= 1
        return True

    async def _fetched(self, issuer: Issuer, entry: _Entry) -> IssuerKeys:
        """Wait for the fetch that runs, or for a new one."""
        if entry.fetching is None:
            started = self._threads.start(issuer.account, lambda: self._fetch(issuer))
            entry.fetching = asyncio.ensure_future(self._finish(issuer, entry, started))
            entry.fetching.add_done_callback(_seen)
        return await asyncio.shield(entry.fetching)

    async def _finish(self, issuer: Issuer, entry: _Entry, started: asyncio.Future[IssuerKeys]) -> IssuerKeys:
        """Keep what a fetch brings; what hangs where it cannot be interrupted is given up."""
        try:
            async with asyncio.timeout(DEADLINE + _GRACE):
                keys = await started
        except TimeoutError:
            raise self._failed(issuer, entry, ISSUER_URL(reason="it does not answer in time")) from None
        except ApiError as failure:
            raise self._failed(issuer, entry, failure) from None
        finally:
            entry.fetching = None
        entry.keys, entry.fetched_at, entry.failure = keys, self._monotonic(), None
        return keys

    def _failed(self, issuer: Issuer, entry: _Entry, failure: ApiError) -> ApiError:
        """Remember a failure. Keys that were fetched before are not used beyond their time."""
        entry.failure, entry.failed_at = failure, self._monotonic()
        _log.warning(
            "the keys of an issuer cannot be fetched",
            account=issuer.account,
            issuer=issuer.url,
            reason=failure.message,
        )
        return failure

    def _fetch(self, issuer: Issuer) -> IssuerKeys:
        """Fetch configuration and keys; on a thread."""
        terms = Terms(issuer.pins, self._clock(), time.monotonic() + DEADLINE, self._private)
        where = read_configuration(fetch(discovery_url(issuer.url), terms), issuer.url)
        return read_keys(fetch(where, terms))


def _seen(fetching: asyncio.Future[IssuerKeys]) -> None:
    """Take note of how a fetch ended, even if everybody who waited has gone."""
    if not fetching.cancelled():
        fetching.exception()
