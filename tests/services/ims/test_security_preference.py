"""The security preference, in RAM and IMS alike, and what it lets users do for themselves. A real server."""

from __future__ import annotations

from typing import Any

import pytest

from daypass.directory.settings import SecurityPreference
from tests.services.ims.calls import Ims
from tests.world import allow, deny, document

RAM_DEFAULT: dict[str, dict[str, Any]] = {
    "AccessKeyPreference": {"AllowUserToManageAccessKeys": False},
    "LoginProfilePreference": {
        "AllowUserToChangePassword": True,
        "EnableSaveMFATicket": False,
        "LoginNetworkMasks": "",
        "LoginSessionDuration": 6,
    },
    "MFAPreference": {"AllowUserToManageMFADevices": True},
    "PublicKeyPreference": {"AllowUserToManagePublicKeys": False},
}
IMS_DEFAULT: dict[str, dict[str, Any]] = {
    "AccessKeyPreference": {
        "AllowUserToManageAccessKeys": False,
        "AllowUserToManageServiceCredentials": False,
    },
    "LoginProfilePreference": {
        "AllowUserToChangePassword": True,
        "AllowUserToLoginWithPasskey": True,
        "EnableSaveMFATicket": False,
        "LoginNetworkMasks": "",
        "LoginSessionDuration": 6,
        "MFAOperationForLogin": "independent",
        "EnforceMFAForLogin": False,
        "OperationForRiskLogin": "autonomous",
    },
    "MFAPreference": {"AllowUserToManageMFADevices": True},
    "MaxIdleDays": {"MaxIdleDaysForAccessKeys": 730, "MaxIdleDaysForUsers": 730},
    "PersonalInfoPreference": {"AllowUserToManagePersonalDingTalk": True},
    "VerificationPreference": {"VerificationTypes": []},
}
# Every member of IMS's: where it is shown, and a value that is not the default.
MEMBERS = {
    "AllowUserToManageAccessKeys": ("AccessKeyPreference", "true", True),
    "AllowUserToManageServiceCredentials": ("AccessKeyPreference", "true", True),
    "AllowUserToChangePassword": ("LoginProfilePreference", "false", False),
    "AllowUserToLoginWithPasskey": ("LoginProfilePreference", "false", False),
    "EnableSaveMFATicket": ("LoginProfilePreference", "True", True),
    "LoginNetworkMasks": ("LoginProfilePreference", "10.0.0.0/8; 2001:db8::/32;", "10.0.0.0/8;2001:db8::/32"),
    "LoginSessionDuration": ("LoginProfilePreference", "24", 24),
    "MFAOperationForLogin": ("LoginProfilePreference", "mandatory", "mandatory"),
    "OperationForRiskLogin": ("LoginProfilePreference", "enforceVerify", "enforceVerify"),
    "AllowUserToManageMFADevices": ("MFAPreference", "false", False),
    "MaxIdleDaysForAccessKeys": ("MaxIdleDays", "90", 90),
    "MaxIdleDaysForUsers": ("MaxIdleDays", "365", 365),
    "AllowUserToManagePersonalDingTalk": ("PersonalInfoPreference", "false", False),
    "VerificationTypes": ("VerificationPreference", '["sms","email"]', ["sms", "email"]),
}


def test_what_was_never_set_is_the_published_default(ims: Ims) -> None:
    assert ims.ram("GetSecurityPreference")["SecurityPreference"] == RAM_DEFAULT
    assert ims("GetSecurityPreference")["SecurityPreference"] == IMS_DEFAULT


@pytest.mark.parametrize("member", MEMBERS)
def test_each_member_is_kept_and_the_others_stay(ims: Ims, member: str) -> None:
    part, given, kept = MEMBERS[member]
    wanted = {**IMS_DEFAULT, part: {**IMS_DEFAULT[part], member: kept}}
    if member == "MFAOperationForLogin":
        wanted[part]["EnforceMFAForLogin"] = True
    assert ims("SetSecurityPreference", **{member: given})["SecurityPreference"] == wanted
    assert ims("GetSecurityPreference")["SecurityPreference"] == wanted
    ims.ram("SetSecurityPreference", AllowUserToManagePublicKeys="true")
    assert ims("GetSecurityPreference")["SecurityPreference"] == wanted
    shown = ims.ram("GetSecurityPreference")["SecurityPreference"]
    assert shown["PublicKeyPreference"] == {"AllowUserToManagePublicKeys": True}
    assert shown["LoginProfilePreference"].get(member, kept) == kept


