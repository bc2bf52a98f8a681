"""What the IoT service's operations are authorized on: products, regions, resource groups."""

from __future__ import annotations

import pytest

from daypass.client import Credentials
from tests.services.iot.fleet import Fleet
from tests.world import allow, deny, document

BEIJING = "cn-beijing"


def denied(fleet: Fleet, who: Credentials, action: str, resource: str, **parameters: str) -> str:
    """Call an operation that is denied; return the type of the denial, having seen what was decided on."""
    answer = fleet.ask(action, who, **parameters)
    assert (answer.status, answer.code) == (403, "NoPermission"), answer.text
    detail = answer.json()["AccessDeniedDetail"]
    assert detail["AuthAction"] == f"iot:{action}"
    assert resource in answer.json()["Message"]
    return f"{detail['NoPermissionType']} {detail['PolicyType']}"


IMPLICIT = "ImplicitDeny AccountLevelIdentityBasedPolicy"
EXPLICIT = "ExplicitDeny AccountLevelIdentityBasedPolicy"


def test_a_policy_allows_one_product_and_not_another(fleet: Fleet) -> None:
    hall, roof = fleet.product("Hall"), fleet.product("Roof")
    alice = fleet.world.user("Alice", document(allow("iot:*", fleet.arn(hall))))
    fleet.device(hall, "hall-1")
    fleet.told("QueryProduct", alice, ProductKey=hall)
    fleet.told("RegisterDevice", alice, ProductKey=hall)
    fleet.told("QueryDeviceDetail", alice, ProductKey=hall, DeviceName="hall-1")
    for action in ("QueryProduct", "DeleteProduct", "RegisterDevice", "QueryDevice"):
        assert denied(fleet, alice, action, fleet.arn(roof), ProductKey=roof) == IMPLICIT


def test_what_is_asked_of_a_device_is_asked_of_its_product(fleet: Fleet) -> None:
    hall, roof = fleet.product("Hall"), fleet.product("Roof")
    alice = fleet.world.user("Alice", document(allow("iot:*", fleet.arn(hall))))
    mine, theirs = fleet.device(hall, "lamp-1"), fleet.device(roof, "lamp-1")
    fleet.told("GetDeviceStatus", alice, IotId=mine["IotId"])
    for action in ("GetDeviceStatus", "QueryDeviceDetail", "DeleteDevice"):
        # An IotId alone says nothing of a product to those who may not ask.
        assert denied(fleet, alice, action, fleet.arn("*"), IotId=theirs["IotId"]) == IMPLICIT
        named = {"ProductKey": roof, "DeviceName": "lamp-1"}
        assert denied(fleet, alice, action, fleet.arn(roof), **named) == IMPLICIT
        # Naming one's own product beside somebody else's device helps nobody.
        mixed = {"IotId": theirs["IotId"], "ProductKey": hall, "DeviceName": "lamp-1"}
        assert denied(fleet, alice, action, fleet.arn("*"), **mixed) == IMPLICIT


def test_the_record_of_a_refusal_names_the_product_that_was_decided_on(fleet: Fleet) -> None:
    hall = fleet.product("Hall")
    lamp = fleet.device(hall, "lamp-1")
    nobody = fleet.world.user("Nobody")
    answer = fleet.ask("GetDeviceStatus", nobody, IotId=lamp["IotId"])
    assert hall not in answer.text
    record = fleet.world.record_of(answer.headers["x-acs-request-id"])
    assert record["resource"] == fleet.arn(hall)


def test_existence_shows_only_to_those_who_may_ask(fleet: Fleet) -> None:
    hall = fleet.product("Hall")
    alice = fleet.world.user("Alice", document(allow("iot:*", fleet.arn(hall))))
    assert denied(fleet, alice, "QueryProduct", fleet.arn("a1none"), ProductKey="a1none") == IMPLICIT
    assert denied(fleet, alice, "GetDeviceStatus", fleet.arn("*"), IotId="none") == IMPLICIT
    assert denied(fleet, alice, "BatchGetDeviceState", fleet.arn("*"), IotId_1="none") == IMPLICIT
    missing = {"ProductKey": hall, "DeviceName": "lamp-9"}
    assert fleet.code("GetDeviceStatus", alice, **missing) == "iot.device.NotExistedDevice"


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("CreateProduct", {"ProductName": "Light"}),
        ("QueryProductList", {}),
        ("QueryDeviceByStatus", {"Status": "0"}),
    ],
)
def test_what_concerns_no_single_product_is_decided_on_all_of_a_region(
    fleet: Fleet, action: str, parameters: dict[str, str]
) -> None:
    alice = fleet.world.user("Alice", document(allow("iot:*", fleet.arn("*"))))
    fleet.told(action, alice, **parameters)
    elsewhere = {**parameters, "RegionId": BEIJING}
    assert denied(fleet, alice, action, fleet.arn("*", BEIJING), **elsewhere) == IMPLICIT
    bob = fleet.world.user("Bob", document(allow("iot:*", fleet.arn("a1one"))))
    assert denied(fleet, bob, action, fleet.arn("*"), **parameters) == IMPLICIT


