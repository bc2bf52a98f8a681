"""A server with a rate limit, and the official SDK that reads how long to wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.exceptions import ThrottlingException
from alibabacloud_tea_openapi.models import Config

from daypass.testing import Account, Server

RATE = 2


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(rate_limit=RATE) as server:
        yield server


def sts(server: Server, account: Account) -> Sts:
    root = account.root
    return Sts(
        Config(
            access_key_id=root.access_key_id,
            access_key_secret=root.access_key_secret.reveal(),
            endpoint=server.endpoint,
            protocol="http",
        )
    )


def _ask(client: Sts, times: int) -> None:
    for _ in range(times):
        client.get_caller_identity()


def test_the_sdk_is_told_that_an_account_is_too_fast_and_for_how_long(server: Server) -> None:
    client = sts(server, server.account)
    with pytest.raises(ThrottlingException) as refused:
        _ask(client, 100)
    error = refused.value
    assert (error.code, error.status_code) == ("Throttling.User", 400)
    assert f"{RATE} requests a second" in error.message
    assert 0 < error.retry_after <= 1000 // RATE
    assert sts(server, server.new_account()).get_caller_identity().status_code == 200


def test_requests_that_are_not_authentic_use_up_nobodys_rate(server: Server) -> None:
    wrong = Config(
        access_key_id=server.account.root.access_key_id,
        access_key_secret="not-the-secret",
        endpoint=server.endpoint,
        protocol="http",
    )
    for _ in range(3 * RATE):
        with pytest.raises(Exception, match="SignatureDoesNotMatch"):
            Sts(wrong).get_caller_identity()
    assert sts(server, server.account).get_caller_identity().status_code == 200
