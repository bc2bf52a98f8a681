"""The list of actions, over the wire of a real server."""

from __future__ import annotations

from typing import Any, Final

import pytest

from daypass.main import CATALOGUE
from daypass.service.authorization import Permission
from daypass.service.operation import Runs
from daypass.services.daypass.known_actions import known_actions, level_of
from tests.services.daypass.calls import Own

COMMON: Final = [
    "acs:CurrentTime",
    "acs:MFAPresent",
    "acs:PrincipalARN",
    "acs:PrincipalRDId",
    "acs:PrincipalRDPath",
    "acs:SecureTransport",
    "acs:SourceIp",
]


def _listed(own: Own, **parameters: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    marker = ""
    while True:
        page = own("ListActions", Marker=marker, **parameters)
        found += page["Actions"]["Action"]
        if not page["IsTruncated"]:
            return found
        marker = page["Marker"]


def test_an_action_is_listed_with_its_level_resources_and_keys(own: Own) -> None:
    (role,) = _listed(own, Beginning="sts:assume")
    assert role == {
        "Action": "sts:AssumeRole",
        "Service": "sts",
        "AccessLevel": "write",
        "Resources": ["acs:ram::{AccountId}:role/{RoleName}"],
        "ConditionKeys": [*COMMON, "sts:ExternalId", "sts:RoleSessionName", "sts:SourceIdentity"],
    }


@pytest.mark.parametrize(
    ("action", "level", "resources"),
    [
        ("iot:QueryProduct", "read", ["acs:iot:{RegionId}:{AccountId}:product/{ProductKey}"]),
        ("ram:ListRoles", "list", ["acs:ram:*:{AccountId}:role/*"]),
        ("ram:GenerateCredentialReport", "write", ["acs:ram:*:{AccountId}:*"]),
        ("ram:DecodeDiagnosticMessage", "read", ["*"]),
        (
            "ram:AttachPolicyToRole",
            "write",
            ["acs:ram:*:{AccountId}:role/{RoleName}", "acs:ram:*:*:policy/{PolicyName}"],
        ),
        (
            "resourcemanager:AttachControlPolicy",
            "write",
            [
                "acs:resourcemanager:*:{AccountId}:folder/{ResourceDirectoryPath}",
                "acs:resourcemanager:*:{AccountId}:account/{ResourceDirectoryPath}",
                "acs:resourcemanager:*:{AccountId}:policy/controlpolicy/{PolicyId}",
            ],
        ),
    ],
)
def test_level_and_resources_are_those_of_the_declarations(
    own: Own, action: str, level: str, resources: list[str]
) -> None:
    found = next(each for each in _listed(own) if each["Action"] == action)
    assert (found["AccessLevel"], found["Resources"]) == (level, resources)


@pytest.mark.parametrize(
    ("action", "keys"),
    [
        ("ram:CreateUser", {"acs:RequestTag/"}),
        ("ram:GetUser", {"acs:ResourceTag/"}),
        ("ram:TagResources", {"acs:RequestTag/", "acs:ResourceTag/"}),
        ("ram:CreateServiceLinkedRole", {"ram:ServiceName"}),
        ("ram:ListUsers", set()),
    ],
)
def test_an_action_has_the_keys_its_requests_carry(own: Own, action: str, keys: set[str]) -> None:
    found = next(each for each in _listed(own) if each["Action"] == action)
    assert set(found["ConditionKeys"]) - set(COMMON) == keys


def test_actions_of_services_that_others_answer_are_listed_as_they_are_described(own: Own) -> None:
    (objects,) = _listed(own, Beginning="oss:ListObjects")
    assert objects == {
        "Action": "oss:ListObjects",
        "Service": "oss",
        "AccessLevel": "list",
        "Resources": ["acs:oss:*:{AccountId}:{bucket}"],
        "ConditionKeys": [*COMMON, "oss:Delimiter", "oss:Prefix"],
    }
    (product,) = _listed(own, Beginning="iot:QueryProductList")
    assert product["Resources"] == [
        "acs:iot:{RegionId}:{AccountId}:product/*",
        "acs:iot:{RegionId}:{AccountId}:product/{ProductKey}",
    ]


def test_every_action_that_an_operation_asks_for_is_listed(own: Own) -> None:
    asked = {op.authorize.action for op in CATALOGUE if isinstance(op.authorize, Permission)}
    assert asked <= {each["Action"] for each in _listed(own)}


def test_every_action_has_a_resource_and_writes_are_told_as_writes() -> None:
    assert all(action.resources for action in known_actions())
    writes = {
        op.authorize.action
        for op in CATALOGUE
        if isinstance(op.authorize, Permission) and op.runs is Runs.WRITE
    }
    assert all(action.level == "write" for action in known_actions() if action.name in writes)
    assert {level_of(name) for name in ("ListX", "BatchGetX", "QueryX", "DescribeX")} == {"list", "read"}


def test_actions_come_in_pages_that_neither_repeat_nor_skip(own: Own) -> None:
    names = [each["Action"] for each in _listed(own, MaxItems="7")]
    assert names == sorted(set(names), key=str.lower)
    assert names == [each["Action"] for each in _listed(own)]
    assert len(own("ListActions", MaxItems="7")["Actions"]["Action"]) == 7


def test_actions_of_one_service_are_listed_alone(own: Own) -> None:
    services = {each["Service"] for each in _listed(own)}
    assert {"iot", "ram", "resourcemanager", "sts"} <= services
    assert {each["Service"] for each in _listed(own, Service="iot", MaxItems="5")} == {"iot"}
    assert _listed(own, Service="none") == []


def test_whoever_has_no_policy_may_list_actions(own: Own) -> None:
    nobody = own.ram.user("Nobody")
    assert _listed(Own(nobody), Service="sts")


def test_a_marker_of_something_else_is_refused(own: Own) -> None:
    own.refused("ListActions", "InvalidParameter.Marker", Marker="x")
