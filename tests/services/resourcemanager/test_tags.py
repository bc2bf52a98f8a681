"""Tags of resource groups and members, on a real server."""

from __future__ import annotations

import pytest

from daypass.directory.quotas import Quotas
from daypass.testing import Server
from tests.services.resourcemanager.account import Account
from tests.services.resourcemanager.directory import Directory
from tests.world import allow, document


def tags(account: Account, **narrowing: str) -> list[tuple[str, str, str]]:
    """Return the tags that a list shows: of what, key and value."""
    body = account.told("ListTagResources", **narrowing)
    return [(tag["ResourceId"], tag["TagKey"], tag["TagValue"]) for tag in body["TagResources"]]


def test_resource_groups_are_tagged_and_untagged(account: Account) -> None:
    one, two = account.create("one")["Id"], account.create("two")["Id"]
    both = {"ResourceId_1": one, "ResourceId_2": two}
    account.told("TagResources", **both, Tag_1_Key="env", Tag_1_Value="prod", Tag_2_Key="team")
    account.told("TagResources", ResourceId_1=two, Tag_1_Key="env", Tag_1_Value="test")
    assert tags(account) == [(one, "env", "prod"), (one, "team", ""), (two, "env", "test"), (two, "team", "")]
    assert tags(account, ResourceId_1=one, ResourceType="ResourceGroup") == tags(account)[:2]
    assert tags(account, Tag_1_Key="env", Tag_1_Value="test") == [(two, "env", "test")]
    assert account.names(Tag_1_Key="env", Tag_1_Value="prod") == ["one"]
    account.told("UnTagResources", ResourceId_1=one, TagKey_1="team", TagKey_2="none")
    account.told("UntagResources", ResourceId_1=two, All="true")
    assert tags(account) == [(one, "env", "prod")]
    account.told("DeleteResourceGroup", ResourceGroupId=one)
    assert tags(account) == []


def test_members_are_tagged_by_who_manages_them(server: Server) -> None:
    directory = Directory(server, server.new_account()).open()
    member = directory.member("member").id
    named = {"ResourceId_1": member, "ResourceType": "Account"}
    directory.told("TagResources", **named, Tag_1_Key="env", Tag_1_Value="prod")
    assert tags(directory, **named) == [(member, "env", "prod")]
    assert tags(directory) == []
    shown = directory.told("GetAccount", AccountId=member, IncludeTags="true")["Account"]
    assert shown["Tags"] == [{"Key": "env", "Value": "prod"}]
    assert directory.told("ListTagKeys", ResourceType="Account")["Tags"] == [{"Key": "env"}]
    directory.told("UntagResources", **named, TagKey_1="env")
    assert tags(directory, ResourceType="Account") == []
    outsider = Account(server, server.new_account())
    refused = outsider.refused("TagResources", **named, Tag_1_Key="a")
    assert refused == (404, "EntityNotExists.ResourceDirectory")


def test_keys_and_values_are_listed_once_each_in_parts(account: Account) -> None:
    for name, value in (("one", "prod"), ("two", "test"), ("three", "prod")):
        account.create(name, Tag_1_Key="env", Tag_1_Value=value, Tag_2_Key=f"of-{name}")
    kind = {"ResourceType": "ResourceGroup"}

    def keys(**more: str) -> list[str]:
        return [tag["Key"] for tag in account.told("ListTagKeys", **kind, **more)["Tags"]]

    assert keys() == ["env", "of-one", "of-three", "of-two"]
    assert keys(KeyFilter="of-t") == ["of-three", "of-two"]
    first = account.told("ListTagKeys", **kind, MaxResults="3")
    assert len(first["Tags"]) == 3
    assert keys(NextToken=first["NextToken"]) == ["of-two"]
    values = account.told("ListTagValues", **kind, TagKey="env")
    assert (values["Tags"], "NextToken" in values) == ([{"Value": "prod"}, {"Value": "test"}], False)
    narrowed = account.told("ListTagValues", **kind, TagKey="env", ValueFilter="es")
    assert narrowed["Tags"] == [{"Value": "test"}]
    part = account.told("ListTagValues", **kind, TagKey="env", MaxResults="1")
    rest = account.told("ListTagValues", **kind, TagKey="env", NextToken=part["NextToken"])
    assert [tag["Value"] for tag in (*part["Tags"], *rest["Tags"])] == ["prod", "test"]
    assert account.told("ListTagValues", **kind, TagKey="none")["Tags"] == []


def test_tags_are_listed_in_parts(account: Account) -> None:
    ids = [account.create(name, Tag_1_Key="a", Tag_2_Key="b")["Id"] for name in ("one", "three", "two")]
    every = [(own_id, key, "") for own_id in ids for key in ("a", "b")]
    first = account.told("ListTagResources", MaxResults="4")
    assert len(first["TagResources"]) == 4
    assert tags(account, NextToken=first["NextToken"]) == every[4:]
    assert "NextToken" not in account.told("ListTagResources", MaxResults="6")


