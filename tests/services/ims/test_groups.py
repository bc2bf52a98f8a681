"""Groups and who is in them: what IMS writes RAM shows, and the other way round."""

from __future__ import annotations

import pytest

from tests.services.ims.calls import Ims
from tests.world import allow, document


def test_a_group_made_here_is_the_one_that_ram_shows(ims: Ims) -> None:
    made = ims("CreateGroup", GroupName="IT", DisplayName="I. T.", Comments="they know")["Group"]
    assert made["CreateDate"] == made["UpdateDate"]
    shown = ims.ram("GetGroup", GroupName="it")["Group"]
    assert "DisplayName" not in shown
    assert made == {**shown, "DisplayName": "I. T."}
    assert ims("GetGroup", GroupName="it")["Group"] == made


def test_a_group_made_in_ram_has_no_display_name_until_it_gets_one(ims: Ims) -> None:
    made = ims.ram("CreateGroup", GroupName="IT")["Group"]
    assert "DisplayName" not in ims("GetGroup", GroupName="IT")["Group"]
    changed = ims("UpdateGroup", GroupName="IT", NewDisplayName="I. T.", NewGroupName="It-2")["Group"]
    assert (changed["GroupId"], changed["DisplayName"]) == (made["GroupId"], "I. T.")
    ims.ram("UpdateGroup", GroupName="it-2", NewComments="they know")
    shown = ims("GetGroup", GroupName="IT-2")["Group"]
    assert (shown["DisplayName"], shown["Comments"]) == ("I. T.", "they know")
    assert "DisplayName" not in ims("UpdateGroup", GroupName="IT-2", NewDisplayName="")["Group"]


def test_a_group_deleted_here_is_gone_in_ram(ims: Ims) -> None:
    ims("CreateGroup", GroupName="IT")
    ims("DeleteGroup", GroupName="IT")
    ims.ram.refused("GetGroup", "EntityNotExist.Group", GroupName="IT")


def test_a_group_with_users_or_policies_is_not_deleted(ims: Ims) -> None:
    ims.ram("CreateUser", UserName="Alice")
    ims("CreateGroup", GroupName="IT")
    ims("AddUserToGroup", GroupName="IT", UserPrincipalName=ims.name("Alice"))
    ims.refused("DeleteGroup", "DeleteConflict.Group.User", GroupName="IT")
    ims("RemoveUserFromGroup", GroupName="IT", UserPrincipalName=ims.name("Alice"))
    ims.ram("AttachPolicyToGroup", GroupName="IT", PolicyType="System", PolicyName="ReadOnlyAccess")
    ims.refused("DeleteGroup", "DeleteConflict.Group.Policy", GroupName="IT")


def test_groups_are_listed_in_pages_of_a_hundred_at_most(ims: Ims) -> None:
    with ims.server.runtime.database.write() as txn:
        for number in range(101):
            txn.groups.create(ims.id, f"group-{number:03}")
    page = ims("ListGroups")
    assert (len(page["Groups"]["Group"]), page["IsTruncated"]) == (100, True)
    rest = ims("ListGroups", Marker=page["Marker"])
    assert [group["GroupName"] for group in rest["Groups"]["Group"]] == ["group-100"]
    assert "Marker" not in rest
    ims.refused("ListGroups", "InvalidParameter.MaxItems", MaxItems="101")
    ims.refused("ListGroups", "InvalidParameter.Marker", Marker="x")


def test_who_joins_here_is_in_the_group_in_ram(ims: Ims) -> None:
    made = ims.ram("CreateUser", UserName="Alice", DisplayName="A. L.")["User"]
    ims("CreateGroup", GroupName="IT", DisplayName="I. T.", Comments="they know")
    ims("AddUserToGroup", GroupName="it", UserPrincipalName=ims.name("alice"))
    assert ims.ram.names("ListUsersForGroup", GroupName="IT") == ["Alice"]
    (user,) = ims("ListUsersForGroup", GroupName="IT")["Users"]["User"]
    joined = user.pop("JoinDate")
    assert user == {
        "UserId": made["UserId"],
        "UserPrincipalName": ims.name("Alice"),
        "DisplayName": "A. L.",
    }
    (group,) = ims("ListGroupsForUser", UserPrincipalName=ims.name("Alice"))["Groups"]["Group"]
    assert group.pop("GroupId")
    assert group == {
        "GroupName": "IT",
        "DisplayName": "I. T.",
        "Comments": "they know",
        "JoinDate": joined,
    }


def test_who_joins_in_ram_is_in_the_group_here_and_leaves_it_here(ims: Ims) -> None:
    ims.ram("CreateUser", UserName="Alice")
    ims.ram("CreateGroup", GroupName="IT")
    ims.ram("AddUserToGroup", GroupName="IT", UserName="Alice")
    assert len(ims("ListUsersForGroup", GroupName="IT")["Users"]["User"]) == 1
    ims("RemoveUserFromGroup", GroupName="IT", UserPrincipalName=ims.name("Alice"))
    assert ims.ram.names("ListGroupsForUser", UserName="Alice") == []


def test_a_groups_policies_count_as_soon_as_a_user_joins_and_no_longer(ims: Ims) -> None:
    alice = ims.someone("Alice")
    ims("CreateGroup", GroupName="Readers")
    ims.ram("CreatePolicy", PolicyName="read", PolicyDocument=document(allow("ram:ListGroups")))
    ims.ram("AttachPolicyToGroup", GroupName="Readers", PolicyType="Custom", PolicyName="read")
    member = {"GroupName": "Readers", "UserPrincipalName": ims.name("Alice")}
    alice.refused("ListGroups", "NoPermission")
    ims("AddUserToGroup", **member)
    alice("ListGroups")
    ims("RemoveUserFromGroup", **member)
    alice.refused("ListGroups", "NoPermission")


