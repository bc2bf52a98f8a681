"""Keys of issuers: fetched once, kept, renewed when a token asks for it, and never at anybody's whim."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from daypass.errors import ApiError
from daypass.federation.questions import Issuer
from daypass.issuers.keys import (
    FAILED,
    KEPT,
    MOST_FETCHES,
    MOST_KEPT,
    MOST_OF_ONE,
    REFETCH_EVERY,
    REFETCHES,
    Keys,
)
from tests.federation.tokens import rsa_key
from tests.issuers.site import CONFIGURATION, KEYS, PIN, Site, hanging

URL = "AuthenticationFail.OIDCToken.HttpsUrlInvalid"
BOTH = [CONFIGURATION, KEYS]


class Clock:
    """A clock that goes forward when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        site.publish(rsa_key("k1"))
        yield site


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(clock: Clock) -> Keys:
    return Keys(lambda: int(time.time()), private=True, monotonic=clock)


def issuer(site: Site, *pins: str, account: str = "1") -> Issuer:
    return Issuer(account, site.url, pins or (PIN,))


async def refused(keys: Keys, asked: Issuer) -> str:
    with pytest.raises(ApiError) as refusal:
        await keys.of(asked)
    return refusal.value.code


def test_keys_are_fetched_once_for_all_who_ask_at_the_same_time(site: Site, keys: Keys) -> None:
    async def ask() -> None:
        found = await asyncio.gather(*(keys.of(issuer(site)) for _ in range(20)))
        assert len({id(one) for one in found}) == 1

    asyncio.run(ask())
    assert site.asked == BOTH


def test_keys_are_kept_for_a_while_and_then_fetched_anew(site: Site, keys: Keys, clock: Clock) -> None:
    async def ask() -> None:
        first = await keys.of(issuer(site))
        clock.now += KEPT - 1
        assert await keys.of(issuer(site)) is first
        clock.now += 1
        site.publish(rsa_key("k2"))
        assert (await keys.of(issuer(site))).find("RS256", "k2") is not None

    asyncio.run(ask())
    assert site.asked == BOTH * 2


def test_what_one_account_had_fetched_is_no_other_accounts(site: Site, keys: Keys) -> None:
    async def ask() -> None:
        await keys.of(issuer(site))
        await keys.of(issuer(site, account="2"))
        assert (await refused(keys, issuer(site, "ab" * 20))).endswith("PublicKeyFingerprintMismatch")

    asyncio.run(ask())
    assert site.asked == BOTH * 2


def test_a_failure_is_told_again_for_a_while_without_asking_again(
    site: Site, keys: Keys, clock: Clock
) -> None:
    async def ask() -> None:
        del site.routes[KEYS]
        assert await refused(keys, issuer(site)) == URL
        site.publish(rsa_key("k1"))
        clock.now += FAILED - 0.1
        assert await refused(keys, issuer(site)) == URL
        assert site.connections == 2
        clock.now += 0.1
        assert len(await keys.of(issuer(site))) == 1

    asyncio.run(ask())


def test_old_keys_are_not_used_beyond_their_time_because_the_site_is_gone(
    site: Site, keys: Keys, clock: Clock
) -> None:
    async def ask() -> None:
        await keys.of(issuer(site))
        clock.now += KEPT
        site.routes.clear()
        assert await refused(keys, issuer(site)) == URL

    asyncio.run(ask())


def test_unknown_keys_are_looked_for_at_once_but_not_more_often_than_allowed(
    site: Site, keys: Keys, clock: Clock
) -> None:
    async def ask() -> None:
        known = await keys.of(issuer(site))
        for _ in range(10):
            known = await keys.renewed(issuer(site), known)
        assert site.asked == BOTH * (1 + REFETCHES)
        clock.now += REFETCH_EVERY - 0.1
        assert await keys.renewed(issuer(site), known) is known
        clock.now += 0.2
        assert await keys.renewed(issuer(site), known) is not known
        assert site.asked == BOTH * (2 + REFETCHES)

    asyncio.run(ask())


def test_who_was_late_to_ask_gets_what_was_fetched_meanwhile(site: Site, keys: Keys) -> None:
    async def ask() -> None:
        old = await keys.of(issuer(site))
        new = await keys.renewed(issuer(site), old)
        assert await keys.renewed(issuer(site), old) is new

    asyncio.run(ask())
    assert site.asked == BOTH * 2


def test_one_account_cannot_make_all_fetches_there_are(site: Site, keys: Keys) -> None:
    async def ask() -> None:
        site.routes[CONFIGURATION] = hanging
        mine = [
            asyncio.ensure_future(keys.of(Issuer("1", f"{site.url}/{n}", (PIN,)))) for n in range(MOST_OF_ONE)
        ]
        await asyncio.sleep(0)
        for n in range(MOST_OF_ONE):
            site.routes[f"/{n}{CONFIGURATION}"] = hanging
        assert await refused(keys, issuer(site)) == "Throttling.User"
        with Site() as other:
            other.publish(rsa_key("k1"))
            assert len(await keys.of(issuer(other, account="2"))) == 1
        site.ended.set()
        await asyncio.gather(*mine, return_exceptions=True)
        site.ended.clear()

    asyncio.run(ask())


def test_so_many_fetches_run_at_a_time_and_no_more(site: Site, keys: Keys) -> None:
    async def ask() -> None:
        site.routes[CONFIGURATION] = hanging
        running = [asyncio.ensure_future(keys.of(issuer(site, account=str(n)))) for n in range(MOST_FETCHES)]
        await asyncio.sleep(0)
        assert await refused(keys, issuer(site, account="one more")) == "Throttling.User"
        site.ended.set()
        await asyncio.gather(*running, return_exceptions=True)
        site.ended.clear()
        site.publish(rsa_key("k1"))
        assert len(await keys.of(issuer(site, account="one more"))) == 1

    asyncio.run(ask())


def test_who_goes_away_takes_nobodys_keys_along(site: Site, keys: Keys) -> None:
    async def ask() -> None:
        impatient = asyncio.ensure_future(keys.of(issuer(site)))
        patient = asyncio.ensure_future(keys.of(issuer(site)))
        await asyncio.sleep(0)
        impatient.cancel()
        assert len(await patient) == 1

    asyncio.run(ask())
    assert site.asked == BOTH


def test_only_so_many_issuers_are_remembered(site: Site, keys: Keys) -> None:
    async def ask() -> None:
        await keys.of(issuer(site))
        for n in range(MOST_KEPT):
            await refused(keys, Issuer(str(n), "https://127.0.0.1:1", (PIN,)))
        await keys.of(issuer(site))

    asyncio.run(ask())
    assert site.asked == BOTH * 2
    assert len(keys._entries) == MOST_KEPT
