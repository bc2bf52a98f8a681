"""What the Java SDK makes of a refusal."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from daypass.secret import Secret
from daypass.testing import Server
from tests.sdk.clients.java import Java
from tests.sdk.scenario import Steps, refusal
from tests.world import World

pytestmark = pytest.mark.java


@pytest.fixture
def steps(server: Server, world: World) -> Iterator[Steps]:
    with Java(server.url) as caller:
        yield Steps(caller, world)


def test_the_sdk_finds_its_own_string_in_the_answer_and_says_that_the_secret_is_wrong(steps: Steps) -> None:
    forger = msgspec.structs.replace(steps.alice, access_key_secret=Secret("not-the-secret"))
    refused = refusal(lambda: steps.assume(forger, Policy='{"note": "a~b*c+d/e 100% \u00e9 \u4e2d"}'))
    assert refused.code == "SDK.InvalidAccessKeySecret"


def test_a_denial_names_resource_and_action(steps: Steps) -> None:
    steps.create_role()
    refused = refusal(steps.assume)
    assert refused.code == "NoPermission"
    assert f"Resource: {steps.arn} Action: sts:AssumeRole" in refused.message
