"""Users as IMS shows them: the ones that RAM has, named with the account's domain."""

from __future__ import annotations

import json

import pytest

from daypass.testing import Server
from tests.services.ims.calls import Ims
from tests.world import allow, deny, document


def test_a_user_made_in_ram_is_shown_with_the_domain_by_name_by_id_and_by_key(ims: Ims) -> None:
    made = ims.ram("CreateUser", UserName="Alice", DisplayName="Alice L.", Comments="an engineer")["User"]
    key = ims.ram("CreateAccessKey", UserName="Alice")["AccessKey"]["AccessKeyId"]
    shown = ims("GetUser", UserPrincipalName=ims.name("alice"))["User"]
    assert shown == {
        "UserId": made["UserId"],
        "UserPrincipalName": ims.name("Alice"),
        "UserName": "Alice",
        "DisplayName": "Alice L.",
        "Comments": "an engineer",
        "CreateDate": made["CreateDate"],
        "UpdateDate": made["CreateDate"],
        "ProvisionType": "Manual",
        "Tags": {"Tag": []},
    }
    assert ims("GetUser", UserId=made["UserId"])["User"] == shown
    assert ims("GetUser", UserAccessKeyId=key)["User"] == shown


def test_names_carry_the_alias_once_there_is_one_and_are_read_with_either(ims: Ims) -> None:
    alias = f"team-{ims.id}"
    with ims.server.runtime.database.write() as txn:
        txn.accounts.set_alias(ims.id, alias)
    ims.ram("CreateUser", UserName="Alice")
    for domain in (ims.id, alias, alias.upper()):
        shown = ims("GetUser", UserPrincipalName=f"Alice@{domain}.onaliyun.com")["User"]
        assert shown["UserPrincipalName"] == f"Alice@{alias}.onaliyun.com"


def test_a_user_is_named_in_exactly_one_way(ims: Ims) -> None:
    made = ims.ram("CreateUser", UserName="Alice")["User"]
    ims.refused("GetUser", "MissingParameter.UserPrincipalName")
    ims.refused(
        "GetUser",
        "InvalidParameter.UserPrincipalName",
        UserPrincipalName=ims.name("Alice"),
        UserId=made["UserId"],
    )


def test_a_wrong_name_is_told_what_is_wrong(ims: Ims) -> None:
    ims.ram("CreateUser", UserName="Alice")
    for name in ("Alice", "Alice@example.com", "Al ice@{id}.onaliyun.com", "Alice@group.{id}.onaliyun.com"):
        ims.refused(
            "GetUser",
            "InvalidParameter.UserPrincipalName.InvalidChars",
            UserPrincipalName=name.format(id=ims.id),
        )
    for name in ("", f"{'a' * 100}@{ims.id}.onaliyun.com"):
        ims.refused("GetUser", "InvalidParameter.UserPrincipalName.Length", UserPrincipalName=name)
    for missing in (ims.name("Bob"), "Alice@1000000000000200.onaliyun.com"):
        ims.refused("GetUser", "EntityNotExist.User", UserPrincipalName=missing)


def test_users_and_keys_of_another_account_do_not_exist_here(ims: Ims, server: Server) -> None:
    other = Ims(server, server.new_account())
    made = other.ram("CreateUser", UserName="Alice")["User"]
    key = other.ram("CreateAccessKey", UserName="Alice")["AccessKey"]["AccessKeyId"]
    ims.refused("GetUser", "EntityNotExist.User", UserId=made["UserId"])
    ims.refused("GetUser", "EntityNotExist.User", UserAccessKeyId=key)
    ims.refused("GetUser", "EntityNotExist.User", UserAccessKeyId=ims.account.root.access_key_id)
    ims.refused("GetUser", "EntityNotExist.User", UserAccessKeyId="LTAI0000000000000000NONE")


def test_a_policy_guards_a_user_however_it_is_named(ims: Ims) -> None:
    alice = ims.ram("CreateUser", UserName="Alice")["User"]["UserId"]
    bob = ims.ram("CreateUser", UserName="Bob")["User"]["UserId"]
    key = ims.ram("CreateAccessKey", UserName="Alice")["AccessKey"]["AccessKeyId"]
    own = f"acs:ram:*:{ims.id}:user/Alice"
    reader = ims.someone("Reader", document(allow("ram:GetUser", own)))
    guarded = ims.someone("Guarded", document(allow("ram:*"), deny("ram:GetUser", own)))
    for way in ({"UserPrincipalName": ims.name("Alice")}, {"UserId": alice}, {"UserAccessKeyId": key}):
        assert reader("GetUser", **way)["User"]["UserId"] == alice
        guarded.refused("GetUser", "NoPermission", **way)
    for way in ({"UserPrincipalName": ims.name("Bob")}, {"UserId": bob}, {"UserId": "1"}):
        reader.refused("GetUser", "NoPermission", **way)


