"""A URL signed by hand, as the six steps show it; a form; and both once more."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest

from daypass.client import Credentials
from daypass.testing import Server
from tests.sdk.clients.signed_url import SignedUrl, fetch, read, signed, url_of
from tests.sdk.scenario import NARROW, SESSION, Steps, document, refusal
from tests.world import World


@pytest.fixture
def steps(server: Server, world: World) -> Steps:
    return Steps(SignedUrl(server.url), world)


def _wanted(steps: Steps) -> dict[str, str | int]:
    return {
        "RoleArn": steps.arn,
        "RoleSessionName": SESSION,
        "DurationSeconds": 3600,
        "Policy": document(NARROW),
    }


def _signed(steps: Steps, method: str = "GET") -> dict[str, str]:
    return signed(method, steps.alice, "Sts", "AssumeRole", _wanted(steps))


def test_the_url_as_it_is_printed_gives_temporary_credentials_in_xml(steps: Steps) -> None:
    """The ARN stands in it as it is, the policy percent-encoded, the common parameters after them."""
    steps.up_to_grant()
    every = _signed(steps)
    shown = "&".join(f"{name}={quote(value, safe=':/')}" for name, value in every.items())
    assert shown.startswith(f"Action=AssumeRole&RoleArn={steps.arn}&RoleSessionName={SESSION}&")
    kind, text = fetch(f"{steps.caller.url}/?{shown}")
    assert kind == "text/xml;charset=utf-8"
    assert text.startswith("<?xml ")
    assert "<AssumeRoleResponse>" in text
    answer = read(text)
    assert answer["AssumedRoleUser"]["Arn"] == f"{steps.arn}/{SESSION}"
    session = Credentials.of(answer["Credentials"])
    assert steps.query_product(session, steps.create_product()) == "Thermometer"


def _get(steps: Steps, every: dict[str, str]) -> str:
    return fetch(url_of(steps.caller.url, every))[1]


def _post(steps: Steps, every: dict[str, str]) -> str:
    return fetch(f"{steps.caller.url}/", urlencode(every).encode())[1]


Send = Callable[[Steps, dict[str, str]], str]
EITHER = pytest.mark.parametrize(("method", "send"), [("GET", _get), ("POST", _post)])


@EITHER
def test_the_same_request_a_second_time_is_refused(steps: Steps, method: str, send: Send) -> None:
    steps.up_to_grant()
    every = _signed(steps, method)
    assert "<SecurityToken>CAIS" in send(steps, every)
    refused = refusal(lambda: send(steps, every))
    assert (refused.status, refused.code) == (400, "SignatureNonceUsed")


@EITHER
@pytest.mark.parametrize(
    ("name", "value"),
    [("DurationSeconds", "3599"), ("Policy", ""), ("Action", "GetCallerIdentity"), ("Signature", "AAAA")],
)
def test_a_request_changed_after_signing_is_refused(
    steps: Steps, method: str, send: Send, name: str, value: str
) -> None:
    steps.up_to_grant()
    refused = refusal(lambda: send(steps, {**_signed(steps, method), name: value}))
    assert (refused.status, refused.code) == (400, "SignatureDoesNotMatch")


@EITHER
def test_a_signature_for_one_method_is_none_for_the_other(steps: Steps, method: str, send: Send) -> None:
    steps.up_to_grant()
    other = "POST" if method == "GET" else "GET"
    refused = refusal(lambda: send(steps, _signed(steps, other)))
    assert (refused.status, refused.code) == (400, "SignatureDoesNotMatch")


def test_an_unsigned_url_is_refused(steps: Steps) -> None:
    steps.up_to_grant()
    every = _signed(steps)
    del every["Signature"]
    refused = refusal(lambda: _get(steps, every))
    assert (refused.status, refused.code) == (400, "MissingSignature")


def test_a_url_that_asks_for_json_gets_json(steps: Steps) -> None:
    steps.up_to_grant()
    wanted = {**_wanted(steps), "Format": "json"}
    every = signed("GET", steps.alice, "Sts", "AssumeRole", wanted)
    kind, text = fetch(url_of(steps.caller.url, every))
    assert kind.startswith("application/json")
    assert json.loads(text)["Credentials"]["AccessKeyId"].startswith("STS.")


def test_a_denial_in_xml_says_in_detail_which_layer_denied(steps: Steps) -> None:
    steps.create_role()
    refused = refusal(steps.assume)
    assert (refused.status, refused.code) == (403, "NoPermission")
    assert (refused.detail or {})["PolicyType"] == "AccountLevelIdentityBasedPolicy"
