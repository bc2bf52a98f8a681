"""Resource groups through ResourceManager, on a real server."""

from __future__ import annotations

import re

import pytest

from daypass.directory.quotas import Quotas
from tests.services.resourcemanager.account import Account
from tests.world import allow, document

PLUS_8 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00")


def test_a_group_is_created_and_shown_as_it_was(account: Account) -> None:
    made = account.create("team", "The team", Tag_1_Key="env", Tag_1_Value="prod")
    assert re.fullmatch(r"rg-[a-z0-9]{15}", made["Id"])
    assert PLUS_8.fullmatch(made["CreateDate"])
    assert (made["Name"], made["DisplayName"], made["AccountId"]) == ("team", "The team", account.id)
    assert (made["Status"], made["RegionStatuses"]) == (
        "OK",
        {"RegionStatus": [{"RegionId": "cn-shanghai", "Status": "OK"}]},
    )
    assert account.told("GetResourceGroup", ResourceGroupId=made["Id"])["ResourceGroup"] == made
    tagged = account.told("GetResourceGroup", ResourceGroupId=made["Id"], IncludeTags="true")["ResourceGroup"]
    assert tagged.pop("Tags") == {"Tag": [{"TagKey": "env", "TagValue": "prod"}]}
    assert tagged == made


def test_groups_are_listed_by_parts_of_names_ids_status_and_tags(account: Account) -> None:
    alpha = account.create("alpha", "First one", Tag_1_Key="env", Tag_1_Value="prod")["Id"]
    beta = account.create("Beta", "Second one", Tag_1_Key="env", Tag_1_Value="test")["Id"]
    assert account.names() == ["alpha", "Beta", "default"]
    assert account.names(Name="ET") == ["Beta"]
    assert account.names(DisplayName="one") == ["alpha", "Beta"]
    assert account.names(ResourceGroupId=alpha) == ["alpha"]
    assert account.names(ResourceGroupId=alpha, ResourceGroupIds_1=beta) == ["Beta"]
    assert account.names(Status="PendingDelete") == []
    assert account.names(Tag_1_Key="env") == ["alpha", "Beta"]
    assert account.names(Tag_1_Key="env", Tag_1_Value="test") == ["Beta"]


def test_a_list_has_pages_and_shows_tags_when_asked_for_or_looked_for(account: Account) -> None:
    account.create("alpha", Tag_1_Key="env")
    body = account.told("ListResourceGroups", PageSize="1", PageNumber="1")
    assert (body["PageNumber"], body["PageSize"], body["TotalCount"]) == (1, 1, 2)
    (shown,) = body["ResourceGroups"]["ResourceGroup"]
    assert set(shown) == {"AccountId", "CreateDate", "DisplayName", "Id", "Name", "Status"}
    assert account.names(PageSize="1", PageNumber="2") == ["default"]
    for asked in ({"IncludeTags": "true"}, {"Tag_1_Key": "env"}):
        first = account.told("ListResourceGroups", **asked)["ResourceGroups"]["ResourceGroup"][0]
        assert first["Tags"] == {"Tag": [{"TagKey": "env", "TagValue": ""}]}


def test_a_deleted_group_is_gone_with_what_was_attached_in_it(account: Account) -> None:
    group = account.create("team")["Id"]
    account.user("Alice")
    with account.server.runtime.database.write() as txn:
        txn.attachments.attach(account.id, "User", "Alice", "System", "ReadOnlyAccess", scope=group)
    gone = account.told("DeleteResourceGroup", ResourceGroupId=group)["ResourceGroup"]
    assert (gone["Id"], gone["Status"]) == (group, "PendingDelete")
    missing = (404, "EntityNotExists.ResourceGroup")
    assert account.refused("GetResourceGroup", ResourceGroupId=group) == missing
    assert account.refused("DeleteResourceGroup", ResourceGroupId=group) == missing
    assert account.told("ListPolicyAttachments")["TotalCount"] == 0


def test_a_group_in_use_and_the_default_one_stay(account: Account) -> None:
    group = account.create("team")["Id"]
    with account.server.runtime.database.write() as txn:
        txn.resource_groups.put(account.id, f"acs:iot:cn-shanghai:{account.id}:product/a1", group)
        default = txn.resource_groups.default(account.id).id
    in_the_way = (409, "DeleteConflict.ResourceGroup.Resource")
    assert account.refused("DeleteResourceGroup", ResourceGroupId=group) == in_the_way
    assert account.refused("DeleteResourceGroup", ResourceGroupId=default) == in_the_way
    assert account.names() == ["default", "team"]


