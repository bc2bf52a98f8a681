from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from sqlalchemy import select

from daypass.directory import totp
from daypass.directory.mfa_devices import LOCKED_SECONDS, MOST_FAILURES, CodeCheck
from daypass.directory.schema import mfa_devices
from tests.directory.stores import START, refused

if TYPE_CHECKING:
    from daypass.directory.database import Database, Transaction
    from daypass.directory.records import MfaDevice, User
    from tests.directory.stores import Clock

STEP = START // 30


class Bound(NamedTuple):
    """Alice's device, bound at the start."""

    user: User
    device: MfaDevice
    seed: bytes

    def code(self, step: int) -> str:
        return totp.code_at(self.seed, step)

    def wrong(self, step: int) -> str:
        right = {self.code(step + drift) for drift in range(-3, 4)}
        return next(code for code in (f"{n:06}" for n in range(10)) if code not in right)


@pytest.fixture
def bound(database: Database) -> Bound:
    with database.write() as txn:
        account = txn.accounts.create().id
        user = txn.users.create(account, "alice")
        device, seed = txn.mfa_devices.create(account, "Phone")
        codes = (totp.code_at(seed, STEP - 1), totp.code_at(seed, STEP))
        txn.mfa_devices.bind(device, user, *codes)
        return Bound(user, txn.mfa_devices.get(account, device.serial), seed)


def check(database: Database, bound: Bound, code: str) -> CodeCheck:
    with database.write() as txn:
        return txn.mfa_devices.verify(bound.user.id, code)


def test_a_device_is_found_by_its_serial_number_in_its_account(
    txn: Transaction, account: str, other_account: str
) -> None:
    device, seed = txn.mfa_devices.create(account, "Phone")
    assert device.serial == f"acs:ram::{account}:mfa/Phone"
    assert len(seed) == totp.SEED_BYTES
    assert txn.mfa_devices.get(account, f"acs:ram::{account}:mfa/phone") == device
    for owner, serial in ((other_account, device.serial), (account, "Phone"), (account, device.serial + "x")):
        with refused("EntityNotExist.VirtualMFADevice"):
            txn.mfa_devices.get(owner, serial)
    with refused("EntityAlreadyExists.VirtualMFADevice"):
        txn.mfa_devices.create(account, "PHONE")
    txn.mfa_devices.create(other_account, "Phone")


def test_a_seed_is_kept_sealed(txn: Transaction, account: str) -> None:
    _, seed = txn.mfa_devices.create(account, "Phone")
    ((device_id, sealed),) = txn.all(select(mfa_devices.c.id, mfa_devices.c.sealed_seed))
    assert seed not in sealed
    assert txn.unseal("mfa_devices", "sealed_seed", device_id, sealed) == seed


def test_a_device_has_one_user_and_a_user_one_device(txn: Transaction, account: str) -> None:
    alice, bob = txn.users.create(account, "alice"), txn.users.create(account, "bob")
    one, seed = txn.mfa_devices.create(account, "one")
    two, _ = txn.mfa_devices.create(account, "two")
    codes = (totp.code_at(seed, STEP), totp.code_at(seed, STEP + 1))
    with refused("CheckAuthenticationCodeFail"):
        txn.mfa_devices.bind(one, alice, codes[1], codes[0])
    txn.mfa_devices.bind(one, alice, *codes)
    one = txn.mfa_devices.get(account, one.serial)
    assert txn.mfa_devices.of_user(alice.id) == one
    assert (one.user_id, one.activated_at) == (alice.id, START)
    with refused("EntityAlreadyExists.User.MFADevice"):
        txn.mfa_devices.bind(two, alice, *codes)
    with refused("EntityAlreadyExists.VirtualMFADevice.User"):
        txn.mfa_devices.bind(one, bob, *codes)
    with refused("DeleteConflict.VirtualMFADevice.User"):
        txn.mfa_devices.delete(one)
    with refused("DeleteConflict.User.MFADevice"):
        txn.users.delete(account, "alice")
    assert (txn.mfa_devices.count(account), txn.mfa_devices.count(account, in_use=True)) == (2, 1)
    txn.mfa_devices.unbind(alice)
    txn.mfa_devices.delete(txn.mfa_devices.get(account, one.serial))
    txn.users.delete(account, "alice")
    with refused("EntityNotExist.User.MFADevice"):
        txn.mfa_devices.unbind(bob)


