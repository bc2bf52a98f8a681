"""Control policies on a server of two worker processes."""

from __future__ import annotations

from pathlib import Path

from daypass.client import Client, Credentials
from tests.cli.processes import Serving, serving
from tests.world import allow, deny, document

RAM, STS, RESOURCE_MANAGER = "2015-05-01", "2015-04-01", "2020-03-31"
CALLS = 12  # enough that each of two workers gets some, whichever connection goes where


def told(client: Client, version: str, action: str, **parameters: str) -> dict[str, dict[str, str]]:
    """Call an operation that succeeds."""
    answer = client.call(version, action, parameters)
    assert answer.status == 200, answer.text
    return answer.json()


def test_a_control_policy_acts_on_the_next_decision_of_every_worker_and_after_a_restart(
    tmp_path: Path,
) -> None:
    words = ("--data", tmp_path / "data", "--workers", "2", "--default-format", "JSON")
    with serving(tmp_path, *words) as server:
        root = server.client()
        made = told(root, RESOURCE_MANAGER, "EnableResourceDirectory", EnableMode="CurrentAccount")
        told(root, RESOURCE_MANAGER, "EnableControlPolicy")
        member = told(root, RESOURCE_MANAGER, "CreateResourceAccount", DisplayName="member")["Account"]
        rule = told(
            root,
            RESOURCE_MANAGER,
            "CreateControlPolicy",
            PolicyName="no-ram",
            EffectScope="RAM",
            PolicyDocument=document(deny("ram:*")),
        )["ControlPolicy"]["PolicyId"]

        told(root, RAM, "CreateUser", UserName="manager")
        told(root, RAM, "CreatePolicy", PolicyName="enter", PolicyDocument=document(allow("sts:AssumeRole")))
        told(root, RAM, "AttachPolicyToUser", PolicyType="Custom", PolicyName="enter", UserName="manager")
        key = Credentials.of(told(root, RAM, "CreateAccessKey", UserName="manager")["AccessKey"])
        arn = f"acs:ram::{member['AccountId']}:role/ResourceDirectoryAccountAccessRole"
        assumed = told(server.client(key), STS, "AssumeRole", RoleArn=arn, RoleSessionName="manager")
        credentials = Credentials.of(assumed["Credentials"])
        target = {"PolicyId": rule, "TargetId": made["ResourceDirectory"]["RootFolderId"]}
        assert statuses(server, credentials) == {200}
        told(root, RESOURCE_MANAGER, "AttachControlPolicy", **target)
        assert statuses(server, credentials) == {403}
        told(root, RESOURCE_MANAGER, "DetachControlPolicy", **target)
        assert statuses(server, credentials) == {200}
        told(root, RESOURCE_MANAGER, "AttachControlPolicy", **target)
        assert server.end() == 0
    with serving(tmp_path, *words) as server:
        assert statuses(server, credentials) == {403}
        assert server.end() == 0


def statuses(server: Serving, credentials: Credentials) -> set[int]:
    """Call several times; return the answers' statuses."""
    client = server.client(credentials)
    return {client.call(RAM, "ListUsers", {}).status for _ in range(CALLS)}