def test_other_accounts_groups_do_not_exist(account: Account) -> None:
    group = account.create("team")["Id"]
    other = account.server.new_account().root
    missing = (404, "EntityNotExists.ResourceGroup")
    for action in ("GetResourceGroup", "DeleteResourceGroup"):
        assert account.refused(action, other, ResourceGroupId=group) == missing
    assert account.told("ListResourceGroups", other, ResourceGroupId=group)["TotalCount"] == 0


def test_a_name_is_given_once_and_the_number_of_groups_is_limited(account: Account) -> None:
    account.create("team")
    again = {"Name": "TEAM", "DisplayName": "Team"}
    assert account.refused("CreateResourceGroup", **again) == (409, "EntityAlreadyExists.ResourceGroup")
    with account.server.runtime.database.write() as txn:
        for number in range(Quotas().resource_groups - 2):
            txn.resource_groups.create(account.id, f"team-{number}", "Team")
    more = {"Name": "one-more", "DisplayName": "Team"}
    assert account.refused("CreateResourceGroup", **more) == (409, "LimitExceeded.ResourceGroup")


@pytest.mark.parametrize(
    ("action", "wrong", "code"),
    [
        ("CreateResourceGroup", {"DisplayName": "Team"}, "MissingParameter.Name"),
        ("CreateResourceGroup", {"Name": "team"}, "MissingParameter.DisplayName"),
        ("CreateResourceGroup", {"Name": "t", "DisplayName": "T"}, "InvalidParameter.Name.Length"),
        ("CreateResourceGroup", {"Name": "1team", "DisplayName": "T"}, "InvalidParameter.Name.InvalidChars"),
        (
            "CreateResourceGroup",
            {"Name": "team", "DisplayName": "x" * 51},
            "InvalidParameter.DisplayName.Length",
        ),
        (
            "CreateResourceGroup",
            {"Name": "team", "DisplayName": "T", "Tag_1_Key": "acs:x"},
            "InvalidParameter.Tag",
        ),
        ("GetResourceGroup", {}, "MissingParameter.ResourceGroupId"),
        ("GetResourceGroup", {"ResourceGroupId": "x" * 65}, "InvalidParameter.ResourceGroupId.Length"),
        ("DeleteResourceGroup", {}, "MissingParameter.ResourceGroupId"),
        ("ListResourceGroups", {"Status": "Gone"}, "InvalidParameter.Status"),
        ("ListResourceGroups", {"PageSize": "0"}, "InvalidParameter.PageSize"),
        ("ListResourceGroups", {"PageNumber": "99999999999"}, "InvalidParameter.PageNumber"),
        ("ListResourceGroups", {"IncludeTags": "maybe"}, "InvalidParameter.IncludeTags"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    account: Account, action: str, wrong: dict[str, str], code: str
) -> None:
    assert account.refused(action, **wrong) == (400, code)


def test_one_group_is_allowed_and_another_is_not(account: Account) -> None:
    mine, theirs = account.create("mine")["Id"], account.create("theirs")["Id"]
    resource = f"acs:ram:*:{account.id}:resourcegroup/{mine}"
    alice = account.user("Alice", document(allow("ram:*ResourceGroup*", resource)))
    denied = (403, "NoPermission")
    assert account.refused("GetResourceGroup", alice, ResourceGroupId=theirs) == denied
    assert account.refused("DeleteResourceGroup", alice, ResourceGroupId=theirs) == denied
    assert account.refused("GetResourceGroup", alice, ResourceGroupId="rg-none") == denied
    assert account.refused("ListResourceGroups", alice) == denied
    assert account.refused("CreateResourceGroup", alice, Name="more", DisplayName="More") == denied
    account.told("GetResourceGroup", alice, ResourceGroupId=mine)
    account.told("DeleteResourceGroup", alice, ResourceGroupId=mine)
    bob = account.user("Bob", document(allow("ram:*", f"acs:ram:*:{account.id}:resourcegroup/*")))
    account.told("CreateResourceGroup", bob, Name="more", DisplayName="More")
    account.told("ListResourceGroups", bob)
