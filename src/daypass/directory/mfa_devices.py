"""Virtual MFA devices: seeds that make one-time codes, and the users they are bound to."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select, update

from daypass.directory import identifiers, scopes, totp
from daypass.directory.console_sessions import ConsoleSessions
from daypass.directory.errors import (
    CODE_WRONG,
    MFA_DEVICE_BOUND,
    MFA_DEVICE_EXISTS,
    MFA_DEVICE_IN_USE,
    MFA_DEVICE_MISSING,
    TOO_MANY,
    USER_MFA_EXISTS,
    USER_MFA_MISSING,
)
from daypass.directory.pages import Page, page_of, read_marker, within
from daypass.directory.records import BoundDevice, MfaDevice, User
from daypass.directory.rows import columns
from daypass.directory.schema import mfa_devices, users
from daypass.names import parse_mfa_serial

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from daypass.directory.context import Context

SEED_PLACE: Final = ("mfa_devices", "sealed_seed")
"""What a sealed seed is bound to, besides the device's id."""

MOST_FAILURES: Final = 5
LOCKED_SECONDS: Final = 15 * 60
"""After so many wrong codes in a row none is taken for so long."""

_COLUMNS: Final = columns(mfa_devices, MfaDevice)
_USER: Final = columns(users, User)
_LISTING: Final = "mfa_devices"


class CodeCheck(Enum):
    """What became of a one-time code."""

    ACCEPTED = "accepted"
    WRONG = "wrong, or used before"
    LOCKED = "not looked at: too many were wrong"
    NO_DEVICE = "the user has no device"


