"""Service-linked roles, through RAM and ResourceManager alike. A real server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from daypass.client import Client
from daypass.main import CATALOGUE
from tests.services.ram.calls import READ, Ram
from tests.world import allow, document, trusting

SERVICE, ROLE, POLICY = (
    "polardb.aliyuncs.com",
    "AliyunServiceRoleForPolarDB",
    "AliyunServiceRolePolicyForPolarDB",
)
VERSIONS = {"Ram": "2015-05-01", "ResourceManager": "2020-03-31"}
BOTH = pytest.mark.parametrize("product", VERSIONS)


def call(ram: Ram, product: str, action: str, **parameters: str) -> dict[str, Any]:
    """Call an operation that must succeed."""
    answer = Client(ram.server.url, ram.who).call(VERSIONS[product], action, parameters)
    assert answer.status == 200, answer.text
    return answer.json()


def refused(ram: Ram, product: str, action: str, **parameters: str) -> str:
    """Call an operation that must be refused with a code it declares; return the code."""
    answer = Client(ram.server.url, ram.who).call(VERSIONS[product], action, parameters)
    declared = {error.code: error.status for error in CATALOGUE.find(VERSIONS[product], action).errors()}
    assert declared[answer.code] == answer.status, answer.text
    return answer.code


@BOTH
def test_a_role_is_made_from_its_services_template(ram: Ram, product: str) -> None:
    template = ram("GetServiceLinkedRoleTemplate", ServiceName=SERVICE)["ServiceLinkedRoleTemplate"]
    (described,) = template["RoleDescriptions"]["RoleDescription"]
    assert template == {
        "ServiceName": SERVICE,
        "RoleNamePrefix": ROLE,
        "SystemPolicyName": POLICY,
        "MultipleRolesAllowed": False,
        "RoleDescriptions": {"RoleDescription": [described]},
    }
    made = call(ram, product, "CreateServiceLinkedRole", ServiceName=SERVICE)["Role"]
    assert made["RoleName"] == ROLE
    assert made["Arn"] == f"acs:ram::{ram.id}:role/{ROLE.lower()}"
    assert made["Description"] == described["Description"]
    assert made["IsServiceLinkedRole"] is True
    assert json.loads(made["AssumeRolePolicyDocument"]) == {
        "Version": "1",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": [SERVICE]}}],
    }
    principal = made.get("RolePrincipalName", f"{ROLE}@role.{ram.id}.onaliyunservice.com")
    assert principal == f"{ROLE}@role.{ram.id}.onaliyunservice.com"
    shown = ram("GetRole", RoleName=ROLE)["Role"]
    assert {name: shown[name] for name in made if name != "RolePrincipalName"} == {
        name: made[name] for name in made if name != "RolePrincipalName"
    }
    (attached,) = ram("ListPoliciesForRole", RoleName=ROLE)["Policies"]["Policy"]
    assert (attached["PolicyName"], attached["PolicyType"]) == (POLICY, "System")


@BOTH
def test_a_deleted_role_is_gone_with_its_policy_and_the_task_tells_so(ram: Ram, product: str) -> None:
    call(ram, product, "CreateServiceLinkedRole", ServiceName=SERVICE)
    task = call(ram, product, "DeleteServiceLinkedRole", RoleName=ROLE.lower())["DeletionTaskId"]
    assert task.startswith(f"task/acs-service-role/{SERVICE}/{ROLE}/")
    ram.refused("GetRole", "EntityNotExist.Role", RoleName=ROLE)
    entities = ram("ListEntitiesForPolicy", PolicyType="System", PolicyName=POLICY)
    assert entities["Roles"]["Role"] == []
    status = call(ram, "ResourceManager", "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)
    assert (status["Status"], "Reason" in status) == ("SUCCEEDED", False)
    call(ram, product, "CreateServiceLinkedRole", ServiceName=SERVICE)


@BOTH
def test_a_wrong_request_for_a_role_is_told_what_is_wrong(ram: Ram, product: str) -> None:
    def told(**parameters: str) -> str:
        return refused(ram, product, "CreateServiceLinkedRole", **parameters)

    assert told(ServiceName="iot.aliyuncs.com") == "EntityNotExist.Service"
    assert told(ServiceName=SERVICE, CustomSuffix="x") == "InvalidParameter.CustomSuffix.NotAllowed"
    assert told(ServiceName=SERVICE, CustomSuffix="a_b") == "InvalidParameter.CustomSuffix.InvalidChars"
    assert told(ServiceName=SERVICE, CustomSuffix="x" * 65) == "InvalidParameter.CustomSuffix.Length"
    assert told(ServiceName=SERVICE, Description="mine") == "InvalidParameter.Description.NotAllowed"
    assert told(ServiceName=SERVICE, Description="") == "InvalidParameter.Description.Length"
    assert told() == "MissingParameter.ServiceName"
    assert ram.names("ListRoles") == []
    call(ram, product, "CreateServiceLinkedRole", ServiceName=SERVICE)
    assert told(ServiceName=SERVICE) == "EntityAlreadyExists.Role"
    with ram.server.runtime.database.write() as txn:
        txn.account_quotas.set(ram.id, "roles", 1)
    assert told(ServiceName="config.aliyuncs.com") == "LimitExceeded.Role"
    ram.refused("GetServiceLinkedRoleTemplate", "EntityNotExist.Service", ServiceName="iot.aliyuncs.com")


@BOTH
def test_only_service_linked_roles_are_deleted_as_such(ram: Ram, product: str) -> None:
    ram.role("Reader")
    told = refused(ram, product, "DeleteServiceLinkedRole", RoleName="Reader")
    assert told == "EntityNotExist.ServiceLinkedRole"
    assert refused(ram, product, "DeleteServiceLinkedRole", RoleName=ROLE) == "EntityNotExist.Role"
    assert ram.names("ListRoles") == ["Reader"]


@BOTH
def test_nobody_changes_a_service_linked_role(ram: Ram, product: str) -> None:
    call(ram, product, "CreateServiceLinkedRole", ServiceName=SERVICE)
    before = ram("GetRole", RoleName=ROLE)["Role"]
    ram("CreatePolicy", PolicyName="read", PolicyDocument=READ)
    for change in (
        {"NewAssumeRolePolicyDocument": trusting(ram.everyone)},
        {"NewMaxSessionDuration": "7200"},
        {"NewDescription": "mine"},
    ):
        assert refused(ram, product, "UpdateRole", RoleName=ROLE, **change) == "NotSupport.ServiceLinkedRole"
    assert refused(ram, product, "DeleteRole", RoleName=ROLE) == "NotSupport.ServiceLinkedRole"
    for policy in (
        {"PolicyType": "Custom", "PolicyName": "read"},
        {"PolicyType": "System", "PolicyName": POLICY},
    ):
        if product == "Ram":
            actions = ("AttachPolicyToRole", "DetachPolicyFromRole")
            more = {"RoleName": ROLE}
        else:
            actions = ("AttachPolicy", "DetachPolicy")
            more = {
                "PrincipalType": "ServiceRole",
                "PrincipalName": f"{ROLE}@role.{ram.id}.onaliyunservice.com",
                "ResourceGroupId": ram.id,
            }
        for action in actions:
            assert refused(ram, product, action, **policy, **more) == "NotSupport.ServiceLinkedRole"
    assert ram("GetRole", RoleName=ROLE)["Role"] == before
    assert ram.names("ListPoliciesForRole", RoleName=ROLE) == [POLICY]


def test_no_user_and_no_role_assumes_a_service_linked_role(ram: Ram) -> None:
    ram("CreateServiceLinkedRole", ServiceName=SERVICE)
    alice = ram.user("alice", document(allow("sts:AssumeRole")))
    answer = Client(ram.server.url, alice.who).call(
        "2015-04-01",
        "AssumeRole",
        {"RoleArn": f"acs:ram::{ram.id}:role/{ROLE}", "RoleSessionName": "session"},
    )
    assert (answer.status, answer.code) == (403, "NoPermission")


def test_a_policy_may_name_the_service_whose_role_is_made_and_deleted(ram: Ram) -> None:
    condition = {"StringEquals": {"ram:ServiceName": SERVICE}}
    operator = ram.user("operator", document(allow("ram:*", Condition=condition)))
    operator("GetServiceLinkedRoleTemplate", ServiceName=SERVICE)
    operator("CreateServiceLinkedRole", ServiceName=SERVICE)
    other = {"ServiceName": "config.aliyuncs.com"}
    operator.refused("CreateServiceLinkedRole", "NoPermission", **other)
    operator.refused("GetServiceLinkedRoleTemplate", "NoPermission", **other)
    ram("CreateServiceLinkedRole", **other)
    ram.role("Reader")
    for name in ("AliyunServiceRoleForConfig", "Reader", "Nobody"):
        operator.refused("DeleteServiceLinkedRole", "NoPermission", RoleName=name)
    task = operator("DeleteServiceLinkedRole", RoleName=ROLE)["DeletionTaskId"]
    status = "GetServiceLinkedRoleDeletionStatus"
    assert call(operator, "ResourceManager", status, DeletionTaskId=task)["Status"] == "SUCCEEDED"
    foreign = ram("DeleteServiceLinkedRole", RoleName="AliyunServiceRoleForConfig")["DeletionTaskId"]
    assert refused(operator, "ResourceManager", status, DeletionTaskId=foreign) == "NoPermission"


def test_a_task_that_is_not_there_or_another_accounts_is_told_so(ram: Ram) -> None:
    other = Ram(ram.server, ram.server.new_account())
    other("CreateServiceLinkedRole", ServiceName=SERVICE)
    foreign = other("DeleteServiceLinkedRole", RoleName=ROLE)["DeletionTaskId"]
    for task, code in (
        (foreign, "EntityNotExist.ServiceLinkedRole.DeletionTask"),
        (foreign[:-4] + "0000", "EntityNotExist.ServiceLinkedRole.DeletionTask"),
        ("x" * 26, "InvalidParameter.DeletionTaskId"),
        ("x" * 25, "InvalidParameter.DeletionTaskId.Length"),
        ("x" * 256, "InvalidParameter.DeletionTaskId.Length"),
    ):
        told = refused(ram, "ResourceManager", "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)
        assert told == code


def test_a_service_linked_role_is_tagged_like_any_other(ram: Ram) -> None:
    ram("CreateServiceLinkedRole", ServiceName=SERVICE)
    ram("TagResources", ResourceType="role", ResourceNames=ROLE, Tag='[{"Key": "k", "Value": "v"}]')
    (role,) = ram("ListRoles")["Roles"]["Role"]
    assert role["Tags"]["Tag"] == [{"TagKey": "k", "TagValue": "v"}]
