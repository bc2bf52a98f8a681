"""Statuses of devices.

A device is ``UNACTIVE`` when it is registered and becomes anything else by connecting.
This service has no side for devices, so that is what they stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from daypass.service.authorization import Permission
from daypass.service.operation import Response, Runs
from daypass.services.iot import errors
from daypass.services.iot.access import (
    EVERY_PRODUCT,
    ONE_PRODUCT,
    DeviceRequest,
    GroupRequest,
    arns,
    every_product,
    find_device,
    group_of,
    on_device,
    place_of_id,
    region_of,
)
from daypass.services.iot.parameters import (
    CURRENT_PAGE,
    DEVICE_NAMES,
    DEVICE_PAGE_SIZE,
    IOT_IDS,
    PRODUCT_KEY,
    STATUS,
)
from daypass.services.iot.records import Device, DeviceStatus
from daypass.services.iot.service import PAGE_SIZE, Answer, IotRequest, iot
from daypass.services.iot.store import devices, products
from daypass.services.iot.times import dashed, utc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daypass.service.call import Call


class StatusAndTime(Response, frozen=True, kw_only=True):
    """A status, and since when in epoch milliseconds."""

    status: str
    timestamp: int


class GetDeviceStatusResponse(Answer, frozen=True, kw_only=True):
    """The device's status."""

    data: StatusAndTime


@iot.operation(
    "GetDeviceStatus",
    DeviceRequest,
    GetDeviceStatusResponse,
    authorize=on_device("iot:GetDeviceStatus"),
    runs=Runs.INLINE,
    errors=(errors.NO_DEVICE_NAME, errors.PRODUCT_MISSING, errors.DEVICE_MISSING),
)
def get_device_status(call: Call, q: DeviceRequest) -> GetDeviceStatusResponse:
    """Show the status of a device."""
    device = find_device(q, call).device
    return GetDeviceStatusResponse(data=StatusAndTime(status=device.status, timestamp=device.created_ms))


class QueryDeviceByStatusRequest(GroupRequest, frozen=True, kw_only=True):
    """Which status, of which product's or group's devices, and which page of them."""

    status: Annotated[DeviceStatus, STATUS]
    product_key: Annotated[str | None, PRODUCT_KEY] = None
    current_page: Annotated[int, CURRENT_PAGE] = 1
    page_size: Annotated[int, DEVICE_PAGE_SIZE] = PAGE_SIZE


class SimpleDeviceInfo(Response, frozen=True, kw_only=True):
    """A device in a list of one status."""

    device_name: str
    device_secret: str
    gmt_create: str
    gmt_modified: str
    iot_id: str
    nickname: str
    product_key: str
    status: str
    utc_create: str
    utc_modified: str


class SimpleDeviceInfos(Response, frozen=True, kw_only=True):
    """Devices of a page."""

    simple_device_info: tuple[SimpleDeviceInfo, ...]


class QueryDeviceByStatusResponse(Answer, frozen=True, kw_only=True):
    """A page of devices, newest first."""

    data: SimpleDeviceInfos
    page: int
    page_count: int
    page_size: int
    total: int


def _resource(q: QueryDeviceByStatusRequest, call: Call) -> str | tuple[str, ...]:
    return every_product(q, call) if q.product_key is None else arns(q, call, q.product_key)


def _group(q: QueryDeviceByStatusRequest, call: Call) -> str | None:
    return q.resource_group_id if q.product_key is None else group_of(call, q.product_key)


@iot.operation(
    "QueryDeviceByStatus",
    QueryDeviceByStatusRequest,
    QueryDeviceByStatusResponse,
    authorize=Permission("iot:QueryDeviceByStatus", _resource, _group, about=EVERY_PRODUCT),
    runs=Runs.READ,
    errors=(errors.PRODUCT_MISSING,),
)
def query_device_by_status(call: Call, q: QueryDeviceByStatusRequest) -> QueryDeviceByStatusResponse:
    """List the devices of one status: a product's, or else those of a region's products."""
    if q.product_key is not None:
        products.get(call.txn, call.account, q.product_key)
    page = devices.page_by_status(
        call.txn,
        call.account,
        q.status,
        number=q.current_page,
        size=q.page_size,
        product_key=q.product_key,
        resource_group_id=q.resource_group_id,
        region=region_of(q, call) if q.product_key is None else None,
    )
    return QueryDeviceByStatusResponse(
        data=SimpleDeviceInfos(simple_device_info=tuple(_info(device) for device in page.items)),
        page=page.number,
        page_count=page.count,
        page_size=page.size,
        total=page.total,
    )


