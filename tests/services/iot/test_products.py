"""Products over the wire, on a real server."""

from __future__ import annotations

import time

import pytest

from daypass.services.iot import limits
from tests.services.iot.fleet import Fleet


def test_a_product_is_created_with_what_the_request_says_and_its_key_stands_at_the_top(fleet: Fleet) -> None:
    body = fleet.told(
        "CreateProduct",
        ProductName="灯光_1",
        NodeType="1",
        Description="in the hall",
        AliyunCommodityCode="iothub_senior",
        DataFormat="1",
        ProtocolType="modbus",
        Id2="True",
        PublishAuto="true",
        JoinPermissionId="7",
        IotInstanceId="iot-1",
    )
    data = body["Data"]
    assert body["ProductKey"] == data["ProductKey"]
    assert len(data.pop("ProductKey")) == 11
    assert len(data.pop("ProductSecret")) == 16
    assert data == {
        "AliyunCommodityCode": "iothub_senior",
        "AuthType": "secret",
        "DataFormat": 1,
        "Description": "in the hall",
        "Id2": True,
        "NodeType": 1,
        "ProductName": "灯光_1",
        "ProtocolType": "modbus",
    }


def test_a_product_shows_all_that_is_known_of_it(fleet: Fleet) -> None:
    before = int(time.time())
    made = fleet.told("CreateProduct", ProductName="Light", NetType="CELLULAR", CategoryKey="Lighting")[
        "Data"
    ]
    fleet.device(made["ProductKey"], "lamp-1")
    data = fleet.told("QueryProduct", ProductKey=made["ProductKey"])["Data"]
    assert before * 1000 <= data.pop("GmtCreate") <= (time.time() + 1) * 1000
    assert data == {
        **made,
        "CategoryKey": "Lighting",
        "DeviceCount": 1,
        "NetType": 6,
        "Owner": True,
        "ProductStatus": "DEVELOPMENT_STATUS",
        "ValidateType": 1,
    }


def test_a_product_without_wishes_is_a_plain_one(fleet: Fleet) -> None:
    data = fleet.told("QueryProduct", ProductKey=fleet.product("Plain"))["Data"]
    assert (data["NodeType"], data["AliyunCommodityCode"], data["NetType"]) == (0, "iothub", 3)
    assert (data["Id2"], data["Description"], "DataFormat" in data) == (False, "", False)


def test_a_change_shows_at_once_and_leaves_what_it_does_not_name(fleet: Fleet) -> None:
    key = fleet.told("CreateProduct", ProductName="Light", Description="in the hall")["ProductKey"]
    fleet.told("QueryProduct", ProductKey=key)
    fleet.told("UpdateProduct", ProductKey=key, ProductName="Lamp")
    data = fleet.told("QueryProduct", ProductKey=key)["Data"]
    assert (data["ProductName"], data["Description"]) == ("Lamp", "in the hall")
    fleet.told("UpdateProduct", ProductKey=key, ProductName="Lamp", Description="")
    assert fleet.told("QueryProduct", ProductKey=key)["Data"]["Description"] == ""


def test_a_deleted_product_is_gone_with_its_devices(fleet: Fleet) -> None:
    key = fleet.product("Light")
    device = fleet.device(key, "lamp-1")
    fleet.told("GetDeviceStatus", IotId=device["IotId"])
    fleet.told("DeleteProduct", ProductKey=key)
    assert fleet.code("QueryProduct", ProductKey=key) == "iot.prod.NotExistedProduct"
    assert fleet.code("GetDeviceStatus", IotId=device["IotId"]) == "iot.device.NotExistedDevice"
    named = {"ProductKey": key, "DeviceName": "lamp-1"}
    assert fleet.code("GetDeviceStatus", **named) == "iot.prod.NotExistedProduct"


def test_products_are_listed_newest_first_in_pages_without_their_secrets(fleet: Fleet) -> None:
    for number in range(3):
        fleet.product(f"Light-{number}")
    first = fleet.told("QueryProductList", PageSize="2")["Data"]
    second = fleet.told("QueryProductList", PageSize="2", CurrentPage="2")["Data"]
    names = [info["ProductName"] for page in (first, second) for info in page["List"]["ProductInfo"]]
    assert names == ["Light-2", "Light-1", "Light-0"]
    assert (first["Total"], first["PageCount"], first["PageSize"], first["CurrentPage"]) == (3, 2, 2, 1)
    assert "ProductSecret" not in first["List"]["ProductInfo"][0]
    assert fleet.told("QueryProductList", CurrentPage="9")["Data"]["List"] == {"ProductInfo": []}


def test_a_list_shows_one_region_and_what_else_the_request_asks_for(fleet: Fleet) -> None:
    fleet.product("Light")
    fleet.product("Model", AliyunCommodityCode="iothub_senior")
    fleet.product("Elsewhere", RegionId="cn-beijing")

    def names(**narrowing: str) -> list[str]:
        data = fleet.told("QueryProductList", **narrowing)["Data"]
        return [info["ProductName"] for info in data["List"]["ProductInfo"]]

    assert names() == names(RegionId="cn-shanghai") == ["Model", "Light"]
    assert names(RegionId="cn-beijing") == ["Elsewhere"]
    assert names(AliyunCommodityCode="iothub") == ["Light"]
    assert names(ResourceGroupId="rg-none") == []


