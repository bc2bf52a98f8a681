"""Resources in resource groups, on a real server: listing them, moving them, and who may."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from daypass.client import Client, Credentials
from tests.services.resourcemanager.account import Account
from tests.world import World, allow, deny, document

IOT = "2018-01-20"
MAY_LIST = document(allow("iot:QueryProductList"))


def iot(account: World, action: str, who: Credentials | None = None, /, **parameters: str) -> dict[str, Any]:
    """Call the IoT service; return its answer."""
    answer = Client(account.server.url, who or account.account.root).call(IOT, action, parameters)
    return answer.json()


def product(account: World, name: str, group: str = "", region: str = "cn-shanghai") -> str:
    """Create a product; return its key."""
    within = {"ResourceGroupId": group} if group else {}
    made = iot(account, "CreateProduct", ProductName=name, NodeType="0", RegionId=region, **within)
    return str(made["ProductKey"])


def moving(key: str, region: str = "cn-shanghai", number: int = 1, **changes: str) -> dict[str, str]:
    """Return the parameters that name a product to move."""
    members = {"RegionId": region, "ResourceId": key, "ResourceType": "product", "Service": "iot", **changes}
    return {f"Resources_{number}_{name}": value for name, value in members.items()}


def listed(account: Account, **narrowing: str) -> list[str]:
    """Return the ids of the resources that a list shows."""
    body = account.told("ListResources", **narrowing)
    return [resource["ResourceId"] for resource in body["Resources"]["Resource"]]


def test_a_resource_group_is_renamed(account: Account) -> None:
    made = account.create("team", "The team")
    changed = account.told("UpdateResourceGroup", ResourceGroupId=made["Id"], NewDisplayName="Other")
    kept = {name: made[name] for name in ("AccountId", "CreateDate", "Id", "Name")}
    assert changed["ResourceGroup"] == {**kept, "DisplayName": "Other"}
    shown = account.told("GetResourceGroup", ResourceGroupId=made["Id"])["ResourceGroup"]
    assert shown["DisplayName"] == "Other"
    missing = account.refused("UpdateResourceGroup", ResourceGroupId="rg-none", NewDisplayName="x")
    assert missing == (404, "EntityNotExists.ResourceGroup")
    too_long = account.refused("UpdateResourceGroup", ResourceGroupId=made["Id"], NewDisplayName="a" * 51)
    assert too_long == (400, "InvalidParameter.NewDisplayName.Length")
    own = f"acs:ram:*:{account.id}:resourcegroup/{made['Id']}"
    clerk = account.user("Clerk", document(allow("ram:UpdateResourceGroup", own)))
    account.told("UpdateResourceGroup", clerk, ResourceGroupId=made["Id"], NewDisplayName="By clerk")
    other = account.create("other")["Id"]
    denied = account.refused("UpdateResourceGroup", clerk, ResourceGroupId=other, NewDisplayName="x")
    assert denied == (403, "NoPermission")


def test_resources_are_listed_with_the_group_they_are_in(account: Account) -> None:
    group = account.create("team")["Id"]
    key = product(account, "thermometer", group)
    (shown,) = account.told("ListResources")["Resources"]["Resource"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", shown.pop("CreateDate"))
    assert shown == {
        "RegionId": "cn-shanghai",
        "ResourceGroupId": group,
        "ResourceId": key,
        "ResourceType": "product",
        "Service": "iot",
    }
    iot(account, "DeleteProduct", ProductKey=key)
    assert listed(account) == []


def test_resources_are_listed_by_group_kind_region_and_id_in_pages(account: Account) -> None:
    group = account.create("team")["Id"]
    inner = product(account, "inner", group)
    outer, far = product(account, "outer"), product(account, "farther", region="cn-beijing")
    assert listed(account, ResourceGroupId=group) == [inner]
    assert sorted(listed(account)) == sorted([inner, outer, far])
    assert listed(account, Region="cn-beijing") == [far]
    assert listed(account, Service="iot", ResourceType="product", ResourceId=outer) == [outer]
    assert listed(account, ResourceId=outer.swapcase()) == []
    assert listed(account, Service="ecs") == listed(account, ResourceType="device") == []
    kinds = {"ResourceTypes_1_Service": "ecs", "ResourceTypes_1_ResourceType": "instance"}
    assert listed(account, **kinds) == []
    both = {**kinds, "ResourceTypes_2_Service": "iot", "ResourceTypes_2_ResourceType": "product"}
    assert len(listed(account, **both, Service="ecs")) == 3
    as_json = json.dumps([{"Service": "iot", "ResourceType": "product"}])
    assert len(listed(account, ResourceTypes=as_json)) == 3
    pages = [listed(account, PageSize="2", PageNumber=str(number)) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [2, 1, 0]
    assert account.told("ListResources", PageSize="2")["TotalCount"] == 3
    assert account.told("ListResources", Count="false")["TotalCount"] == -1
    # No signs of patterns among what is looked for.
    assert listed(account, ResourceId=f"{outer[:-1]}_") == []


def test_what_is_moved_is_under_the_new_group_s_policies_from_the_next_decision_on(account: Account) -> None:
    old, new = account.create("old")["Id"], account.create("new")["Id"]
    key = product(account, "thermometer", old)
    alice = account.user("Alice")
    with account.server.runtime.database.write() as txn:
        txn.policies.create(account.id, "read", document(allow("iot:QueryProduct")))
        txn.attachments.attach(account.id, "User", "Alice", "Custom", "read", scope=old)
    assert iot(account, "QueryProduct", alice, ProductKey=key)["Success"] is True
    (moved,) = account.told("MoveResources", ResourceGroupId=new, **moving(key))["Responses"]
    assert (moved["Status"], moved["ResourceId"], "ErrorCode" in moved) == ("SUCCESS", key, False)
    assert iot(account, "QueryProduct", alice, ProductKey=key)["Code"] == "NoPermission"
    assert listed(account, ResourceGroupId=new) == [key]
    assert listed(account, ResourceGroupId=old) == []
    page = {"CurrentPage": "1", "PageSize": "10"}
    found = iot(account, "QueryProductList", ResourceGroupId=new, **page)["Data"]["List"]["ProductInfo"]
    assert [each["ProductKey"] for each in found] == [key]
    account.told("MoveResources", ResourceGroupId=old, **moving(key))
    assert iot(account, "QueryProduct", alice, ProductKey=key)["Success"] is True
    account.told("DeleteResourceGroup", ResourceGroupId=new)


def test_each_resource_is_moved_or_told_why_not(account: Account) -> None:
    group = account.create("team")["Id"]
    key = product(account, "thermometer")
    wanted = {
        **moving(key),
        **moving("none", number=2),
        **moving(key, region="cn-beijing", number=3),
        **moving("i-1", number=4, Service="ecs", ResourceType="instance"),
    }
    answers = account.told("MoveResources", ResourceGroupId=group, **wanted)["Responses"]
    assert [each["Status"] for each in answers] == ["SUCCESS", "FAIL", "FAIL", "FAIL"]
    assert {each["ErrorCode"] for each in answers[1:]} == {"EntityNotExists.Resource"}
    assert all(each["ErrorMsg"] for each in answers[1:])
    stranger = World(account.server, account.server.new_account())
    foreign = product(stranger, "foreign")
    (refused,) = account.told("MoveResources", ResourceGroupId=group, **moving(foreign))["Responses"]
    assert refused["Status"] == "FAIL"


@pytest.mark.parametrize(
    ("parameters", "status", "code"),
    [
        ({"ResourceGroupId": "rg-none"}, 404, "EntityNotExists.ResourceGroup"),
        ({"Resources_1_Service": "a:b"}, 400, "InvalidParameter.Resources"),
        ({"Resources_1_RegionId": ""}, 400, "InvalidParameter.Resources"),
        ({"Resources": "nonsense"}, 400, "InvalidParameter.Resources"),
        ({"Resources": "[{}]"}, 400, "InvalidParameter.Resources"),
        ({"Resources": "[" * 5000}, 400, "InvalidParameter.Resources"),
    ],
)
def test_a_wrong_move_is_told_what_is_wrong(
    account: Account, parameters: dict[str, str], status: int, code: str
) -> None:
    group = account.create("team")["Id"]
    wanted = {"ResourceGroupId": group, **moving("key"), **parameters}
    assert account.refused("MoveResources", **wanted) == (status, code)


def test_a_move_names_up_to_ten_resources(account: Account) -> None:
    group = account.create("team")["Id"]
    assert account.refused("MoveResources", ResourceGroupId=group) == (400, "MissingParameter.Resources")
    many: dict[str, str] = {}
    for number in range(1, 12):
        many |= moving("key", number=number)
    assert account.refused("MoveResources", ResourceGroupId=group, **many)[1] == "InvalidParameter.Resources"


def test_who_moves_needs_the_resource_and_the_group_it_goes_to(account: Account) -> None:
    old, new = account.create("old")["Id"], account.create("new")["Id"]
    key = product(account, "thermometer", old)
    resource = f"acs:iot:cn-shanghai:{account.id}:product/{key}"
    target = f"acs:ram:*:{account.id}:resourcegroup/{new}"
    wanted = {"ResourceGroupId": new, **moving(key)}
    for number, half in enumerate((resource, target)):
        who = account.user(f"Half-{number}", document(allow("ram:MoveResources", half)))
        assert account.refused("MoveResources", who, **wanted) == (403, "NoPermission")
    both = document(allow("ram:MoveResources", [resource, target]))
    barred = account.user("Barred", both, document(deny("ram:MoveResources", resource)))
    assert account.refused("MoveResources", barred, **wanted) == (403, "NoPermission")
    mover = account.user("Mover", both)
    assert account.told("MoveResources", mover, **wanted)["Responses"][0]["Status"] == "SUCCESS"
    assert account.refused("ListResources", mover) == (403, "NoPermission")


def test_what_is_attached_in_a_group_lists_that_group_only(account: Account) -> None:
    group = account.create("team")["Id"]
    key = product(account, "thermometer", group)
    alice = account.user("Alice")
    with account.server.runtime.database.write() as txn:
        txn.policies.create(account.id, "list", document(allow("ram:ListResources")))
        txn.attachments.attach(account.id, "User", "Alice", "Custom", "list", scope=group)
    assert account.refused("ListResources", alice) == (403, "NoPermission")
    found = account.told("ListResources", alice, ResourceGroupId=group)["Resources"]["Resource"]
    assert [each["ResourceId"] for each in found] == [key]


def test_a_caller_is_told_where_resources_may_be_listed(account: Account) -> None:
    group, other = account.create("team", Tag_1_Key="env")["Id"], account.create("other")["Id"]
    see = document(allow("ram:ListResourceGroupsWithAuthDetails"))
    alice, bob = account.user("Alice", see), account.user("Bob", see, MAY_LIST)
    with account.server.runtime.database.write() as txn:
        txn.policies.create(account.id, "list", MAY_LIST)
        txn.attachments.attach(account.id, "User", "Alice", "Custom", "list", scope=group)

    def told(who: Credentials, **more: str) -> tuple[bool, set[str]]:
        (detail,) = account.told("ListResourceGroupsWithAuthDetails", who, **more)["AuthDetails"]
        assert (detail["Service"], detail["ResourceType"]) == ("iot", "product")
        of_groups = detail["AuthOfResourceGroups"]
        return detail["AccountScopeAuth"], {
            each["ResourceGroupId"] for each in of_groups if each["HasPermission"]
        }

    assert told(alice) == (False, {group})
    assert told(bob)[0] is True
    assert told(bob)[1] >= {group, other}
    page = {"CurrentPage": "1", "PageSize": "10"}
    assert iot(account, "QueryProductList", alice, ResourceGroupId=group, **page)["Success"] is True
    assert iot(account, "QueryProductList", alice, ResourceGroupId=other, **page)["Code"] == "NoPermission"
    body = account.told("ListResourceGroupsWithAuthDetails", alice, Name="TEAM", IncludeTags="true")
    (shown,) = body["ResourceGroups"]
    assert (shown["Id"], body["TotalCount"]) == (group, 1)
    assert shown["Tags"] == [{"TagKey": "env", "TagValue": ""}]
    ecs = {"ResourceTypes_1_Service": "ecs", "ResourceTypes_1_ResourceTypeCode": "instance"}
    assert account.told("ListResourceGroupsWithAuthDetails", alice, **ecs)["AuthDetails"] == []
    nobody = account.user("Nobody")
    assert account.refused("ListResourceGroupsWithAuthDetails", nobody) == (403, "NoPermission")
    wrong = account.refused("ListResourceGroupsWithAuthDetails", alice, ResourceTypes_1_Service="ecs")
    assert wrong == (400, "InvalidParameter.ResourceTypes")
