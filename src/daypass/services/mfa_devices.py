"""Virtual MFA devices, as RAM and IMS both take and show them.

With the account's preference a RAM user manages a device of his own: the one that is
bound to him, and before it is, the one that is named as he is (with a hyphen for an
underscore, which names of devices do not have).
"""

from __future__ import annotations

import base64
import io
import re
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import segno
from msgspec import field

from daypass import names
from daypass.authz.principal import IdentityType
from daypass.directory.errors import (
    CODE_WRONG,
    MFA_DEVICE_BOUND,
    MFA_DEVICE_EXISTS,
    MFA_DEVICE_IN_USE,
    MFA_DEVICE_MISSING,
    TOO_MANY,
    USER_MFA_EXISTS,
    USER_MFA_MISSING,
    USER_MISSING,
)
from daypass.directory.totp import provisioning_uri, seed_text
from daypass.errors import ErrorCode
from daypass.secret import Secret
from daypass.service.authorization import Permission
from daypass.service.operation import Nothing, Request, Response, Runs, Service
from daypass.service.params import Parsed, Text
from daypass.services.security_preferences import SelfService

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.directory.records import User
    from daypass.service.call import Call

ISSUER: Final = "daypass"
VIRTUAL: Final = "VMFA"

BAD_CODE: Final = ErrorCode(
    "InvalidParameter.AuthenticationCode.Format", 400, "An authentication code has six digits."
)
_SIX_DIGITS: Final = re.compile("[0-9]{6}", re.ASCII)
BIND_ERRORS: Final = (USER_MISSING, MFA_DEVICE_MISSING, USER_MFA_EXISTS, MFA_DEVICE_BOUND, CODE_WRONG)
UNBIND_ERRORS: Final = (USER_MISSING, USER_MFA_MISSING)


def _code(text: str) -> Secret:
    if _SIX_DIGITS.fullmatch(text) is None:
        raise ValueError("six digits are wanted")
    return Secret(text)


DEVICE_NAME: Final = Text(
    wire="VirtualMFADeviceName",
    help="Name of the device; 1 to 64 characters.",
    most=64,
    pattern=names.MFA_DEVICE_NAME,
    allowed="letters, digits and any of . -",
)
SERIAL_NUMBER: Final = Text(
    wire="SerialNumber", help="Serial number of the device, acs:ram::<account>:mfa/<name>.", most=128
)
CODE_1: Final = Parsed(
    wire="AuthenticationCode1",
    help="A code that the device shows; six digits.",
    parse=_code,
    invalid=BAD_CODE,
)
CODE_2: Final = CODE_1.named("AuthenticationCode2", "The code that the device shows next; six digits.")

CODES: Final = ("AuthenticationCode1", "AuthenticationCode2")

Q = TypeVar("Q", bound=Request)


def self_service(permission: Permission[Q], own: Callable[[Q, Call], bool]) -> SelfService[Q]:
    """Let RAM users manage a device of their own, if the account's preference says so."""
    return SelfService(permission, own=own, member="allow_user_to_manage_mfa_devices")


class DeviceNameRequest(Request, frozen=True, kw_only=True):
    """Names a new device."""

    virtual_mfa_device_name: Annotated[str, DEVICE_NAME]


class SerialRequest(Request, frozen=True, kw_only=True):
    """Names a device."""

    serial_number: Annotated[str, SERIAL_NUMBER]


class NewDeviceBody(Response, frozen=True, kw_only=True):
    """A new device; the only time its seed is shown."""

    serial_number: str
    base32_string_seed: str = field(name="Base32StringSeed")
    qr_code_png: str = field(name="QRCodePNG")


class CreateVirtualMfaDeviceResponse(Response, frozen=True, kw_only=True):
    """The new device."""

    virtual_mfa_device: NewDeviceBody = field(name="VirtualMFADevice")


class SerialBody(Response, frozen=True, kw_only=True):
    """Which device it was."""

    serial_number: str


class UnbindMfaDeviceResponse(Response, frozen=True, kw_only=True):
    """The device that was taken away."""

    mfa_device: SerialBody = field(name="MFADevice")


