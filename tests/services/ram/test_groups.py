"""Groups and who is in them, over the wire of a real server."""

from __future__ import annotations

import pytest

from daypass.directory.quotas import Quotas
from tests.services.ram.calls import READ, Ram
from tests.world import allow, document

BOTH = {"UserName": "alice", "GroupName": "readers"}


def test_a_group_is_shown_as_it_was_made(ram: Ram) -> None:
    made = ram("CreateGroup", GroupName="Readers", Comments="may read")["Group"]
    assert set(made) == {"GroupId", "GroupName", "Comments", "CreateDate"}
    shown = ram("GetGroup", GroupName="readers")["Group"]
    assert shown == {**made, "UpdateDate": made["CreateDate"]}
    assert ram("ListGroups")["Groups"]["Group"] == [shown]


def test_a_group_is_changed_and_renamed(ram: Ram) -> None:
    made = ram("CreateGroup", GroupName="readers", Comments="may read")["Group"]
    changed = ram("UpdateGroup", GroupName="readers", NewGroupName="writers", NewComments="")["Group"]
    assert changed["GroupId"] == made["GroupId"]
    assert "Comments" not in changed
    assert ram.names("ListGroups") == ["writers"]


def test_group_names_are_unique_ignoring_case(ram: Ram) -> None:
    ram("CreateGroup", GroupName="readers")
    ram("CreateGroup", GroupName="writers")
    ram.refused("CreateGroup", "EntityAlreadyExists.Group", GroupName="READERS")
    ram.refused("UpdateGroup", "EntityAlreadyExists.Group", GroupName="readers", NewGroupName="Writers")


@pytest.mark.parametrize("action", ["GetGroup", "UpdateGroup", "DeleteGroup", "ListUsersForGroup"])
def test_a_group_that_is_not_there_cannot_be_named(ram: Ram, action: str) -> None:
    ram.refused(action, "EntityNotExist.Group", GroupName="nothing")


def test_a_group_is_deleted_only_without_users_and_policies(ram: Ram) -> None:
    ram("CreateGroup", GroupName="readers")
    ram("CreateUser", UserName="alice")
    ram("CreatePolicy", PolicyName="read", PolicyDocument=READ)
    ram("AttachPolicyToGroup", GroupName="readers", PolicyType="Custom", PolicyName="read")
    ram("AddUserToGroup", **BOTH)
    ram.refused("DeleteGroup", "DeleteConflict.Group.User", GroupName="readers")
    ram("RemoveUserFromGroup", **BOTH)
    ram.refused("DeleteGroup", "DeleteConflict.Group.Policy", GroupName="readers")
    ram("DetachPolicyFromGroup", GroupName="readers", PolicyType="Custom", PolicyName="read")
    ram("DeleteGroup", GroupName="readers")
    ram.refused("GetGroup", "EntityNotExist.Group", GroupName="readers")


def test_an_account_has_as_many_groups_as_its_quota(ram: Ram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ram.server.runtime.database, "_quotas", Quotas(groups=1))
    ram("CreateGroup", GroupName="a")
    ram.refused("CreateGroup", "LimitExceeded.Group", GroupName="b")


def test_groups_come_in_pages_of_at_most_1000(ram: Ram) -> None:
    for name in ("a", "b", "c"):
        ram("CreateGroup", GroupName=name)
    first = ram("ListGroups", MaxItems="2")
    assert first["IsTruncated"] is True
    assert ram.names("ListGroups", MaxItems="1000", Marker=first["Marker"]) == ["c"]
    ram.refused("ListGroups", "InvalidParameter.MaxItems", MaxItems="1001")
    ram.refused("ListGroups", "InvalidParameter.Marker", Marker="bogus")


