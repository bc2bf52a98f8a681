"""RAM users, over the wire of a real server."""

from __future__ import annotations

import re

import pytest

from daypass.directory.quotas import Quotas
from tests.services.ram.calls import READ, Ram
from tests.world import allow, document

DETAILS = {
    "DisplayName": "Alice Example",
    "MobilePhone": "86-18600008888",
    "Email": "alice@example.com",
    "Comments": "reads <everything> & more",
}


def test_a_new_user_is_shown_as_it_was_described(ram: Ram) -> None:
    made = ram("CreateUser", UserName="Alice", **DETAILS)["User"]
    assert made == {
        "UserId": made["UserId"],
        "UserName": "Alice",
        **DETAILS,
        "CreateDate": made["CreateDate"],
    }
    assert re.fullmatch(r"[1-9][0-9]{17}", made["UserId"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", made["CreateDate"])
    assert ram("GetUser", UserName="Alice")["User"] == {**made, "UpdateDate": made["CreateDate"]}


def test_names_ignore_case_and_keep_it(ram: Ram) -> None:
    ram("CreateUser", UserName="Alice")
    assert ram("GetUser", UserName="aLICE")["User"]["UserName"] == "Alice"
    ram.refused("CreateUser", "EntityAlreadyExists.User", UserName="alice")


def test_what_a_user_lacks_is_left_out(ram: Ram) -> None:
    made = ram("CreateUser", UserName="bare")["User"]
    assert set(made) == {"UserId", "UserName", "CreateDate"}


def test_an_update_changes_what_is_given_and_clears_what_is_empty(ram: Ram) -> None:
    made = ram("CreateUser", UserName="alice", **DETAILS)["User"]
    changed = ram("UpdateUser", UserName="alice", NewDisplayName="A.", NewComments="")["User"]
    assert changed["DisplayName"] == "A."
    assert "Comments" not in changed
    assert changed["Email"] == made["Email"]
    shown = ram("GetUser", UserName="alice")["User"]
    assert shown == changed


def test_a_renamed_user_keeps_id_keys_and_policies(ram: Ram) -> None:
    alice = ram.user("alice", document(allow("ram:GetUser")))
    made = ram("GetUser", UserName="alice")["User"]
    renamed = ram("UpdateUser", UserName="alice", NewUserName="carol")["User"]
    assert (renamed["UserId"], renamed["UserName"]) == (made["UserId"], "carol")
    assert alice("GetUser", UserName="carol")["User"]["UserId"] == made["UserId"]
    ram.refused("GetUser", "EntityNotExist.User", UserName="alice")


def test_a_user_may_be_renamed_to_its_own_name_in_other_case_but_not_to_anothers(ram: Ram) -> None:
    ram("CreateUser", UserName="alice")
    ram("CreateUser", UserName="bob")
    assert ram("UpdateUser", UserName="alice", NewUserName="Alice")["User"]["UserName"] == "Alice"
    ram.refused("UpdateUser", "EntityAlreadyExists.User", UserName="alice", NewUserName="BOB")


def test_a_user_is_deleted_only_when_it_has_nothing_left_in_the_documented_order(ram: Ram) -> None:
    ram.user("alice", READ)
    ram("CreateGroup", GroupName="readers")
    ram("AddUserToGroup", UserName="alice", GroupName="readers")
    ram("CreateLoginProfile", UserName="alice", Password="Secret-123456")
    ram.refused("DeleteUser", "DeleteConflict.User.Group", UserName="alice")
    ram("RemoveUserFromGroup", UserName="alice", GroupName="readers")
    ram.refused("DeleteUser", "DeleteConflict.User.AccessKey", UserName="alice")
    (key,) = ram.names("ListAccessKeys", UserName="alice")
    ram("DeleteAccessKey", UserName="alice", UserAccessKeyId=key)
    ram.refused("DeleteUser", "DeleteConflict.User.LoginProfile", UserName="alice")
    ram("DeleteLoginProfile", UserName="alice")
    ram.refused("DeleteUser", "DeleteConflict.User.Policy", UserName="alice")
    ram("DetachPolicyFromUser", UserName="alice", PolicyType="Custom", PolicyName="alice-0")
    ram("DeleteUser", UserName="alice")
    ram.refused("GetUser", "EntityNotExist.User", UserName="alice")
    ram.refused("DeleteUser", "EntityNotExist.User", UserName="alice")


@pytest.mark.parametrize("action", ["GetUser", "UpdateUser", "DeleteUser"])
def test_a_user_that_is_not_there_cannot_be_named(ram: Ram, action: str) -> None:
    ram.refused(action, "EntityNotExist.User", UserName="nobody")


def test_one_account_does_not_see_anothers_users(ram: Ram) -> None:
    ram("CreateUser", UserName="alice")
    other = Ram(ram.server, ram.server.new_account())
    other.refused("GetUser", "EntityNotExist.User", UserName="alice")
    assert other.names("ListUsers") == []


def test_an_account_has_as_many_users_as_its_quota(ram: Ram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ram.server.runtime.database, "_quotas", Quotas(users=2))
    ram("CreateUser", UserName="a")
    ram("CreateUser", UserName="b")
    told = ram.refused("CreateUser", "LimitExceeded.User", UserName="c")
    assert "2" in told["Message"]


def test_pages_follow_each_other_and_say_whether_there_is_more(ram: Ram) -> None:
    for name in ("d", "b", "a", "c", "e"):
        ram("CreateUser", UserName=name)
    first = ram("ListUsers", MaxItems="2")
    assert first["IsTruncated"] is True
    second = ram("ListUsers", MaxItems="2", Marker=first["Marker"])
    third = ram("ListUsers", MaxItems="2", Marker=second["Marker"])
    assert third["IsTruncated"] is False
    assert "Marker" not in third
    pages = [[user["UserName"] for user in page["Users"]["User"]] for page in (first, second, third)]
    assert pages == [["a", "b"], ["c", "d"], ["e"]]


def test_pages_neither_repeat_nor_skip_while_others_come_and_go(ram: Ram) -> None:
    for name in ("b", "d", "f", "h"):
        ram("CreateUser", UserName=name)
    first = ram("ListUsers", MaxItems="2")
    ram("CreateUser", UserName="a")
    ram("CreateUser", UserName="e")
    ram("DeleteUser", UserName="d")
    assert ram.names("ListUsers", Marker=first["Marker"]) == ["e", "f", "h"]


def test_an_empty_marker_starts_from_the_beginning(ram: Ram) -> None:
    ram("CreateUser", UserName="alice")
    assert ram.names("ListUsers", Marker="") == ["alice"]


def test_a_marker_of_another_list_is_refused(ram: Ram) -> None:
    for name in ("a", "b"):
        ram("CreateGroup", GroupName=name)
    marker = ram("ListGroups", MaxItems="1")["Marker"]
    ram.refused("ListUsers", "InvalidParameter.Marker", Marker=marker)
    ram.refused("ListUsers", "InvalidParameter.Marker", Marker="bogus")
    ram.refused("ListUsers", "InvalidParameter.Marker", Marker="x" * 1025)


def test_a_list_of_an_account_without_users_is_there_and_empty(ram: Ram) -> None:
    listed = ram("ListUsers")
    assert listed["Users"] == {"User": []}
    assert listed["IsTruncated"] is False


def test_lists_are_wrapped_in_xml_too(ram: Ram) -> None:
    ram("CreateUser", UserName="alice", Comments="a < b")
    text = ram.server.client(ram.account.root).call("2015-05-01", "ListUsers", form="XML").text
    assert text.startswith("<?xml version='1.0' encoding='UTF-8'?><ListUsersResponse><RequestId>")
    assert "<Users><User><UserId>" in text
    assert "<Comments>a &lt; b</Comments>" in text
    assert "<IsTruncated>false</IsTruncated>" in text
    assert "<Email>" not in text


def test_permission_on_one_user_is_no_permission_on_another(ram: Ram) -> None:
    own = f"acs:ram:*:{ram.id}:user/alice"
    alice = ram.user("alice", document(allow("ram:GetUser", own)))
    ram("CreateUser", UserName="bob")
    assert alice("GetUser", UserName="ALICE")["User"]["UserName"] == "alice"
    told = alice.refused("GetUser", "NoPermission", UserName="bob")
    assert told["Message"].endswith(f"Resource: acs:ram:*:{ram.id}:user/bob Action: ram:GetUser")
    alice.refused("ListUsers", "NoPermission")
