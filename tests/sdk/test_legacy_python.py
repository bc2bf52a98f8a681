"""What the legacy Python SDK makes of the server's answers, and its other ways to get in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import RamRoleArnCredential
from aliyunsdkcore.client import AcsClient

from daypass.client import Credentials
from daypass.secret import Secret
from daypass.testing import Server
from tests.sdk.clients.legacy import (
    Legacy,
    LegacyTokenInQuery,
    client_of,
    common,
    generated,
    send,
)
from tests.sdk.scenario import REGION, SESSION, Caller, Steps, refusal
from tests.world import World

TEXT = '{"note": "a~b*c+d/e 100% é 中 \\u0027"}'


@pytest.fixture
def steps(server: Server, world: World) -> Steps:
    return Steps(Legacy(server.url), world)


def _with_wrong_secret(who: Credentials) -> Credentials:
    return msgspec.structs.replace(who, access_key_secret=Secret("not-the-secret"))


@pytest.mark.parametrize("make", [Legacy, LegacyTokenInQuery])
def test_the_sdk_finds_its_own_string_in_the_answer_and_says_that_the_secret_is_wrong(
    steps: Steps, make: Callable[[str], Caller]
) -> None:
    steps.up_to_grant()
    caller = make(steps.caller.url)
    wanted = {"RoleArn": steps.arn, "RoleSessionName": SESSION, "Policy": TEXT}
    for who in (steps.alice, steps.session()):
        wrong = _with_wrong_secret(who)
        refused = refusal(partial(caller.call, wrong, "Sts", "AssumeRole", wanted))
        assert (refused.status, refused.code) == (400, "InvalidAccessKeySecret")
        assert refused.message.startswith("The AccessKeySecret is incorrect.")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_common_request_is_told_the_string_it_signed(steps: Steps, method: str) -> None:
    """The SDK loses its own string here, so it cannot compare; the server's is the same."""
    request = common(steps.caller.url, "Sts", "AssumeRole")
    request.set_method(method)
    add = request.add_query_param if method == "GET" else request.add_body_params
    for name, value in {"RoleArn": steps.arn, "RoleSessionName": SESSION, "Policy": TEXT}.items():
        add(name, value)
    refused = refusal(lambda: send(client_of(_with_wrong_secret(steps.alice)), request))
    assert (refused.status, refused.code) == (400, "SignatureDoesNotMatch")
    _, ours = refused.message.split(":")
    assert ours == request.request.string_to_sign


def test_the_exception_carries_status_code_message_and_request_id(steps: Steps) -> None:
    steps.create_role()
    wanted = {"RoleArn": steps.arn, "RoleSessionName": SESSION}
    request = generated(steps.caller.url, "Sts", "AssumeRole", wanted)
    with pytest.raises(ServerException) as refused:
        client_of(steps.alice).do_action_with_exception(request)
    error = refused.value
    assert (error.get_http_status(), error.get_error_code()) == (403, "NoPermission")
    assert "sts:AssumeRole" in error.get_error_msg()
    assert len(error.get_request_id()) == 36


def _by_role(steps: Steps) -> Any:
    """Return a client that assumes the role itself, whenever it needs to."""
    key = (steps.alice.access_key_id, steps.alice.access_key_secret.reveal())
    client = AcsClient(region_id=REGION, credential=RamRoleArnCredential(*key, steps.arn, SESSION))
    client.add_endpoint(REGION, "Sts", steps.caller.url)
    return client


def test_a_client_may_assume_the_role_by_itself(steps: Steps) -> None:
    steps.up_to_grant()
    key = steps.create_product()
    client = _by_role(steps)
    query = generated(steps.caller.url, "Iot", "QueryProduct", {"ProductKey": key})
    assert send(client, query)["Data"]["ProductKey"] == key
    create = generated(steps.caller.url, "Iot", "CreateProduct", {"ProductName": "Barometer", "NodeType": 0})
    refused = refusal(lambda: send(client, create))
    assert (refused.status, refused.code) == (403, "NoPermission")


def test_a_client_that_may_not_assume_the_role_is_told_so(steps: Steps) -> None:
    steps.create_role()
    who = common(steps.caller.url, "Sts", "GetCallerIdentity")
    refused = refusal(lambda: send(_by_role(steps), who))
    assert (refused.status, refused.code) == (403, "SDK.GetSessionCredentialFailed")
    assert '"Code":"NoPermission"' in refused.message


def test_an_endpoint_without_a_scheme_works_with_http_named_beside_it(steps: Steps) -> None:
    request = common(steps.world.server.endpoint, "Sts", "GetCallerIdentity")
    request.set_protocol_type("http")
    assert send(client_of(steps.alice), request)["Arn"].endswith(":user/Alice")


def test_a_device_is_registered_and_found_in_the_sdks_lists(steps: Steps) -> None:
    steps.up_to_grant()
    key = steps.create_product()
    steps.call(steps.root, "Iot", "RegisterDevice", ProductKey=key, DeviceName="kitchen")
    session = steps.session()
    devices = steps.call(session, "Iot", "QueryDevice", ProductKey=key)["Data"]["DeviceInfo"]
    assert [device["DeviceName"] for device in devices] == ["kitchen"]
    states = steps.call(session, "Iot", "BatchGetDeviceState", ProductKey=key, DeviceNames=["kitchen"])
    assert states["DeviceStatusList"]["DeviceStatus"][0]["DeviceName"] == "kitchen"
