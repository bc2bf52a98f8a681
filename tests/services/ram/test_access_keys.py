"""AccessKeys: of named users, of the caller, of the account. A real server."""

from __future__ import annotations

import pytest

from daypass.client import Credentials
from tests.services.ram.calls import RAM, Ram
from tests.world import allow, document

OWN = document(allow(["ram:*AccessKey*", "ram:GetUser"]))
FOUR = ["CreateAccessKey", "ListAccessKeys", "UpdateAccessKey", "DeleteAccessKey"]


def test_the_secret_is_shown_once(ram: Ram) -> None:
    ram("CreateUser", UserName="alice")
    made = ram("CreateAccessKey", UserName="alice")["AccessKey"]
    assert set(made) == {"AccessKeyId", "AccessKeySecret", "Status", "CreateDate"}
    assert made["Status"] == "Active"
    answer = ram.answer("ListAccessKeys", UserName="alice")
    assert made["AccessKeySecret"] not in answer.text
    (listed,) = answer.json()["AccessKeys"]["AccessKey"]
    assert listed == {name: made[name] for name in ("AccessKeyId", "Status", "CreateDate")}


def test_a_key_signs_as_long_as_it_is_active(ram: Ram) -> None:
    alice = ram.user("alice", OWN)
    (key,) = ram.names("ListAccessKeys", UserName="alice")
    alice("ListAccessKeys")
    ram("UpdateAccessKey", UserName="alice", UserAccessKeyId=key, Status="Inactive")
    assert alice.answer("ListAccessKeys").code == "InvalidAccessKeyId.Inactive"
    ram("UpdateAccessKey", UserName="alice", UserAccessKeyId=key, Status="Active")
    alice("ListAccessKeys")
    ram("DeleteAccessKey", UserName="alice", UserAccessKeyId=key)
    assert alice.answer("ListAccessKeys").code == "InvalidAccessKeyId.NotFound"


def test_a_user_has_two_keys_at_most(ram: Ram) -> None:
    ram.user("alice")
    ram("CreateAccessKey", UserName="alice")
    ram.refused("CreateAccessKey", "LimitExceeded.User.AccessKey", UserName="alice")


def test_without_a_name_a_user_rotates_its_own_keys(ram: Ram) -> None:
    alice = ram.user("alice", OWN)
    (old,) = alice.names("ListAccessKeys")
    fresh = alice.acting(Credentials.of(alice("CreateAccessKey")["AccessKey"]))
    fresh("UpdateAccessKey", UserAccessKeyId=old, Status="Inactive")
    fresh("DeleteAccessKey", UserAccessKeyId=old)
    assert len(fresh.names("ListAccessKeys")) == 1
    assert ram.names("ListAccessKeys", UserName="alice") == fresh.names("ListAccessKeys")


def test_without_a_name_the_account_is_asked_for_its_own_keys(ram: Ram) -> None:
    (root,) = ram.names("ListAccessKeys")
    made = ram("CreateAccessKey")["AccessKey"]
    ram.refused("CreateAccessKey", "LimitExceeded.User.AccessKey")
    second = ram.acting(Credentials.of(made))
    assert set(second.names("ListAccessKeys")) == {root, made["AccessKeyId"]}
    ram("DeleteAccessKey", UserAccessKeyId=made["AccessKeyId"])
    assert ram.names("ListAccessKeys") == [root]


def test_a_user_without_permission_has_none_on_its_own_keys_either(ram: Ram) -> None:
    alice = ram.user("alice")
    told = alice.refused("ListAccessKeys", "NoPermission")
    assert told["Message"].endswith(f"Resource: acs:ram:*:{ram.id}:user/alice Action: ram:ListAccessKeys")


def test_permission_on_the_own_keys_is_none_on_others(ram: Ram) -> None:
    own = f"acs:ram:*:{ram.id}:user/alice"
    alice = ram.user("alice", document(allow("ram:*AccessKey*", own)))
    ram.user("bob")
    alice("ListAccessKeys")
    alice("ListAccessKeys", UserName="alice")
    alice.refused("ListAccessKeys", "NoPermission", UserName="bob")


@pytest.mark.parametrize("action", FOUR)
def test_a_role_session_must_name_a_user(ram: Ram, action: str) -> None:
    alice = ram.user("alice", document(allow("sts:AssumeRole")))
    ram.role("keeper")
    ram("AttachPolicyToRole", RoleName="keeper", PolicyType="System", PolicyName="AliyunRAMFullAccess")
    keeper = ram.session(alice, "keeper")
    key = {"UserAccessKeyId": "LTAI0", "Status": "Active"}
    keeper.refused(action, "MissingParameter.UserName", **key)
    assert keeper.names("ListAccessKeys", UserName="alice") == ram.names("ListAccessKeys", UserName="alice")


@pytest.mark.parametrize("action", FOUR)
def test_keys_are_somebodys(ram: Ram, action: str) -> None:
    key = {"UserAccessKeyId": "LTAI0", "Status": "Active"}
    ram.refused(action, "EntityNotExist.User", UserName="nobody", **key)


@pytest.mark.parametrize("action", ["UpdateAccessKey", "DeleteAccessKey"])
def test_a_key_of_another_user_is_not_there(ram: Ram, action: str) -> None:
    ram.user("alice")
    ram("CreateUser", UserName="bob")
    (key,) = ram.names("ListAccessKeys", UserName="alice")
    for owner in ({"UserName": "bob"}, {}):
        ram.refused(action, "EntityNotExist.User.AccessKey", UserAccessKeyId=key, Status="Inactive", **owner)
    assert ram.names("ListAccessKeys", UserName="alice") == [key]


def test_the_secret_is_on_no_record(ram: Ram) -> None:
    ram("CreateUser", UserName="alice")
    secret = ram("CreateAccessKey", UserName="alice")["AccessKey"]["AccessKeySecret"]
    with ram.server.runtime.database.read() as txn:
        events = [
            event for event in txn.audit.list(account_id=ram.id).items if event.action == "CreateAccessKey"
        ]
    assert len(events) == 1
    assert secret not in str(events)


def test_an_empty_name_is_not_the_caller(ram: Ram) -> None:
    told = ram.server.client(ram.account.root).call(RAM, "CreateAccessKey", {"UserName": ""})
    assert told.code == "InvalidParameter.UserName.Length"
