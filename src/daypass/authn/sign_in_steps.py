"""What may follow the password: a code, a new password, a device to bind.

In between the browser holds a secret that stands for the sign-in so far and opens nothing;
each step gives it another one. A step that fails leaves the sign-in where it is.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from daypass.authn import lockout
from daypass.authn.console import digest_of
from daypass.authn.new_passwords import Measure
from daypass.authn.new_sessions import BIND_DEVICE, MFA, NEW_PASSWORD, Begun, NewSessions
from daypass.authn.sessions import RING
from daypass.authn.sign_in import settled
from daypass.authn.sign_in_errors import (
    CHANGED_MEANWHILE,
    CODES_LOCKED,
    REUSED,
    TOO_LATE,
    TOO_WEAK,
    WRONG_CODE,
    WRONG_CODES,
)
from daypass.directory.mfa_devices import LOCKED_SECONDS, CodeCheck
from daypass.directory.totp import provisioning_uri, seed_text
from daypass.errors import ApiError
from daypass.names import mfa_serial
from daypass.secret import Secret
from daypass.tokens import open_token

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from daypass.authn.console import Browser
    from daypass.authn.hashing import Hashing
    from daypass.directory.database import Database, Transaction
    from daypass.directory.records import ConsoleSession, MfaDevice, User

T = TypeVar("T")

ISSUER: Final = "daypass"


class Unfinished(msgspec.Struct, frozen=True):
    """A sign-in that waits for something.

    Attributes:
        awaits: ``mfa``, ``password`` or ``bind``.
        user_name: of whom the password was right.
        account_id: his account.
        mfa: whether a code was given already.
    """

    awaits: str
    user_name: str
    account_id: str


class NewDevice(msgspec.Struct, frozen=True):
    """A device that is to be bound; the only time its seed is shown.

    Attributes:
        seed: as people type it, in base32.
        uri: as a QR code holds it.
    """

    seed: Secret
    uri: Secret


class SignInSteps:
    """Takes sign-ins on from the password to their end.

    Args:
        database: the store.
        new: makes sessions.
        hashing: threads for Argon2.
        readers: threads for read transactions.
        writer: the thread for write transactions.
        entropy: random bytes.
    """

    def __init__(
        self,
        database: Database,
        new: NewSessions,
        hashing: Hashing,
        *,
        readers: Executor,
        writer: Executor,
        entropy: Callable[[int], bytes],
    ) -> None:
        self._database: Final = database
        self._new: Final = new
        self._hashing: Final = hashing
        self._readers: Final = readers
        self._writer: Final = writer
        self._entropy: Final = entropy

    async def unfinished(self, cookie: str) -> Unfinished | None:
        """Return the sign-in that a browser is in the middle of, or None."""
        return await _in(self._readers, lambda: self._unfinished(cookie))

    async def with_code(self, cookie: str, code: str, browser: Browser) -> Begun:
        """Go on with a code of the user's device.

        Raises:
            ApiError: one of :mod:`daypass.authn.sign_in_errors`, or
                :data:`~daypass.authn.lockout.TOO_MANY_ATTEMPTS`.
        """
        with self._hashing.room():
            taken = _in(self._writer, lambda: self._take_code(cookie, code.strip(), browser))
            return settled(await taken)

    async def with_new_password(self, cookie: str, password: Secret, browser: Browser) -> Begun:
        """Go on with a new password.

        Raises:
            ApiError: one of :mod:`daypass.authn.sign_in_errors`.
        """
        with self._hashing.room():
            user, measure = await _in(self._readers, lambda: self._measure(cookie))
            entropy = self._entropy
            hashed = await self._hashing.run(
                lambda: measure.hash(user.name, password, entropy, weak=TOO_WEAK, reused=REUSED)
            )
            return await _in(self._writer, lambda: self._change(cookie, measure, hashed, browser))

    async def new_device(self, cookie: str) -> NewDevice:
        """Make a device for the user to bind; one that was made before and not bound is forgotten.

        Raises:
            ApiError: see :mod:`daypass.authn.sign_in_errors`, ``LimitExceeded.VirtualMFADevice``.
        """
        with self._hashing.room():
            return await _in(self._writer, lambda: self._make_device(cookie))

    async def with_device(self, cookie: str, first: str, second: str, browser: Browser) -> Begun:
        """Go on with two codes of the new device that follow each other, which bind it.

        Raises:
            ApiError: see :mod:`daypass.authn.sign_in_errors`.
        """
        with self._hashing.room():
            codes = (first.strip(), second.strip())
            return await _in(self._writer, lambda: self._bind(cookie, *codes, browser))

    def _unfinished(self, cookie: str) -> Unfinished | None:
        with self._database.read() as txn:
            row = txn.console_sessions.find(digest_of(cookie))
            user = txn.users.by_id(row.user_id) if row is not None and row.user_id else None
            if row is None or user is None or not row.awaits or row.expires_at <= txn.now:
                return None
            return Unfinished(row.awaits, user.name, row.account_id)

    def _take_code(self, cookie: str, code: str, browser: Browser) -> Begun | ApiError:
        with self._database.write() as txn:
            address = lockout.address_subject(browser.source_ip)
            lockout.check(txn, {address: lockout.FREE_FROM_AN_ADDRESS})
            row, user = _waiting(txn, cookie, MFA)
            check = txn.mfa_devices.verify(user.id, code)
            if check is CodeCheck.ACCEPTED:
                txn.console_sessions.end(row.digest)
                return self._new.of_user(txn, user, browser, mfa=True)
            refused = {
                CodeCheck.WRONG: WRONG_CODE(),
                CodeCheck.LOCKED: CODES_LOCKED(minutes=LOCKED_SECONDS // 60),
                CodeCheck.NO_DEVICE: TOO_LATE(),
            }[check]
            self._new.refuse(txn, refused, browser, user=user)
            return refused

    def _measure(self, cookie: str) -> tuple[User, Measure]:
        with self._database.read() as txn:
            _, user = _waiting(txn, cookie, NEW_PASSWORD)
            return user, Measure.of(txn, user)

    def _change(self, cookie: str, measure: Measure, hashed: Secret, browser: Browser) -> Begun:
        with self._database.write() as txn:
            row, user = _waiting(txn, cookie, NEW_PASSWORD)
            if Measure.of(txn, user) != measure:
                raise CHANGED_MEANWHILE()
            txn.login_profiles.update(
                user.account_id, user.name, password_hash=hashed, password_reset_required=False
            )
            self._new.put_on_record(txn, browser, user.account_id, user.arn, action="ChangePassword")
            return self._new.of_user(txn, user, browser, mfa=_gave_code(txn, row))

    def _make_device(self, cookie: str) -> NewDevice:
        with self._database.write() as txn:
            _, user = _waiting(txn, cookie, BIND_DEVICE)
            before = _own_device(txn, user)
            if before is not None:
                txn.mfa_devices.delete(before)
            device, seed = txn.mfa_devices.create(user.account_id, _device_name(user))
            holder = f"{device.name}@{txn.accounts.get(user.account_id).alias_or_id}"
            return NewDevice(Secret(seed_text(seed)), Secret(provisioning_uri(seed, holder, ISSUER)))

    def _bind(self, cookie: str, first: str, second: str, browser: Browser) -> Begun:
        with self._database.write() as txn:
            row, user = _waiting(txn, cookie, BIND_DEVICE)
            device = _own_device(txn, user)
            if device is None:
                raise TOO_LATE()
            try:
                txn.mfa_devices.bind(device, user, first, second)
            except ApiError:
                raise WRONG_CODES() from None
            txn.console_sessions.end(row.digest)
            self._new.put_on_record(txn, browser, user.account_id, user.arn, action="BindMFADevice")
            return self._new.of_user(txn, user, browser, mfa=True)


async def _in(executor: Executor, function: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(executor, function)


def _waiting(txn: Transaction, cookie: str, awaits: str) -> tuple[ConsoleSession, User]:
    """Return the sign-in of a browser that waits for something, and its user.

    Raises:
        ApiError: there is none.
    """
    row = txn.console_sessions.find(digest_of(cookie))
    if row is None or row.awaits != awaits or row.expires_at <= txn.now or row.user_id is None:
        raise TOO_LATE()
    user = txn.users.by_id(row.user_id)
    if user is None:
        raise TOO_LATE()
    return row, user


def _gave_code(txn: Transaction, row: ConsoleSession) -> bool:
    """Whether the sign-in so far had a code in it, which its sealed token says."""
    ring = RING.load(txn, "").value
    opened = open_token(row.token.reveal(), row.access_key_id, ring, txn.now, kind="user")
    return opened.session.mfa


def _device_name(user: User) -> str:
    """Return what a user's own device is called, as everywhere."""
    return user.name.replace("_", "-")


def _own_device(txn: Transaction, user: User) -> MfaDevice | None:
    """Return the device that was made for a user and is not bound to anybody."""
    try:
        device = txn.mfa_devices.get(user.account_id, mfa_serial(user.account_id, _device_name(user)))
    except ApiError:
        return None
    return device if device.user_id is None else None
