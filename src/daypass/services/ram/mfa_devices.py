"""Virtual MFA devices and whose they are.

CreateVirtualMFADevice, DeleteVirtualMFADevice, ListVirtualMFADevices, BindMFADevice,
UnbindMFADevice, GetUserMFAInfo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import field

from daypass.directory.errors import USER_MFA_MISSING, USER_MISSING
from daypass.directory.pages import MAX_PAGE
from daypass.secret import Secret
from daypass.service.call import timestamp
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.services.callers import is_caller
from daypass.services.mfa_devices import (
    BIND_ERRORS,
    CODE_1,
    CODE_2,
    CODES,
    SERIAL_NUMBER,
    UNBIND_ERRORS,
    DeviceOfUser,
    UnbindMfaDeviceResponse,
    bind,
    declare,
    device_of,
    self_service,
    unbind,
)
from daypass.services.ram.service import UserRequest, on_every, on_user, ram

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daypass.directory.records import BoundDevice
    from daypass.service.call import Call
    from daypass.services.security_preferences import SelfService

declare(ram)


def _on_own(action: str) -> SelfService[UserRequest]:
    return self_service(on_user(action), lambda q, call: is_caller(call, q.user_name))


class BindMfaDeviceRequest(UserRequest, frozen=True, kw_only=True):
    """Which device is bound to whom, and two codes of it."""

    serial_number: Annotated[str, SERIAL_NUMBER]
    authentication_code_1: Annotated[Secret, CODE_1]
    authentication_code_2: Annotated[Secret, CODE_2]


@ram.operation(
    "BindMFADevice",
    BindMfaDeviceRequest,
    Nothing,
    authorize=_on_own("ram:BindMFADevice"),
    runs=Runs.WRITE,
    errors=BIND_ERRORS,
    secrets=CODES,
)
def bind_mfa_device(call: Call, q: BindMfaDeviceRequest) -> Nothing:
    """Bind a virtual MFA device to a RAM user, who shows two of its codes that follow each other."""
    user = call.txn.users.get(call.account, q.user_name)
    return bind(call, user, q.serial_number, q.authentication_code_1, q.authentication_code_2)


@ram.operation(
    "UnbindMFADevice",
    UserRequest,
    UnbindMfaDeviceResponse,
    authorize=_on_own("ram:UnbindMFADevice"),
    runs=Runs.WRITE,
    errors=UNBIND_ERRORS,
)
def unbind_mfa_device(call: Call, q: UserRequest) -> UnbindMfaDeviceResponse:
    """Take a RAM user's MFA device away; the device stays."""
    return unbind(call, call.txn.users.get(call.account, q.user_name))


class GetUserMfaInfoResponse(Response, frozen=True, kw_only=True):
    """The user's device."""

    mfa_device: DeviceOfUser = field(name="MFADevice")


@ram.operation(
    "GetUserMFAInfo",
    UserRequest,
    GetUserMfaInfoResponse,
    authorize=_on_own("ram:GetUserMFAInfo"),
    runs=Runs.READ,
    errors=(USER_MISSING, USER_MFA_MISSING),
)
def get_user_mfa_info(call: Call, q: UserRequest) -> GetUserMfaInfoResponse:
    """Show the MFA device that is bound to a RAM user."""
    user = call.txn.users.get(call.account, q.user_name)
    device = device_of(call, user)
    if device is None:
        raise USER_MFA_MISSING(name=user.name)
    return GetUserMfaInfoResponse(mfa_device=device)


class DeviceHolder(Response, frozen=True, kw_only=True):
    """Whose a device is."""

    user_id: str
    user_name: str
    display_name: str


class DeviceBody(Response, frozen=True, kw_only=True):
    """A device and, once it is bound, whose it is and since when."""

    serial_number: str
    activate_date: str | None = None
    user: DeviceHolder | None = None


class DevicesBody(Response, frozen=True, kw_only=True):
    """Devices, in the order of their names."""

    virtual_mfa_device: tuple[DeviceBody, ...] = field(name="VirtualMFADevice")


class ListVirtualMfaDevicesResponse(Response, frozen=True, kw_only=True):
    """All devices of the account."""

    virtual_mfa_devices: DevicesBody = field(name="VirtualMFADevices")


@ram.operation(
    "ListVirtualMFADevices",
    Request,
    ListVirtualMfaDevicesResponse,
    authorize=on_every("ram:ListVirtualMFADevices", "mfa"),
    runs=Runs.READ,
)
def list_virtual_mfa_devices(call: Call, q: Request) -> ListVirtualMfaDevicesResponse:  # noqa: ARG001 (asks for no more)
    """List the account's virtual MFA devices, and whom they are bound to."""
    devices = tuple(_body(entry) for entry in _all(call))
    return ListVirtualMfaDevicesResponse(virtual_mfa_devices=DevicesBody(virtual_mfa_device=devices))


def _all(call: Call) -> Iterator[BoundDevice]:
    marker: str | None = None
    while True:
        page = call.txn.mfa_devices.list(call.account, marker=marker, limit=MAX_PAGE)
        yield from page.items
        marker = page.marker
        if marker is None:
            return


def _body(entry: BoundDevice) -> DeviceBody:
    device, user = entry.device, entry.user
    if user is None or device.activated_at is None:
        return DeviceBody(serial_number=device.serial)
    return DeviceBody(
        serial_number=device.serial,
        activate_date=timestamp(device.activated_at),
        user=DeviceHolder(user_id=user.id, user_name=user.name, display_name=user.display_name),
    )
