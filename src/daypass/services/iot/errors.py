"""The errors of the IoT service, one row each.

Source of the codes: the IoT Platform's page of error codes. The platform itself answers
most of them with HTTP 200 and ``Success`` false; daypass never answers an error with
200, so the statuses are chosen here as elsewhere: 404 for what is not there, 409 for
what is in the way or full, 400 for the rest. The wordings are daypass's own.
"""

from __future__ import annotations

from typing import Final

from daypass.errors import ErrorCode

PRODUCT_MISSING: Final = ErrorCode("iot.prod.NotExistedProduct", 404, "There is no product {key}.")
PRODUCT_NAME_TAKEN: Final = ErrorCode(
    "iot.prod.AlreadyExistedProductName", 409, "There is a product named {name} already."
)
TOO_MANY_PRODUCTS: Final = ErrorCode(
    "iot.prod.ProductCountExceedMax", 409, "An account has at most {limit} products."
)
NO_PRODUCT_KEY: Final = ErrorCode("iot.prod.NullProductKey", 400, "The parameter ProductKey is required.")
NO_PRODUCT_NAME: Final = ErrorCode("iot.prod.NullProductName", 400, "The parameter ProductName is required.")
BAD_PRODUCT_KEY: Final = ErrorCode(
    "iot.prod.InvalidFormattedProductkey", 400, "The parameter ProductKey is not the key of a product."
)
BAD_PRODUCT_NAME: Final = ErrorCode(
    "iot.prod.InvalidFormattedProductName", 400, "The parameter ProductName is wrongly formed: {reason}."
)
LONG_DESCRIPTION: Final = ErrorCode(
    "iot.prod.LongProductDesc", 400, "The description of a product has at most {most} characters."
)
BAD_NODE_TYPE: Final = ErrorCode(
    "iot.prod.InvalidNodeType", 400, "NodeType is 0 for a device or 1 for a gateway."
)
BAD_COMMODITY_CODE: Final = ErrorCode(
    "iot.prod.InvalidAliyunCommodityCode", 400, "AliyunCommodityCode is iothub or iothub_senior."
)

DEVICE_MISSING: Final = ErrorCode("iot.device.NotExistedDevice", 404, "There is no device {device}.")
DEVICE_NAME_TAKEN: Final = ErrorCode(
    "iot.device.AlreadyExistedDeviceName", 409, "The product has a device named {name} already."
)
TOO_MANY_DEVICES: Final = ErrorCode(
    "iot.device.DeviceCountExceeded", 409, "A product has at most {limit} devices."
)
NO_DEVICE_NAME: Final = ErrorCode(
    "iot.device.NullDeviceName", 400, "Name a device by IotId, or by ProductKey and DeviceName."
)
NO_DEVICES: Final = ErrorCode(
    "iot.device.NoneDeviceNameElement", 400, "Name devices by IotId, or by ProductKey and DeviceName."
)
BAD_DEVICE_NAME: Final = ErrorCode(
    "iot.device.InvalidFormattedDeviceName",
    400,
    "The parameter DeviceName is wrongly formed: {reason}.",
)
BAD_IOT_ID: Final = ErrorCode(
    "iot.device.InvalidIoTId", 400, "The parameter IotId is not the id of a device."
)

BAD_PAGE: Final = ErrorCode("iot.common.InvalidPageParams", 400, "The page cannot be shown: {reason}.")