@pytest.mark.parametrize(
    ("action", "parameters", "status", "code"),
    [
        ("TagResources", {"ResourceId_1": "rg-none", "Tag_1_Key": "a"}, 404, "EntityNotExists.ResourceGroup"),
        ("TagResources", {"ResourceId_1": "{rg}"}, 400, "MissingParameter.Tag"),
        ("TagResources", {"ResourceId_1": "{rg}", "Tag_1_Key": "acs:x"}, 400, "InvalidParameter.Tag"),
        ("TagResources", {"Tag_1_Key": "a"}, 400, "MissingParameter.ResourceId"),
        (
            "TagResources",
            {"ResourceId_1": "{rg}", "Tag_1_Key": "a", "ResourceType": "role"},
            400,
            "InvalidParameter.ResourceType",
        ),
        ("UntagResources", {"ResourceId_1": "{rg}"}, 400, "MissingParameter.TagKey"),
        ("UntagResources", {"ResourceId_1": "rg-none", "All": "true"}, 404, "EntityNotExists.ResourceGroup"),
        ("ListTagResources", {"NextToken": "x"}, 400, "InvalidParameter.NextToken"),
        ("ListTagResources", {"MaxResults": "101"}, 400, "InvalidParameter.MaxResults"),
        ("ListTagResources", {"ResourceId_1": "rg-none"}, 404, "EntityNotExists.ResourceGroup"),
        ("ListTagKeys", {}, 400, "MissingParameter.ResourceType"),
        (
            "ListTagKeys",
            {"ResourceType": "ResourceGroup", "NextToken": "x"},
            400,
            "InvalidParameter.NextToken",
        ),
        ("ListTagKeys", {"ResourceType": "Account"}, 404, "EntityNotExists.ResourceDirectory"),
        ("ListTagValues", {"ResourceType": "ResourceGroup"}, 400, "MissingParameter.TagKey"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    account: Account, action: str, parameters: dict[str, str], status: int, code: str
) -> None:
    group = account.create("team")["Id"]
    wanted = {name: value.replace("{rg}", group) for name, value in parameters.items()}
    assert account.refused(action, **wanted) == (status, code)


def test_all_are_tagged_or_none(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = account.create("one")["Id"], account.create("two", Tag_1_Key="there")["Id"]
    monkeypatch.setattr(account.server.runtime.database, "_quotas", Quotas(tags_per_resource=1))
    wanted = {"ResourceId_1": one, "ResourceId_2": two, "Tag_1_Key": "more"}
    assert account.refused("TagResources", **wanted) == (409, "LimitExceeded.Tag")
    assert tags(account) == [(two, "there", "")]


def test_permissions_ask_for_each_group_its_tags_and_those_that_are_brought(account: Account) -> None:
    mine = account.create("mine", Tag_1_Key="team", Tag_1_Value="red")["Id"]
    other = account.create("other", Tag_1_Key="team", Tag_1_Value="blue")["Id"]
    may = allow(
        ["ram:TagResources", "ram:UntagResources", "ram:UpdateResourceGroup"],
        Condition={"StringEquals": {"acs:ResourceTag/team": "red"}},
    )
    clerk = account.user("Clerk", document(may))
    account.told("TagResources", clerk, ResourceId_1=mine, Tag_1_Key="env")
    for action, more in (("TagResources", {"Tag_1_Key": "env"}), ("UntagResources", {"All": "true"})):
        wanted = {"ResourceId_1": mine, "ResourceId_2": other, **more}
        assert account.refused(action, clerk, **wanted) == (403, "NoPermission")
    for action in ("ListTagResources", "ListTagKeys", "ListTagValues"):
        listing = {"ResourceType": "ResourceGroup", "TagKey": "team"}
        assert account.refused(action, clerk, **listing) == (403, "NoPermission")
    account.told("UpdateResourceGroup", clerk, ResourceGroupId=mine, NewDisplayName="x")
    renamed = account.refused("UpdateResourceGroup", clerk, ResourceGroupId=other, NewDisplayName="x")
    assert renamed == (403, "NoPermission")
    brought = {"StringEquals": {"acs:RequestTag/env": "prod"}}
    tagger = account.user("Tagger", document(allow("ram:TagResources", Condition=brought)))
    account.told("TagResources", tagger, ResourceId_1=other, Tag_1_Key="env", Tag_1_Value="prod")
    refused = account.refused("TagResources", tagger, ResourceId_1=other, Tag_1_Key="env", Tag_1_Value="x")
    assert refused == (403, "NoPermission")
