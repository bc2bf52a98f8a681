"""Tags of RAM users, and what policies say about them. A real server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from daypass.testing import Server
from tests.services.ims.calls import Ims
from tests.world import allow, deny, document

THREE = ["TagResources", "UntagResources", "ListTagResources"]


def tags(**pairs: str) -> dict[str, str]:
    """Return tags as IMS's SDKs send them, flat."""
    return {
        f"Tag_{number}_{part}": text
        for number, tag in enumerate(pairs.items(), 1)
        for part, text in zip(("Key", "Value"), tag, strict=True)
    }


class Users:
    """An account with Alice, Bob and Carol, by their names."""

    def __init__(self, ims: Ims) -> None:
        self.ims = ims
        self.ids: dict[str, str] = {}
        for name, brought in {"Alice": {"team": "red", "Site": "north"}, "Bob": {"team": "blue"}}.items():
            made = ims("CreateUser", UserPrincipalName=ims.name(name), DisplayName=name, **tags(**brought))
            self.ids[name] = made["User"]["UserId"]
        self.ids["Carol"] = ims.ram("CreateUser", UserName="Carol")["User"]["UserId"]

    def by_id(self, *names: str) -> dict[str, str]:
        return {f"ResourceId_{number}": self.ids[name] for number, name in enumerate(names, 1)}

    def by_name(self, *names: str) -> dict[str, str]:
        return {
            f"ResourcePrincipalName_{number}": self.ims.name(name) for number, name in enumerate(names, 1)
        }

    def __call__(self, action: str, who: Ims | None = None, /, **parameters: str) -> dict[str, Any]:
        return (who or self.ims)(action, ResourceType="user", **parameters)

    def refused(self, action: str, code: str, who: Ims | None = None, /, **parameters: str) -> None:
        (who or self.ims).refused(action, code, ResourceType="user", **parameters)

    def rows(self, **narrowing: str) -> list[tuple[str, str, str]]:
        """Return all tags that a list shows, whatever the size of its pages."""
        names = {user_id: name for name, user_id in self.ids.items()}
        found = []
        token = ""
        while True:
            page = self("ListTagResources", NextToken=token, **narrowing)
            for row in page["TagResources"]["TagResource"]:
                assert row["ResourceType"] == "user"
                found.append((names[row["ResourceId"]], row["TagKey"], row["TagValue"]))
            assert page["IsTruncated"] is ("NextToken" in page)
            if not page["IsTruncated"]:
                return found
            token = page["NextToken"]


EVERYBODY = ("Alice", "Bob", "Carol")
ALL_ROWS = [("Alice", "Site", "north"), ("Alice", "team", "red"), ("Bob", "team", "blue")]


@pytest.fixture
def users(ims: Ims) -> Users:
    return Users(ims)


def test_tags_of_users_named_by_id_or_by_name_are_listed(users: Users) -> None:
    assert users.rows(**users.by_id(*EVERYBODY)) == users.rows(**users.by_name(*EVERYBODY)) == ALL_ROWS
    assert users.rows(**users.by_id("Bob")) == ALL_ROWS[2:]


@pytest.mark.parametrize("way", ["by_id", "by_name"])
def test_tags_are_set_and_removed_whichever_way_users_are_named(users: Users, way: str) -> None:
    named = getattr(users, way)
    users("TagResources", **named("Bob", "Carol"), **tags(team="green", new=""))
    assert users.rows(**named(*EVERYBODY)) == [
        *ALL_ROWS[:2],
        ("Bob", "new", ""),
        ("Bob", "team", "green"),
        ("Carol", "new", ""),
        ("Carol", "team", "green"),
    ]
    users("UntagResources", TagKey_1="team", TagKey_2="none", All="true", **named(*EVERYBODY))
    assert users.rows(**named(*EVERYBODY)) == [
        ("Alice", "Site", "north"),
        ("Bob", "new", ""),
        ("Carol", "new", ""),
    ]
    users("UntagResources", All="true", **named("Alice", "Bob"))
    assert users.rows(**named(*EVERYBODY)) == [("Carol", "new", "")]
    assert users.ims("GetUser", UserId=users.ids["Carol"])["User"]["Tags"] == {
        "Tag": [{"TagKey": "new", "TagValue": ""}]
    }


