"""Tags of roles and custom policies, and what policies say about them. A real server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.services.ram.calls import READ, Ram
from tests.world import allow, deny, document, trusting

Rows = list[tuple[str, str, str]]


def tags(**pairs: str) -> str:
    """Return tags as RAM's SDKs send them, JSON text."""
    return json.dumps([{"Key": key, "Value": value} for key, value in pairs.items()])


def rows(ram: Ram, kind: str = "role", **narrowing: str) -> Rows:
    """Return all tags that a list shows, whatever the size of its pages."""
    found: Rows = []
    token = ""
    while True:
        page = ram("ListTagResources", ResourceType=kind, NextToken=token, **narrowing)
        found += [(row["ResourceName"], row["TagKey"], row["TagValue"]) for row in page["TagResources"]]
        assert {row["ResourceType"] for row in page["TagResources"]} <= {kind}
        if "NextToken" not in page:
            return found
        token = page["NextToken"]


def shown(ram: Ram, action: str, kind: str) -> dict[str, dict[str, str]]:
    """Return the tags that a list of entities shows, by their names."""
    body = ram(action)
    entities: list[dict[str, Any]] = body[f"{kind[:-1]}ies" if kind == "Policy" else f"{kind}s"][kind]
    return {
        entity[f"{kind}Name"]: {tag["TagKey"]: tag["TagValue"] for tag in entity["Tags"]["Tag"]}
        for entity in entities
        if entity.get("PolicyType") != "System"
    }


@pytest.fixture
def tagged(ram: Ram) -> Ram:
    """RAM with three roles, of which two have tags."""
    for name, brought in {"Admin": {"team": "red", "Site": "north"}, "Reader": {"team": "blue"}}.items():
        ram(
            "CreateRole",
            RoleName=name,
            AssumeRolePolicyDocument=trusting(ram.everyone),
            Tag=tags(**brought),
        )
    ram.role("Bare")
    return ram


ALL_ROWS = [("Admin", "Site", "north"), ("Admin", "team", "red"), ("Reader", "team", "blue")]


def test_tags_that_a_role_or_policy_is_made_with_are_listed(tagged: Ram) -> None:
    tagged("CreatePolicy", PolicyName="read", PolicyDocument=READ, Tag=tags(team="red"))
    assert rows(tagged) == ALL_ROWS
    assert rows(tagged, "policy") == [("read", "team", "red")]
    assert shown(tagged, "ListRoles", "Role") == {
        "Admin": {"Site": "north", "team": "red"},
        "Bare": {},
        "Reader": {"team": "blue"},
    }
    assert shown(tagged, "ListPolicies", "Policy") == {"read": {"team": "red"}}


def test_tags_are_set_on_several_at_once_in_either_encoding(tagged: Ram) -> None:
    tagged("TagResources", ResourceType="role", ResourceNames='["admin", "Bare"]', Tag=tags(team="green"))
    flat = {"ResourceNames.1": "Bare", "Tag.1.Key": "site", "Tag.1.Value": "south", "Tag.2.Key": "new"}
    tagged("TagResources", ResourceType="role", **flat)
    assert rows(tagged, ResourceNames='["Admin","Bare"]') == [
        ("Admin", "Site", "north"),
        ("Admin", "team", "green"),
        ("Bare", "new", ""),
        ("Bare", "site", "south"),
        ("Bare", "team", "green"),
    ]


def test_tags_are_removed_by_key_or_all_in_either_encoding(tagged: Ram) -> None:
    tagged("UntagResources", ResourceType="role", ResourceNames='["Admin","Reader"]', TagKeys='["team","no"]')
    assert rows(tagged) == [("Admin", "Site", "north")]
    tagged("TagResources", ResourceType="role", ResourceNames="Admin", Tag=tags(a="1", b="2"))
    flat = {"ResourceNames.1": "Admin", "TagKeys.1": "a"}
    tagged("UntagResources", ResourceType="role", All="true", **flat)
    assert rows(tagged) == [("Admin", "Site", "north"), ("Admin", "b", "2")]
    tagged("UntagResources", ResourceType="role", ResourceNames="Admin", All="true")
    assert rows(tagged) == []


