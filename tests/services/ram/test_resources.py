"""On which resource each operation of RAM asks for permission. A real server."""

from __future__ import annotations

from typing import Final

import pytest

from daypass.main import CATALOGUE
from daypass.testing import Server
from tests.services.ram.calls import Ram
from tests.services.ram.test_parameters import GOOD

# What is asked for first, from the table of RAM's documentation; {} is the caller's account.
ACCOUNT, DEVICES = "acs:ram:*:{}:*", "acs:ram:*:{}:mfa/*"
USER, USERS = "acs:ram:*:{}:user/alice", "acs:ram:*:{}:user/*"
GROUP, GROUPS = "acs:ram:*:{}:group/readers", "acs:ram:*:{}:group/*"
ROLE, ROLES = "acs:ram:*:{}:role/reader", "acs:ram:*:{}:role/*"
POLICY, POLICIES = "acs:ram:*:{}:policy/read", "acs:ram:*:{}:policy/*"

RESOURCES: Final = {
    "AddUserToGroup": USER,
    "AttachPolicyToGroup": GROUP,
    "AttachPolicyToRole": ROLE,
    "AttachPolicyToUser": USER,
    "CreateAccessKey": USER,
    "CreateGroup": GROUPS,
    "CreateLoginProfile": USER,
    "CreatePolicy": POLICIES,
    "CreatePolicyVersion": POLICY,
    "CreateRole": ROLES,
    "CreateServiceLinkedRole": ROLES,
    "CreateUser": USERS,
    "DecodeDiagnosticMessage": "*",
    "DeleteAccessKey": USER,
    "DeleteGroup": GROUP,
    "DeleteLoginProfile": USER,
    "DeletePolicy": POLICY,
    "DeletePolicyVersion": POLICY,
    "DeleteRole": ROLE,
    "DeleteServiceLinkedRole": ROLE,
    "DeleteUser": USER,
    "DetachPolicyFromGroup": GROUP,
    "DetachPolicyFromRole": ROLE,
    "DetachPolicyFromUser": USER,
    "GetGroup": GROUP,
    "GetLoginProfile": USER,
    "GetPolicy": POLICY,
    "GetPolicyVersion": POLICY,
    "GetRole": ROLE,
    "GetServiceLinkedRoleTemplate": ROLES,
    "GetUser": USER,
    "ListAccessKeys": USER,
    "ListEntitiesForPolicy": POLICY,
    "ListGroups": GROUPS,
    "ListGroupsForUser": USER,
    "ListPolicies": POLICIES,
    "ListPoliciesForGroup": GROUP,
    "ListPoliciesForRole": ROLE,
    "ListPoliciesForUser": USER,
    "ListPolicyVersions": POLICY,
    "ListRoles": ROLES,
    "ListTagResources": ROLES,
    "ListUsers": USERS,
    "ListUsersForGroup": GROUP,
    "RemoveUserFromGroup": USER,
    "SetDefaultPolicyVersion": POLICY,
    "TagResources": ROLE,
    "UntagResources": ROLE,
    "UpdateAccessKey": USER,
    "UpdateGroup": GROUP,
    "UpdateLoginProfile": USER,
    "UpdatePolicyDescription": POLICY,
    "UpdateRole": ROLE,
    "UpdateUser": USER,
    "BindMFADevice": USER,
    "ClearAccountAlias": ACCOUNT,
    "CreateVirtualMFADevice": DEVICES,
    "DeleteVirtualMFADevice": "acs:ram::1000000000000001:mfa/phone",
    "GetUserMFAInfo": USER,
    "ListVirtualMFADevices": DEVICES,
    "UnbindMFADevice": USER,
    "GetAccessKeyLastUsed": USER,
    "GetAccountAlias": ACCOUNT,
    "GetPasswordPolicy": ACCOUNT,
    "GetSecurityPreference": ACCOUNT,
    "SetAccountAlias": ACCOUNT,
    "SetPasswordPolicy": ACCOUNT,
    "SetSecurityPreference": ACCOUNT,
}
OWN_RIGHT: Final = {"ChangePassword"}
"""What a user may do to himself without any policy."""


@pytest.fixture(scope="module")
def nobody(server: Server) -> Ram:
    return Ram(server, server.new_account()).user("nobody")


def test_the_table_has_every_operation() -> None:
    assert set(RESOURCES) | OWN_RIGHT == {op.name for op in CATALOGUE if op.product == "Ram"}


@pytest.mark.parametrize("action", RESOURCES)
def test_a_refusal_names_the_documented_resource(nobody: Ram, action: str) -> None:
    op = CATALOGUE.find("2015-05-01", action)
    taken = {parameter.kind.wire for parameter in op.parameters if parameter.required}
    taken |= {"UserName", "TagKeys"}
    told = nobody.refused(action, "NoPermission", **{name: GOOD[name] for name in taken})
    resource = RESOURCES[action].format(nobody.id)
    assert told["Message"] == (
        f"You are not authorized to do this action. Resource: {resource} Action: ram:{action}"
    )
    assert told["AccessDeniedDetail"]["AuthAction"] == f"ram:{action}"
    assert told["AccessDeniedDetail"]["NoPermissionType"] == "ImplicitDeny"
