"""The six steps, taken with every client: what must be refused before, what works, what is refused after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from daypass.testing import Server
from tests.sdk.clients.aliyun import Aliyun
from tests.sdk.clients.command_line import CommandLine
from tests.sdk.clients.go import Go, GoCommon, GoTea
from tests.sdk.clients.java import Java, JavaTokenInQuery
from tests.sdk.clients.legacy import Legacy, LegacyCommonGet, LegacyCommonPost, LegacyTokenInQuery
from tests.sdk.clients.node import NodeTea, PopCoreGet, PopCorePost
from tests.sdk.clients.signed_url import SignedForm, SignedUrl
from tests.sdk.clients.tea import Tea, TeaEndpointWithScheme, TeaRoleProvider, TeaSM3, TeaV2
from tests.sdk.scenario import (
    NARROW,
    READ_ONLY,
    READ_WRITE,
    ROLE,
    SESSION,
    Caller,
    RefusedError,
    Steps,
    document,
    narrowed,
    refusal,
)
from tests.world import World

PYTHON = [Legacy, LegacyTokenInQuery, LegacyCommonGet, LegacyCommonPost]
TEA = [Tea, TeaV2, TeaSM3, TeaEndpointWithScheme, TeaRoleProvider]
PLAIN = [SignedUrl, SignedForm, CommandLine]
NODE = [pytest.param(client, marks=pytest.mark.node) for client in (PopCoreGet, PopCorePost, NodeTea)]
ALIYUN = [pytest.param(Aliyun, marks=pytest.mark.aliyun)]
GO = [pytest.param(client, marks=pytest.mark.go) for client in (Go, GoCommon, GoTea)]
JAVA = [pytest.param(client, marks=pytest.mark.java) for client in (Java, JavaTokenInQuery)]


@pytest.fixture(scope="module", params=[*PYTHON, *TEA, *PLAIN, *NODE, *ALIYUN, *GO, *JAVA])
def caller(request: pytest.FixtureRequest, server: Server) -> Iterator[Caller]:
    with request.param(server.url) as caller:
        yield caller


@pytest.fixture
def steps(caller: Caller, world: World) -> Steps:
    return Steps(caller, world)


def _is(refused: RefusedError, status: int, code: str) -> bool:
    return refused.code == code and refused.status in (status, None)


def _is_denied(refused: RefusedError) -> bool:
    return _is(refused, 403, "NoPermission")


def test_step_1_creates_a_role_that_trusts_alice_alone_and_only_an_administrator_may(steps: Steps) -> None:
    assert _is(refusal(steps.assume), 404, "EntityNotExist.Role")
    assert _is_denied(refusal(lambda: steps.create_role(steps.alice)))
    created = steps.create_role()
    assert created["Arn"] == steps.arn
    shown = steps.call(steps.root, "Ram", "GetRole", RoleName=ROLE)["Role"]
    assert shown["AssumeRolePolicyDocument"] == steps.trust()
    assert _is(refusal(steps.create_role), 409, "EntityAlreadyExists.Role")


@pytest.mark.parametrize("name", [READ_ONLY, READ_WRITE])
def test_step_2_creates_a_policy_whose_text_comes_back_as_it_was_written(steps: Steps, name: str) -> None:
    asked: dict[str, Any] = {"PolicyName": name, "PolicyType": "Custom"}
    missing = refusal(lambda: steps.call(steps.root, "Ram", "GetPolicy", **asked))
    assert _is(missing, 404, "EntityNotExist.Policy")
    malformed = refusal(lambda: steps.create_policy(name, document(name).replace("Effect", "Affect")))
    assert _is(malformed, 400, "MalformedPolicyDocument")
    assert steps.create_policy(name)["DefaultVersion"] == "v1"
    shown = steps.call(steps.root, "Ram", "GetPolicyVersion", VersionId="v1", **asked)["PolicyVersion"]
    assert shown["PolicyDocument"] == document(name)


def test_step_3_gives_the_role_nothing_before_the_grant_and_only_what_it_says_after(steps: Steps) -> None:
    steps.create_role()
    steps.permit("Alice")
    steps.create_policy(READ_ONLY)
    key = steps.create_product()
    session = steps.session()
    assert _is_denied(refusal(lambda: steps.query_product(session, key)))
    steps.grant(READ_ONLY)
    assert steps.query_product(session, key) == "Thermometer"
    assert _is_denied(refusal(lambda: steps.create_product(session, "Barometer")))


def test_step_4_as_it_is_printed_permits_no_assuming_and_corrected_it_does(steps: Steps) -> None:
    steps.create_role()
    assert _is_denied(refusal(steps.assume))
    steps.permit("Alice", "iot:QueryProduct")
    assert _is_denied(refusal(steps.assume))
    steps.permit("Alice")
    assert steps.session().access_key_id.startswith("STS.")


def test_step_5_is_for_alice_and_neither_for_bob_nor_for_root(steps: Steps) -> None:
    steps.up_to_grant()
    bob = steps.world.user("Bob")
    steps.permit("Bob")
    assert _is_denied(refusal(lambda: steps.assume(bob)))
    assert _is_denied(refusal(lambda: steps.assume(steps.root)))
    session = steps.session(Policy=document(NARROW), DurationSeconds=900)
    who = steps.call(session, "Sts", "GetCallerIdentity")
    assert who["IdentityType"] == "AssumedRoleUser"
    assert who["Arn"] == f"acs:ram::{steps.world.id}:assumed-role/{ROLE}/{SESSION}"


def test_step_5_refuses_a_longer_life_than_the_role_has(steps: Steps) -> None:
    steps.up_to_grant()
    refused = refusal(lambda: steps.assume(DurationSeconds=3601))
    assert _is(refused, 400, "InvalidParameter.DurationSeconds")


def test_step_6_works_with_what_the_role_may_and_the_session_policy_leaves(steps: Steps) -> None:
    steps.up_to_grant(READ_ONLY, READ_WRITE)
    whole = steps.session()
    key = steps.create_product(whole)
    assert steps.query_product(whole, key) == "Thermometer"
    everything = steps.session(Policy=document(NARROW))
    assert steps.create_product(everything, "Barometer") != key
    reading = steps.session(Policy=narrowed("iot:Query*", "iot:Get*"))
    assert steps.query_product(reading, key) == "Thermometer"
    assert _is_denied(refusal(lambda: steps.create_product(reading, "Hygrometer")))


def test_step_6_is_not_widened_by_a_session_policy_and_gives_alices_own_key_nothing(steps: Steps) -> None:
    steps.up_to_grant(READ_ONLY)
    session, key = steps.session(Policy=narrowed("*")), steps.create_product()
    assert steps.query_product(session, key) == "Thermometer"
    assert _is_denied(refusal(lambda: steps.create_product(session, "Barometer")))
    assert _is_denied(refusal(lambda: steps.create_role(session)))
    assert _is_denied(refusal(lambda: steps.query_product(steps.alice, key)))


def test_step_6_needs_the_token_beside_its_own_key(steps: Steps) -> None:
    steps.up_to_grant()
    session, key = steps.session(), steps.create_product()
    bare = msgspec.structs.replace(session, security_token=None)
    assert _is(refusal(lambda: steps.query_product(bare, key)), 400, "MissingSecurityToken")
    mixed = msgspec.structs.replace(session, security_token=steps.session().security_token)
    refused = refusal(lambda: steps.query_product(mixed, key))
    assert _is(refused, 400, "InvalidSecurityToken.MismatchWithAccessKey")


def test_step_6_ends_with_the_session(steps: Steps) -> None:
    steps.up_to_grant()
    expired, key = steps.expired(), steps.create_product()
    refused = refusal(lambda: steps.query_product(expired, key))
    assert _is(refused, 400, "InvalidSecurityToken.Expired")


def test_step_6_ends_when_the_grant_is_withdrawn_and_for_good_when_the_role_is_deleted(steps: Steps) -> None:
    steps.up_to_grant()
    session, key = steps.session(), steps.create_product()
    assert steps.query_product(session, key) == "Thermometer"
    steps.withdraw(READ_ONLY)
    assert _is_denied(refusal(lambda: steps.query_product(session, key)))
    steps.call(steps.root, "Ram", "DeleteRole", RoleName=ROLE)
    refused = refusal(lambda: steps.query_product(session, key))
    assert _is(refused, 400, "InvalidSecurityToken.Expired")
    steps.create_role()
    steps.grant(READ_ONLY)
    refused = refusal(lambda: steps.query_product(session, key))
    assert _is(refused, 400, "InvalidSecurityToken.Expired")