def test_tags_are_looked_for_by_name_by_key_and_by_value(tagged: Ram) -> None:
    assert rows(tagged, ResourceNames='["READER"]') == [("Reader", "team", "blue")]
    assert rows(tagged, Tag='[{"Key": "team"}]') == [("Admin", "team", "red"), ("Reader", "team", "blue")]
    assert rows(tagged, Tag=tags(team="red")) == [("Admin", "team", "red")]
    assert rows(tagged, Tag=tags(team="red", Site="")) == [
        ("Admin", "Site", "north"),
        ("Admin", "team", "red"),
    ]
    assert rows(tagged, Tag=tags(team="red"), ResourceNames="Reader") == []
    assert rows(tagged, Tag='[{"Key": "Team"}]') == []


@pytest.mark.parametrize("size", ["1", "2", "3", "100"])
def test_pages_of_any_size_show_every_tag_once(tagged: Ram, size: str) -> None:
    assert rows(tagged, PageSize=size) == ALL_ROWS


def test_tags_go_with_what_carries_them(tagged: Ram) -> None:
    tagged("DeleteRole", RoleName="Admin")
    tagged.role("Admin")
    assert rows(tagged) == [("Reader", "team", "blue")]


@pytest.mark.parametrize("action", ["TagResources", "UntagResources", "ListTagResources"])
def test_what_is_not_there_is_told_and_nothing_is_changed(tagged: Ram, action: str) -> None:
    more = {"ResourceNames": '["Reader", "Nobody"]', "TagKeys": "team", "Tag": tags(team="none")}
    tagged.refused(action, "EntityNotExist.Role", ResourceType="role", **more)
    tagged.refused(action, "EntityNotExist.Policy", ResourceType="policy", **more)
    tagged.refused(
        action, "EntityNotExist.Policy", ResourceType="policy", **{**more, "ResourceNames": "ReadOnlyAccess"}
    )
    assert rows(tagged) == ALL_ROWS


def test_removing_needs_keys_or_all(tagged: Ram) -> None:
    named = {"ResourceType": "role", "ResourceNames": "Admin"}
    tagged.refused("UntagResources", "MissingParameter.TagKeys", **named)
    tagged.refused("UntagResources", "MissingParameter.TagKeys", All="false", **named)


def test_a_token_goes_on_in_its_own_list_only(tagged: Ram) -> None:
    page = tagged("ListRoles", MaxItems="1")
    for token in (page["Marker"], "x", "€"):
        tagged.refused("ListTagResources", "InvalidParameter.NextToken", ResourceType="role", NextToken=token)


def test_an_entity_has_twenty_tags_at_most_and_no_more_are_set_on_any(tagged: Ram) -> None:
    for part in (range(10), range(10, 19)):
        tagged(
            "TagResources",
            ResourceType="role",
            ResourceNames="Reader",
            Tag=tags(**{f"k{number}": "" for number in part}),
        )
    more = {"ResourceType": "role", "ResourceNames": '["Bare", "Reader"]', "Tag": tags(one="", more="")}
    tagged.refused("TagResources", "LimitExceeded.Tag", **more)
    assert rows(tagged, ResourceNames="Bare") == []
    assert len(rows(tagged, ResourceNames="Reader")) == 20


def test_tagging_is_allowed_for_each_that_is_named(tagged: Ram) -> None:
    own = document(allow("ram:*TagResources", f"acs:ram:*:{tagged.id}:role/Reader"))
    keeper = tagged.user("Keeper", own)
    named = {"ResourceType": "role", "Tag": tags(team="green"), "TagKeys": "team"}
    for action in ("TagResources", "ListTagResources", "UntagResources"):
        keeper.refused(action, "NoPermission", ResourceNames='["Reader", "Admin"]', **named)
        keeper(action, ResourceNames="reader", **named)
    keeper.refused("ListTagResources", "NoPermission", ResourceType="role")
    assert rows(tagged) == [("Admin", "Site", "north"), ("Admin", "team", "red")]


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


