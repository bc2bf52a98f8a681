"""No operation lets in whom no policy allows, and each refusal explains itself. A real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from daypass.client import Client, Credentials
from daypass.main import CATALOGUE
from daypass.service.authorization import NoPermissionNeeded
from daypass.service.operation import Operation
from daypass.services.security_preferences import SelfService
from daypass.testing import Server
from tests.federation import saml
from tests.world import World, document, trusting

GUARDED = [
    op
    for op in CATALOGUE
    # What only concerns the caller is its own right; tests/rules/test_self_service.py says when.
    if not isinstance(op.authorize, NoPermissionNeeded)
    and not op.anonymous
    and not (isinstance(op.authorize, SelfService) and op.authorize.alone)
]
EVERY = pytest.mark.parametrize("op", GUARDED, ids=lambda op: f"{op.product}.{op.name}")

EXAMPLES = {
    "AccessKeyPolicy": "{}",
    "AccountAlias": "somebody",
    "ActionName": "iot:QueryProduct",
    "AuthenticationCode1": "123456",
    "AuthenticationCode2": "123456",
    "AccountId": "1000000000000001",
    "AssumeRolePolicyDocument": trusting("acs:ram::1000000000000001:root"),
    "ChildId": "fd-none",
    "ClientId": "client",
    "CurrentPage": "1",
    "DefaultDomainName": "somebody.onaliyun.com",
    "DeletionTaskId": "task/acs-service-role/polardb.aliyuncs.com/AliyunServiceRoleForPolarDB/"
    "64c4f9cc-fac2-4692-ae1b-804ae4b90000",
    "DestinationFolderId": "fd-none",
    "DeviceName": "device1",
    "DisplayName": "Somebody",
    "EffectScope": "RAM",
    "EnableMode": "CurrentAccount",
    "EncodedDiagnosticMessage": "AAAA",
    "EncodedSAMLMetadataDocument": saml.encoded(saml.metadata()),
    "FolderId": "fd-none",
    "FolderName": "folder",
    "Fingerprint": "ab" * 20,
    "GroupName": "readers",
    "HandshakeId": "h-none",
    "IssuerUrl": "https://issuer.example.com",
    "IotId": "Q7uOhVRdZRRlDnTLv00100",
    "Name": "group",
    "NewAssumeRolePolicyDocument": trusting("acs:ram::1000000000000001:root"),
    "NewDescription": "What it is for",
    "NewDisplayName": "Somebody else",
    "NewFolderName": "folder",
    "Nickname": "thing",
    "OIDCProviderName": "ci",
    "PageSize": "10",
    "Password": "Secret-12345678",
    "PolicyId": "cp-none",
    "PolicyDocument": document({"Effect": "Allow", "Action": "iot:*", "Resource": "*"}),
    "PolicyName": "reader",
    "PolicyType": "Custom",
    "Principal": "acs:ram::1000000000000001:user/alice",
    "PrincipalName": "alice@1000000000000001.onaliyun.com",
    "PrincipalType": "IMSUser",
    "ProductKey": "a1BwAGxxxxx",
    "ProductName": "thermometer",
    "RequestId": "0123ABCD",
    "Resource": "*",
    "Resources": '[{"RegionId": "r", "ResourceId": "x", "ResourceType": "product", "Service": "iot"}]',
    "ResourceId": "200000000000000001",
    "ResourceNames": "reader",
    "ResourceType": "role",
    "ResourceGroupId": "rg-acfmxazb4ph6aiy",
    "RoleName": "reader",
    "RoleSessionName": "session",
    "SAMLProviderName": "idp",
    "SerialNumber": "acs:ram::1000000000000001:mfa/phone",
    "ServiceName": "polardb.aliyuncs.com",
    "Status": "Active",
    "Tag": '[{"Key": "team", "Value": "red"}]',
    "TargetEntity": "1000000000000001",
    "TargetId": "fd-none",
    "TargetType": "Account",
    "TagKey": "team",
    "TagKeys": "team",
    "UserAccessKeyId": "LTAI0000000000000000NONE",
    "UserName": "alice",
    "UserPrincipalName": "alice@1000000000000001.onaliyun.com",
    "VersionId": "v1",
    "VirtualMFADeviceName": "phone",
}
# Where a name means something else than it does elsewhere.
SPECIAL: dict[tuple[str, str], dict[str, str]] = {
    ("Iot", "QueryDeviceByStatus"): {"Status": "1"},
    ("Iot", "BatchGetDeviceState"): {"DeviceName.1": "device1"},
    **{
        ("ResourceManager", name): {"ResourceType": "ResourceGroup"}
        for name in ("TagResources", "UntagResources", "ListTagResources", "ListTagKeys", "ListTagValues")
    },
    **{
        ("ResourceDirectoryMaster", name): {"ResourceType": "Account"}
        for name in ("TagResources", "UntagResources", "ListTagResources")
    },
    ("Ims", "TagResources"): {"ResourceType": "user"},
    ("Ims", "UntagResources"): {"ResourceType": "user"},
    ("Ims", "ListTagResources"): {"ResourceType": "user"},
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Server(default_format="JSON") as server:
        world = World(server)
        world.role("reader", trusting(world.everyone))
        yield world


@pytest.fixture(scope="module")
def nobody(world: World) -> Credentials:
    return world.user("Nobody")


def _parameters(op: Operation[Any, Any], world: World) -> dict[str, str]:
    known = {
        **EXAMPLES,
        "RoleArn": f"acs:ram::{world.id}:role/reader",
        **SPECIAL.get((op.product, op.name), {}),
    }
    wanted = {"UserName", "UserPrincipalName", "ProductKey", "DeviceName", "ResourceId", "TagKey", "TagKeys"}
    wanted |= {"NewDisplayName"} | ({"PolicyName"} if op.name == "ReviewPolicy" else set())
    named = [p.kind.wire for p in op.parameters if p.required or p.kind.wire in wanted]
    parameters = {name: known[name] for name in named if name in known}
    principal = f"alice@{world.id}.onaliyun.com"
    for name in {"PrincipalName", "UserPrincipalName"} & set(parameters):
        parameters[name] = principal
    if "ResourceGroupId" in parameters and op.name in {"AttachPolicy", "DetachPolicy"}:
        parameters["ResourceGroupId"] = world.id
    return parameters


@EVERY
def test_a_caller_without_policies_is_refused_and_told_why(
    world: World, nobody: Credentials, op: Operation[Any, Any]
) -> None:
    answer = Client(world.server.url, nobody).call(op.version, op.name, _parameters(op, world))
    assert (answer.status, answer.code) == (403, "NoPermission"), answer.text
    detail = answer.json()["AccessDeniedDetail"]
    assert set(detail) == {
        "AuthAction",
        "AuthPrincipalDisplayName",
        "AuthPrincipalOwnerId",
        "AuthPrincipalType",
        "EncodedDiagnosticMessage",
        "NoPermissionType",
        "PolicyType",
    }
    assert detail["NoPermissionType"] == "ImplicitDeny"
    assert detail["PolicyType"] == "AccountLevelIdentityBasedPolicy"
    assert detail["AuthAction"] in op.authorize.describe()


@EVERY
def test_an_unsigned_request_is_refused(world: World, op: Operation[Any, Any]) -> None:
    target = f"/?Action={op.name}&Version={op.version}&Format=JSON"
    answer = world.server.client().send("GET", target)
    assert (answer.status, answer.code) == (400, "MissingAccessKeyId")


def test_refusals_are_on_record_with_what_was_asked(world: World) -> None:
    loner = world.user("Loner")
    answer = Client(world.server.url, loner).call(
        "2015-04-01", "AssumeRole", {"RoleArn": f"acs:ram::{world.id}:role/reader", "RoleSessionName": "ab"}
    )
    record = world.record_of(answer.headers["x-acs-request-id"])
    assert record["outcome"] == "implicit deny"
    assert record["principal"] == f"acs:ram::{world.id}:user/Loner"
    assert record["action"] == "sts:AssumeRole"
    assert record["resource"] == f"acs:ram::{world.id}:role/reader"
    assert record["policyType"] == "AccountLevelIdentityBasedPolicy"
    assert loner.access_key_secret.reveal() not in json.dumps(record)