@pytest.mark.parametrize(
    ("action", "changes", "code"),
    [
        ("AddUserToGroup", {}, "EntityAlreadyExists.User.Group"),
        ("AddUserToGroup", {"GroupName": None}, "MissingParameter.GroupName"),
        ("AddUserToGroup", {"UserPrincipalName": None}, "MissingParameter.UserPrincipalName"),
        ("AddUserToGroup", {"GroupName": "a b"}, "InvalidParameter.GroupName.InvalidChars"),
        ("AddUserToGroup", {"GroupName": "a" * 65}, "InvalidParameter.GroupName.Length"),
        ("AddUserToGroup", {"GroupName": "No"}, "EntityNotExist.Group"),
        ("AddUserToGroup", {"UserPrincipalName": "No@{id}.onaliyun.com"}, "EntityNotExist.User"),
        ("AddUserToGroup", {"UserPrincipalName": "Alice@1.onaliyun.com"}, "EntityNotExist.User"),
        ("RemoveUserFromGroup", {"GroupName": "Other"}, "EntityNotExist.User.Group"),
        ("RemoveUserFromGroup", {"GroupName": "No"}, "EntityNotExist.Group"),
        ("RemoveUserFromGroup", {"UserPrincipalName": "Alice@1.onaliyun.com"}, "EntityNotExist.User"),
        ("ListUsersForGroup", {"GroupName": "No"}, "EntityNotExist.Group"),
        ("ListUsersForGroup", {"MaxItems": "101"}, "InvalidParameter.MaxItems"),
        ("ListUsersForGroup", {"Marker": "x"}, "InvalidParameter.Marker"),
        ("ListGroupsForUser", {"UserPrincipalName": "No@{id}.onaliyun.com"}, "EntityNotExist.User"),
        ("CreateGroup", {}, "EntityAlreadyExists.Group"),
        ("CreateGroup", {"GroupName": "new", "DisplayName": "a" * 25}, "InvalidParameter.DisplayName.Length"),
        ("CreateGroup", {"GroupName": "new", "Comments": "a" * 129}, "InvalidParameter.Comments.Length"),
        ("UpdateGroup", {"NewGroupName": "Other"}, "EntityAlreadyExists.Group"),
        ("UpdateGroup", {"NewDisplayName": "a" * 25}, "InvalidParameter.NewDisplayName.Length"),
        ("UpdateGroup", {"GroupName": "No"}, "EntityNotExist.Group"),
        ("GetGroup", {"GroupName": "No"}, "EntityNotExist.Group"),
        ("DeleteGroup", {"GroupName": "No"}, "EntityNotExist.Group"),
        ("DeleteGroup", {"GroupName": None}, "MissingParameter.GroupName"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong_and_changes_nothing(
    ims: Ims, action: str, changes: dict[str, str | None], code: str
) -> None:
    ims.ram("CreateUser", UserName="Alice")
    for name in ("IT", "Other"):
        ims("CreateGroup", GroupName=name)
    ims("AddUserToGroup", GroupName="IT", UserPrincipalName=ims.name("Alice"))
    before = (ims("ListGroups")["Groups"], ims("ListUsersForGroup", GroupName="IT")["Users"])
    wanted: dict[str, str | None] = {
        "GroupName": "IT",
        "UserPrincipalName": ims.name("Alice"),
        **changes,
    }
    given = {name: value.format(id=ims.id) for name, value in wanted.items() if value is not None}
    ims.refused(action, code, **given)
    assert (ims("ListGroups")["Groups"], ims("ListUsersForGroup", GroupName="IT")["Users"]) == before


def test_groups_and_memberships_have_limits(ims: Ims) -> None:
    with ims.server.runtime.database.write() as txn:
        txn.account_quotas.set(ims.id, "groups", 2)
        txn.account_quotas.set(ims.id, "groups_per_user", 1)
    ims.ram("CreateUser", UserName="Alice")
    for name in ("IT", "Other"):
        ims("CreateGroup", GroupName=name)
    ims.refused("CreateGroup", "LimitExceeded.Group", GroupName="Third")
    alice = {"UserPrincipalName": ims.name("Alice")}
    ims("AddUserToGroup", GroupName="IT", **alice)
    ims.refused("AddUserToGroup", "LimitExceeded.User.Group", GroupName="Other", **alice)


def test_both_the_user_and_the_group_must_be_allowed(ims: Ims) -> None:
    ims.ram("CreateUser", UserName="Alice")
    ims("CreateGroup", GroupName="IT")
    user, group = f"acs:ram:*:{ims.id}:user/Alice", f"acs:ram:*:{ims.id}:group/IT"
    member = {"GroupName": "IT", "UserPrincipalName": ims.name("Alice")}
    for number, resource in enumerate((user, group)):
        half = ims.someone(f"Half-{number}", document(allow("ram:*", resource)))
        half.refused("AddUserToGroup", "NoPermission", **member)
    ims.someone("Whole", document(allow("ram:*", [user, group])))("AddUserToGroup", **member)
    assert ims.ram.names("ListUsersForGroup", GroupName="IT") == ["Alice"]


def test_a_group_is_guarded_whichever_product_is_used(ims: Ims) -> None:
    ims("CreateGroup", GroupName="IT")
    keeper = ims.someone("Keeper", document(allow("ram:*Group", f"acs:ram:*:{ims.id}:group/IT")))
    keeper.refused("CreateGroup", "NoPermission", GroupName="New")
    keeper.refused("ListGroups", "NoPermission")
    assert keeper("GetGroup", GroupName="IT")["Group"]["GroupName"] == "IT"
    keeper("UpdateGroup", GroupName="IT", NewDisplayName="I. T.")
    keeper("DeleteGroup", GroupName="IT")