def test_a_policy_may_want_a_tag_in_the_request(ram: Ram) -> None:
    only = document(allow("ram:*", **when("StringEquals", "acs:RequestTag/team", "red")))
    maker = ram.user("Maker", only)
    wanted: dict[str, dict[str, str]] = {
        "CreateRole": {"RoleName": "Reader", "AssumeRolePolicyDocument": trusting(ram.everyone)},
        "CreatePolicy": {"PolicyName": "read", "PolicyDocument": READ},
        "TagResources": {"ResourceType": "role", "ResourceNames": "Reader", "Tag": tags(Team="red")},
    }
    for action, given in wanted.items():
        maker.refused(action, "NoPermission", **given)
        maker.refused(action, "NoPermission", **{**given, "Tag": tags(team="blue")})
        maker(action, **{**given, "Tag": tags(team="red", other="x")})
    maker.refused("DeleteRole", "NoPermission", RoleName="Reader")


def test_a_policy_may_want_a_tag_on_what_is_worked_on(tagged: Ram) -> None:
    red = document(allow("ram:*", **when("StringEquals", "acs:ResourceTag/team", "red")))
    keeper = tagged.user("Keeper", red)
    assert keeper("GetRole", RoleName="admin")["Role"]["RoleName"] == "Admin"
    keeper("UpdateRole", RoleName="Admin", NewDescription="the admins")
    for role in ("Reader", "Bare", "Nobody"):
        keeper.refused("UpdateRole", "NoPermission", RoleName=role, NewDescription="mine now")
    keeper.refused("ListRoles", "NoPermission")
    keeper.refused("ListPoliciesForRole", "NoPermission", RoleName="Admin")


def test_a_tag_that_is_set_or_removed_counts_at_once(tagged: Ram) -> None:
    red = document(allow("ram:*", **when("StringEquals", "acs:ResourceTag/team", "red")))
    keeper = tagged.user("Keeper", red)
    for _ in range(2):
        keeper.refused("GetRole", "NoPermission", RoleName="Reader")
        tagged("TagResources", ResourceType="role", ResourceNames="Reader", Tag=tags(team="red"))
        keeper("GetRole", RoleName="Reader")
        tagged("UntagResources", ResourceType="role", ResourceNames="Reader", TagKeys="team")
    tagged("CreatePolicy", PolicyName="read", PolicyDocument=READ, Tag=tags(team="red"))
    keeper("GetPolicy", PolicyName="read", PolicyType="Custom")
    tagged("DeletePolicy", PolicyName="read")
    tagged("CreatePolicy", PolicyName="read", PolicyDocument=READ)
    keeper.refused("GetPolicy", "NoPermission", PolicyName="read", PolicyType="Custom")


def test_a_deny_on_a_tag_keeps_off_those_who_may_do_everything_else(tagged: Ram) -> None:
    guarded = deny("ram:*", **when("StringEquals", "acs:ResourceTag/team", "red"))
    admin = tagged.user("Operator", document(allow("ram:*"), guarded))
    admin("UpdateRole", RoleName="Reader", NewDescription="ours")
    for action, more in {
        "UpdateRole": {"NewDescription": "ours"},
        "DeleteRole": {},
        "AttachPolicyToRole": {"PolicyType": "System", "PolicyName": "ReadOnlyAccess"},
        "DetachPolicyFromRole": {"PolicyType": "System", "PolicyName": "ReadOnlyAccess"},
    }.items():
        admin.refused(action, "NoPermission", RoleName="Admin", **more)
    named = {"ResourceType": "role", "ResourceNames": '["Reader", "Admin"]', "TagKeys": "team"}
    admin.refused("UntagResources", "NoPermission", **named)
    admin.refused("TagResources", "NoPermission", Tag=tags(team="blue"), **named)
    assert rows(tagged) == ALL_ROWS


def test_a_negated_condition_on_a_tag_keeps_off_what_has_none(tagged: Ram) -> None:
    others = deny("ram:*Role", **when("StringNotEquals", "acs:ResourceTag/team", "red"))
    operator = tagged.user("Operator", document(allow("ram:*"), others))
    operator("GetRole", RoleName="Admin")
    for role in ("Reader", "Bare"):
        operator.refused("GetRole", "NoPermission", RoleName=role)