def test_naming_another_region_steps_around_no_deny(fleet: Fleet) -> None:
    hall = fleet.product("Hall")
    rules = document(allow("iot:*"), deny("iot:*", fleet.arn(hall)))
    alice = fleet.world.user("Alice", rules)
    for region in ("cn-shanghai", BEIJING):
        asked = {"ProductKey": hall, "RegionId": region}
        assert denied(fleet, alice, "QueryProduct", fleet.arn(hall), **asked) == EXPLICIT


def test_naming_another_region_widens_no_allow(fleet: Fleet) -> None:
    hall = fleet.product("Hall")
    device = fleet.device(hall, "lamp-1")
    alice = fleet.world.user("Alice", document(allow("iot:*", fleet.arn("*", BEIJING))))
    asked = {"ProductKey": hall, "RegionId": BEIJING}
    assert denied(fleet, alice, "QueryProduct", fleet.arn(hall), **asked) == IMPLICIT
    by_id = {"IotId_1": device["IotId"], "RegionId": BEIJING}
    assert denied(fleet, alice, "BatchGetDeviceState", fleet.arn(hall), **by_id) == IMPLICIT


def test_a_policy_within_a_resource_group_holds_for_its_products_only(fleet: Fleet) -> None:
    group = fleet.group("team")
    inside, outside = fleet.product("Inside", ResourceGroupId=group), fleet.product("Outside")
    alice = fleet.world.user("Alice")
    fleet.grant_within(group, "Alice", document(allow("iot:*")))
    fleet.told("QueryProduct", alice, ProductKey=inside)
    fleet.told("QueryProductList", alice, ResourceGroupId=group)
    fleet.told("QueryDeviceByStatus", alice, Status="0", ResourceGroupId=group)
    fleet.told("CreateProduct", alice, ProductName="Mine", ResourceGroupId=group)
    denied(fleet, alice, "QueryProduct", fleet.arn(outside), ProductKey=outside)
    denied(fleet, alice, "QueryProductList", fleet.arn("*"))
    denied(fleet, alice, "CreateProduct", fleet.arn("*"), ProductName="Other")
    # A product that is named decides by its own group, whatever group the request names.
    named = {"Status": "0", "ProductKey": outside, "ResourceGroupId": group}
    denied(fleet, alice, "QueryDeviceByStatus", fleet.arn(outside), **named)


def test_a_deny_within_a_resource_group_stops_what_is_allowed_there(fleet: Fleet) -> None:
    group = fleet.group("team")
    inside = fleet.product("Inside", ResourceGroupId=group)
    alice = fleet.world.user("Alice")
    fleet.grant_within(group, "Alice", document(allow("iot:*"), deny("iot:QueryProduct")))
    refused = denied(fleet, alice, "QueryProduct", fleet.arn(inside), ProductKey=inside)
    assert refused == "ExplicitDeny ResourceGroupLevelIdentityBasedPolicy"
    fleet.told("RegisterDevice", alice, ProductKey=inside)


def test_every_product_of_a_batch_is_decided_in_its_own_resource_group(fleet: Fleet) -> None:
    group = fleet.group("team")
    inside, outside = fleet.product("Inside", ResourceGroupId=group), fleet.product("Outside")
    mine, theirs = fleet.device(inside, "lamp-1"), fleet.device(outside, "lamp-2")
    alice = fleet.world.user("Alice")
    fleet.grant_within(group, "Alice", document(allow("iot:*")))
    fleet.told("BatchGetDeviceState", alice, IotId_1=mine["IotId"])
    both = {"IotId_1": mine["IotId"], "IotId_2": theirs["IotId"]}
    denied(fleet, alice, "BatchGetDeviceState", fleet.arn(outside), **both)
    turned = {"IotId_1": theirs["IotId"], "IotId_2": mine["IotId"]}
    denied(fleet, alice, "BatchGetDeviceState", fleet.arn(outside), **turned)
    fleet.world.grant("User", "Alice", document(allow("iot:*", fleet.arn(outside))))
    states = fleet.told("BatchGetDeviceState", alice, **both)["DeviceStatusList"]["DeviceStatus"]
    assert len(states) == 2


def test_a_batch_within_a_region_is_decided_there_and_where_its_products_are(fleet: Fleet) -> None:
    hall, roof = fleet.product("Hall"), fleet.product("Roof", RegionId=BEIJING)
    first, second = fleet.device(hall, "lamp-1"), fleet.device(roof, "lamp-2")
    alice = fleet.world.user("Alice", document(allow("iot:*", [fleet.arn("*"), fleet.arn(roof, BEIJING)])))
    both = {"IotId_1": first["IotId"], "IotId_2": second["IotId"]}
    fleet.told("BatchGetDeviceState", alice, **both)
    denied(fleet, alice, "BatchGetDeviceState", fleet.arn(hall, BEIJING), **both, RegionId=BEIJING)


def test_a_product_that_is_deleted_and_what_was_cached_of_it_are_decided_on_alike(fleet: Fleet) -> None:
    hall = fleet.product("Hall")
    device = fleet.device(hall, "lamp-1")
    alice = fleet.world.user("Alice", document(allow("iot:*", fleet.arn(hall))))
    fleet.told("GetDeviceStatus", alice, IotId=device["IotId"])
    fleet.told("DeleteProduct", ProductKey=hall)
    denied(fleet, alice, "GetDeviceStatus", fleet.arn("*"), IotId=device["IotId"])
