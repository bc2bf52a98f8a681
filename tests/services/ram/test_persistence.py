"""What was acknowledged is there after a restart: each call is made of a server of its own."""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from daypass import main
from daypass.client import Credentials
from daypass.service.record import Wire
from daypass.signing import WireRequest, sign_rpc_v1
from tests.services.ram.calls import RAM, READ
from tests.world import trusting


class Restarted:
    """A data directory that is opened for each call, and closed after it."""

    def __init__(self, data: Path) -> None:
        self.settings = main.Settings(data=data)
        main.prepare(self.settings, {})
        shown = json.loads((data / "root-credentials.json").read_text(encoding="utf-8"))
        self.id: str = shown["AccountId"]
        self.root = Credentials.of(shown)

    def __call__(self, action: str, *, who: Credentials | None = None, **parameters: str) -> dict[str, Any]:
        signer = who or self.root
        body = sign_rpc_v1(
            action,
            RAM,
            parameters,
            access_key_id=signer.access_key_id,
            secret=signer.access_key_secret.reveal(),
            security_token=None,
            timestamp=int(time.time()),
            nonce=os.urandom(16).hex(),
            format="JSON",
        ).encode()
        headers = (("content-type", "application/x-www-form-urlencoded"),)
        runtime = main.Runtime(self.settings)
        try:
            wire = Wire(WireRequest("POST", "/", "", headers, body), "127.0.0.1", False)
            answer: dict[str, Any] = json.loads(asyncio.run(runtime.pipeline.answered(wire)).body)
            return answer
        finally:
            runtime.close()


@pytest.fixture
def restarted(tmp_path: Path) -> Restarted:
    return Restarted(tmp_path / "data")


def test_everything_survives_a_restart(restarted: Restarted) -> None:
    restarted("CreateUser", UserName="Alice", Comments="first")
    key = Credentials.of(restarted("CreateAccessKey", UserName="alice")["AccessKey"])
    restarted("CreateGroup", GroupName="readers")
    restarted("AddUserToGroup", UserName="alice", GroupName="readers")
    restarted("CreatePolicy", PolicyName="look", PolicyDocument=READ.replace("iot:Query*", "ram:GetUser"))
    restarted("AttachPolicyToGroup", GroupName="readers", PolicyType="Custom", PolicyName="look")
    trust = trusting(f"acs:ram::{restarted.id}:user/alice")
    role = restarted("CreateRole", RoleName="reader", AssumeRolePolicyDocument=trust)["Role"]
    shown = restarted("GetUser", who=key, UserName="alice")
    assert shown["User"]["Comments"] == "first"
    assert restarted("GetRole", RoleName="reader")["Role"]["RoleId"] == role["RoleId"]
    restarted("RemoveUserFromGroup", UserName="alice", GroupName="readers")
    assert restarted("GetUser", who=key, UserName="alice")["Code"] == "NoPermission"


def test_a_marker_is_good_after_a_restart(restarted: Restarted) -> None:
    for name in ("a", "b", "c"):
        restarted("CreateUser", UserName=name)
    marker = restarted("ListUsers", MaxItems="1")["Marker"]
    rest = restarted("ListUsers", Marker=marker)["Users"]["User"]
    assert [user["UserName"] for user in rest] == ["b", "c"]