class DeviceOfUser(SerialBody, frozen=True, kw_only=True):
    """A user's device and what it is."""

    type: str


def qr_code(uri: str) -> str:
    """Return a QR code as a PNG image in base64."""
    image = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(image, kind="png", scale=5)
    return base64.b64encode(image.getvalue()).decode()


def device_of(call: Call, user: User) -> DeviceOfUser | None:
    """Show the device that is bound to a user, or None."""
    device = call.txn.mfa_devices.of_user(user.id)
    return None if device is None else DeviceOfUser(serial_number=device.serial, type=VIRTUAL)


def bind(call: Call, user: User, serial: str, first: Secret, second: Secret) -> Nothing:
    """Bind a device to a user.

    Raises:
        ApiError: one of :data:`BIND_ERRORS`.
    """
    device = call.txn.mfa_devices.get(call.account, serial)
    call.txn.mfa_devices.bind(device, user, first.reveal(), second.reveal())
    return Nothing()


def unbind(call: Call, user: User) -> UnbindMfaDeviceResponse:
    """Take a user's device away.

    Raises:
        ApiError: ``EntityNotExist.User.MFADevice``.
    """
    device = call.txn.mfa_devices.unbind(user)
    return UnbindMfaDeviceResponse(mfa_device=SerialBody(serial_number=device.serial))


def _named_as_caller(call: Call, device_name: str) -> bool:
    caller = call.caller
    is_user = caller.identity_type is IdentityType.RAM_USER
    return is_user and device_name.lower() == caller.display_name.lower().replace("_", "-")


def _is_own(q: SerialRequest, call: Call) -> bool:
    account, name = names.parse_mfa_serial(q.serial_number) or ("", "")
    return account == call.account and _named_as_caller(call, name)


def declare(service: Service) -> None:
    """Declare what is the same in RAM and IMS: creating and deleting devices."""

    @service.operation(
        "CreateVirtualMFADevice",
        DeviceNameRequest,
        CreateVirtualMfaDeviceResponse,
        authorize=self_service(
            Permission(
                "ram:CreateVirtualMFADevice",
                lambda q, call: f"acs:ram:*:{call.account}:mfa/*",  # noqa: ARG005 (it is not there yet)
                about="acs:ram:*:{AccountId}:mfa/*",
            ),
            lambda q, call: _named_as_caller(call, q.virtual_mfa_device_name),
        ),
        runs=Runs.WRITE,
        errors=(MFA_DEVICE_EXISTS, TOO_MANY.of("VirtualMFADevice")),
    )
    def create_virtual_mfa_device(call: Call, q: DeviceNameRequest) -> CreateVirtualMfaDeviceResponse:
        """Create a virtual MFA device; the only time its seed is shown, as text and as a QR code."""
        device, seed = call.txn.mfa_devices.create(call.account, q.virtual_mfa_device_name)
        account = call.txn.accounts.get(call.account)
        uri = provisioning_uri(seed, f"{device.name}@{account.alias_or_id}", ISSUER)
        return CreateVirtualMfaDeviceResponse(
            virtual_mfa_device=NewDeviceBody(
                serial_number=device.serial, base32_string_seed=seed_text(seed), qr_code_png=qr_code(uri)
            )
        )

    @service.operation(
        "DeleteVirtualMFADevice",
        SerialRequest,
        Nothing,
        authorize=self_service(
            Permission(
                "ram:DeleteVirtualMFADevice",
                lambda q, call: q.serial_number,  # noqa: ARG005 (it is its own resource)
                about="acs:ram::{AccountId}:mfa/{VirtualMFADeviceName}",
            ),
            _is_own,
        ),
        runs=Runs.WRITE,
        errors=(MFA_DEVICE_MISSING, MFA_DEVICE_IN_USE),
    )
    def delete_virtual_mfa_device(call: Call, q: SerialRequest) -> Nothing:
        """Delete a virtual MFA device that is bound to nobody."""
        call.txn.mfa_devices.delete(call.txn.mfa_devices.get(call.account, q.serial_number))
        return Nothing()