@pytest.mark.parametrize(
    ("parameter", "value", "code"),
    [
        ("LoginNetworkMasks", "10.0.0.0/33", "InvalidParameter.LoginNetworkMasks.Format"),
        ("LoginNetworkMasks", "everywhere", "InvalidParameter.LoginNetworkMasks.Format"),
        ("LoginNetworkMasks", ";".join(["10.0.0.1"] * 41), "InvalidParameter.LoginNetworkMasks.Format"),
        ("LoginSessionDuration", "25", "InvalidParameter.LoginSessionDuration"),
        ("AllowUserToChangePassword", "yes", "InvalidParameter.AllowUserToChangePassword"),
    ],
)
def test_a_value_that_is_none_is_refused_and_changes_nothing(
    ims: Ims, parameter: str, value: str, code: str
) -> None:
    for product in (ims, ims.ram):
        product.refused("SetSecurityPreference", code, **{parameter: value})
    assert ims("GetSecurityPreference")["SecurityPreference"] == IMS_DEFAULT


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("MFAOperationForLogin", "sometimes"),
        ("OperationForRiskLogin", ""),
        ("VerificationTypes", '["pigeon"]'),
        ("MaxIdleDaysForUsers", "100"),
    ],
)
def test_a_word_that_ims_does_not_know_is_refused(ims: Ims, parameter: str, value: str) -> None:
    ims.refused("SetSecurityPreference", f"InvalidParameter.{parameter}", **{parameter: value})


@pytest.mark.parametrize("action", ["SetSecurityPreference", "GetSecurityPreference"])
def test_the_preference_is_for_whoever_a_policy_lets(ims: Ims, action: str) -> None:
    nobody = ims.someone("nobody")
    nobody.refused(action, "NoPermission")
    nobody.ram.refused(action, "NoPermission")
    ims.someone("admin", document(allow(f"ram:{action}")))(action)


def test_the_older_way_to_enforce_mfa_still_counts(ims: Ims) -> None:
    def shown(**given: str) -> tuple[str, bool]:
        answer = ims("SetSecurityPreference", **given)["SecurityPreference"]
        assert ims("GetSecurityPreference")["SecurityPreference"] == answer
        logons = answer["LoginProfilePreference"]
        return logons["MFAOperationForLogin"], logons["EnforceMFAForLogin"]

    assert shown(EnforceMFAForLogin="true") == ("mandatory", True)
    assert shown(EnforceMFAForLogin="false") == ("independent", False)
    assert shown(MFAOperationForLogin="adaptive", EnforceMFAForLogin="true") == ("adaptive", False)
    assert shown(EnforceMFAForLogin="false") == ("adaptive", False)
    assert shown(EnforceMFAForLogin="true") == ("mandatory", True)


def test_users_manage_their_own_keys_without_a_policy_once_they_may(ims: Ims) -> None:
    alice = ims.someone("alice")
    ims.someone("bob")
    alice.ram.refused("CreateAccessKey", "NoPermission")
    ims("SetSecurityPreference", AllowUserToManageAccessKeys="true")
    made = alice.ram("CreateAccessKey")["AccessKey"]["AccessKeyId"]
    assert made in alice.ram.names("ListAccessKeys", UserName="Alice")
    alice.ram("UpdateAccessKey", UserAccessKeyId=made, Status="Inactive", UserName="alice")
    alice.ram("DeleteAccessKey", UserAccessKeyId=made)
    for action in ("CreateAccessKey", "ListAccessKeys"):
        alice.ram.refused(action, "NoPermission", UserName="bob")
    ims("SetSecurityPreference", AllowUserToManageAccessKeys="false")
    alice.ram.refused("ListAccessKeys", "NoPermission")


def test_a_deny_on_keys_wins_over_the_preference(ims: Ims) -> None:
    ims("SetSecurityPreference", AllowUserToManageAccessKeys="true")
    bound = ims.someone("bob", document(deny("ram:CreateAccessKey")))
    bound.ram("ListAccessKeys")
    told = bound.ram.refused("CreateAccessKey", "NoPermission")
    assert told["AccessDeniedDetail"]["NoPermissionType"] == "ExplicitDeny"


def test_the_preference_gives_a_role_session_nothing(ims: Ims) -> None:
    ims("SetSecurityPreference", AllowUserToManageAccessKeys="true")
    alice = ims.someone("alice", document(allow("sts:AssumeRole")))
    ims.ram.role("keeper")
    keeper = ims.ram.session(alice.ram, "keeper")
    keeper.refused("ListAccessKeys", "NoPermission", UserName="alice")


@pytest.mark.parametrize(
    ("masks", "address", "admitted"),
    [
        ("", "203.0.113.9", True),
        ("10.0.0.0/8;192.0.2.7", "10.1.2.3", True),
        ("10.0.0.0/8;192.0.2.7", "192.0.2.7", True),
        ("10.0.0.0/8;192.0.2.7", "192.0.2.8", False),
        ("2001:db8::/32", "2001:db8:1::1", True),
        ("2001:db8::/32", "10.0.0.1", False),
    ],
)
def test_masks_say_where_logons_may_come_from(masks: str, address: str, admitted: bool) -> None:
    assert SecurityPreference(login_network_masks=masks).admits(address) is admitted
