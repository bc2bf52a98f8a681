"""What the IoT service holds, as frozen values. Times are epoch milliseconds."""

from __future__ import annotations

from typing import Generic, Literal, TypeAlias, TypeVar

from msgspec import Struct

from daypass.secret import Secret

DeviceStatus: TypeAlias = Literal["UNACTIVE", "ONLINE", "OFFLINE", "DISABLE"]

T = TypeVar("T")


def product_arn(region: str, account_id: str, key: str) -> str:
    """Return the ARN of a product; ``*`` as the key stands for no single one."""
    return f"acs:iot:{region}:{account_id}:product/{key}"


class ProductSettings(Struct, frozen=True, gc=False, kw_only=True):
    """What a product is made with and keeps; parameters of CreateProduct.

    Attributes:
        node_type: 0 device, 1 gateway.
        commodity_code: ``iothub``, or ``iothub_senior`` for a product with a model.
        auth_type: how its devices authenticate: ``secret``, ``id2`` or ``x509``.
        id2: whether its devices are known to the Internet Device ID service.
        data_format: 0 of its own, 1 Alink JSON; products with a model only.
        net_type: ``WIFI``, ``CELLULAR``, ``ETHERNET`` or ``OTHER``.
        protocol_type: how its devices reach their gateway.
        category_key: the category whose model it uses.
        validate_type: 1 weak verification of data, 2 none.
    """

    node_type: int = 0
    commodity_code: str = "iothub"
    auth_type: str = "secret"
    id2: bool = False
    data_format: int | None = None
    net_type: str | None = None
    protocol_type: str | None = None
    category_key: str | None = None
    validate_type: int | None = None


class Product(Struct, frozen=True, gc=False):
    """A kind of device.

    Attributes:
        key: the ProductKey, unique everywhere.
        region: where it was created; part of its ARN.
        resource_group_id: the resource group it is in, or None.
        device_count: of its devices, whatever their status.
    """

    key: str
    account_id: str
    region: str
    name: str
    description: str
    secret: Secret
    settings: ProductSettings
    resource_group_id: str | None
    device_count: int
    created_ms: int

    @property
    def arn(self) -> str:
        """The ARN that policies allow or deny."""
        return product_arn(self.region, self.account_id, self.key)


class Device(Struct, frozen=True, gc=False):
    """A device of a product.

    Attributes:
        iot_id: unique everywhere, and never given again; the product's key and ``name``
            are as good.
        nickname: "" if it has none.
        status: ``UNACTIVE`` from its registration until it first connects, which nothing
            does here: this service has no side for devices.
    """

    iot_id: str
    account_id: str
    product_key: str
    name: str
    nickname: str
    secret: Secret
    status: DeviceStatus
    created_ms: int


class Page(Struct, Generic[T], frozen=True, gc=False):
    """Part of a list, newest entries first.

    Attributes:
        number: which page this is, from 1.
        size: the most entries a page has.
        total: entries in the whole list.
        next_token: goes on after this page, where the list has such tokens.
    """

    items: tuple[T, ...]
    number: int
    size: int
    total: int
    next_token: str | None = None

    @property
    def count(self) -> int:
        """How many pages there are."""
        return -(-self.total // self.size)
