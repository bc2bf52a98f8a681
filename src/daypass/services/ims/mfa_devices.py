"""Virtual MFA devices and whose they are.

CreateVirtualMFADevice, DeleteVirtualMFADevice, ListVirtualMFADevices, BindMFADevice,
UnbindMFADevice, DisableVirtualMFA, GetUserMFAInfo, GetAccountMFAInfo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import field

from daypass.directory.errors import BAD_MARKER, USER_MISSING
from daypass.secret import Secret
from daypass.service.authorization import Permission
from daypass.service.call import timestamp
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.services.callers import is_caller, own_name, own_resource
from daypass.services.ims.access_keys import OwnerRequest
from daypass.services.ims.service import NAMELESS, UserRequest, ims, named, on_user
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
from daypass.services.principals import full_name
from daypass.services.ram.parameters import DEFAULT_ITEMS, MARKER, MAX_GROUPS
from daypass.services.ram.service import on_account, on_every
from daypass.services.tags import tags_for

if TYPE_CHECKING:
    from daypass.directory.records import Account, BoundDevice
    from daypass.service.call import Call
    from daypass.services.security_preferences import SelfService

declare(ims)


def _on_own(action: str) -> SelfService[UserRequest]:
    return self_service(on_user(action), lambda q, call: is_caller(call, q.user_principal_name.name))


class BindMfaDeviceRequest(UserRequest, frozen=True, kw_only=True):
    """Which device is bound to whom, and two codes of it."""

    serial_number: Annotated[str, SERIAL_NUMBER]
    authentication_code_1: Annotated[Secret, CODE_1]
    authentication_code_2: Annotated[Secret, CODE_2]


@ims.operation(
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
    user = named(call, q.user_principal_name)
    return bind(call, user, q.serial_number, q.authentication_code_1, q.authentication_code_2)


@ims.operation(
    "UnbindMFADevice",
    UserRequest,
    UnbindMfaDeviceResponse,
    authorize=_on_own("ram:UnbindMFADevice"),
    runs=Runs.WRITE,
    errors=UNBIND_ERRORS,
)
def unbind_mfa_device(call: Call, q: UserRequest) -> UnbindMfaDeviceResponse:
    """Take a RAM user's MFA device away; the device stays."""
    return unbind(call, named(call, q.user_principal_name))


@ims.operation(
    "DisableVirtualMFA",
    UserRequest,
    Nothing,
    authorize=_on_own("ram:DisableVirtualMFA"),
    runs=Runs.WRITE,
    errors=UNBIND_ERRORS,
)
def disable_virtual_mfa(call: Call, q: UserRequest) -> Nothing:
    """Take a RAM user's virtual MFA device away and delete it."""
    device = call.txn.mfa_devices.unbind(named(call, q.user_principal_name))
    call.txn.mfa_devices.delete(call.txn.mfa_devices.get(call.account, device.serial))
    return Nothing()


class GetUserMfaInfoResponse(Response, frozen=True, kw_only=True):
    """Whether the user has a device, and which."""

    is_mfa_enable: bool = field(name="IsMFAEnable")
    mfa_device: DeviceOfUser | None = field(name="MFADevice", default=None)


def _user_resource(q: OwnerRequest, call: Call) -> str:
    name = q.user_principal_name
    return own_resource(call, NAMELESS) if name is None else name.resource(call)


@ims.operation(
    "GetUserMFAInfo",
    OwnerRequest,
    GetUserMfaInfoResponse,
    authorize=self_service(
        Permission(
            "ram:GetUserMFAInfo",
            _user_resource,
            tags=tags_for("ram:GetUserMFAInfo"),
            about="acs:ram:*:{AccountId}:user/{UserName}",
        ),
        lambda q, call: q.user_principal_name is None or is_caller(call, q.user_principal_name.name),
    ),
    runs=Runs.READ,
    errors=(NAMELESS, USER_MISSING),
)
def get_user_mfa_info(call: Call, q: OwnerRequest) -> GetUserMfaInfoResponse:
    """Show whether a RAM user has an MFA device, and which; the account itself has none."""
    name = q.user_principal_name
    own = own_name(call) if name is None else named(call, name).name
    device = None if own is None else device_of(call, call.txn.users.get(call.account, own))
    return GetUserMfaInfoResponse(is_mfa_enable=device is not None, mfa_device=device)


class GetAccountMfaInfoResponse(Response, frozen=True, kw_only=True):
    """Whether the account itself has a device."""

    is_mfa_enable: bool = field(name="IsMFAEnable")


@ims.operation(
    "GetAccountMFAInfo",
    Request,
    GetAccountMfaInfoResponse,
    authorize=on_account("ram:GetAccountMFAInfo"),
    runs=Runs.READ,
)
def get_account_mfa_info(call: Call, q: Request) -> GetAccountMfaInfoResponse:  # noqa: ARG001 (asks for no more)
    """Show whether the account itself has an MFA device: never, since it has AccessKeys and no password."""
    return GetAccountMfaInfoResponse(is_mfa_enable=False)


class ListVirtualMfaDevicesRequest(Request, frozen=True, kw_only=True):
    """Which part of the list."""

    marker: Annotated[str, MARKER] = ""
    max_items: Annotated[int, MAX_GROUPS] = DEFAULT_ITEMS


class DeviceHolder(Response, frozen=True, kw_only=True):
    """Whose a device is."""

    user_id: str
    user_principal_name: str
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
    """Part of the list, and where to go on."""

    virtual_mfa_devices: DevicesBody = field(name="VirtualMFADevices")
    is_truncated: bool
    marker: str | None = None


@ims.operation(
    "ListVirtualMFADevices",
    ListVirtualMfaDevicesRequest,
    ListVirtualMfaDevicesResponse,
    authorize=on_every("ram:ListVirtualMFADevices", "mfa"),
    runs=Runs.READ,
    errors=(BAD_MARKER,),
)
def list_virtual_mfa_devices(call: Call, q: ListVirtualMfaDevicesRequest) -> ListVirtualMfaDevicesResponse:
    """List the account's virtual MFA devices, and whom they are bound to."""
    page = call.txn.mfa_devices.list(call.account, marker=q.marker or None, limit=q.max_items)
    account = call.txn.accounts.get(call.account)
    devices = tuple(_body(account, entry) for entry in page.items)
    return ListVirtualMfaDevicesResponse(
        virtual_mfa_devices=DevicesBody(virtual_mfa_device=devices),
        is_truncated=page.is_truncated,
        marker=page.marker,
    )


def _body(account: Account, entry: BoundDevice) -> DeviceBody:
    device, user = entry.device, entry.user
    if user is None or device.activated_at is None:
        return DeviceBody(serial_number=device.serial)
    name = full_name(account, "User", user.name)
    return DeviceBody(
        serial_number=device.serial,
        activate_date=timestamp(device.activated_at),
        user=DeviceHolder(user_id=user.id, user_principal_name=name, display_name=user.display_name),
    )
