"""The IoT service and what its operations share: the common parameters, the form of answers."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from daypass.service.operation import Request, Response, Service
from daypass.services.iot.parameters import IOT_INSTANCE_ID, PRODUCT_KEY, REGION_ID
from daypass.services.iot.store.tables import metadata

iot: Final = Service("Iot", "2018-01-20", "products and devices", tables=metadata)

PAGE_SIZE: Final = 10


class IotRequest(Request, frozen=True, kw_only=True):
    """What every request may carry."""

    region_id: Annotated[str | None, REGION_ID] = None
    iot_instance_id: Annotated[str | None, IOT_INSTANCE_ID] = None


class ProductRequest(IotRequest, frozen=True, kw_only=True):
    """A request about one product."""

    product_key: Annotated[str, PRODUCT_KEY]


class Answer(Response, frozen=True, kw_only=True):
    """What every answer says. SDKs want ``Success``, and no ``Code`` unless something failed."""

    # Made by a factory, because members that have their default are left out.
    success: bool = msgspec.field(default_factory=lambda: True)
