from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from daypass.directory import system
from daypass.directory.system import SystemPolicy
from daypass.names import POLICY_NAME
from daypass.policy import AttachedPolicy, DocumentKind, Layers, PolicySet, Request, decide, parse
from tools.system_policies import changes

FILES = Path(system.__file__).with_name("system_policies")
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


VERSIONS = [version for policy in system.all_policies() for version in system.versions_of(policy.name)]


@pytest.mark.parametrize("policy", VERSIONS, ids=lambda policy: f"{policy.name} {policy.version}")
def test_every_known_version_is_a_valid_policy_in_a_file_of_its_name(policy: SystemPolicy) -> None:
    parse(policy.document, DocumentKind.IDENTITY, limit=1_000_000)
    file = FILES / policy.name / f"{policy.version}.json"
    assert json.loads(file.read_text(encoding="utf-8"))["name"] == policy.name


def test_no_data_file_is_passed_over() -> None:
    assert len(list(FILES.rglob("*.json"))) == len(VERSIONS)


@EVERY
def test_the_newest_version_is_in_force_and_the_others_came_before_it(policy: SystemPolicy) -> None:
    versions = system.versions_of(policy.name.upper())
    assert versions[-1] == policy
    assert sorted(versions, key=lambda version: version.updated_at) == list(versions)
    assert {version.created_at for version in versions} == {policy.created_at}


def test_the_report_shows_what_changed_between_two_days_and_nothing_else() -> None:
    report = list(changes(date(2022, 11, 23), date(2022, 11, 24)))
    assert report[0] == "AliyunIOTReadOnlyAccess: v1 -> v7 of 2022-11-24, partial"
    assert '  +        "isoc:GetSummary",' in report
    assert report[-1].startswith("1 of ")
    assert list(changes(date(2022, 11, 24), date(2022, 11, 25))) == [
        f"0 of {len(system.all_policies())} system policies changed from 2022-11-24 to 2022-11-25"
    ]


def test_a_policy_that_was_not_there_is_new() -> None:
    report = list(changes(date(2015, 1, 1), date(2015, 12, 31)))
    assert "AdministratorAccess: new -> v1 of 2015-04-28, stand-in" in report