def test_lists_as_json_are_read_too(users: Users) -> None:
    alice_and_bob = json.dumps([users.ids["Alice"], users.ids["Bob"]])
    users("TagResources", ResourceId=alice_and_bob, Tag='[{"Key": "k", "Value": "v"}]')
    assert users.rows(Tag='[{"Key": "k"}]') == [("Alice", "k", "v"), ("Bob", "k", "v")]
    users("UntagResources", ResourceId=alice_and_bob, TagKey='["k"]')
    assert users.rows(ResourceId=alice_and_bob) == ALL_ROWS


def test_tags_are_looked_for_by_key_and_by_value(users: Users) -> None:
    assert users.rows(Tag_1_Key="team") == ALL_ROWS[1:]
    assert users.rows(**tags(team="red")) == ALL_ROWS[1:2]
    assert users.rows(Tag_1_Key="team", Tag_2_Key="Site") == ALL_ROWS[:2]
    assert users.rows(**tags(team="red"), **users.by_id("Bob")) == []


@pytest.mark.parametrize("size", ["1", "2", "3", "100"])
def test_pages_of_any_size_show_every_tag_once(users: Users, size: str) -> None:
    assert users.rows(PageSize=size, **users.by_id(*EVERYBODY)) == ALL_ROWS


@pytest.mark.parametrize("action", THREE)
def test_users_are_named_in_exactly_one_way(users: Users, action: str) -> None:
    keys = {"TagKey_1": "team"}
    if action == "ListTagResources":
        users.refused(action, "MissingParameter.ResourceId", **keys)
    else:
        users.refused(action, "MissingParameter.ResourceId", **keys, **tags(a="b"))
    both = {**users.by_id("Alice"), **users.by_name("Bob")}
    users.refused(action, "InvalidParameter.ResourceId", **keys, **tags(a="b"), **both)


@pytest.mark.parametrize("action", THREE)
def test_who_is_not_there_is_told_and_nothing_is_changed(users: Users, action: str, server: Server) -> None:
    more = {"TagKey_1": "team", **tags(team="none")}
    foreign = Users(Ims(server, server.new_account()))
    for missing in (
        {"ResourceId_1": users.ids["Alice"], "ResourceId_2": "1"},
        {"ResourceId_1": users.ids["Alice"], "ResourceId_2": foreign.ids["Alice"]},
        users.by_name("Alice", "Nobody"),
        {"ResourcePrincipalName_1": foreign.ims.name("Alice")},
    ):
        users.refused(action, "EntityNotExist.User", **more, **missing)
    assert users.rows(**users.by_id(*EVERYBODY)) == foreign.rows(**foreign.by_id(*EVERYBODY)) == ALL_ROWS


