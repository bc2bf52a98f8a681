"""The official Python SDK of ResourceManager, unmodified."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_resourcemanager20200331 import models
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException

from daypass.client import Credentials
from daypass.testing import Account, Server
from tests.sdk.clients.tea import Tea, denial_of, method_of
from tests.world import World, allow, deny, document, trusting

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


def test_a_resource_directory_and_its_control_policies_live_a_whole_life(
    ask: Ask, server: Server, account: Account
) -> None:
    made = ask("EnableResourceDirectory", {"EnableMode": "CurrentAccount"})["ResourceDirectory"]
    assert ask("GetResourceDirectory", {})["ResourceDirectory"]["RootFolderId"] == made["RootFolderId"]
    ask("EnableControlPolicy", {})
    assert ask("GetControlPolicyEnablementStatus", {})["EnablementStatus"] == "Enabled"
    folder = ask("CreateFolder", {"FolderName": "unit"})["Folder"]["FolderId"]
    ask("UpdateFolder", {"FolderId": folder, "NewFolderName": "Unit"})
    assert ask("GetFolder", {"FolderId": folder})["Folder"]["FolderName"] == "Unit"
    listed = ask("ListFoldersForParent", {"ParentFolderId": made["RootFolderId"]})["Folders"]["Folder"]
    assert [each["FolderId"] for each in listed] == [folder]
    tags = [{"Key": "env", "Value": "prod"}]
    member = ask("CreateResourceAccount", {"DisplayName": "Team", "ParentFolderId": folder, "Tag": tags})
    account_id = member["Account"]["AccountId"]
    assert ask("GetAccount", {"AccountId": account_id, "IncludeTags": True})["Account"]["Tags"] == tags
    assert ask("ListAccounts", {"Tag": tags})["TotalCount"] == 1
    assert ask("ListAccountsForParent", {"ParentFolderId": folder})["TotalCount"] == 1
    assert len(ask("ListAncestors", {"ChildId": account_id})["Folders"]["Folder"]) == 2
    ask("UpdateAccount", {"AccountId": account_id, "NewDisplayName": "The team"})

    manager = World(server, account).user("Manager", document(allow("sts:AssumeRole")))
    arn = f"acs:ram::{account_id}:role/ResourceDirectoryAccountAccessRole"
    session = World(server, account).session(manager, arn)
    assert ask("ListRoles", {}, session)["TotalCount"] == 1

    rule = ask(
        "CreateControlPolicy",
        {"PolicyName": "rule", "EffectScope": "RAM", "PolicyDocument": document(deny("ram:ListRoles"))},
    )["ControlPolicy"]["PolicyId"]
    ask("AttachControlPolicy", {"PolicyId": rule, "TargetId": folder})
    with pytest.raises(AlibabaCloudException) as refused:
        ask("ListRoles", {}, session)
    assert (refused.value.status_code, refused.value.code) == (403, "NoPermission")
    assert (denial_of(refused.value) or {})["PolicyType"] == "ControlPolicy"
    attached = ask("ListControlPolicyAttachmentsForTarget", {"TargetId": folder})
    assert len(attached["ControlPolicyAttachments"]["ControlPolicyAttachment"]) == 2
    assert ask("ListTargetAttachmentsForControlPolicy", {"PolicyId": rule})["TotalCount"] == 1
    ask("UpdateControlPolicy", {"PolicyId": rule, "NewPolicyDocument": document(deny("iot:*"))})
    assert ask("ListRoles", {}, session)["TotalCount"] == 1
    assert ask("GetControlPolicy", {"PolicyId": rule})["ControlPolicy"]["AttachmentCount"] == "1"
    assert ask("ListControlPolicies", {"PolicyType": "Custom"})["TotalCount"] == 1

    ask("MoveAccount", {"AccountId": account_id, "DestinationFolderId": made["RootFolderId"]})
    ask("DetachControlPolicy", {"PolicyId": rule, "TargetId": folder})
    ask("DeleteControlPolicy", {"PolicyId": rule})
    ask("DisableControlPolicy", {})
    ask("UpdateAccount", {"AccountId": account_id, "NewAccountType": "CloudAccount"})
    ask("RemoveCloudAccount", {"AccountId": account_id})
    ask("DeleteFolder", {"FolderId": folder})
    ask("DestroyResourceDirectory", {})
    with pytest.raises(AlibabaCloudException) as gone:
        ask("GetResourceDirectory", {})
    assert (gone.value.status_code, gone.value.code) == (404, "ResourceDirectoryNotInUse")


def test_resource_groups_what_is_in_them_and_their_tags_live_a_whole_life(
    ask: Ask, server: Server, account: Account
) -> None:
    made = ask("CreateResourceGroup", {"Name": "team", "DisplayName": "Team"})["ResourceGroup"]["Id"]
    renamed = ask("UpdateResourceGroup", {"ResourceGroupId": made, "NewDisplayName": "Other"})
    assert renamed["ResourceGroup"]["DisplayName"] == "Other"
    iot = {"ProductName": "Thermometer", "NodeType": "0"}
    answer = server.client(account.root).call("2018-01-20", "CreateProduct", iot).json()
    product = {"Service": "iot", "ResourceType": "product", "RegionId": "cn-shanghai"}
    named = {**product, "ResourceId": answer["ProductKey"]}
    moved = ask("MoveResources", {"ResourceGroupId": made, "Resources": [named]})["Responses"]
    assert [each["Status"] for each in moved] == ["SUCCESS"]
    kinds = [{"Service": "iot", "ResourceType": "product"}]
    found = ask("ListResources", {"ResourceGroupId": made, "ResourceTypes": kinds})
    (listed,) = found["Resources"]["Resource"]
    assert {name: listed[name] for name in named} == named
    types = [{"Service": "iot", "ResourceTypeCode": "product"}]
    details = ask("ListResourceGroupsWithAuthDetails", {"ResourceGroupIds": [made], "ResourceTypes": types})
    (detail,) = details["AuthDetails"]
    assert detail["AccountScopeAuth"] is True
    assert detail["AuthOfResourceGroups"] == [{"HasPermission": True, "ResourceGroupId": made}]
    tags = [{"Key": "env", "Value": "prod"}, {"Key": "team"}]
    ask("TagResources", {"ResourceId": [made], "Tag": tags})
    assert len(ask("ListTagResources", {"ResourceId": [made]})["TagResources"]) == 2
    kind = {"ResourceType": "ResourceGroup"}
    assert [tag["Key"] for tag in ask("ListTagKeys", kind)["Tags"]] == ["env", "team"]
    assert ask("ListTagValues", {**kind, "TagKey": "env"})["Tags"] == [{"Value": "prod"}]
    ask("UntagResources", {"ResourceId": [made], "TagKey": ["team"]})
    ask("UntagResources", {"ResourceId": [made], "All": True})
    assert ask("ListTagResources", {})["TagResources"] == []


def test_an_account_is_invited_to_a_resource_directory(ask: Ask, server: Server) -> None:
    guest = server.new_account()
    ask("InitResourceDirectory", {})
    invite = {"TargetEntity": guest.id, "TargetType": "Account", "Tag": [{"Key": "env", "Value": "prod"}]}
    first = ask("InviteAccountToResourceDirectory", invite)["Handshake"]["HandshakeId"]
    assert ask("GetHandshake", {"HandshakeId": first})["Handshake"]["Status"] == "Pending"
    assert ask("CancelHandshake", {"HandshakeId": first})["Handshake"]["Status"] == "Cancelled"
    second = ask("InviteAccountToResourceDirectory", invite)["Handshake"]["HandshakeId"]
    assert ask("DeclineHandshake", {"HandshakeId": second}, guest.root)["Handshake"]["Status"] == "Declined"
    third = ask("InviteAccountToResourceDirectory", invite)["Handshake"]["HandshakeId"]
    assert ask("AcceptHandshake", {"HandshakeId": third}, guest.root)["Handshake"]["Status"] == "Accepted"
    assert ask("ListHandshakesForAccount", {}, guest.root)["TotalCount"] == 3
    assert ask("ListHandshakesForResourceDirectory", {"PageSize": 1})["TotalCount"] == 3
    (member,) = ask("ListAccounts", {"IncludeTags": True})["Accounts"]["Account"]
    assert (member["AccountId"], member["JoinMethod"]) == (guest.id, "invited")