def test_a_renamed_user_is_found_by_its_id_under_the_new_name(ims: Ims) -> None:
    made = ims.ram("CreateUser", UserName="Alice")["User"]["UserId"]
    reader = ims.someone("Reader", document(allow("ram:GetUser", f"acs:ram:*:{ims.id}:user/Alice")))
    assert reader("GetUser", UserId=made)["User"]["UserName"] == "Alice"
    ims.ram("UpdateUser", UserName="Alice", NewUserName="Alicia")
    reader.refused("GetUser", "NoPermission", UserId=made)
    assert ims("GetUser", UserId=made)["User"]["UserPrincipalName"] == ims.name("Alicia")


def test_users_are_listed_in_pages_in_the_order_of_their_names(ims: Ims) -> None:
    for name in ("Carol", "alice", "Bob"):
        ims.ram("CreateUser", UserName=name)
    names, marker = [], ""
    for _ in range(3):
        page = ims("ListUsers", MaxItems="1", Marker=marker)
        (user,) = page["Users"]["User"]
        assert (user["Status"], user["ProvisionType"]) == ("active", "Manual")
        names.append(user["UserPrincipalName"])
        marker = page.get("Marker", "")
        assert page["IsTruncated"] is bool(marker)
    assert names == [ims.name(name) for name in ("alice", "Bob", "Carol")]
    assert marker == ""
    assert len(ims("ListUsers")["Users"]["User"]) == 3
    assert len(ims("ListUsers", Status="freeze,active")["Users"]["User"]) == 3
    assert ims("ListUsers", Status="freeze")["Users"]["User"] == []


def test_a_wrong_part_of_the_list_is_refused(ims: Ims) -> None:
    ims.refused("ListUsers", "InvalidParameter.MaxItems", MaxItems="1001")
    ims.refused("ListUsers", "InvalidParameter.Marker", Marker="none")
    ims.refused("ListUsers", "InvalidParameter.Status", Status="asleep")


def test_users_are_listed_by_who_may(ims: Ims) -> None:
    lister = ims.someone("Lister", document(allow("ram:ListUsers", f"acs:ram:*:{ims.id}:user/*")))
    assert len(lister("ListUsers")["Users"]["User"]) == 1
    ims.someone("Nobody").refused("ListUsers", "NoPermission")


PERSON = {
    "DisplayName": "Alice L.",
    "Email": "alice@example.com",
    "MobilePhone": "86-18600008888",
    "Comments": "an engineer",
}


def test_a_user_made_here_is_the_one_that_ram_shows(ims: Ims) -> None:
    made = ims("CreateUser", UserPrincipalName=ims.name("Alice"), **PERSON)["User"]
    assert made["UserPrincipalName"] == ims.name("Alice")
    assert made["CreateDate"] == made["UpdateDate"]
    shown = ims.ram("GetUser", UserName="Alice")["User"]
    assert {name: shown[name] for name in ("UserId", *PERSON)} == {"UserId": made["UserId"], **PERSON}


def test_what_is_changed_here_is_changed_in_ram(ims: Ims) -> None:
    made = ims.ram("CreateUser", UserName="Alice", **PERSON)["User"]
    changed = ims(
        "UpdateUser",
        UserPrincipalName=ims.name("ALICE"),
        NewUserPrincipalName=ims.name("Alicia"),
        NewDisplayName="Alicia",
        NewComments="",
    )["User"]
    assert (changed["UserId"], changed["UserPrincipalName"]) == (made["UserId"], ims.name("Alicia"))
    shown = ims.ram("GetUser", UserName="Alicia")["User"]
    assert (shown["DisplayName"], shown["Email"]) == ("Alicia", PERSON["Email"])
    assert "Comments" not in shown
    ims("UpdateUser", UserId=made["UserId"], NewEmail="", NewMobilePhone="1-2345")
    assert ims.ram("GetUser", UserName="Alicia")["User"]["MobilePhone"] == "1-2345"


def test_a_user_is_deleted_by_name_or_by_id_and_is_gone_in_ram(ims: Ims) -> None:
    for way in ("name", "id"):
        made = ims.ram("CreateUser", UserName="Alice")["User"]["UserId"]
        named = {"UserPrincipalName": ims.name("Alice")} if way == "name" else {"UserId": made}
        ims("DeleteUser", **named)
        ims.ram.refused("GetUser", "EntityNotExist.User", UserName="Alice")
        ims.refused("DeleteUser", "EntityNotExist.User", **named)


