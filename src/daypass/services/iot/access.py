"""What the IoT service's operations are authorized on.

Each product is a resource, ``acs:iot:{RegionId}:{AccountId}:product/{ProductKey}``, and
what is asked of a device is asked of its product. What is asked of no single product is
decided on ``product/*``.

The region of a request is the caller's word. Where a product has another one, both ARNs
must be allowed: naming a wrong region steps around no policy that is written for the
right one. A product that does not exist is decided on as it was named, so that existence
shows only to those who may ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import msgspec

from daypass.authz.views import Loaded, View
from daypass.service.authorization import Permission
from daypass.services.iot import errors
from daypass.services.iot.parameters import DEVICE_NAME, IOT_ID, PRODUCT_KEY, RESOURCE_GROUP_ID
from daypass.services.iot.records import Device, Product, product_arn
from daypass.services.iot.service import IotRequest, ProductRequest
from daypass.services.iot.store import devices, products

if TYPE_CHECKING:
    from daypass.authz.authorize import Verdict
    from daypass.directory.database import Transaction
    from daypass.service.call import Call

ONE_PRODUCT: Final = "acs:iot:{RegionId}:{AccountId}:product/{ProductKey}"
EVERY_PRODUCT: Final = "acs:iot:{RegionId}:{AccountId}:product/*"
EVERY: Final = "*"


class Place(NamedTuple):
    """Where a device is: its product's key and its name."""

    product_key: str
    name: str


def _load_product(txn: Transaction, key: tuple[str, str]) -> Loaded[Product | None]:
    return Loaded(products.find(txn, *key), (products.scope(*key),))


def _load_device(txn: Transaction, key: tuple[str, str, str]) -> Loaded[Device | None]:
    account, product_key, name = key
    product = products.find(txn, account, product_key)
    found = devices.by_names(txn, product, (name,)) if product is not None else ()
    return Loaded(found[0] if found else None, (devices.scope(*key),))


def _load_place(txn: Transaction, key: tuple[str, str]) -> Loaded[Place | None]:
    account, iot_id = key
    found = devices.by_ids(txn, account, (iot_id,))
    if not found:
        # An IotId that is not there will not be: new ones are random and none is used again.
        return Loaded(None, ())
    place = Place(found[0].product_key, found[0].name)
    return Loaded(place, (devices.scope(account, *place),))


PRODUCT: Final[View[tuple[str, str], Product | None]] = View("product", _load_product)
DEVICE: Final[View[tuple[str, str, str], Device | None]] = View("device", _load_device)
PLACE: Final[View[tuple[str, str], Place | None]] = View("place of a device", _load_place)


class DeviceRequest(IotRequest, frozen=True, kw_only=True):
    """A request about one device, named by IotId, or by ProductKey and DeviceName."""

    iot_id: Annotated[str | None, IOT_ID] = None
    product_key: Annotated[str | None, PRODUCT_KEY] = None
    device_name: Annotated[str | None, DEVICE_NAME] = None

    def __post_init__(self) -> None:
        """Check that it names one.

        Raises:
            ApiError: ``iot.device.NullDeviceName``.
        """
        if self.iot_id is None and (self.product_key is None or self.device_name is None):
            raise errors.NO_DEVICE_NAME()


class GroupRequest(IotRequest, frozen=True, kw_only=True):
    """A request about no single product, within a resource group or the whole account."""

    resource_group_id: Annotated[str | None, RESOURCE_GROUP_ID] = None


def region_of(q: IotRequest, call: Call) -> str:
    """Return the region a request is for."""
    return q.region_id or call.region


def arns(q: IotRequest, call: Call, key: str) -> str | tuple[str, ...]:
    """Return the ARN of a product in the region asked for and, if it differs, in its own."""
    account, region = call.account, region_of(q, call)
    product = call.look(PRODUCT, (account, key))
    named = product_arn(region, account, key)
    return named if product is None or product.region == region else (named, product.arn)


def group_of(call: Call, key: str) -> str | None:
    """Return the resource group of a product, if there is such a product."""
    product = call.look(PRODUCT, (call.account, key))
    return None if product is None else product.resource_group_id


def every_product(q: IotRequest, call: Call) -> str:
    """Return the ARN for what concerns no single product."""
    return product_arn(region_of(q, call), call.account, EVERY)


def place_of_id(call: Call, iot_id: str) -> Place | None:
    """Return where the device of an IotId is, if there is one."""
    place = call.look(PLACE, (call.account, iot_id))
    # Deleting a product deletes its devices, but names only the product as changed.
    if place is None or call.look(PRODUCT, (call.account, place.product_key)) is None:
        return None
    return place


def place_of(q: DeviceRequest, call: Call) -> Place | None:
    """Return where the device is that a request names; None for an unknown IotId."""
    if q.iot_id is not None:
        return place_of_id(call, q.iot_id)
    return Place(q.product_key or "", q.device_name or "")


def on_product(action: str) -> Permission[ProductRequest]:
    """Authorize an operation on the product it names."""
    return Permission(
        action,
        lambda q, call: arns(q, call, q.product_key),
        lambda q, call: group_of(call, q.product_key),
        about=ONE_PRODUCT,
    )


@dataclass(frozen=True, slots=True)
class OnDevice(Permission[DeviceRequest]):
    """A permission on the product of a device.

    A refusal does not tell who named the device by its IotId alone which product it is in,
    or whether it is in any.
    """

    def check(self, call: Call, q: DeviceRequest, /) -> Verdict:
        """Decide on the product, or on none if there is no such device."""
        verdict = Permission.check(self, call, q)
        if verdict.allowed or q.iot_id is None:
            return verdict
        return msgspec.structs.replace(verdict, shown=every_product(q, call))


def on_device(action: str) -> OnDevice:
    """Authorize an operation on the product of the device it names."""

    def resource(q: DeviceRequest, call: Call) -> str | tuple[str, ...]:
        place = place_of(q, call)
        return every_product(q, call) if place is None else arns(q, call, place.product_key)

    def group(q: DeviceRequest, call: Call) -> str | None:
        place = place_of(q, call)
        return None if place is None else group_of(call, place.product_key)

    return OnDevice(action, resource, group, about=ONE_PRODUCT)


def on_every_product(action: str) -> Permission[GroupRequest]:
    """Authorize an operation on no single product, in the resource group it names."""
    return Permission(action, every_product, lambda q, _: q.resource_group_id, about=EVERY_PRODUCT)


class Found(NamedTuple):
    """A device with its product."""

    product: Product
    device: Device


def find_device(q: DeviceRequest, call: Call) -> Found:
    """Return the device a request names.

    Raises:
        ApiError: ``iot.prod.NotExistedProduct``, ``iot.device.NotExistedDevice``.
    """
    place = place_of(q, call)
    if place is None:
        raise errors.DEVICE_MISSING(device=q.iot_id or "")
    product = call.look(PRODUCT, (call.account, place.product_key))
    if product is None:
        raise errors.PRODUCT_MISSING(key=place.product_key)
    device = call.look(DEVICE, (call.account, *place))
    if device is None:
        raise errors.DEVICE_MISSING(device=place.name)
    return Found(product, device)
