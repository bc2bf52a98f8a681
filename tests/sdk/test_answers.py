"""What clients make of refusals, of text of every kind, and of the answers of all products."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec
import pytest

from daypass.secret import Secret
from daypass.testing import Server
from tests.sdk.clients.aliyun import Aliyun
from tests.sdk.clients.command_line import CommandLine
from tests.sdk.clients.go import Go, GoCommon, GoTea
from tests.sdk.clients.legacy import LegacyCommonPost
from tests.sdk.clients.node import NodeTea, PopCoreGet, PopCorePost
from tests.sdk.clients.tea import Tea, TeaV2
from tests.sdk.scenario import Caller, Steps, narrowed, refusal
from tests.world import World

TEXT = 'Reads: a~b*c+d/e 100% \u00e9 \u4e2d \U0001f600 "quoted" !\'() &=#?'
PYTHON = [Tea, TeaV2, LegacyCommonPost, CommandLine]
NODE = [pytest.param(client, marks=pytest.mark.node) for client in (PopCoreGet, PopCorePost, NodeTea)]
ALIYUN = [pytest.param(Aliyun, marks=pytest.mark.aliyun)]
GO = [pytest.param(client, marks=pytest.mark.go) for client in (Go, GoCommon, GoTea)]


@pytest.fixture(scope="module", params=[*PYTHON, *NODE, *ALIYUN, *GO])
def caller(request: pytest.FixtureRequest, server: Server) -> Iterator[Caller]:
    with request.param(server.url) as caller:
        yield caller


@pytest.fixture
def steps(caller: Caller, world: World) -> Steps:
    return Steps(caller, world)


def test_a_denial_says_who_was_refused_what_by_which_layer(steps: Steps) -> None:
    steps.up_to_grant()
    session = steps.session(Policy=narrowed("iot:List*"))
    refused = refusal(lambda: steps.query_product(session, "a1B2c3D4e5F"))
    assert (refused.status or 403, refused.code) == (403, "NoPermission")
    assert "iot:QueryProduct" in refused.message
    if not isinstance(steps.caller, LegacyCommonPost):  # it drops the detail
        told = refused.message + json.dumps(refused.detail)
        assert "SessionPolicy" in told
        assert "AssumedRoleUser" in told


def test_a_wrong_secret_is_told_as_such(steps: Steps) -> None:
    steps.create_role()
    forger = msgspec.structs.replace(steps.alice, access_key_secret=Secret("not-the-secret"))
    refused = refusal(lambda: steps.assume(forger, Policy=json.dumps({"note": TEXT})))
    assert (refused.status or 400, refused.code) == (400, "SignatureDoesNotMatch")
    if isinstance(steps.caller, Go | GoCommon):  # they compare the string that was signed with the server's
        assert "InvalidAccessKeySecret" in refused.message


def test_text_of_every_kind_is_signed_alike_on_both_sides(steps: Steps) -> None:
    steps.call(steps.root, "Ram", "CreateGroup", GroupName="readers", Comments=TEXT)
    shown = steps.call(steps.root, "Ram", "GetGroup", GroupName="readers")
    assert shown["Group"]["Comments"] == TEXT


def test_ims_and_resourcemanager_answer_about_the_user_that_ram_has(steps: Steps) -> None:
    steps.permit("Alice")
    name = f"Alice@{steps.world.id}.onaliyun.com"
    attached = {"PrincipalType": "IMSUser", "PrincipalName": name, "PolicyType": "Custom"}
    user = steps.call(steps.root, "Ims", "GetUser", UserPrincipalName=name)["User"]
    assert user["UserPrincipalName"] == name
    found = steps.call(steps.root, "ResourceManager", "ListPolicyAttachments", **attached)
    (attachment,) = found["PolicyAttachments"]["PolicyAttachment"]
    assert attachment["PolicyName"] == "step4-Alice-sts-AssumeRole"
    for product, action, wanted in (
        ("Ims", "GetUser", {"UserPrincipalName": name}),
        ("ResourceManager", "ListPolicyAttachments", attached),
    ):
        refused = refusal(lambda: steps.call(steps.alice, product, action, **wanted))  # noqa: B023 (called at once)
        assert (refused.status or 403, refused.code) == (403, "NoPermission")
