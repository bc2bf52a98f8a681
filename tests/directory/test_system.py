from __future__ import annotations

import json

import pytest

from daypass.directory import system
from daypass.directory.system import SystemPolicy
from daypass.names import POLICY_NAME
from daypass.policy import AttachedPolicy, DocumentKind, Layers, PolicySet, Request, decide, parse

EVERY = pytest.mark.parametrize("policy", system.all_policies(), ids=lambda policy: policy.name)


def decided(name: str, action: str) -> bool:
    policy = system.find(name)
    assert policy is not None
    document = parse(policy.document, DocumentKind.IDENTITY)
    identity = PolicySet.compile([AttachedPolicy(name, "System", policy.version, document)])
    return decide(Layers(identity=identity), Request(action, "acs:x:*:1000000000000100:y", {})).allowed


def test_the_published_policies_are_there() -> None:
    assert {policy.name for policy in system.all_policies()} >= {
        "AdministratorAccess",
        "AliyunIOTFullAccess",
        "AliyunIOTReadOnlyAccess",
        "AliyunRAMFullAccess",
        "AliyunRAMReadOnlyAccess",
        "AliyunSTSAssumeRoleAccess",
        "PowerUserAccess",
        "ReadOnlyAccess",
    }


@EVERY
def test_a_system_policy_is_a_valid_identity_policy(policy: SystemPolicy) -> None:
    assert parse(policy.document, DocumentKind.IDENTITY).text == policy.document
    assert json.loads(policy.document)["Version"] == "1"


@EVERY
def test_a_system_policy_says_what_it_is_and_how_well_it_is_known(policy: SystemPolicy) -> None:
    assert POLICY_NAME.fullmatch(policy.name)
    assert policy.description.endswith(".")
    assert policy.source
    assert policy.version.startswith("v")
    assert 0 < policy.created_at <= policy.updated_at
    assert policy.note or policy.completeness == "complete"


def test_a_system_policy_is_found_ignoring_case() -> None:
    assert system.find("administratoraccess") == system.find("AdministratorAccess")
    assert system.find("NoSuchAccess") is None


@pytest.mark.parametrize(
    ("name", "action", "allowed"),
    [
        ("AdministratorAccess", "ecs:RunInstances", True),
        ("AliyunSTSAssumeRoleAccess", "sts:AssumeRole", True),
        ("AliyunSTSAssumeRoleAccess", "sts:AssumeRoleWithOIDC", False),
        ("AliyunRAMReadOnlyAccess", "ram:ListRoles", True),
        ("AliyunRAMReadOnlyAccess", "ram:CreateRole", False),
        ("AliyunRAMFullAccess", "ram:CreateRole", True),
        ("AliyunRAMFullAccess", "ecs:RunInstances", False),
        ("ReadOnlyAccess", "ecs:DescribeInstances", True),
        ("ReadOnlyAccess", "ecs:RunInstances", False),
        ("PowerUserAccess", "ecs:RunInstances", True),
        ("PowerUserAccess", "ram:CreateUser", False),
        ("PowerUserAccess", "ram:ListRoles", True),
        ("AliyunIOTReadOnlyAccess", "iot:QueryProduct", True),
        ("AliyunIOTReadOnlyAccess", "iot:CreateProduct", False),
        ("AliyunIOTFullAccess", "iot:CreateProduct", True),
        ("AliyunIOTFullAccess", "ecs:RunInstances", False),
    ],
)
def test_a_system_policy_allows_what_its_description_says(name: str, action: str, *, allowed: bool) -> None:
    assert decided(name, action) is allowed
