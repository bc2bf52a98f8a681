"""Identity providers and server processes: several workers, a restart, an end that waits for nobody."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from daypass.client import Answer
from tests.cli.processes import Serving, daypass, serving
from tests.federation import saml
from tests.federation.tokens import AUDIENCE, rsa_key
from tests.issuers.site import CONFIGURATION, PIN, Site, hanging
from tests.services.sts.anonymous import send
from tests.world import document

IMS, RAM = "2019-08-15", "2015-05-01"


def made(answer: Answer) -> None:
    assert answer.status == 200, answer.text


def trusting(server: Serving, site_url: str = "https://issuer.example.com") -> dict[str, str]:
    """Make an OIDC and a SAML provider and a role that trusts both; return their ARNs."""
    account, client = server.ready["account_id"], server.client()
    arns = {
        "oidc": f"acs:ram::{account}:oidc-provider/ci",
        "saml": f"acs:ram::{account}:saml-provider/idp",
        "role": f"acs:ram::{account}:role/deployer",
    }
    oidc = {"OIDCProviderName": "ci", "IssuerUrl": site_url, "ClientIds": AUDIENCE, "Fingerprints": PIN}
    made(client.call(IMS, "CreateOIDCProvider", oidc))
    idp = {"SAMLProviderName": "idp", "EncodedSAMLMetadataDocument": saml.encoded(saml.metadata())}
    made(client.call(IMS, "CreateSAMLProvider", idp))
    both = {"Federated": [arns["oidc"], arns["saml"]]}
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": both})
    made(client.call(RAM, "CreateRole", {"RoleName": "deployer", "AssumeRolePolicyDocument": trust}))
    return arns


def with_saml(server: Serving, arns: dict[str, str], response: str) -> tuple[int, dict[str, Any]]:
    parameters = {"SAMLProviderArn": arns["saml"], "RoleArn": arns["role"], "SAMLAssertion": response}
    return send(server.url, "AssumeRoleWithSAML", parameters)


def with_oidc(server: Serving, arns: dict[str, str], token: str) -> tuple[int, dict[str, Any]]:
    parameters = {
        "OIDCProviderArn": arns["oidc"],
        "RoleArn": arns["role"],
        "OIDCToken": token,
        "RoleSessionName": "job",
    }
    return send(server.url, "AssumeRoleWithOIDC", parameters)


def response(arns: dict[str, str], number: int) -> str:
    pairs = [f"{arns['role']},{arns['saml']}"]
    element = saml.assertion(int(time.time()), pairs, id=f"_{number}")
    return saml.sent(saml.response(saml.signed(element)))


def test_an_assertion_counts_once_for_all_workers_together_and_across_a_restart(tmp_path: Path) -> None:
    data = ("--data", tmp_path / "data", "--workers", "2", "--default-format", "JSON")
    with serving(tmp_path, *data) as server:
        arns = trusting(server)
        used = [response(arns, number) for number in range(8)]
        for one in used:
            assert sorted(with_saml(server, arns, one)[0] for _ in range(4)) == [200, 401, 401, 401]
        assert server.end() == 0
    with serving(tmp_path, *data) as server:
        for one in used:
            status, body = with_saml(server, arns, one)
            assert (status, body["Code"]) == (401, "AuthenticationFail.SAMLAssertion.Invalid")
        assert with_saml(server, arns, response(arns, 99))[0] == 200


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_that_waits_for_an_issuer_ends_in_time(tmp_path: Path, workers: str) -> None:
    with Site() as site:
        site.publish(rsa_key("k1"))
        site.routes[CONFIGURATION] = hanging
        options = ("--ephemeral", "--allow-private-issuers", "--workers", workers)
        with serving(tmp_path, *options) as server:
            arns = trusting(server, site.url)
            token = site.token(int(time.time()), rsa_key("k1"))
            answers: list[tuple[int, dict[str, Any]]] = []
            caller = threading.Thread(target=lambda: answers.append(with_oidc(server, arns, token)))
            caller.start()
            while not site.asked:
                assert caller.is_alive()
            assert server.end() == 0
            caller.join()
        assert answers[0][0] == 401
        assert answers[0][1]["Code"] == "AuthenticationFail.OIDCToken.HttpsUrlInvalid"


def test_the_command_line_needs_no_key_for_what_nobody_signs(tmp_path: Path) -> None:
    with Site() as site, serving(tmp_path, "--ephemeral", "--allow-private-issuers") as server:
        site.publish(rsa_key("k1"))
        arns = trusting(server, site.url)
        call = (
            "sts",
            "AssumeRoleWithOIDC",
            f"OIDCProviderArn={arns['oidc']}",
            f"RoleArn={arns['role']}",
            "RoleSessionName=job",
            f"--endpoint={server.url}",
        )
        env = {"HOME": str(tmp_path)}
        done = daypass(*call, f"OIDCToken={site.token(int(time.time()), rsa_key('k1'))}", env=env)
        assert done.returncode == 0, done.stderr
        assert '"SecurityToken"' in done.stdout
        refused = daypass(*call, f"OIDCToken={site.token(int(time.time()), rsa_key('attacker'))}", env=env)
        assert refused.returncode == 1
        assert refused.stderr.startswith("AuthenticationFail.OIDCToken.InvalidSignature")
        signed = daypass("sts", "GetCallerIdentity", f"--endpoint={server.url}", env=env)
        assert (signed.returncode, "no credentials" in signed.stderr) == (2, True)