def test_a_product_is_put_into_its_resource_group_which_cannot_go_before_it(fleet: Fleet) -> None:
    group = fleet.group("team")
    key = fleet.product("Light", ResourceGroupId=group)
    listed = fleet.told("QueryProductList", ResourceGroupId=group)["Data"]["List"]["ProductInfo"]
    assert [info["ProductKey"] for info in listed] == [key]
    with fleet.world.server.runtime.database.read() as txn:
        assert txn.resource_groups.of(fleet.arn(key)) == group
    fleet.told("DeleteProduct", ProductKey=key)
    with fleet.world.server.runtime.database.read() as txn:
        assert txn.resource_groups.of(fleet.arn(key)) is None


def test_a_product_of_no_named_group_is_in_the_default_one(fleet: Fleet) -> None:
    key = fleet.product("Light")
    with fleet.world.server.runtime.database.read() as txn:
        assert txn.resource_groups.of(fleet.arn(key)) == txn.resource_groups.default(fleet.world.id).id


def test_other_accounts_products_do_not_exist(fleet: Fleet) -> None:
    key = fleet.product("Light")
    other = fleet.world.server.new_account().root
    for action, more in (
        ("QueryProduct", {}),
        ("UpdateProduct", {"ProductName": "Mine"}),
        ("DeleteProduct", {}),
    ):
        assert fleet.code(action, other, ProductKey=key, **more) == "iot.prod.NotExistedProduct"
    assert fleet.told("QueryProduct", ProductKey=key)["Data"]["ProductName"] == "Light"


def test_a_name_is_taken_once(fleet: Fleet) -> None:
    fleet.product("Light")
    other = fleet.product("Lamp")
    assert fleet.code("CreateProduct", ProductName="Light") == "iot.prod.AlreadyExistedProductName"
    taken = fleet.code("UpdateProduct", ProductKey=other, ProductName="Light")
    assert taken == "iot.prod.AlreadyExistedProductName"


def test_an_account_that_is_full_gets_no_more_products(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PRODUCTS_PER_ACCOUNT", 1)
    fleet.product("Light")
    assert fleet.code("CreateProduct", ProductName="Lamp") == "iot.prod.ProductCountExceedMax"


def test_a_group_that_is_not_there_takes_no_product(fleet: Fleet) -> None:
    refused = fleet.code("CreateProduct", ProductName="Light", ResourceGroupId="rg-none")
    assert refused == "EntityNotExists.ResourceGroup"
    assert fleet.told("QueryProductList")["Data"]["Total"] == 0


@pytest.mark.parametrize(
    ("action", "wrong", "code"),
    [
        ("CreateProduct", {}, "iot.prod.NullProductName"),
        ("CreateProduct", {"ProductName": "x"}, "iot.prod.InvalidFormattedProductName"),
        ("CreateProduct", {"ProductName": "Light", "NodeType": "2"}, "iot.prod.InvalidNodeType"),
        ("CreateProduct", {"ProductName": "Light", "Description": "x" * 101}, "iot.prod.LongProductDesc"),
        (
            "CreateProduct",
            {"ProductName": "Light", "AliyunCommodityCode": "gold"},
            "iot.prod.InvalidAliyunCommodityCode",
        ),
        ("CreateProduct", {"ProductName": "Light", "AuthType": "none"}, "InvalidParameter.AuthType"),
        ("CreateProduct", {"ProductName": "Light", "Id2": "maybe"}, "InvalidParameter.Id2"),
        (
            "CreateProduct",
            {"ProductName": "Light", "RegionId": "x:1:product/y"},
            "InvalidParameter.RegionId.InvalidChars",
        ),
        (
            "CreateProduct",
            {"ProductName": "Light", "RegionId": "*"},
            "InvalidParameter.RegionId.InvalidChars",
        ),
        ("UpdateProduct", {"ProductKey": "a1"}, "iot.prod.NullProductName"),
        ("UpdateProduct", {"ProductKey": "a1", "ProductName": "Light"}, "iot.prod.NotExistedProduct"),
        ("DeleteProduct", {"ProductKey": "a1"}, "iot.prod.NotExistedProduct"),
        ("QueryProduct", {}, "iot.prod.NullProductKey"),
        ("QueryProduct", {"ProductKey": "*"}, "iot.prod.InvalidFormattedProductkey"),
        ("QueryProduct", {"ProductKey": "none"}, "iot.prod.NotExistedProduct"),
        ("QueryProductList", {"PageSize": "201"}, "iot.common.InvalidPageParams"),
        ("QueryProductList", {"CurrentPage": "0"}, "iot.common.InvalidPageParams"),
        ("QueryProductList", {"CurrentPage": "10001"}, "iot.common.InvalidPageParams"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    fleet: Fleet, action: str, wrong: dict[str, str], code: str
) -> None:
    assert fleet.code(action, **wrong) == code
