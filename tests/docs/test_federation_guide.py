"""The guide's commands, as they stand, take a CI job from nothing to credentials."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from daypass.testing import Server
from tests.docs.repository import blocks, text
from tests.federation import saml
from tests.federation.tokens import rsa_key
from tests.issuers.site import Site

AUDIENCE = "https://daypass.example.com"
SUBJECT = "project_path:shop/web:ref_type:branch:ref:main"
LOCAL = ("daypass serve", "daypass tls", "ALIBABA_CLOUD_ACCESS_KEY_ID=")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(tls=True, allow_private_issuers=True) as server:
        yield server


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as site:
        site.publish(rsa_key("k1"))
        yield site


def run(server: Server, folder: Path, script: str, **variables: str) -> str:
    """Run shell commands in a folder, against the server, as its administrator."""
    root = server.account.root
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DAYPASS_ENDPOINT": server.url,
        "DAYPASS_CA_FILE": str(server.ca_file),
        "ALIBABA_CLOUD_ACCESS_KEY_ID": root.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": root.access_key_secret.reveal(),
        **variables,
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail"],
        cwd=folder,
        env=environment,
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stderr}"
    return done.stdout


def test_the_commands_take_a_job_from_nothing_to_credentials(
    server: Server, site: Site, tmp_path: Path
) -> None:
    shown = [
        block for block in blocks(text("docs/guides/federation.md"), "sh") if not block.startswith(LOCAL)
    ]
    wanted = [block for block in shown if "ALIBABA_CLOUD" not in block and "SAML" not in block]
    assert any("AssumeRoleWithOIDC" in block for block in wanted)
    token = site.token(int(time.time()), rsa_key("k1"), aud=AUDIENCE, sub=SUBJECT)
    script = "".join(wanted).replace("https://gitlab.example.com", site.url)
    out = run(server, tmp_path, script, OIDC_TOKEN=token, CI_JOB_ID="42")
    answer = json.loads(out[out.rindex('{\n  "RequestId"') :])
    assert answer["AssumedRoleUser"]["Arn"].endswith(":role/deployer/job-42")
    policy = json.loads((tmp_path / "trust.json").read_text())["Statement"][0]["Condition"]["StringEquals"]
    assert (policy["oidc:iss"], policy["oidc:sub"]) == (site.url, SUBJECT)


def test_the_commands_exchange_a_response(server: Server, tmp_path: Path) -> None:
    wanted = [block for block in blocks(text("docs/guides/federation.md"), "sh") if "SAML" in block]
    (tmp_path / "metadata.xml").write_bytes(saml.metadata())
    provider = f"acs:ram::{server.account.id}:saml-provider/staff"
    role = f"acs:ram::{server.account.id}:role/reader"
    trust = {
        "Version": "1",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Federated": [provider]}}
        ],
    }
    made = server.client().call(
        "2015-05-01", "CreateRole", {"RoleName": "reader", "AssumeRolePolicyDocument": json.dumps(trust)}
    )
    assert made.status == 200, made.text
    element = saml.assertion(int(time.time()), [f"{role},{provider}"])
    (tmp_path / "response.b64").write_text(saml.sent(saml.response(saml.signed(element))))
    out = run(server, tmp_path, "".join(wanted), ACCOUNT=server.account.id)
    assert '"SAMLAssertionInfo"' in out
