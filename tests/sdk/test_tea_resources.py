"""The official Python SDK of ResourceManager, unmodified."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_resourcemanager20200331 import models
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException

from daypass.client import Credentials
from daypass.testing import Account, Server
from tests.sdk.clients.tea import Tea, method_of
from tests.world import allow, document, trusting

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def account(server: Server) -> Account:
    return server.new_account()


@pytest.fixture
def ask(server: Server, account: Account) -> Ask:
    """Call an operation as root, or as somebody else, with the SDK's models; return the answer's body."""
    tea = Tea(server.url)

    def asked(action: str, parameters: dict[str, Any], who: Credentials | None = None) -> dict[str, Any]:
        client = tea.client("ResourceManager", tea.config(who or account.root))
        request = getattr(models, f"{action}Request", None)
        given = () if request is None else (request().from_map(parameters),)
        body: dict[str, Any] = getattr(client, method_of(action))(*given).body.to_map()
        return body

    return asked


def test_roles_and_policies_live_a_whole_life(ask: Ask, account: Account) -> None:
    trust = trusting(f"acs:ram::{account.id}:root")
    role = ask("CreateRole", {"RoleName": "Reader", "AssumeRolePolicyDocument": trust})["Role"]
    assert ask("GetRole", {"RoleName": "Reader"})["Role"]["Arn"] == role["Arn"]
    ask("UpdateRole", {"RoleName": "Reader", "NewDescription": "Reads", "NewMaxSessionDuration": 7200})
    read = document(allow("ram:List*"))
    ask("CreatePolicy", {"PolicyName": "read", "PolicyDocument": read, "Description": "Lists"})
    ask("CreatePolicyVersion", {"PolicyName": "read", "PolicyDocument": read, "SetAsDefault": True})
    own = {"PolicyName": "read", "PolicyType": "Custom"}
    assert ask("GetPolicy", own)["Policy"]["DefaultVersion"] == "v2"
    assert ask("GetPolicyVersion", {**own, "VersionId": "v1"})["PolicyVersion"]["PolicyDocument"] == read
    versions = ask("ListPolicyVersions", own)["PolicyVersions"]["PolicyVersion"]
    assert [version["VersionId"] for version in versions] == ["v1", "v2"]
    ask("SetDefaultPolicyVersion", {"PolicyName": "read", "VersionId": "v1"})
    ask("DeletePolicyVersion", {"PolicyName": "read", "VersionId": "v2"})
    page = ask("ListRoles", {"PageNumber": 1, "PageSize": 10})
    assert [each["Description"] for each in page["Roles"]["Role"]] == ["Reads"]
    listed = ask("ListPolicies", {"PolicyType": "Custom", "PageSize": 100})["Policies"]["Policy"]
    assert [each["PolicyName"] for each in listed] == ["read"]
    ask("DeletePolicy", {"PolicyName": "read"})
    ask("DeleteRole", {"RoleName": "Reader"})
    with pytest.raises(AlibabaCloudException) as refused:
        ask("GetRole", {"RoleName": "Reader"})
    assert (refused.value.status_code, refused.value.code) == (404, "EntityNotExist.Role")
