"""The official clients of who has a token or an assertion and no AccessKey."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_sts20150401 import models
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.models import Config

from daypass.client import Credentials
from daypass.testing import Server
from tests.federation import saml
from tests.federation.tokens import AUDIENCE, SUBJECT, rsa_key
from tests.issuers.site import PIN, Site
from tests.sdk.clients.legacy import Legacy
from tests.sdk.clients.tea import Tea
from tests.sdk.scenario import refusal
from tests.world import World, allow, document

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(allow_private_issuers=True) as server:
        yield server


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as site:
        site.publish(rsa_key("k1"))
        yield site


class Trusting:
    """An account with a role that trusts an OIDC and a SAML provider."""

    def __init__(self, world: World, site: Site) -> None:
        self.world = world
        self.site = site
        self.oidc = f"acs:ram::{world.id}:oidc-provider/ci"
        self.saml = f"acs:ram::{world.id}:saml-provider/idp"
        client = world.server.client(world.account.root)
        made = client.call(
            "2019-08-15",
            "CreateOIDCProvider",
            {"OIDCProviderName": "ci", "IssuerUrl": site.url, "ClientIds": AUDIENCE, "Fingerprints": PIN},
        )
        assert made.status == 200, made.text
        metadata = saml.encoded(saml.metadata())
        made = client.call(
            "2019-08-15",
            "CreateSAMLProvider",
            {"SAMLProviderName": "idp", "EncodedSAMLMetadataDocument": metadata},
        )
        assert made.status == 200, made.text
        both = {"Federated": [self.oidc, self.saml]}
        trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": both})
        self.role = world.role("Deployer", trust, document(allow("ram:ListUsers")))

    def token(self, **changes: Any) -> str:
        return self.site.token(int(time.time()), rsa_key("k1"), **changes)

    def response(self) -> str:
        element = saml.assertion(int(time.time()), [f"{self.role},{self.saml}"], id=f"_{os.urandom(8).hex()}")
        return saml.sent(saml.response(saml.signed(element)))


@pytest.fixture
def trusting(world: World, site: Site) -> Trusting:
    return Trusting(world, site)


@pytest.fixture
def sts(server: Server) -> Sts:
    return Sts(Config(endpoint=server.endpoint, protocol="http"))


def may_list_users(trusting: Trusting, session: Credentials) -> bool:
    return trusting.world.server.client(session).call("2015-05-01", "ListUsers").status == 200


def test_the_sdk_of_today_exchanges_a_token_without_any_key(sts: Sts, trusting: Trusting) -> None:
    asked = models.AssumeRoleWithOIDCRequest(
        oidcprovider_arn=trusting.oidc,
        role_arn=trusting.role,
        oidctoken=trusting.token(),
        role_session_name="job",
        policy=document(allow("ram:*")),
        duration_seconds=900,
    )
    body = sts.assume_role_with_oidc(asked).body
    assert body.assumed_role_user.arn.endswith(":role/Deployer/job")
    told = body.oidctoken_info
    assert (told.issuer, told.subject, told.client_ids) == (trusting.site.url, SUBJECT, AUDIENCE)
    assert told.issuance_time < told.expiration_time
    assert may_list_users(trusting, Credentials.of(body.credentials.to_map()))


def test_the_sdk_of_today_exchanges_a_response_without_any_key(sts: Sts, trusting: Trusting) -> None:
    asked = models.AssumeRoleWithSAMLRequest(
        samlprovider_arn=trusting.saml, role_arn=trusting.role, samlassertion=trusting.response()
    )
    body = sts.assume_role_with_saml(asked).body
    assert body.assumed_role_user.arn.endswith(":role/Deployer/alice")
    assert body.samlassertion_info.subject == "alice@example.com"
    assert body.samlassertion_info.recipient == saml.RECIPIENT
    assert may_list_users(trusting, Credentials.of(body.credentials.to_map()))
    with pytest.raises(AlibabaCloudException) as refused:
        sts.assume_role_with_saml(asked)
    assert (refused.value.status_code, refused.value.code) == (
        401,
        "AuthenticationFail.SAMLAssertion.Invalid",
    )


def test_the_sdk_of_today_reads_who_was_refused_and_why(sts: Sts, trusting: Trusting) -> None:
    asked = models.AssumeRoleWithOIDCRequest(
        oidcprovider_arn=trusting.oidc,
        role_arn=trusting.world.role(
            "Closed",
            document(
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Federated": [trusting.oidc]},
                    "Condition": {"StringEquals": {"oidc:sub": "somebody else"}},
                }
            ),
        ),
        oidctoken=trusting.token(),
        role_session_name="job",
    )
    with pytest.raises(AlibabaCloudException) as refused:
        sts.assume_role_with_oidc(asked)
    assert (refused.value.status_code, refused.value.code) == (401, "AuthenticationFail.NoPermission")
    detail = refused.value.access_denied_detail
    assert (detail["AuthPrincipalType"], detail["PolicyType"]) == ("Federated", "AssumeRolePolicy")


def test_the_legacy_sdk_signs_what_needs_no_signature(server: Server, trusting: Trusting) -> None:
    with Legacy(server.url) as legacy:
        with_token = {
            "OIDCProviderArn": trusting.oidc,
            "RoleArn": trusting.role,
            "OIDCToken": trusting.token(),
            "RoleSessionName": "job",
        }
        root = trusting.world.account.root
        body = legacy.call(root, "Sts", "AssumeRoleWithOIDC", with_token)
        assert may_list_users(trusting, Credentials.of(body["Credentials"]))
        with_response = {
            "SAMLProviderArn": trusting.saml,
            "RoleArn": trusting.role,
            "SAMLAssertion": trusting.response(),
        }
        body = legacy.call(root, "Sts", "AssumeRoleWithSAML", with_response)
        assert may_list_users(trusting, Credentials.of(body["Credentials"]))
        expired = {**with_token, "OIDCToken": trusting.token(exp=int(time.time()) - 1)}
        refused = refusal(lambda: legacy.call(root, "Sts", "AssumeRoleWithOIDC", expired))
        assert (refused.status, refused.code) == (401, "AuthenticationFail.OIDCToken.Expired")


def provided(trusting: Trusting, token_file: Path) -> dict[str, str]:
    """Return what the credentials provider gets in a process that trusts the server's authority."""
    server = trusting.world.server
    command = [
        sys.executable,
        "-m",
        "tests.sdk.clients.vouched",
        server.endpoint,
        trusting.oidc,
        trusting.role,
    ]
    done = subprocess.run(
        [*command, token_file],
        cwd=ROOT,
        env={**os.environ, Tea.trust_variable: str(server.ca_file)},
        capture_output=True,
        text=True,
        check=True,
    )
    said: dict[str, str] = json.loads(done.stdout)
    return said


def test_the_credentials_provider_exchanges_the_token_in_a_file_over_tls(tmp_path: Path, site: Site) -> None:
    with Server(allow_private_issuers=True, tls=True) as server:
        trusting = Trusting(World(server), site)
        token_file = tmp_path / "token"
        token_file.write_text(trusting.token() + "\n", encoding="ascii")
        assert may_list_users(trusting, Credentials.of(provided(trusting, token_file)))
        token_file.write_text(trusting.token(aud="elsewhere"), encoding="ascii")
        assert "AuthenticationFail.OIDCToken.AudienceNotMatch" in provided(trusting, token_file)["error"]
