"""Registering, deleting and showing devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from daypass.service.operation import Response, Runs
from daypass.services.iot import errors
from daypass.services.iot.access import DeviceRequest, find_device, on_device, on_product
from daypass.services.iot.parameters import (
    APP_KEY,
    CURRENT_PAGE,
    DEV_EUI,
    DEVICE_NAME,
    DEVICE_PAGE_SIZE,
    JOIN_EUI,
    LORA_NODE_TYPE,
    NEXT_TOKEN,
    NICKNAME,
    PIN_CODE,
)
from daypass.services.iot.records import Device
from daypass.services.iot.service import PAGE_SIZE, Answer, ProductRequest, iot
from daypass.services.iot.store import devices, products
from daypass.services.iot.times import dashed, local, utc

if TYPE_CHECKING:
    from daypass.service.call import Call


class RegisterDeviceRequest(ProductRequest, frozen=True, kw_only=True):
    """What it is a device of, and what to call it."""

    device_name: Annotated[str | None, DEVICE_NAME] = None
    nickname: Annotated[str, NICKNAME] = ""
    app_key: Annotated[str | None, APP_KEY] = None
    dev_eui: Annotated[str | None, DEV_EUI] = None
    join_eui: Annotated[str | None, JOIN_EUI] = None
    lora_node_type: Annotated[str | None, LORA_NODE_TYPE] = None
    pin_code: Annotated[str | None, PIN_CODE] = None


class NewDevice(Response, frozen=True, kw_only=True):
    """A device as it is shown when it was registered."""

    device_name: str
    device_secret: str
    iot_id: str
    nickname: str
    product_key: str


class RegisterDeviceResponse(Answer, frozen=True, kw_only=True):
    """The device."""

    data: NewDevice


@iot.operation(
    "RegisterDevice",
    RegisterDeviceRequest,
    RegisterDeviceResponse,
    authorize=on_product("iot:RegisterDevice"),
    runs=Runs.WRITE,
    errors=(errors.PRODUCT_MISSING, errors.DEVICE_NAME_TAKEN, errors.TOO_MANY_DEVICES),
    secrets=("AppKey", "PinCode"),
)
def register_device(call: Call, q: RegisterDeviceRequest) -> RegisterDeviceResponse:
    """Register a device of a product; a name is made up if none is given."""
    product = products.get(call.txn, call.account, q.product_key)
    now_ms = call.now * 1000
    device = devices.register(call.txn, product, name=q.device_name, nickname=q.nickname, now_ms=now_ms)
    return RegisterDeviceResponse(
        data=NewDevice(
            device_name=device.name,
            device_secret=device.secret.reveal(),
            iot_id=device.iot_id,
            nickname=device.nickname,
            product_key=device.product_key,
        )
    )


@iot.operation(
    "DeleteDevice",
    DeviceRequest,
    Answer,
    authorize=on_device("iot:DeleteDevice"),
    runs=Runs.WRITE,
    errors=(errors.NO_DEVICE_NAME, errors.PRODUCT_MISSING, errors.DEVICE_MISSING),
)
def delete_device(call: Call, q: DeviceRequest) -> Answer:
    """Delete a device."""
    devices.remove(call.txn, find_device(q, call).device)
    return Answer()


class QueryDeviceRequest(ProductRequest, frozen=True, kw_only=True):
    """Whose devices, and which page of them."""

    current_page: Annotated[int, CURRENT_PAGE] = 1
    page_size: Annotated[int, DEVICE_PAGE_SIZE] = PAGE_SIZE
    next_token: Annotated[str | None, NEXT_TOKEN] = None


class DeviceInfo(Response, frozen=True, kw_only=True):
    """A device in a list."""

    device_id: str
    device_name: str
    device_secret: str
    device_status: str
    gmt_create: str
    gmt_modified: str
    iot_id: str
    nickname: str
    product_key: str
    utc_create: str
    utc_modified: str


class DeviceInfos(Response, frozen=True, kw_only=True):
    """Devices of a page."""

    device_info: tuple[DeviceInfo, ...]


class QueryDeviceResponse(Answer, frozen=True, kw_only=True):
    """A page of devices, newest first; ``NextToken`` unless it is the last."""

    data: DeviceInfos
    next_token: str | None = None
    page: int
    page_count: int
    page_size: int
    total: int


@iot.operation(
    "QueryDevice",
    QueryDeviceRequest,
    QueryDeviceResponse,
    authorize=on_product("iot:QueryDevice"),
    runs=Runs.READ,
    errors=(errors.PRODUCT_MISSING, errors.BAD_PAGE),
)
def query_device(call: Call, q: QueryDeviceRequest) -> QueryDeviceResponse:
    """List the devices of a product."""
    product = products.get(call.txn, call.account, q.product_key)
    page = devices.page_of_product(
        call.txn, product, number=q.current_page, size=q.page_size, token=q.next_token
    )
    return QueryDeviceResponse(
        data=DeviceInfos(device_info=tuple(_info(device) for device in page.items)),
        next_token=page.next_token,
        page=page.number,
        page_count=page.count,
        page_size=page.size,
        total=page.total,
    )


def _info(device: Device) -> DeviceInfo:
    return DeviceInfo(
        device_id=device.iot_id,
        device_name=device.name,
        device_secret=device.secret.reveal(),
        device_status=device.status,
        gmt_create=dashed(device.created_ms),
        gmt_modified=dashed(device.created_ms),
        iot_id=device.iot_id,
        nickname=device.nickname,
        product_key=device.product_key,
        utc_create=utc(device.created_ms),
        utc_modified=utc(device.created_ms),
    )


class DeviceDetails(Response, frozen=True, kw_only=True):
    """All that is known of a device, its secret included."""

    device_name: str
    device_secret: str
    gmt_create: str
    iot_id: str
    nickname: str
    node_type: int
    owner: bool
    product_key: str
    product_name: str
    region: str
    status: str
    utc_create: str


class QueryDeviceDetailResponse(Answer, frozen=True, kw_only=True):
    """The device."""

    data: DeviceDetails


@iot.operation(
    "QueryDeviceDetail",
    DeviceRequest,
    QueryDeviceDetailResponse,
    authorize=on_device("iot:QueryDeviceDetail"),
    runs=Runs.INLINE,
    errors=(errors.NO_DEVICE_NAME, errors.PRODUCT_MISSING, errors.DEVICE_MISSING),
)
def query_device_detail(call: Call, q: DeviceRequest) -> QueryDeviceDetailResponse:
    """Show a device."""
    product, device = find_device(q, call)
    return QueryDeviceDetailResponse(
        data=DeviceDetails(
            device_name=device.name,
            device_secret=device.secret.reveal(),
            gmt_create=local(device.created_ms),
            iot_id=device.iot_id,
            nickname=device.nickname,
            node_type=product.settings.node_type,
            owner=True,
            product_key=product.key,
            product_name=product.name,
            region=product.region,
            status=device.status,
            utc_create=utc(device.created_ms),
        )
    )
