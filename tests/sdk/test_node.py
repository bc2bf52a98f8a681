"""What the Node.js SDKs make of a refusal."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from daypass.secret import Secret
from daypass.testing import Server
from tests.sdk.clients.node import NodeTea, PopCoreGet, PopCorePost
from tests.sdk.scenario import Steps, narrowed, refusal
from tests.world import World

pytestmark = pytest.mark.node


@pytest.fixture(params=[PopCoreGet, PopCorePost, NodeTea])
def steps(request: pytest.FixtureRequest, server: Server, world: World) -> Iterator[Steps]:
    with request.param(server.url) as caller:
        yield Steps(caller, world)


def test_a_denial_carries_status_code_and_detail(steps: Steps) -> None:
    steps.up_to_grant()
    session = steps.session(Policy=narrowed("iot:List*"))
    refused = refusal(lambda: steps.query_product(session, "a1B2c3D4e5F"))
    assert (refused.status, refused.code) == (403, "NoPermission")
    detail = refused.detail or {}
    assert detail["AuthAction"] == "iot:QueryProduct"
    assert detail["PolicyType"] == "SessionPolicy"
    assert detail["AuthPrincipalType"] == "AssumedRoleUser"


def test_a_wrong_secret_is_told_as_a_signature_that_does_not_match(steps: Steps) -> None:
    steps.create_role()
    forger = msgspec.structs.replace(steps.alice, access_key_secret=Secret("not-the-secret"))
    refused = refusal(lambda: steps.assume(forger, Policy='{"note": "a~b*c+d/e 100% \u00e9 \u4e2d !\'()"}'))
    assert (refused.status, refused.code) == (400, "SignatureDoesNotMatch")


def test_text_of_every_kind_is_signed_alike_on_both_sides(steps: Steps) -> None:
    text = 'Reads: a~b*c+d/e 100% \u00e9 \u4e2d \U0001f600 "quoted" !\'() &=#?'
    steps.call(steps.root, "Ram", "CreateGroup", GroupName="readers", Comments=text)
    shown = steps.call(steps.root, "Ram", "GetGroup", GroupName="readers")
    assert shown["Group"]["Comments"] == text
