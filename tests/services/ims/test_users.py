"""Users as IMS shows them: the ones that RAM has, named with the account's domain."""

from __future__ import annotations

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