def _info(device: Device) -> SimpleDeviceInfo:
    return SimpleDeviceInfo(
        device_name=device.name,
        device_secret=device.secret.reveal(),
        gmt_create=dashed(device.created_ms),
        gmt_modified=dashed(device.created_ms),
        iot_id=device.iot_id,
        nickname=device.nickname,
        product_key=device.product_key,
        status=device.status,
        utc_create=utc(device.created_ms),
        utc_modified=utc(device.created_ms),
    )


class BatchGetDeviceStateRequest(IotRequest, frozen=True, kw_only=True):
    """Up to 50 devices, named by IotIds, or by ProductKey and DeviceNames."""

    iot_id: Annotated[tuple[str, ...], IOT_IDS] = ()
    product_key: Annotated[str | None, PRODUCT_KEY] = None
    device_name: Annotated[tuple[str, ...], DEVICE_NAMES] = ()

    def __post_init__(self) -> None:
        """Check that it names devices.

        Raises:
            ApiError: ``iot.device.NoneDeviceNameElement``.
        """
        if not self.iot_id and (self.product_key is None or not self.device_name):
            raise errors.NO_DEVICES()


class DeviceState(Response, frozen=True, kw_only=True):
    """A device and its status."""

    device_id: str
    device_name: str
    iot_id: str
    status: str
    timestamp: int


class DeviceStates(Response, frozen=True, kw_only=True):
    """The devices' statuses."""

    device_status: tuple[DeviceState, ...]


class BatchGetDeviceStateResponse(Answer, frozen=True, kw_only=True):
    """The devices that there are, in the order asked for."""

    device_status_list: DeviceStates


def _each(q: BatchGetDeviceStateRequest, call: Call) -> Iterator[tuple[str, str | None]]:
    """Yield each ARN to be allowed, with its resource group, for every product the devices are of."""
    if q.iot_id:
        places = (place_of_id(call, iot_id) for iot_id in q.iot_id)
        keys = dict.fromkeys(place.product_key for place in places if place is not None)
    else:
        keys = dict.fromkeys([q.product_key or ""])
    for key in keys:
        named = arns(q, call, key)
        for arn in (named,) if isinstance(named, str) else named:
            yield arn, group_of(call, key)


def _each_arn(q: BatchGetDeviceStateRequest, call: Call) -> tuple[str, ...]:
    return tuple(arn for arn, _ in _each(q, call)) or (every_product(q, call),)


def _each_group(q: BatchGetDeviceStateRequest, call: Call) -> tuple[str | None, ...]:
    return tuple(group for _, group in _each(q, call)) or (None,)


@iot.operation(
    "BatchGetDeviceState",
    BatchGetDeviceStateRequest,
    BatchGetDeviceStateResponse,
    authorize=Permission("iot:BatchGetDeviceState", _each_arn, _each_group, about=ONE_PRODUCT),
    runs=Runs.READ,
    errors=(errors.NO_DEVICES, errors.PRODUCT_MISSING),
)
def batch_get_device_state(call: Call, q: BatchGetDeviceStateRequest) -> BatchGetDeviceStateResponse:
    """Show the statuses of several devices; those that do not exist are left out."""
    states = tuple(
        DeviceState(
            device_id=device.iot_id,
            device_name=device.name,
            iot_id=device.iot_id,
            status=device.status,
            timestamp=device.created_ms,
        )
        for device in _find(call, q)
    )
    return BatchGetDeviceStateResponse(device_status_list=DeviceStates(device_status=states))


def _find(call: Call, q: BatchGetDeviceStateRequest) -> tuple[Device, ...]:
    if q.iot_id:
        return devices.by_ids(call.txn, call.account, q.iot_id)
    product = products.get(call.txn, call.account, q.product_key or "")
    return devices.by_names(call.txn, product, q.device_name)