@pytest.mark.parametrize(
    ("action", "changes", "code"),
    [
        ("TagResources", {"Tag_1_Key": ""}, "InvalidParameter.Tag"),
        ("TagResources", {"Tag_1_Key": "aliyun-x"}, "InvalidParameter.Tag"),
        ("TagResources", {"Tag_1_Key": "x", "Tag_1_Value": "v" * 129}, "InvalidParameter.Tag"),
        ("TagResources", {}, "MissingParameter.Tag"),
        ("TagResources", {"ResourceId_1": "", "Tag_1_Key": "x"}, "InvalidParameter.ResourceId.Length"),
        ("UntagResources", {}, "MissingParameter.TagKey"),
        ("UntagResources", {"TagKey_1": ""}, "InvalidParameter.TagKey.Length"),
        ("UntagResources", {"All": "yes"}, "InvalidParameter.All"),
        ("ListTagResources", {"PageSize": "101"}, "InvalidParameter.PageSize"),
        ("ListTagResources", {"NextToken": "x"}, "InvalidParameter.NextToken"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    users: Users, action: str, changes: dict[str, str], code: str
) -> None:
    users.refused(action, code, **{**users.by_id("Alice"), **changes})


@pytest.mark.parametrize("action", THREE)
def test_what_is_tagged_here_is_a_user(users: Users, action: str) -> None:
    more = {"TagKey_1": "a", **tags(a="b"), **users.by_id("Alice")}
    users.ims.refused(action, "InvalidParameter.ResourceType", ResourceType="role", **more)
    users.ims.refused(action, "MissingParameter.ResourceType", **more)
    names = {"TagKey_1": "a", **tags(a="b"), "ResourcePrincipalName_1": "Alice"}
    users.refused(action, "InvalidParameter.ResourcePrincipalName.InvalidChars", **names)


def test_a_user_has_twenty_tags_at_most_and_no_more_are_set_on_any(users: Users) -> None:
    users("TagResources", **users.by_id("Bob"), **tags(**{f"k{number}": "" for number in range(19)}))
    more = {**users.by_id("Carol", "Bob"), **tags(one="", more="")}
    users.refused("TagResources", "LimitExceeded.Tag", **more)
    assert len(users.rows(**users.by_id("Carol", "Bob"))) == 20


@pytest.mark.parametrize("way", ["by_id", "by_name"])
def test_tagging_is_allowed_for_each_that_is_named(users: Users, way: str) -> None:
    named = getattr(users, way)
    own = document(allow("ram:*TagResources", f"acs:ram:*:{users.ims.id}:user/Bob"))
    keeper = users.ims.someone("Keeper", own)
    more = {"TagKey_1": "team", **tags(team="green")}
    for action in THREE:
        users.refused(action, "NoPermission", keeper, **more, **named("Bob", "Alice"))
        users(action, keeper, **more, **named("Bob"))
    users.refused("ListTagResources", "NoPermission", keeper, Tag_1_Key="team")


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


def test_a_policy_may_want_a_tag_in_the_request(users: Users) -> None:
    only = document(allow("ram:CreateUser", **when("StringEquals", "acs:RequestTag/team", "red")))
    maker = users.ims.someone("Maker", only)
    new = {"UserPrincipalName": users.ims.name("Dora"), "DisplayName": "Dora"}
    maker.refused("CreateUser", "NoPermission", **new)
    maker.refused("CreateUser", "NoPermission", **new, **tags(team="blue"))
    maker("CreateUser", **new, **tags(team="red"))


def test_a_policy_may_want_a_tag_on_the_user_whichever_way_and_product_it_is_named(users: Users) -> None:
    red = document(allow("ram:*", **when("StringEquals", "acs:ResourceTag/team", "red")))
    keeper = users.ims.someone("Keeper", red)
    alice = {"UserPrincipalName": users.ims.name("Alice")}
    keeper("GetUser", **alice)
    keeper("GetUser", UserId=users.ids["Alice"])
    keeper.ram("GetUser", UserName="alice")
    keeper("CreateLoginProfile", Password="Correct-Horse-1", **alice)
    key = keeper("CreateAccessKey", **alice)["AccessKey"]["AccessKeyId"]
    keeper("GetUser", UserAccessKeyId=key)
    keeper.refused("ListAccessKeys", "NoPermission", **alice)
    for name in ("Bob", "Carol"):
        keeper.refused("GetUser", "NoPermission", UserId=users.ids[name])
        keeper.refused("CreateAccessKey", "NoPermission", UserPrincipalName=users.ims.name(name))
        keeper.ram.refused("DeleteUser", "NoPermission", UserName=name)


def test_a_renamed_user_takes_its_tags_along_at_once(users: Users) -> None:
    red = document(allow("ram:GetUser", **when("StringEquals", "acs:ResourceTag/team", "red")))
    keeper = users.ims.someone("Keeper", red)
    keeper("GetUser", UserPrincipalName=users.ims.name("Alice"))
    keeper.refused("GetUser", "NoPermission", UserPrincipalName=users.ims.name("Alicia"))
    users.ims("UpdateUser", UserId=users.ids["Alice"], NewUserPrincipalName=users.ims.name("Alicia"))
    users.ims.ram("UpdateUser", UserName="Carol", NewUserName="Alice")
    keeper("GetUser", UserPrincipalName=users.ims.name("Alicia"))
    keeper.refused("GetUser", "NoPermission", UserPrincipalName=users.ims.name("Alice"))


def test_both_sides_of_an_attachment_and_a_membership_are_asked_for_their_tags(users: Users) -> None:
    guarded = deny("ram:*", **when("StringEquals", "acs:ResourceTag/team", "red"))
    operator = users.ims.someone("Operator", document(allow("ram:*"), guarded))
    operator("CreateGroup", GroupName="IT")
    operator("AddUserToGroup", GroupName="IT", UserPrincipalName=users.ims.name("Bob"))
    alice = {"GroupName": "IT", "UserPrincipalName": users.ims.name("Alice")}
    operator.refused("AddUserToGroup", "NoPermission", **alice)
    policy = {"PolicyType": "System", "PolicyName": "ReadOnlyAccess"}
    operator.ram("AttachPolicyToUser", UserName="Bob", **policy)
    operator.ram.refused("AttachPolicyToUser", "NoPermission", UserName="Alice", **policy)