def test_codes_that_bound_a_device_bind_it_no_second_time(database: Database, bound: Bound) -> None:
    with database.write() as txn:
        txn.mfa_devices.unbind(bound.user)
        device = txn.mfa_devices.get(bound.user.account_id, bound.device.serial)
        with refused("CheckAuthenticationCodeFail"):
            txn.mfa_devices.bind(device, bound.user, bound.code(STEP - 1), bound.code(STEP))


def test_a_code_lets_in_once(database: Database, bound: Bound, clock: Clock) -> None:
    assert check(database, bound, bound.code(STEP)) is CodeCheck.WRONG  # it bound the device
    clock.now += 60
    assert check(database, bound, bound.code(STEP + 2)) is CodeCheck.ACCEPTED
    assert check(database, bound, bound.code(STEP + 2)) is CodeCheck.WRONG
    assert check(database, bound, bound.code(STEP + 1)) is CodeCheck.WRONG  # older than one that was used
    assert check(database, bound, bound.code(STEP + 3)) is CodeCheck.ACCEPTED


def test_wrong_codes_lock_for_a_while_right_ones_included(
    database: Database, bound: Bound, clock: Clock
) -> None:
    clock.now += 300
    for _ in range(MOST_FAILURES):
        assert check(database, bound, bound.wrong(STEP + 10)) is CodeCheck.WRONG
    assert check(database, bound, bound.code(STEP + 10)) is CodeCheck.LOCKED
    clock.now += LOCKED_SECONDS - 1
    assert check(database, bound, bound.code(clock.now // 30)) is CodeCheck.LOCKED
    clock.now += 1
    assert check(database, bound, bound.code(clock.now // 30)) is CodeCheck.ACCEPTED
    assert check(database, bound, bound.wrong(clock.now // 30)) is CodeCheck.WRONG


def test_a_right_code_ends_the_count(database: Database, bound: Bound, clock: Clock) -> None:
    for _ in range(3):
        clock.now += 60
        for _ in range(MOST_FAILURES - 1):
            assert check(database, bound, bound.wrong(clock.now // 30)) is CodeCheck.WRONG
        assert check(database, bound, bound.code(clock.now // 30)) is CodeCheck.ACCEPTED


def test_who_has_no_device_is_told_apart(txn: Transaction, account: str) -> None:
    user = txn.users.create(account, "alice")
    assert txn.mfa_devices.verify(user.id, "000000") is CodeCheck.NO_DEVICE


def test_devices_are_listed_by_name_with_their_users(
    txn: Transaction, account: str, other_account: str
) -> None:
    alice = txn.users.create(account, "alice")
    txn.mfa_devices.create(account, "c")
    txn.mfa_devices.create(account, "B")
    device, seed = txn.mfa_devices.create(account, "a")
    txn.mfa_devices.bind(device, alice, totp.code_at(seed, STEP), totp.code_at(seed, STEP + 1))
    txn.mfa_devices.create(other_account, "x")
    page = txn.mfa_devices.list(account, limit=2)
    assert [(entry.device.name, entry.user) for entry in page.items] == [("a", alice), ("B", None)]
    rest = txn.mfa_devices.list(account, marker=page.marker, limit=2)
    assert [entry.device.name for entry in rest.items] == ["c"]
    assert rest.marker is None
    with refused("InvalidParameter.Marker"):
        txn.mfa_devices.list(account, marker="nonsense")


def test_an_account_has_so_many_devices_at_most(txn: Transaction, account: str) -> None:
    txn.account_quotas.set(account, "virtual_mfa_devices", 1)
    txn.mfa_devices.create(account, "one")
    with refused("LimitExceeded.VirtualMFADevice"):
        txn.mfa_devices.create(account, "two")
