"""What only the Python SDK of today shows: denials in detail, asynchronous calls, resource groups."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException

from daypass.client import Credentials
from daypass.secret import Secret
from daypass.testing import Server
from tests.sdk.clients.tea import Tea, TeaEndpointWithScheme, TeaSM3, TeaV2, denial_of, request_of
from tests.sdk.scenario import READ_ONLY, ROLE, SESSION, Caller, Parameters, Steps, narrowed, refusal
from tests.world import World

EVERY: list[Callable[[str], Caller]] = [Tea, TeaV2, TeaSM3, TeaEndpointWithScheme]


@pytest.fixture
def tea(server: Server) -> Tea:
    return Tea(server.url)


@pytest.fixture
def steps(tea: Tea, world: World) -> Steps:
    return Steps(tea, world)


@pytest.fixture(params=EVERY)
def any_steps(request: pytest.FixtureRequest, server: Server, world: World) -> Steps:
    return Steps(request.param(server.url), world)


def _denial(steps: Steps, attempt: Callable[[], object]) -> dict[str, str]:
    """Return the detail of a denial, without what differs each time."""
    refused = refusal(attempt)
    assert (refused.status, refused.code) == (403, "NoPermission")
    detail = dict(refused.detail or {})
    assert detail.pop("EncodedDiagnosticMessage")
    assert detail.pop("AuthPrincipalOwnerId") == steps.world.id
    assert detail.pop("AuthPrincipalDisplayName")
    return detail


def test_a_denial_says_in_detail_who_was_denied_what_by_which_layer(any_steps: Steps) -> None:
    steps = any_steps
    steps.create_role()
    by_identity = {
        "AuthAction": "sts:AssumeRole",
        "AuthPrincipalType": "SubUser",
        "NoPermissionType": "ImplicitDeny",
        "PolicyType": "AccountLevelIdentityBasedPolicy",
    }
    assert _denial(steps, steps.assume) == by_identity
    bob = steps.world.user("Bob")
    steps.permit("Bob")
    assert _denial(steps, lambda: steps.assume(bob)) == {**by_identity, "PolicyType": "AssumeRolePolicy"}
    steps.permit("Alice")
    steps.create_policy(READ_ONLY)
    steps.grant(READ_ONLY)
    session = steps.session(Policy=narrowed("iot:List*"))
    assert _denial(steps, lambda: steps.query_product(session, "a1B2c3D4e5F")) == {
        "AuthAction": "iot:QueryProduct",
        "AuthPrincipalType": "AssumedRoleUser",
        "NoPermissionType": "ImplicitDeny",
        "PolicyType": "SessionPolicy",
    }


def test_the_diagnostic_message_of_a_denial_is_explained_to_an_administrator(steps: Steps) -> None:
    steps.create_role()
    encoded = (refusal(steps.assume).detail or {})["EncodedDiagnosticMessage"]
    answer = steps.call(steps.root, "Ram", "DecodeDiagnosticMessage", EncodedDiagnosticMessage=encoded)
    explained = answer["DecodedDiagnosticMessage"]
    assert explained["AuthAction"] == "sts:AssumeRole"
    assert explained["AuthResource"].endswith("role/iotstsrole")


def test_a_wrong_secret_is_told_as_a_signature_that_does_not_match(any_steps: Steps) -> None:
    forger = msgspec.structs.replace(any_steps.alice, access_key_secret=Secret("not-the-secret"))
    refused = refusal(lambda: any_steps.assume(forger))
    assert (refused.status, refused.code) == (400, "SignatureDoesNotMatch")


def test_asynchronous_calls_take_the_fifth_and_the_sixth_step(steps: Steps, tea: Tea) -> None:
    steps.up_to_grant()
    key = steps.create_product()

    async def flow() -> tuple[str, AlibabaCloudException]:
        wanted: Parameters = {"RoleArn": steps.arn, "RoleSessionName": SESSION, "DurationSeconds": 900}
        alice = tea.client("Sts", tea.config(steps.alice))
        answer = await alice.assume_role_async(*request_of("Sts", "AssumeRole", wanted))
        session = tea.client("Iot", tea.config(Credentials.of(answer.body.to_map()["Credentials"])))
        product = await session.query_product_async(*request_of("Iot", "QueryProduct", {"ProductKey": key}))
        with pytest.raises(AlibabaCloudException) as refused:
            await session.delete_product_async(*request_of("Iot", "DeleteProduct", {"ProductKey": key}))
        return product.body.data.product_name, refused.value

    name, error = asyncio.run(flow())
    assert name == "Thermometer"
    assert (error.status_code, error.code) == (403, "NoPermission")
    assert (denial_of(error) or {})["AuthAction"] == "iot:DeleteProduct"


def _in_group(steps: Steps, group: str) -> dict[str, str]:
    return {
        "PolicyName": READ_ONLY,
        "PolicyType": "Custom",
        "PrincipalType": "ServiceRole",
        "PrincipalName": f"{ROLE}@role.{steps.world.id}.onaliyunservice.com",
        "ResourceGroupId": group,
    }


def _product_in(steps: Steps, group: str) -> str:
    name = f"In-{group}"
    wanted: dict[str, Any] = {"ProductName": name, "NodeType": 0, "ResourceGroupId": group}
    return str(steps.call(steps.root, "Iot", "CreateProduct", **wanted)["Data"]["ProductKey"])


def test_step_3_within_a_resource_group_grants_what_is_in_it_and_nothing_else(steps: Steps) -> None:
    steps.create_role()
    steps.create_policy(READ_ONLY)
    steps.permit("Alice")
    names = ("plant-a", "plant-b")
    inner, outer = (
        steps.call(steps.root, "ResourceManager", "CreateResourceGroup", Name=name, DisplayName=name)[
            "ResourceGroup"
        ]["Id"]
        for name in names
    )
    product, other = _product_in(steps, inner), _product_in(steps, outer)
    session = steps.session()
    before = refusal(lambda: steps.query_product(session, product))
    assert (before.status, before.code) == (403, "NoPermission")
    steps.call(steps.root, "ResourceManager", "AttachPolicy", **_in_group(steps, inner))
    assert steps.query_product(session, product) == f"In-{inner}"
    beside = refusal(lambda: steps.query_product(session, other))
    assert (beside.status, beside.code) == (403, "NoPermission")
    listed = steps.call(steps.root, "ResourceManager", "ListPolicyAttachments", ResourceGroupId=inner)
    assert [one["PolicyName"] for one in listed["PolicyAttachments"]["PolicyAttachment"]] == [READ_ONLY]
    steps.call(steps.root, "ResourceManager", "DetachPolicy", **_in_group(steps, inner))
    after = refusal(lambda: steps.query_product(session, product))
    assert (after.status, after.code) == (403, "NoPermission")


def test_step_3_within_a_resource_group_is_for_administrators(steps: Steps) -> None:
    steps.create_role()
    steps.create_policy(READ_ONLY)
    wanted = _in_group(steps, steps.world.id)
    refused = refusal(lambda: steps.call(steps.alice, "ResourceManager", "AttachPolicy", **wanted))
    assert (refused.status, refused.code) == (403, "NoPermission")
    assert (refused.detail or {})["AuthAction"] == "ram:AttachPolicy"
    steps.call(steps.root, "ResourceManager", "AttachPolicy", **wanted)
    granted = steps.call(steps.root, "Ram", "ListPoliciesForRole", RoleName=ROLE)["Policies"]["Policy"]
    assert [policy["PolicyName"] for policy in granted] == [READ_ONLY]


def test_a_user_made_with_the_sdk_takes_the_steps_with_the_key_it_was_given(steps: Steps) -> None:
    steps.up_to_grant()
    assert steps.call(steps.root, "Ram", "CreateUser", UserName="Carol")["User"]["UserName"] == "Carol"
    made = steps.call(steps.root, "Ram", "CreateAccessKey", UserName="Carol")["AccessKey"]
    carol = Credentials.of(made)
    assert steps.call(carol, "Sts", "GetCallerIdentity")["Arn"].endswith(":user/Carol")
    assert refusal(lambda: steps.assume(carol)).code == "NoPermission"
    steps.permit("Carol")
    assert refusal(lambda: steps.assume(carol)).code == "NoPermission"
    trust = json.loads(steps.trust())
    trust["Statement"][0]["Principal"]["RAM"] = f"acs:ram::{steps.world.id}:user/Carol"
    steps.call(steps.root, "Ram", "UpdateRole", RoleName=ROLE, NewAssumeRolePolicyDocument=json.dumps(trust))
    assert Credentials.of(steps.assume(carol)["Credentials"]).security_token
    assert refusal(steps.assume).code == "NoPermission"
