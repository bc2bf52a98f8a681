"""AccessKeys through IMS: the ones that RAM has and that requests are signed with."""

from __future__ import annotations

import pytest

from daypass.client import Credentials
from daypass.testing import Server
from tests.services.ims.calls import Ims
from tests.world import allow, document

OWN = document(allow(["ram:*AccessKey*", "ram:GetUser"]))
FOUR = ["CreateAccessKey", "ListAccessKeys", "UpdateAccessKey", "DeleteAccessKey"]


def test_the_secret_is_shown_once_and_signs(ims: Ims) -> None:
    ims.ram("CreateUser", UserName="Alice")
    made = ims("CreateAccessKey", UserPrincipalName=ims.name("Alice"))["AccessKey"]
    assert set(made) == {"AccessKeyId", "AccessKeySecret", "Status", "CreateDate"}
    answer = ims.answer("ListAccessKeys", UserPrincipalName=ims.name("alice"))
    assert made["AccessKeySecret"] not in answer.text
    (listed,) = answer.json()["AccessKeys"]["AccessKey"]
    assert listed == {
        "AccessKeyId": made["AccessKeyId"],
        "Status": "Active",
        "CreateDate": made["CreateDate"],
        "UpdateDate": made["CreateDate"],
    }
    assert ims.ram.names("ListAccessKeys", UserName="Alice") == [made["AccessKeyId"]]
    alice = ims.acting(Credentials.of(made))
    assert alice.answer("ListAccessKeys").code == "NoPermission"  # known and signed well, without a right
    with ims.server.runtime.database.read() as txn:
        assert made["AccessKeySecret"] not in str(txn.audit.list(account_id=ims.id).items)


def test_a_key_signs_as_long_as_it_is_active(ims: Ims) -> None:
    alice = ims.someone("Alice", OWN)
    (key,) = ims.ram.names("ListAccessKeys", UserName="Alice")
    named = {"UserPrincipalName": ims.name("Alice"), "UserAccessKeyId": key}
    ims("UpdateAccessKey", Status="Inactive", **named)
    assert alice.answer("ListAccessKeys").code == "InvalidAccessKeyId.Inactive"
    ims("UpdateAccessKey", Status="Active", **named)
    alice("ListAccessKeys")
    ims("DeleteAccessKey", **named)
    assert alice.answer("ListAccessKeys").code == "InvalidAccessKeyId.NotFound"


def test_without_a_name_a_user_rotates_its_own_keys(ims: Ims) -> None:
    alice = ims.someone("Alice", OWN)
    (old,) = alice.ram.names("ListAccessKeys")
    fresh = alice.acting(Credentials.of(alice("CreateAccessKey")["AccessKey"]))
    fresh("UpdateAccessKey", UserAccessKeyId=old, Status="Inactive")
    fresh("DeleteAccessKey", UserAccessKeyId=old)
    assert len(fresh("ListAccessKeys")["AccessKeys"]["AccessKey"]) == 1
    assert len(ims.ram.names("ListAccessKeys", UserName="Alice")) == 1


def test_without_a_name_the_account_works_on_its_own_keys(ims: Ims) -> None:
    made = ims("CreateAccessKey")["AccessKey"]["AccessKeyId"]
    listed = {key["AccessKeyId"] for key in ims("ListAccessKeys")["AccessKeys"]["AccessKey"]}
    assert listed == {made, ims.account.root.access_key_id}
    ims.refused("CreateAccessKey", "LimitExceeded.User.AccessKey")
    ims("DeleteAccessKey", UserAccessKeyId=made)
    ims.refused("DeleteAccessKey", "EntityNotExist.User.AccessKey", UserAccessKeyId=made)


@pytest.mark.parametrize("action", FOUR)
def test_a_role_session_has_no_keys_and_must_name_a_user(ims: Ims, action: str) -> None:
    ims.ram.role("Admin")
    ims.ram("AttachPolicyToRole", RoleName="Admin", PolicyType="System", PolicyName="AdministratorAccess")
    alice = ims.ram.user("Alice", document(allow("sts:AssumeRole")))
    session = ims.acting(ims.ram.session(alice, "Admin").who)
    key = ims.ram.names("ListAccessKeys", UserName="Alice")[0]
    named = {"UserAccessKeyId": key, "Status": "Active"}
    session.refused(action, "MissingParameter.UserPrincipalName", **named)
    session(action, UserPrincipalName=ims.name("Alice"), **named)


@pytest.mark.parametrize("action", FOUR)
def test_users_and_keys_that_are_not_there_are_told_apart(ims: Ims, server: Server, action: str) -> None:
    ims.ram("CreateUser", UserName="Alice")
    named = {"UserAccessKeyId": "LTAI0000000000000000NONE", "Status": "Active"}
    for missing in (ims.name("Bob"), ims.name("Alice").replace(ims.id, server.account.id)):
        ims.refused(action, "EntityNotExist.User", UserPrincipalName=missing, **named)
    if action in {"UpdateAccessKey", "DeleteAccessKey"}:
        ims.refused(action, "EntityNotExist.User.AccessKey", UserPrincipalName=ims.name("Alice"), **named)
        ims.refused(action, "MissingParameter.UserAccessKeyId", UserPrincipalName=ims.name("Alice"))


def test_a_status_is_one_of_two(ims: Ims) -> None:
    ims.refused("UpdateAccessKey", "InvalidParameter.Status", UserAccessKeyId="LTAI", Status="Off")
    ims.refused("UpdateAccessKey", "MissingParameter.Status", UserAccessKeyId="LTAI")


def test_a_user_has_two_keys_at_most(ims: Ims) -> None:
    ims.ram("CreateUser", UserName="Alice")
    for _ in range(2):
        ims("CreateAccessKey", UserPrincipalName=ims.name("Alice"))
    ims.refused("CreateAccessKey", "LimitExceeded.User.AccessKey", UserPrincipalName=ims.name("Alice"))


def test_a_user_may_be_allowed_its_own_keys_only(ims: Ims) -> None:
    own = document(allow("ram:*AccessKey*", f"acs:ram:*:{ims.id}:user/Alice"))
    alice = ims.someone("Alice", own)
    ims.someone("Bob")
    assert len(alice("ListAccessKeys")["AccessKeys"]["AccessKey"]) == 1
    assert len(alice("ListAccessKeys", UserPrincipalName=ims.name("ALICE"))["AccessKeys"]["AccessKey"]) == 1
    alice.refused("ListAccessKeys", "NoPermission", UserPrincipalName=ims.name("Bob"))
    alice.refused("CreateAccessKey", "NoPermission", UserPrincipalName=ims.name("Bob"))
