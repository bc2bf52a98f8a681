"""The credentials provider that assumes a role, and the client it feeds."""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_credentials.client import Client as CredentialClient
from alibabacloud_credentials.exceptions import CredentialException
from alibabacloud_credentials.models import Config as CredentialConfig
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.models import Config

from daypass.client import Credentials
from daypass.testing import Server
from tests.sdk.clients.tea import Tea, provider_of, refused_by, request_of
from tests.sdk.scenario import READ_WRITE, ROLE, SESSION, Parameters, Steps, narrowed
from tests.world import World


@pytest.fixture
def tea(server: Server) -> Tea:
    return Tea(server.url)


@pytest.fixture
def steps(tea: Tea, world: World) -> Steps:
    return Steps(tea, world)


def _wanted(steps: Steps, **more: str | int) -> Parameters:
    return {"RoleArn": steps.arn, "RoleSessionName": SESSION, "DurationSeconds": 3600, **more}


def _iot(tea: Tea, steps: Steps, **more: Any) -> Any:
    """Return an IoT client whose credentials come from the provider, told by its settings alone."""
    settings = CredentialConfig(
        type="ram_role_arn",
        access_key_id=steps.alice.access_key_id,
        access_key_secret=steps.alice.access_key_secret.reveal(),
        role_arn=steps.arn,
        role_session_name=SESSION,
        sts_endpoint=tea.url,
        **more,
    )
    return tea.client("Iot", Config(credential=CredentialClient(settings), **tea.settings()))


def _query(client: Any, key: str) -> str:
    answer = client.query_product(*request_of("Iot", "QueryProduct", {"ProductKey": key}))
    return str(answer.body.data.product_name)


def _create(client: Any, name: str) -> None:
    client.create_product(*request_of("Iot", "CreateProduct", {"ProductName": name, "NodeType": 0}))


def test_a_client_fed_by_the_provider_may_what_the_role_may(steps: Steps, tea: Tea) -> None:
    steps.up_to_grant()
    client = _iot(tea, steps)
    assert _query(client, steps.create_product()) == "Thermometer"
    with pytest.raises(AlibabaCloudException) as refused:
        _create(client, "Barometer")
    assert (refused.value.status_code, refused.value.code) == (403, "NoPermission")


def test_a_session_policy_with_spaces_which_the_provider_signs_in_its_own_way_narrows(
    steps: Steps, tea: Tea
) -> None:
    steps.up_to_grant(READ_WRITE)
    policy = narrowed("iot:Query*")
    assert " " in policy
    client = _iot(tea, steps, policy=policy)
    assert _query(client, steps.create_product()) == "Thermometer"
    with pytest.raises(AlibabaCloudException) as refused:
        _create(client, "Barometer")
    assert refused.value.access_denied_detail["PolicyType"] == "SessionPolicy"
    _create(_iot(tea, steps), "Barometer")


def test_the_provider_keeps_credentials_that_last_and_gets_new_ones_for_those_about_to_end(
    steps: Steps, tea: Tea
) -> None:
    steps.up_to_grant()
    lasting = provider_of(tea.url, steps.alice, _wanted(steps))
    kept = {lasting.get_credentials().get_access_key_id() for _ in range(3)}
    assert len(kept) == 1
    brief = provider_of(tea.url, steps.alice, _wanted(steps, DurationSeconds=900))
    key = steps.create_product()
    seen = [brief.get_credentials() for _ in range(3)]
    assert len({one.get_access_key_id() for one in seen}) == 3
    for one in seen:
        body = {
            "AccessKeyId": one.get_access_key_id(),
            "AccessKeySecret": one.get_access_key_secret(),
            "SecurityToken": one.get_security_token(),
        }
        assert steps.query_product(Credentials.of(body), key) == "Thermometer"


def test_a_refresh_is_refused_once_the_permission_is_gone(steps: Steps, tea: Tea) -> None:
    steps.up_to_grant()
    brief = provider_of(tea.url, steps.alice, _wanted(steps, DurationSeconds=900))
    assert brief.get_credentials().get_security_token()
    steps.call(
        steps.root,
        "Ram",
        "DetachPolicyFromUser",
        PolicyName="step4-Alice-sts-AssumeRole",
        PolicyType="Custom",
        UserName="Alice",
    )
    with pytest.raises(CredentialException) as refused:
        brief.get_credentials()
    told = refused_by(refused.value)
    assert (told.status, told.code) == (403, "NoPermission")
    assert (told.detail or {})["PolicyType"] == "AccountLevelIdentityBasedPolicy"


def test_a_provider_may_start_from_another_roles_session(steps: Steps, tea: Tea) -> None:
    steps.up_to_grant()
    steps.call(
        steps.root,
        "Ram",
        "CreateRole",
        RoleName="second",
        AssumeRolePolicyDocument=steps.trust().replace("user/Alice", f"role/{ROLE}"),
    )
    second = steps.arn.replace(ROLE, "second")
    session = steps.session()
    with pytest.raises(CredentialException) as refused:
        provider_of(tea.url, session, {**_wanted(steps), "RoleArn": second}).get_credentials()
    assert refused_by(refused.value).code == "NoPermission"
    text = '{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]}'
    steps.create_policy("chain", text)
    steps.grant("chain")
    got = provider_of(tea.url, session, {**_wanted(steps), "RoleArn": second}).get_credentials()
    assert got.get_access_key_id() != session.access_key_id
