"""Profiles of the ``aliyun`` command, and what it prints of a refusal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from daypass.testing import Server
from tests.sdk.clients.aliyun import Aliyun
from tests.sdk.scenario import READ_WRITE, REGION, SESSION, Steps, refusal
from tests.world import World

pytestmark = pytest.mark.aliyun


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Over TLS: the command assumes roles in no other way."""
    with Server(tls=True) as server:
        yield server


@pytest.fixture
def steps(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Steps]:
    assert world.server.ca_file is not None
    for name, value in Aliyun.trusting(world.server.ca_file, tmp_path).items():
        monkeypatch.setenv(name, value)
    with Aliyun(world.server.url) as caller:
        yield Steps(caller, world)


def with_profile(steps: Steps, **more: str) -> Aliyun:
    """Return the command with one profile, which assumes the role by Alice's key."""
    caller = steps.caller
    assert isinstance(caller, Aliyun)
    profile = {
        "name": "reader",
        "mode": "RamRoleArn",
        "access_key_id": steps.alice.access_key_id,
        "access_key_secret": steps.alice.access_key_secret.reveal(),
        "ram_role_arn": steps.arn,
        "ram_session_name": SESSION,
        "expired_seconds": 900,
        "region_id": REGION,
        "sts_endpoint": caller.place,
        "output_format": "json",
        "language": "en",
        **more,
    }
    folder = caller.home / ".aliyun"
    folder.mkdir(exist_ok=True)
    file = folder / "config.json"
    file.write_text(json.dumps({"current": "reader", "profiles": [profile]}), encoding="utf-8")
    return caller


def test_a_profile_that_assumes_a_role_may_what_the_role_may(steps: Steps) -> None:
    steps.up_to_grant()
    key = steps.create_product()
    aliyun = with_profile(steps)
    who = aliyun.run("Sts", "GetCallerIdentity", {})
    assert who["Arn"] == f"acs:ram::{steps.world.id}:assumed-role/{steps.arn.partition('/')[2]}/{SESSION}"
    assert aliyun.run("Iot", "QueryProduct", {"ProductKey": key})["Data"]["ProductName"] == "Thermometer"
    refused = refusal(lambda: aliyun.run("Iot", "CreateProduct", {"ProductName": "Barometer", "NodeType": 0}))
    assert refused.code == "NoPermission"


def test_a_profile_whose_key_may_not_assume_the_role_is_told_so(steps: Steps) -> None:
    steps.create_role()
    refused = refusal(lambda: with_profile(steps).run("Sts", "GetCallerIdentity", {}))
    assert '"Code":"NoPermission"' in refused.message
    assert "sts:AssumeRole" in refused.message


def test_a_denial_is_printed_with_all_that_explains_it(steps: Steps) -> None:
    steps.up_to_grant(READ_WRITE)
    refused = refusal(lambda: steps.create_product(steps.alice))
    for told in (
        "RequestId: ",
        "Action: iot:CreateProduct",
        "AccountLevelIdentityBasedPolicy",
        "ImplicitDeny",
    ):
        assert told in refused.message
