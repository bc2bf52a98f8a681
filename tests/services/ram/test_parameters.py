"""Every form of every parameter of RAM, on every operation that takes it. A real server."""

from __future__ import annotations

import json
from typing import Any, Final, get_args

import pytest

from daypass.directory.records import PolicyType
from daypass.main import CATALOGUE
from daypass.service.operation import Operation
from daypass.service.params import Choice
from daypass.testing import Server
from tests.services.ram.calls import READ, Ram
from tests.world import trusting

TRUST = trusting("acs:ram::1000000000000001:root")
GOOD: Final = {
    "AccountAlias": "corp",
    "AssumeRolePolicyDocument": TRUST,
    "AuthenticationCode1": "123456",
    "AuthenticationCode2": "123457",
    "EncodedDiagnosticMessage": "AAAA",
    "GroupName": "readers",
    "NewDescription": "x",
    "NewPassword": "Secret-123456",
    "OldPassword": "Secret-012345",
    "Password": "Secret-123456",
    "PolicyDocument": READ,
    "PolicyName": "read",
    "PolicyType": "Custom",
    "ResourceNames": "reader",
    "ResourceType": "role",
    "RoleName": "reader",
    "SerialNumber": "acs:ram::1000000000000001:mfa/phone",
    "ServiceName": "polardb.aliyuncs.com",
    "Status": "Active",
    "Tag": '[{"Key": "team", "Value": "red"}]',
    "TagKeys": "team",
    "UserAccessKeyId": "LTAI0",
    "UserName": "alice",
    "VersionId": "v1",
    "VirtualMFADeviceName": "phone",
}

_NAME = [("", "Length"), ("x" * 65, "Length"), ("no space", "InvalidChars"), ("a/b", "InvalidChars")]
_TEXT_128 = [("x" * 129, "Length")]
_FLAG = [("", ""), ("yes", ""), ("1", "")]
_DOCUMENT = [("", "Length"), (" " * 6145, "Length"), ("{}", "malformed"), ("[" * 5000, "malformed")]
_SECONDS = [("3599", ""), ("43201", ""), ("1h", ""), ("", ""), ("3600.0", "")]
_TAG = [
    ("{", ""),
    ('[{"Value": "x"}]', ""),
    ('[{"Key": "aliyun"}]', ""),
    ('[{"Key": "a"}, {"Key": "a"}]', ""),
]

BAD: Final[dict[str, list[tuple[str, str]]]] = {
    "AccountAlias": [("ab", "Length"), ("x" * 33, "Length"), ("a--b", "Format"), ("Corp", "Format")],
    "All": _FLAG,
    "AllowConsoleLogin": _FLAG,
    "AllowUserToChangePassword": _FLAG,
    "AllowUserToManageAccessKeys": _FLAG,
    "AllowUserToManageMFADevices": _FLAG,
    "AllowUserToManagePublicKeys": _FLAG,
    "AssumeRolePolicyDocument": _DOCUMENT,
    "AuthenticationCode1": [("12345", "Format"), ("12345a", "Format")],
    "AuthenticationCode2": [("1234567", "Format")],
    "CascadingDelete": _FLAG,
    "Comments": _TEXT_128,
    "CustomSuffix": [("", "Length"), ("x" * 65, "Length"), ("a_b", "InvalidChars")],
    "Description": [("x" * 1025, "Length")],
    "DisplayName": [*_TEXT_128, ("a<b", "InvalidChars"), ("a\nb", "InvalidChars"), ("a:b", "InvalidChars")],
    "Email": [(bad, "Format") for bad in ("alice", "@example.com", "a b@example.com", "a@", "a@b@c")],
    "EnableSaveMFATicket": _FLAG,
    "EncodedDiagnosticMessage": [("", "Length"), ("x" * 65537, "Length")],
    "GroupName": _NAME,
    "HardExpiry": _FLAG,
    "LoginNetworkMasks": [("10.0.0.0/33", "Format"), ("a", "Format")],
    "LoginSessionDuration": [("0", ""), ("25", "")],
    "MFABindRequired": _FLAG,
    "MaxItems": [("0", ""), ("1001", ""), ("ten", ""), ("", ""), ("-1", ""), ("1" * 30, "")],
    "MaxLoginAttemps": [("33", ""), ("-1", "")],
    "MaxPasswordAge": [("1096", ""), ("-1", "")],
    "MaxSessionDuration": _SECONDS,
    "MinimumPasswordLength": [("7", "Range"), ("33", "Range")],
    "MobilePhone": [(bad, "Format") for bad in ("18600008888", "86-", "+86-18600008888", "86-phone")],
    "NewAllowConsoleLogin": _FLAG,
    "NewAssumeRolePolicyDocument": _DOCUMENT,
    "NewComments": _TEXT_128,
    "NewDescription": [("x" * 1025, "Length")],
    "NewDisplayName": [*_TEXT_128, ("a/b", "InvalidChars")],
    "NewEmail": [("alice", "Format")],
    "NewGroupName": _NAME,
    "NewMaxSessionDuration": _SECONDS,
    "NewMobilePhone": [("1", "Format")],
    "NewPassword": [("weak", "TooWeak")],
    "NewUserName": _NAME,
    "OldPassword": [],
    "Password": [("weak", "TooWeak")],
    "PasswordResetRequired": _FLAG,
    "PageSize": [("0", ""), ("101", ""), ("", "")],
    "PasswordReusePrevention": [("25", ""), ("-1", "")],
    "PolicyDocument": _DOCUMENT,
    "PolicyName": [("", "Length"), ("x" * 129, "Length"), ("a_b", "InvalidChars"), ("a b", "InvalidChars")],
    "PolicyType": [("custom", ""), ("", "")],
    "RequireLowercaseCharacters": _FLAG,
    "RequireNumbers": _FLAG,
    "RequireSymbols": _FLAG,
    "RequireUppercaseCharacters": _FLAG,
    "ResourceGroupId": [("", "Length"), ("x" * 65, "Length")],
    "ResourceNames": [("", "Length"), ("x" * 129, "Length"), ("[", ""), (json.dumps(["x"] * 51), "")],
    "ResourceType": [("user", ""), ("", "")],
    "RoleName": _NAME,
    "RotateStrategy": [("", ""), ("none", "")],
    "SerialNumber": [("", "Length"), ("x" * 129, "Length")],
    "ServiceName": [("", "Length"), ("x" * 129, "Length")],
    "SetAsDefault": _FLAG,
    "Status": [("active", ""), ("", "")],
    "Tag": _TAG,
    "TagKeys": [("", "Length"), ("x" * 129, "Length"), ("[1]", ""), (json.dumps(["x"] * 21), "")],
    "UserAccessKeyId": [("", "Length"), ("x" * 129, "Length")],
    "UserName": _NAME,
    "VersionId": [("1", "Format"), ("", "Format")],
    "VirtualMFADeviceName": [*_NAME, ("a_b", "InvalidChars")],
}
# Refused with a marker's own error, which the lists' tests cover.
ELSEWHERE: Final = {"Marker", "NextToken"}