def test_membership_is_seen_from_both_sides(ram: Ram) -> None:
    ram("CreateUser", UserName="Alice", DisplayName="Alice A.")
    ram("CreateGroup", GroupName="Readers", Comments="may read")
    ram("AddUserToGroup", **BOTH)
    (group,) = ram("ListGroupsForUser", UserName="alice")["Groups"]["Group"]
    assert set(group) == {"GroupId", "GroupName", "Comments", "JoinDate"}
    assert group["GroupName"] == "Readers"
    listed = ram("ListUsersForGroup", GroupName="readers")
    (user,) = listed["Users"]["User"]
    assert user == {"UserName": "Alice", "DisplayName": "Alice A.", "JoinDate": group["JoinDate"]}
    assert listed["IsTruncated"] is False


def test_users_of_a_group_come_in_pages(ram: Ram) -> None:
    ram("CreateGroup", GroupName="readers")
    for name in ("c", "a", "b"):
        ram("CreateUser", UserName=name)
        ram("AddUserToGroup", UserName=name, GroupName="readers")
    first = ram("ListUsersForGroup", GroupName="readers", MaxItems="2")
    assert [user["UserName"] for user in first["Users"]["User"]] == ["a", "b"]
    assert ram.names("ListUsersForGroup", GroupName="readers", Marker=first["Marker"]) == ["c"]
    ram.refused("ListUsersForGroup", "InvalidParameter.Marker", GroupName="readers", Marker="bogus")


def test_a_user_joins_and_leaves_a_group_once(ram: Ram) -> None:
    ram.refused("AddUserToGroup", "EntityNotExist.User", **BOTH)
    ram.refused("RemoveUserFromGroup", "EntityNotExist.User", **BOTH)
    ram.refused("ListGroupsForUser", "EntityNotExist.User", UserName="alice")
    ram("CreateUser", UserName="alice")
    ram.refused("AddUserToGroup", "EntityNotExist.Group", **BOTH)
    ram.refused("RemoveUserFromGroup", "EntityNotExist.Group", **BOTH)
    ram("CreateGroup", GroupName="readers")
    ram.refused("RemoveUserFromGroup", "EntityNotExist.User.Group", **BOTH)
    ram("AddUserToGroup", **BOTH)
    ram.refused("AddUserToGroup", "EntityAlreadyExists.User.Group", **BOTH)
    ram("RemoveUserFromGroup", **BOTH)
    assert ram.names("ListGroupsForUser", UserName="alice") == []


def test_a_user_is_in_at_most_ten_groups(ram: Ram) -> None:
    ram("CreateUser", UserName="alice")
    for number in range(10):
        ram("CreateGroup", GroupName=f"g{number}")
        ram("AddUserToGroup", UserName="alice", GroupName=f"g{number}")
    ram("CreateGroup", GroupName="readers")
    ram.refused("AddUserToGroup", "LimitExceeded.User.Group", **BOTH)


def test_a_groups_policies_are_its_users_own_as_long_as_they_are_in_it(ram: Ram) -> None:
    alice = ram.user("alice")
    ram("CreateGroup", GroupName="readers")
    ram("CreatePolicy", PolicyName="look", PolicyDocument=document(allow("ram:GetUser")))
    ram("AttachPolicyToGroup", GroupName="readers", PolicyType="Custom", PolicyName="look")
    alice.refused("GetUser", "NoPermission", UserName="alice")
    ram("AddUserToGroup", **BOTH)
    alice("GetUser", UserName="alice")
    ram("RemoveUserFromGroup", **BOTH)
    alice.refused("GetUser", "NoPermission", UserName="alice")


@pytest.mark.parametrize("missing", ["user/alice", "group/readers"])
@pytest.mark.parametrize("action", ["AddUserToGroup", "RemoveUserFromGroup"])
def test_membership_takes_permission_on_the_user_and_on_the_group(
    ram: Ram, action: str, missing: str
) -> None:
    (other,) = {"user/alice", "group/readers"} - {missing}
    clerk = ram.user("clerk", document(allow(f"ram:{action}", f"acs:ram:*:{ram.id}:{other}")))
    told = clerk.refused(action, "NoPermission", **BOTH)
    assert told["Message"].endswith(f"Resource: acs:ram:*:{ram.id}:{missing} Action: ram:{action}")