class MfaDevices:
    """All virtual MFA devices; names are unique in an account, ignoring case."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def create(self, account_id: str, name: str) -> tuple[MfaDevice, bytes]:
        """Create a device that is bound to nobody; the only time its seed is handed out.

        Raises:
            ApiError: ``EntityAlreadyExists.VirtualMFADevice``, ``LimitExceeded.VirtualMFADevice``.
        """
        context = self._context
        if context.exists(mfa_devices, *_named(account_id, name)):
            raise MFA_DEVICE_EXISTS(name=name)
        limit = context.quotas(account_id).virtual_mfa_devices
        if self.count(account_id) >= limit:
            raise TOO_MANY.of("VirtualMFADevice")(limit=limit)
        device = MfaDevice(identifiers.entity_id(context.entropy), account_id, name, None, context.now)
        seed = context.entropy(totp.SEED_BYTES)
        row = {
            "id": device.id,
            "account_id": account_id,
            "name": name,
            "name_key": name.lower(),
            "sealed_seed": context.seal(*SEED_PLACE, device.id, seed),
            "created_at": device.created_at,
            "failures": 0,
        }
        context.add(mfa_devices, row)
        return device, seed

    def count(self, account_id: str, *, in_use: bool = False) -> int:
        """Return how many devices an account has, or how many are bound to a user."""
        bound = (mfa_devices.c.user_id.is_not(None),) if in_use else ()
        return self._context.count(mfa_devices, mfa_devices.c.account_id == account_id, *bound)

    def get(self, account_id: str, serial: str) -> MfaDevice:
        """Return a device by its serial number.

        Raises:
            ApiError: ``EntityNotExist.VirtualMFADevice``.
        """
        owner, name = parse_mfa_serial(serial) or ("", "")
        row = self._context.first(select(*_COLUMNS).where(*_named(owner, name)))
        if row is None or owner != account_id:
            raise MFA_DEVICE_MISSING(serial=serial[:128])
        return MfaDevice(*row)

    def of_user(self, user_id: str) -> MfaDevice | None:
        """Return the device that is bound to a user, or None."""
        row = self._context.first(select(*_COLUMNS).where(mfa_devices.c.user_id == user_id))
        return None if row is None else MfaDevice(*row)

    def list(self, account_id: str, *, marker: str | None = None, limit: int = 100) -> Page[BoundDevice]:
        """Return an account's devices with their users, in the order of the devices' names.

        Raises:
            ApiError: ``InvalidParameter.Marker``.
        """
        after = read_marker(_LISTING, marker)
        limit = within(limit)
        statement = (
            select(*_COLUMNS, *_USER)
            .outerjoin_from(mfa_devices, users, users.c.id == mfa_devices.c.user_id)
            .where(mfa_devices.c.account_id == account_id)
        )
        if after is not None:
            statement = statement.where(mfa_devices.c.name_key > after)
        rows = self._context.all(statement.order_by(mfa_devices.c.name_key).limit(limit + 1))
        found = [_bound(tuple(row)) for row in rows]
        return page_of(_LISTING, found, limit, lambda entry: entry.device.name.lower())

    def bind(self, device: MfaDevice, user: User, first: str, second: str) -> None:
        """Bind a device to a user, who shows two codes that follow each other.

        Raises:
            ApiError: ``EntityAlreadyExists.User.MFADevice``, ``CheckAuthenticationCodeFail``,
                ``EntityAlreadyExists.VirtualMFADevice.User``.
        """
        context = self._context
        if self.of_user(user.id) is not None:
            raise USER_MFA_EXISTS(name=user.name)
        if device.user_id is not None:
            raise MFA_DEVICE_BOUND(serial=device.serial)
        step = totp.step_of_two(self._seed(device), first, second, context.now, device.last_step)
        if step is None:
            raise CODE_WRONG()
        self._set(device, user_id=user.id, activated_at=context.now, last_step=step, failures=0)
        context.changed(scopes.user(user.id))

    def unbind(self, user: User) -> MfaDevice:
        """Take a user's device away; the device stays, and its used codes stay used.

        The user's console sessions end, which rested on it.

        Raises:
            ApiError: ``EntityNotExist.User.MFADevice``.
        """
        device = self.of_user(user.id)
        if device is None:
            raise USER_MFA_MISSING(name=user.name)
        self._set(device, user_id=None, activated_at=None)
        ConsoleSessions(self._context).end_all(user.account_id, user.id)
        self._context.changed(scopes.user(user.id))
        return device

    def delete(self, device: MfaDevice) -> None:
        """Delete a device that is bound to nobody.

        Raises:
            ApiError: ``DeleteConflict.VirtualMFADevice.User``.
        """
        if device.user_id is not None:
            raise MFA_DEVICE_IN_USE(serial=device.serial)
        self._context.run(delete(mfa_devices).where(mfa_devices.c.id == device.id))

    def verify(self, user_id: str, code: str) -> CodeCheck:
        """Check a code that a user shows to log on, and use it up.

        It answers instead of raising, so that the transaction commits what it has counted.
        """
        device = self.of_user(user_id)
        if device is None:
            return CodeCheck.NO_DEVICE
        now = self._context.now
        recent = device.failed_at is not None and now - device.failed_at < LOCKED_SECONDS
        failures = device.failures if recent else 0
        if failures >= MOST_FAILURES:
            return CodeCheck.LOCKED
        step = totp.step_of(self._seed(device), code, now, device.last_step)
        if step is None:
            self._set(device, failures=failures + 1, failed_at=now)
            return CodeCheck.WRONG
        self._set(device, failures=0, last_step=step)
        return CodeCheck.ACCEPTED

    def _seed(self, device: MfaDevice) -> bytes:
        sealed = self._context.first(select(mfa_devices.c.sealed_seed).where(mfa_devices.c.id == device.id))
        if sealed is None:
            raise MFA_DEVICE_MISSING(serial=device.serial)
        return self._context.unseal(*SEED_PLACE, device.id, sealed[0])

    def _set(self, device: MfaDevice, **values: object) -> None:
        self._context.run(update(mfa_devices).where(mfa_devices.c.id == device.id).values(values))


def _named(account_id: str, name: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (mfa_devices.c.account_id == account_id, mfa_devices.c.name_key == name.lower())


def _bound(row: tuple[Any, ...]) -> BoundDevice:
    device, user = row[: len(_COLUMNS)], row[len(_COLUMNS) :]
    return BoundDevice(MfaDevice(*device), None if user[0] is None else User(*user))