RAM_OPERATIONS: Final = [op for op in CATALOGUE if op.product == "Ram"]
EVERY = pytest.mark.parametrize("op", RAM_OPERATIONS, ids=lambda op: op.name)


def _good(op: Operation[Any, Any]) -> dict[str, str]:
    return {p.kind.wire: GOOD[p.kind.wire] for p in op.parameters if p.required}


def _code(op: Operation[Any, Any], wire: str, family: str) -> str:
    if family == "malformed":
        return "MalformedPolicyDocument"
    # The published table has no codes of their own for these.
    shared = {
        ("UpdatePolicyDescription", "NewDescription"): "Description",
        ("BindMFADevice", "AuthenticationCode1"): "AuthenticationCode",
        ("BindMFADevice", "AuthenticationCode2"): "AuthenticationCode",
    }
    named = shared.get((op.name, wire), wire)
    return f"InvalidParameter.{named}.{family}" if family else f"InvalidParameter.{named}"


@pytest.fixture(scope="module")
def root(server: Server) -> Ram:
    return Ram(server, server.new_account())


@pytest.fixture(scope="module")
def nobody(root: Ram) -> Ram:
    return root.user("nobody")


@EVERY
def test_each_wrong_value_is_refused_with_its_parameters_code(root: Ram, op: Operation[Any, Any]) -> None:
    for parameter in op.parameters:
        wire = parameter.kind.wire
        for value, family in BAD[wire] if wire not in ELSEWHERE else ():
            told = root.refused(op.name, _code(op, wire, family), **{**_good(op), wire: value})
            assert "{" not in told["Message"]


@EVERY
def test_each_required_parameter_is_missed_by_its_name(root: Ram, op: Operation[Any, Any]) -> None:
    for parameter in op.parameters:
        if parameter.required:
            wire = parameter.kind.wire
            given = {name: value for name, value in _good(op).items() if name != wire}
            root.refused(op.name, f"MissingParameter.{wire}", **given)


@EVERY
def test_a_wrong_value_is_told_before_the_lack_of_permission(nobody: Ram, op: Operation[Any, Any]) -> None:
    for parameter in op.parameters:
        wire = parameter.kind.wire
        for value, family in BAD[wire][:1] if wire not in ELSEWHERE else ():
            nobody.refused(op.name, _code(op, wire, family), **{**_good(op), wire: value})


@pytest.mark.parametrize("name", ["Alice Example", "张强", "Zoë", "a.b@c-d_e", "नमस्ते", "x" * 128, ""])
def test_display_names_are_written_in_every_script(ram: Ram, name: str) -> None:
    made = ram("CreateUser", UserName="alice", DisplayName=name)["User"]
    assert made.get("DisplayName", "") == name


def test_policy_types_are_the_directorys() -> None:
    (kind,) = {p.kind for op in RAM_OPERATIONS for p in op.parameters if p.kind.wire == "PolicyType"}
    assert isinstance(kind, Choice)
    assert kind.options == get_args(PolicyType)
