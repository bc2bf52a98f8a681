"""Devices over the wire, on a real server."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from daypass.services.iot import limits
from daypass.services.iot.store import tables
from tests.services.iot.fleet import Fleet

UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
LOCAL = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
DASHED = re.compile(r"[A-Z][a-z]{2}, \d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d GMT")


def test_a_device_is_registered_with_a_secret_of_its_own(fleet: Fleet) -> None:
    key = fleet.product("Light")
    data = fleet.told("RegisterDevice", ProductKey=key, DeviceName="lamp-1", Nickname="hall")["Data"]
    assert re.fullmatch("[A-Za-z0-9]{32}", data["DeviceSecret"])
    assert (data["DeviceName"], data["Nickname"], data["ProductKey"]) == ("lamp-1", "hall", key)
    assert len(fleet.told("RegisterDevice", ProductKey=key)["Data"]["DeviceName"]) == 20


def test_a_device_shows_all_that_is_known_of_it_by_either_name(fleet: Fleet) -> None:
    key = fleet.product("Light", NodeType="1")
    device = fleet.device(key, "lamp-1")
    data = fleet.told("QueryDeviceDetail", IotId=device["IotId"])["Data"]
    assert data == fleet.told("QueryDeviceDetail", ProductKey=key, DeviceName="lamp-1")["Data"]
    assert LOCAL.fullmatch(data.pop("GmtCreate"))
    assert UTC.fullmatch(data.pop("UtcCreate"))
    assert data == {
        **device,
        "NodeType": 1,
        "Owner": True,
        "ProductName": "Light",
        "Region": "cn-shanghai",
        "Status": "UNACTIVE",
    }


def test_an_iot_id_wins_over_the_other_name(fleet: Fleet) -> None:
    key = fleet.product("Light")
    first = fleet.device(key, "lamp-1")
    fleet.device(key, "lamp-2")
    data = fleet.told("QueryDeviceDetail", IotId=first["IotId"], ProductKey=key, DeviceName="lamp-2")["Data"]
    assert data["DeviceName"] == "lamp-1"


def test_a_deleted_device_is_gone_by_either_name_and_its_name_is_free(fleet: Fleet) -> None:
    key = fleet.product("Light")
    first = fleet.device(key, "lamp-1")
    by_name = {"ProductKey": key, "DeviceName": "lamp-1"}
    fleet.told("QueryDeviceDetail", IotId=first["IotId"])
    fleet.told("QueryDeviceDetail", **by_name)
    fleet.told("DeleteDevice", IotId=first["IotId"])
    assert fleet.code("QueryDeviceDetail", IotId=first["IotId"]) == "iot.device.NotExistedDevice"
    assert fleet.code("QueryDeviceDetail", **by_name) == "iot.device.NotExistedDevice"
    second = fleet.device(key, "lamp-1")
    assert fleet.told("QueryDeviceDetail", **by_name)["Data"]["IotId"] == second["IotId"]
    assert fleet.code("DeleteDevice", IotId=first["IotId"]) == "iot.device.NotExistedDevice"
    fleet.told("DeleteDevice", **by_name)
    assert fleet.told("QueryProduct", ProductKey=key)["Data"]["DeviceCount"] == 0


def test_a_products_devices_are_listed_newest_first_by_number_or_token(fleet: Fleet) -> None:
    key = fleet.product("Light")
    for number in range(3):
        fleet.device(key, f"lamp-{number}")
    first = fleet.told("QueryDevice", ProductKey=key, PageSize="2")
    assert (first["Total"], first["PageCount"], first["PageSize"], first["Page"]) == (3, 2, 2, 1)
    device = first["Data"]["DeviceInfo"][0]
    assert (device["DeviceName"], device["DeviceStatus"]) == ("lamp-2", "UNACTIVE")
    assert DASHED.fullmatch(device["GmtCreate"])
    assert UTC.fullmatch(device["UtcModified"])
    by_token = fleet.told("QueryDevice", ProductKey=key, PageSize="2", NextToken=first["NextToken"])
    by_number = fleet.told("QueryDevice", ProductKey=key, PageSize="2", CurrentPage="2")
    assert by_token["Data"] == by_number["Data"]
    assert [device["DeviceName"] for device in by_token["Data"]["DeviceInfo"]] == ["lamp-0"]
    assert "NextToken" not in by_token


def test_a_registered_device_is_not_yet_active(fleet: Fleet) -> None:
    key = fleet.product("Light")
    fleet.device(key, "lamp-1")
    data = fleet.told("GetDeviceStatus", ProductKey=key, DeviceName="lamp-1")["Data"]
    product = fleet.told("QueryProduct", ProductKey=key)["Data"]
    assert data["Status"] == "UNACTIVE"
    assert data["Timestamp"] >= product["GmtCreate"]


def test_devices_are_listed_by_status_within_a_product_a_group_or_a_region(fleet: Fleet) -> None:
    group = fleet.group("team")
    hall = fleet.product("Hall", ResourceGroupId=group)
    roof = fleet.product("Roof", RegionId="cn-beijing")
    fleet.device(hall, "hall-1")
    off = fleet.device(hall, "hall-2")
    fleet.device(roof, "roof-1")
    with fleet.world.server.runtime.database.write() as txn:
        disabled = update(tables.devices).where(tables.devices.c.iot_id == off["IotId"])
        txn.connection.execute(disabled.values(status="DISABLE"))

    def names(status: str, **narrowing: str) -> list[str]:
        body = fleet.told("QueryDeviceByStatus", Status=status, **narrowing)
        devices = body["Data"]["SimpleDeviceInfo"]
        assert body["Total"] == len(devices)
        return [device["DeviceName"] for device in devices]

    assert names("0") == names("0", ResourceGroupId=group) == names("0", ProductKey=hall) == ["hall-1"]
    assert names("8") == ["hall-2"]
    assert names("0", RegionId="cn-beijing") == names("0", ProductKey=roof) == ["roof-1"]
    assert names("1") == names("3") == names("0", ProductKey=roof, ResourceGroupId=group) == []


def test_states_of_several_devices_come_in_the_order_asked_for_without_those_that_are_not_there(
    fleet: Fleet,
) -> None:
    hall, roof = fleet.product("Hall"), fleet.product("Roof")
    first, second = fleet.device(hall, "lamp-1"), fleet.device(roof, "lamp-2")
    body = fleet.told("BatchGetDeviceState", IotId_1=second["IotId"], IotId_2="none", IotId_3=first["IotId"])
    states = body["DeviceStatusList"]["DeviceStatus"]
    assert [state["DeviceName"] for state in states] == ["lamp-2", "lamp-1"]
    assert {state["Status"] for state in states} == {"UNACTIVE"}
    named = fleet.told("BatchGetDeviceState", ProductKey=hall, DeviceName_1="lamp-1", DeviceName_2="lamp-2")
    assert [state["IotId"] for state in named["DeviceStatusList"]["DeviceStatus"]] == [first["IotId"]]


def test_a_name_is_given_once_in_a_product(fleet: Fleet) -> None:
    key = fleet.product("Light")
    fleet.device(key, "lamp-1")
    taken = fleet.code("RegisterDevice", ProductKey=key, DeviceName="lamp-1")
    assert taken == "iot.device.AlreadyExistedDeviceName"


def test_a_full_product_gets_no_more_devices(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DEVICES_PER_PRODUCT", 1)
    key = fleet.product("Light")
    fleet.device(key, "lamp-1")
    assert fleet.code("RegisterDevice", ProductKey=key) == "iot.device.DeviceCountExceeded"


def test_other_accounts_devices_do_not_exist(fleet: Fleet) -> None:
    key = fleet.product("Light")
    device = fleet.device(key, "lamp-1")
    other = fleet.world.server.new_account().root
    by_id, by_name = {"IotId": device["IotId"]}, {"ProductKey": key, "DeviceName": "lamp-1"}
    for action in ("QueryDeviceDetail", "GetDeviceStatus", "DeleteDevice"):
        assert fleet.code(action, other, **by_id) == "iot.device.NotExistedDevice"
        assert fleet.code(action, other, **by_name) == "iot.prod.NotExistedProduct"
    states = fleet.told("BatchGetDeviceState", other, IotId_1=device["IotId"])
    assert states["DeviceStatusList"]["DeviceStatus"] == []
    assert fleet.told("QueryDeviceByStatus", other, Status="0")["Total"] == 0


def test_secrets_of_a_registration_reach_no_record_of_changes(fleet: Fleet) -> None:
    key = fleet.product("Light")
    fleet.told("RegisterDevice", ProductKey=key, AppKey="app-secret", PinCode="pin-secret", DevEui="eui")
    with fleet.world.server.runtime.database.read() as txn:
        events = txn.audit.list(account_id=fleet.world.id)
    assert "eui" in str(events)
    assert "-secret" not in str(events)


MISSING = {"ProductKey": "a1none", "DeviceName": "lamp-1"}


@pytest.mark.parametrize(
    ("action", "wrong", "code"),
    [
        ("RegisterDevice", {}, "iot.prod.NullProductKey"),
        ("RegisterDevice", MISSING, "iot.prod.NotExistedProduct"),
        ("RegisterDevice", {**MISSING, "DeviceName": "x"}, "iot.device.InvalidFormattedDeviceName"),
        ("RegisterDevice", {**MISSING, "Nickname": "x"}, "InvalidParameter.Nickname"),
        ("DeleteDevice", {}, "iot.device.NullDeviceName"),
        ("DeleteDevice", {"ProductKey": "a1none"}, "iot.device.NullDeviceName"),
        ("DeleteDevice", MISSING, "iot.prod.NotExistedProduct"),
        ("DeleteDevice", {"IotId": "none"}, "iot.device.NotExistedDevice"),
        ("QueryDevice", {}, "iot.prod.NullProductKey"),
        ("QueryDevice", {"ProductKey": "a1none"}, "iot.prod.NotExistedProduct"),
        ("QueryDevice", {"ProductKey": "a1none", "PageSize": "51"}, "iot.common.InvalidPageParams"),
        ("QueryDeviceDetail", {"DeviceName": "lamp-1"}, "iot.device.NullDeviceName"),
        ("QueryDeviceDetail", {"IotId": "*"}, "iot.device.InvalidIoTId"),
        ("QueryDeviceDetail", MISSING, "iot.prod.NotExistedProduct"),
        ("QueryDeviceByStatus", {}, "MissingParameter.Status"),
        ("QueryDeviceByStatus", {"Status": "2"}, "InvalidParameter.Status"),
        ("QueryDeviceByStatus", {"Status": "0", "ProductKey": "a1none"}, "iot.prod.NotExistedProduct"),
        ("GetDeviceStatus", {}, "iot.device.NullDeviceName"),
        ("GetDeviceStatus", {"IotId": "none"}, "iot.device.NotExistedDevice"),
        ("BatchGetDeviceState", {}, "iot.device.NoneDeviceNameElement"),
        ("BatchGetDeviceState", {"ProductKey": "a1none"}, "iot.device.NoneDeviceNameElement"),
        (
            "BatchGetDeviceState",
            {"ProductKey": "a1none", "DeviceName_1": "lamp-1"},
            "iot.prod.NotExistedProduct",
        ),
        ("BatchGetDeviceState", {f"IotId_{n}": "x" for n in range(1, 52)}, "InvalidParameter.IotId"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    fleet: Fleet, action: str, wrong: dict[str, str], code: str
) -> None:
    assert fleet.code(action, **wrong) == code


def test_pages_too_deep_and_tokens_of_other_lists_are_refused(fleet: Fleet) -> None:
    key = fleet.product("Light")
    deep = {"CurrentPage": "201", "PageSize": "50"}
    assert fleet.code("QueryDevice", ProductKey=key, **deep) == "iot.common.InvalidPageParams"
    assert fleet.code("QueryDevice", ProductKey=key, NextToken="x") == "iot.common.InvalidPageParams"
