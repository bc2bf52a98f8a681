"""Tokens and assertions as identity providers of others make them: a certified OpenID one, a SAML one."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from daypass.client import Client, Credentials
from daypass.testing import Server
from tests.federation import saml
from tests.federation.providers import MOBILE, WEB, Providers
from tests.services.sts.anonymous import STS, send
from tests.world import World, allow, document

pytestmark = pytest.mark.federation

IMS = "2019-08-15"
RAM = "2015-05-01"
SERVICE = "https://daypass.example.com"
TOKEN = "AuthenticationFail.OIDCToken"


@pytest.fixture(scope="module")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Providers]:
    with Providers(tmp_path_factory.mktemp("providers")) as providers:
        yield providers


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(default_format="JSON", allow_private_issuers=True) as server:
        yield server


@pytest.fixture
def world(server: Server) -> World:
    return World(server, server.new_account())


def _ims(world: World, action: str, **parameters: str) -> None:
    answer = Client(world.server.url, world.account.root).call(IMS, action, parameters)
    assert answer.status == 200, answer.text


def _trust(world: World, provider: str, **equal: str | list[str]) -> str:
    return document(
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Federated": [f"acs:ram::{world.id}:{provider}"]},
            "Condition": {"StringEquals": {name.replace("_", ":"): value for name, value in equal.items()}},
        }
    )


@pytest.fixture
def oidc(world: World, providers: Providers) -> World:
    """An account that trusts the OpenID provider: a user by name, a job by its client."""
    _ims(
        world,
        "CreateOIDCProvider",
        OIDCProviderName="idp",
        IssuerUrl=providers.issuer,
        ClientIds=f"{WEB},{MOBILE},{SERVICE}",
        Fingerprints=providers.pin,
    )
    issuer = providers.issuer
    person = _trust(world, "oidc-provider/idp", oidc_iss=issuer, oidc_aud=[WEB, MOBILE], oidc_sub="alice")
    world.role("Person", person, document(allow("ram:ListUsers")))
    job = _trust(world, "oidc-provider/idp", oidc_iss=issuer, oidc_aud=SERVICE, oidc_sub=WEB)
    world.role("Job", job, document(allow("ram:ListRoles")))
    return world


def _with_token(world: World, role: str, token: str) -> tuple[int, dict[str, Any]]:
    parameters = {
        "OIDCProviderArn": f"acs:ram::{world.id}:oidc-provider/idp",
        "RoleArn": f"acs:ram::{world.id}:role/{role}",
        "OIDCToken": token,
        "RoleSessionName": "session",
    }
    return send(world.server.url, "AssumeRoleWithOIDC", parameters)


def _client(world: World, answer: tuple[int, dict[str, Any]]) -> Client:
    status, body = answer
    assert status == 200, body
    return Client(world.server.url, Credentials.of(body["Credentials"]))


@pytest.mark.parametrize("client", [WEB, MOBILE])
def test_a_person_who_logged_on_gets_credentials_for_the_id_token(
    oidc: World, providers: Providers, client: str
) -> None:
    token = providers.logged_on(client, "alice")
    status, body = _with_token(oidc, "Person", token)
    session = _client(oidc, (status, body))
    assert session.call(RAM, "ListUsers").status == 200
    assert session.call(RAM, "ListRoles").json()["Code"] == "NoPermission"
    told = body["OIDCTokenInfo"]
    assert (told["Issuer"], told["Subject"], told["ClientIds"]) == (providers.issuer, "alice", client)


def test_another_person_gets_none(oidc: World, providers: Providers) -> None:
    status, body = _with_token(oidc, "Person", providers.logged_on(WEB, "mallory"))
    assert (status, body["Code"]) == (401, "AuthenticationFail.NoPermission")
    assert body["AccessDeniedDetail"]["PolicyType"] == "AssumeRolePolicy"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_job_gets_credentials_for_a_token_made_for_the_service(
    oidc: World, providers: Providers, algorithm: str
) -> None:
    providers.renew(algorithm)
    session = _client(oidc, _with_token(oidc, "Job", providers.for_a_service(WEB, SERVICE)))
    assert session.call(STS, "GetCallerIdentity").json()["Arn"].endswith("assumed-role/Job/session")
    assert session.call(RAM, "ListRoles").status == 200
    for token in (providers.for_a_service(MOBILE, SERVICE), providers.logged_on(WEB, "alice")):
        assert _with_token(oidc, "Job", token)[1]["Code"] == "AuthenticationFail.NoPermission"


def test_a_token_made_for_another_service_is_refused(oidc: World, providers: Providers) -> None:
    elsewhere = providers.for_a_service(WEB, "https://elsewhere.example.com")
    assert _with_token(oidc, "Job", elsewhere)[1]["Code"] == f"{TOKEN}.AudienceNotMatch"


def test_new_keys_take_the_place_of_old_ones(oidc: World, providers: Providers) -> None:
    old = providers.for_a_service(WEB, SERVICE)
    _client(oidc, _with_token(oidc, "Job", old))
    providers.renew()
    _client(oidc, _with_token(oidc, "Job", providers.for_a_service(WEB, SERVICE)))
    assert _with_token(oidc, "Job", old)[1]["Code"] == f"{TOKEN}.InvalidSignature"


@pytest.mark.parametrize("sign_message", [False, True], ids=["assertion signed", "response signed too"])
def test_a_response_of_the_saml_provider_is_exchanged_once(
    world: World, providers: Providers, sign_message: bool
) -> None:
    _ims(
        world,
        "CreateSAMLProvider",
        SAMLProviderName="samlify",
        EncodedSAMLMetadataDocument=saml.encoded(providers.metadata().encode()),
    )
    trust = _trust(world, "saml-provider/samlify", saml_recipient=saml.RECIPIENT)
    arn = world.role("Person", trust, document(allow("ram:ListUsers")))
    provider = f"acs:ram::{world.id}:saml-provider/samlify"
    roles = [f"acs:ram::{world.id}:role/Other,{provider}", f"{arn},{provider}"]
    response = providers.response(roles, "alice@example.com", "alice", sign_message=sign_message)
    assert base64.b64decode(response).count(b"<ds:Signature ") == 1 + sign_message
    parameters = {"SAMLProviderArn": provider, "RoleArn": arn, "SAMLAssertion": response}
    status, body = send(world.server.url, "AssumeRoleWithSAML", parameters)
    session = _client(world, (status, body))
    assert body["SAMLAssertionInfo"]["Subject"] == "alice@example.com"
    assert body["AssumedRoleUser"]["Arn"] == f"acs:ram::{world.id}:role/Person/alice"
    assert session.call(RAM, "ListUsers").status == 200
    assert session.call(RAM, "ListRoles").json()["Code"] == "NoPermission"
    again = send(world.server.url, "AssumeRoleWithSAML", parameters)[1]
    assert again["Code"] == "AuthenticationFail.SAMLAssertion.Invalid"


def test_a_response_for_another_name_is_not_made_by_editing_it(world: World, providers: Providers) -> None:
    metadata = saml.encoded(providers.metadata().encode())
    _ims(world, "CreateSAMLProvider", SAMLProviderName="idp", EncodedSAMLMetadataDocument=metadata)
    trust = _trust(world, "saml-provider/idp", saml_recipient=saml.RECIPIENT)
    arn = world.role("Admin", trust)
    provider = f"acs:ram::{world.id}:saml-provider/idp"
    text = base64.b64decode(providers.response([f"acs:ram::{world.id}:role/Guest,{provider}"], "eve", "eve"))
    forged = saml.encoded(text.replace(b":role/Guest,", b":role/Admin,"))
    parameters = {"SAMLProviderArn": provider, "RoleArn": arn, "SAMLAssertion": forged}
    status, body = send(world.server.url, "AssumeRoleWithSAML", parameters)
    assert (status, body["Code"]) == (401, "AuthenticationFail.SAMLAssertion.Invalid")
