"""The parameters of the IoT service.

Source: the comments of the official IoT SDKs. They mark nothing as required; what the
published pages call required is so here, save NodeType and the paging, which callers
leave out and which have defaults.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from daypass.service import codes
from daypass.service.params import Choice, Flag, Integer, Parsed, Text, Texts
from daypass.services.iot import errors, limits

if TYPE_CHECKING:
    from daypass.services.iot.records import DeviceStatus

# A region is a segment of the ARN that is decided on: it must not hold what ARNs are made of.
REGION_ID: Final = Text(
    wire="RegionId",
    help="The region of the resource; the server's default region if not given.",
    most=64,
    pattern=re.compile(r"[a-z0-9-]*", re.ASCII),
    allowed="lower-case letters, digits and -",
)
IOT_INSTANCE_ID: Final = Text(
    wire="IotInstanceId",
    help="An instance of the platform; there is one, whatever is given.",
    least=0,
    most=limits.UNUSED_CHARS,
)
RESOURCE_GROUP_ID: Final = Text(
    wire="ResourceGroupId", help="A resource group of the account, rg- and 15 characters.", most=64
)

APP_KEY: Final = Text(
    wire="AppKey",
    help="Accepted, without effect: LoRaWAN is not served.",
    least=0,
    most=limits.UNUSED_CHARS,
)
JOIN_PERMISSION_ID: Final = APP_KEY.named("JoinPermissionId")
DEV_EUI: Final = APP_KEY.named("DevEui")
JOIN_EUI: Final = APP_KEY.named("JoinEui")
PIN_CODE: Final = APP_KEY.named("PinCode")

PRODUCT_KEY: Final = Text(
    wire="ProductKey",
    help="The key of a product.",
    most=64,
    pattern=re.compile(r"[A-Za-z0-9_-]*", re.ASCII),
    length=errors.BAD_PRODUCT_KEY,
    chars=errors.BAD_PRODUCT_KEY,
    missing=errors.NO_PRODUCT_KEY,
)
PRODUCT_NAME: Final = Parsed(
    wire="ProductName",
    help="The name of the product, which no other product of the account has.",
    parse=limits.product_name,
    invalid=errors.BAD_PRODUCT_NAME,
    missing=errors.NO_PRODUCT_NAME,
)
DESCRIPTION: Final = Text(
    wire="Description",
    help=f"What the product is; up to {limits.DESCRIPTION_CHARS} characters.",
    least=0,
    most=limits.DESCRIPTION_CHARS,
    length=errors.LONG_DESCRIPTION,
)
NODE_TYPE: Final = Integer(
    wire="NodeType",
    help="0 for devices, 1 for gateways; default 0.",
    least=0,
    most=1,
    invalid=errors.BAD_NODE_TYPE,
)
COMMODITY_CODE: Final = Choice(
    wire="AliyunCommodityCode",
    help="iothub_senior for a product with a model of its devices, iothub for one without.",
    options=("iothub", "iothub_senior"),
    invalid=errors.BAD_COMMODITY_CODE,
)
AUTH_TYPE: Final = Choice(
    wire="AuthType",
    help="How its devices authenticate: secret (the default), id2 or x509.",
    options=("secret", "id2", "x509"),
)
NET_TYPE: Final = Choice(
    wire="NetType",
    help="How its devices reach the network: WIFI (the default), CELLULAR, ETHERNET or OTHER.",
    options=("WIFI", "CELLULAR", "ETHERNET", "OTHER"),
)
PROTOCOL_TYPE: Final = Choice(
    wire="ProtocolType",
    help="How its devices reach their gateway: modbus, opc-ua, customize, ble or zigbee.",
    options=("modbus", "opc-ua", "customize", "ble", "zigbee"),
)
DATA_FORMAT: Final = Integer(
    wire="DataFormat", help="What its devices send: 0 a form of their own, 1 Alink JSON.", least=0, most=1
)
VALIDATE_TYPE: Final = Integer(
    wire="ValidateType",
    help="Whether what its devices send is checked: 1 a little (the default), 2 not at all.",
    least=1,
    most=2,
)
CATEGORY_KEY: Final = Text(wire="CategoryKey", help="The category whose model its devices have.", most=128)
ID2: Final = Flag(wire="Id2", help="Whether its devices have an Internet Device ID; default false.")
PUBLISH_AUTO: Final = Flag(wire="PublishAuto", help="Accepted, without effect: models are not kept.")

IOT_ID: Final = Text(
    wire="IotId",
    help="The id of a device; it wins over ProductKey and DeviceName.",
    most=64,
    pattern=re.compile(r"[A-Za-z0-9]*", re.ASCII),
    length=errors.BAD_IOT_ID,
    chars=errors.BAD_IOT_ID,
)
DEVICE_NAME: Final = Parsed(
    wire="DeviceName",
    help="The name of a device, unique in its product.",
    parse=limits.device_name,
    invalid=errors.BAD_DEVICE_NAME,
)
IOT_IDS: Final = Texts(
    wire="IotId",
    help="Ids of devices; they win over ProductKey and DeviceName.",
    most=limits.DEVICES_PER_BATCH,
    item=IOT_ID,
)
DEVICE_NAMES: Final = Texts(
    wire="DeviceName",
    help="Names of devices of the product.",
    most=limits.DEVICES_PER_BATCH,
    item=DEVICE_NAME,
)
NICKNAME: Final = Parsed(
    wire="Nickname",
    help="An alias of the device for people.",
    parse=limits.nickname,
    invalid=codes.INVALID.of("Nickname"),
)
LORA_NODE_TYPE: Final = Choice(
    wire="LoraNodeType",
    help="Accepted, without effect: LoRaWAN is not served.",
    options=("ALIYUNDEFINED", "USERDEFINED"),
)

CURRENT_PAGE: Final = Integer(
    wire="CurrentPage",
    help="Which page to show; default 1.",
    least=1,
    most=limits.LAST_PAGE,
    invalid=errors.BAD_PAGE,
)
PRODUCT_PAGE_SIZE: Final = Integer(
    wire="PageSize",
    help=f"How many products a page has, up to {limits.PRODUCT_PAGE}; default 10.",
    least=1,
    most=limits.PRODUCT_PAGE,
    invalid=errors.BAD_PAGE,
)
DEVICE_PAGE_SIZE: Final = Integer(
    wire="PageSize",
    help=f"How many devices a page has, up to {limits.DEVICE_PAGE}; default 10.",
    least=1,
    most=limits.DEVICE_PAGE,
    invalid=errors.BAD_PAGE,
)
NEXT_TOKEN: Final = Text(
    wire="NextToken",
    help="Goes on after an earlier page, at any depth.",
    most=256,
    length=errors.BAD_PAGE,
)

_STATUSES: Final[dict[str, DeviceStatus]] = {"0": "UNACTIVE", "1": "ONLINE", "3": "OFFLINE", "8": "DISABLE"}


def _status(text: str) -> DeviceStatus:
    if text not in _STATUSES:
        raise ValueError("0, 1, 3 or 8 is wanted")
    return _STATUSES[text]


STATUS: Final = Parsed(
    wire="Status",
    help="0 not yet active, 1 online, 3 offline, 8 disabled.",
    parse=_status,
    invalid=codes.INVALID.of("Status"),
    wire_type="integer",
)