@pytest.mark.parametrize(
    ("action", "changes", "code"),
    [
        ("CreateUser", {"DisplayName": None}, "MissingParameter.DisplayName"),
        ("CreateUser", {"UserPrincipalName": None}, "MissingParameter.UserPrincipalName"),
        ("CreateUser", {"DisplayName": ""}, "InvalidParameter.DisplayName.Length"),
        ("CreateUser", {"DisplayName": "a" * 25}, "InvalidParameter.DisplayName.Length"),
        ("CreateUser", {"DisplayName": "<b>"}, "InvalidParameter.DisplayName.InvalidChars"),
        ("CreateUser", {"Comments": "a" * 129}, "InvalidParameter.Comments.Length"),
        ("CreateUser", {"Email": "alice"}, "InvalidParameter.Email.Format"),
        ("CreateUser", {"MobilePhone": "1"}, "InvalidParameter.MobilePhone.Format"),
        ("CreateUser", {"UserPrincipalName": "Alice"}, "InvalidParameter.UserPrincipalName.InvalidChars"),
        ("CreateUser", {"UserPrincipalName": "A@1.onaliyun.com"}, "InvalidParameter.UserPrincipalName"),
        ("CreateUser", {"UserPrincipalName": "alice@{id}.onaliyun.com"}, "EntityAlreadyExists.User"),
        ("CreateUser", {"Tag.1.Key": "acs:a"}, "InvalidParameter.Tag"),
        ("UpdateUser", {"UserPrincipalName": None}, "MissingParameter.UserPrincipalName"),
        ("UpdateUser", {"UserId": "1"}, "InvalidParameter.UserPrincipalName"),
        ("UpdateUser", {"NewDisplayName": "a" * 25}, "InvalidParameter.NewDisplayName.Length"),
        ("UpdateUser", {"NewDisplayName": "a;"}, "InvalidParameter.NewDisplayName.InvalidChars"),
        ("UpdateUser", {"NewComments": "a" * 129}, "InvalidParameter.NewComments.Length"),
        ("UpdateUser", {"NewEmail": "@"}, "InvalidParameter.NewEmail.Format"),
        ("UpdateUser", {"NewMobilePhone": "a"}, "InvalidParameter.NewMobilePhone.Format"),
        (
            "UpdateUser",
            {"NewUserPrincipalName": "A B@1.onaliyun.com"},
            "InvalidParameter.NewUserPrincipalName.InvalidChars",
        ),
        (
            "UpdateUser",
            {"NewUserPrincipalName": "a" * 129},
            "InvalidParameter.NewUserPrincipalName.Length",
        ),
        ("UpdateUser", {"NewUserPrincipalName": "A@1.onaliyun.com"}, "InvalidParameter.NewUserPrincipalName"),
        ("UpdateUser", {"NewUserPrincipalName": "Bob@{id}.onaliyun.com"}, "EntityAlreadyExists.User"),
        ("UpdateUser", {"UserPrincipalName": "No@{id}.onaliyun.com"}, "EntityNotExist.User"),
        ("DeleteUser", {"UserPrincipalName": None}, "MissingParameter.UserPrincipalName"),
        ("ListUserBasicInfos", {"MaxItems": "0"}, "InvalidParameter.MaxItems"),
        ("ListUserBasicInfos", {"Marker": "x"}, "InvalidParameter.Marker"),
        ("ListUserBasicInfos", {"Status": "active", "Tag.1.Key": "a"}, "InvalidParameter.Status"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong_and_changes_nothing(
    ims: Ims, action: str, changes: dict[str, str | None], code: str
) -> None:
    for name in ("Alice", "Bob"):
        ims.ram("CreateUser", UserName=name)
    before = ims("ListUsers")["Users"]
    wanted: dict[str, str | None] = {"UserPrincipalName": ims.name("Alice")}
    if action == "CreateUser":
        wanted = {"UserPrincipalName": ims.name("Carol"), "DisplayName": "Carol"}
    wanted |= changes
    given = {name: value.format(id=ims.id) for name, value in wanted.items() if value is not None}
    ims.refused(action, code, **given)
    assert ims("ListUsers")["Users"] == before


def test_a_user_that_still_has_something_is_not_deleted(ims: Ims) -> None:
    alice = {"UserPrincipalName": ims.name("Alice")}
    ims("CreateUser", DisplayName="Alice", **alice)
    ims("CreateGroup", GroupName="IT")
    ims("AddUserToGroup", GroupName="IT", **alice)
    ims.refused("DeleteUser", "DeleteConflict.User.Group", **alice)
    ims("RemoveUserFromGroup", GroupName="IT", **alice)
    key = ims("CreateAccessKey", **alice)["AccessKey"]["AccessKeyId"]
    ims.refused("DeleteUser", "DeleteConflict.User.AccessKey", **alice)
    ims("DeleteAccessKey", UserAccessKeyId=key, **alice)
    ims("CreateLoginProfile", Password="Secret-12345678", **alice)
    ims.refused("DeleteUser", "DeleteConflict.User.LoginProfile", **alice)
    ims("DeleteLoginProfile", **alice)
    ims.ram("AttachPolicyToUser", UserName="Alice", PolicyType="System", PolicyName="ReadOnlyAccess")
    ims.refused("DeleteUser", "DeleteConflict.User.Policy", **alice)
    ims.ram("DetachPolicyFromUser", UserName="Alice", PolicyType="System", PolicyName="ReadOnlyAccess")
    ims("DeleteUser", **alice)
    assert ims("ListUsers")["Users"]["User"] == []


def test_an_account_has_no_more_users_than_its_quota(ims: Ims) -> None:
    with ims.server.runtime.database.write() as txn:
        txn.account_quotas.set(ims.id, "users", 1)
    ims("CreateUser", UserPrincipalName=ims.name("Alice"), DisplayName="Alice")
    ims.refused("CreateUser", "LimitExceeded.User", UserPrincipalName=ims.name("Bob"), DisplayName="Bob")


def test_a_user_may_be_made_changed_and_deleted_by_who_may(ims: Ims) -> None:
    alice, everyone = f"acs:ram:*:{ims.id}:user/Alice", f"acs:ram:*:{ims.id}:user/*"
    maker = ims.someone("Maker", document(allow("ram:CreateUser", everyone)))
    keeper = ims.someone("Keeper", document(allow(["ram:UpdateUser", "ram:DeleteUser"], alice)))
    keeper.refused("CreateUser", "NoPermission", UserPrincipalName=ims.name("Alice"), DisplayName="Alice")
    made = maker("CreateUser", UserPrincipalName=ims.name("Alice"), DisplayName="Alice")["User"]["UserId"]
    maker.refused("DeleteUser", "NoPermission", UserId=made)
    keeper("UpdateUser", UserId=made, NewDisplayName="A.")
    keeper.refused("DeleteUser", "NoPermission", UserPrincipalName=ims.name("Maker"))
    keeper("DeleteUser", UserId=made)


def test_users_are_listed_in_short_a_hundred_at_a_time(ims: Ims) -> None:
    with ims.server.runtime.database.write() as txn:
        for number in range(101):
            txn.users.create(ims.id, f"user-{number:03}", display_name="Somebody")
    page = ims("ListUserBasicInfos")
    users = page["UserBasicInfos"]["UserBasicInfo"]
    assert (len(users), page["IsTruncated"]) == (100, True)
    assert set(users[0]) == {"UserId", "UserPrincipalName", "DisplayName", "Status"}
    rest = ims("ListUserBasicInfos", Marker=page["Marker"], Status="active")
    assert rest["IsTruncated"] is False
    assert [user["UserPrincipalName"] for user in rest["UserBasicInfos"]["UserBasicInfo"]] == [
        ims.name("user-100")
    ]
    assert ims("ListUserBasicInfos", Status="freeze")["UserBasicInfos"]["UserBasicInfo"] == []
    assert len(ims("ListUsers")["Users"]["User"]) == 101


def test_tags_given_with_a_user_are_shown_and_looked_for(ims: Ims) -> None:
    for number, (name, tags) in enumerate(
        {"Alice": {"team": "red", "site": ""}, "Bob": {"team": "blue"}, "Carol": {}}.items()
    ):
        flat = {
            f"Tag.{n}.{part}": text
            for n, tag in enumerate(tags.items(), 1)
            for part, text in zip(("Key", "Value"), tag, strict=True)
        }
        # Either encoding is read: of these users the first comes flat, the others as JSON.
        as_json = {"Tag": json.dumps([{"Key": key, "Value": value} for key, value in tags.items()])}
        made = ims(
            "CreateUser",
            UserPrincipalName=ims.name(name),
            DisplayName=name,
            **(as_json if number else flat),
        )["User"]
        assert {tag["TagKey"]: tag["TagValue"] for tag in made["Tags"]["Tag"]} == tags
        assert ims("GetUser", UserId=made["UserId"])["User"]["Tags"] == made["Tags"]

    def found(**tag: str) -> list[str]:
        users = ims("ListUsers", **tag)["Users"]["User"]
        short = ims("ListUserBasicInfos", **tag)["UserBasicInfos"]["UserBasicInfo"]
        names = [user["UserPrincipalName"].partition("@")[0] for user in users]
        assert [user["UserPrincipalName"].partition("@")[0] for user in short] == names
        return names

    assert found() == ["Alice", "Bob", "Carol"]
    assert found(Tag_1_Key="team") == ["Alice", "Bob"]
    assert found(Tag='[{"Key": "team", "Value": "blue"}]') == ["Bob"]
    assert found(Tag_1_Key="team", Tag_2_Key="site") == ["Alice"]
    assert ims("ListUsers", Tag_1_Key="team", Status="freeze")["Users"]["User"]
