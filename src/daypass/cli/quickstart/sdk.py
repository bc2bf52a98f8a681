"""The official Python SDK as it comes; only its endpoint is set."""

from __future__ import annotations

import importlib
import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from daypass.cli.errors import FailedError
from daypass.errors import DaypassError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daypass.client import Credentials

PACKAGES: Final = {
    "Sts": "alibabacloud_sts20150401",
    "Ram": "alibabacloud_ram20150501",
    "Iot": "alibabacloud_iot20180120",
}
_WORD_START: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


class RefusedError(DaypassError):
    """The SDK raised its exception for an error of the server.

    Attributes:
        code: the error code.
        status: HTTP status.
        detail: AccessDeniedDetail of a denial, else empty.
    """

    def __init__(self, code: str, status: int, message: str, detail: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.code: Final = code
        self.status: Final = status
        self.detail: Final = detail


def versions() -> str:
    """Name the packages and their versions."""
    return ", ".join(f"{name} {version(name)}" for name in PACKAGES.values())


def call(
    url: str, who: Credentials, product: str, action: str, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """Call an operation with the SDK's own client, request type and method.

    Args:
        url: of the server.
        who: to sign as.
        product: as in ``Sts``.
        action: as in ``AssumeRole``.
        parameters: by their wire names.

    Raises:
        RefusedError: the server answered an error.
        FailedError: it did not answer.
    """
    from alibabacloud_tea_openapi.exceptions import AlibabaCloudException  # noqa: PLC0415 (an extra)
    from alibabacloud_tea_openapi.models import Config  # noqa: PLC0415
    from darabonba.exceptions import UnretryableException  # noqa: PLC0415

    config = Config(
        access_key_id=who.access_key_id,
        access_key_secret=who.access_key_secret.reveal(),
        security_token=who.security_token,
        endpoint=url.removeprefix("http://"),
        protocol="http",
    )
    client = importlib.import_module(f"{PACKAGES[product]}.client").Client(config)
    method = getattr(client, _WORD_START.sub("_", action).lower())
    request_type = getattr(importlib.import_module(f"{PACKAGES[product]}.models"), f"{action}Request", None)
    try:
        answer = method(request_type().from_map(dict(parameters))) if request_type else method()
    except AlibabaCloudException as error:
        detail = getattr(error, "access_denied_detail", None) or {}
        message = str((error.data or {}).get("Message") or error.message)
        raise RefusedError(error.code, error.status_code, message, detail) from None
    except UnretryableException as fault:
        raise FailedError(f"the throw-away server does not answer: {fault}") from None
    body: dict[str, Any] = answer.body.to_map()
    return body
