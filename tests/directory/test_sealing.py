from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from daypass.directory.errors import MasterKeyError, StoreError
from daypass.directory.sealing import MasterKey, Sealer, key_name
from tests.directory.stores import Seeded, open_store

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = MasterKey(b"o" * 32), MasterKey(b"n" * 32)
PLACE = ("access_keys", "sealed_secret", "LTAIx")


def sealer(*keys: MasterKey) -> Sealer:
    return Sealer(lambda: keys, Seeded())


def test_what_is_sealed_opens_and_shows_nothing() -> None:
    sealed = sealer(OLD).seal(OLD.name, *PLACE, b"the secret")
    assert b"secret" not in sealed
    assert key_name(sealed) == OLD.name
    assert sealer(OLD).unseal(*PLACE, sealed) == b"the secret"


def test_the_same_value_is_never_sealed_alike() -> None:
    one = sealer(OLD)
    assert one.seal(OLD.name, *PLACE, b"x") != one.seal(OLD.name, *PLACE, b"x")


@pytest.mark.parametrize(
    "place",
    [
        ("token_keys", "sealed_secret", "LTAIx"),
        ("access_keys", "other", "LTAIx"),
        ("access_keys", "sealed_secret", "LTAIy"),
    ],
)
def test_a_sealed_value_does_not_open_in_another_place(place: tuple[str, str, str]) -> None:
    sealed = sealer(OLD).seal(OLD.name, *PLACE, b"x")
    with pytest.raises(StoreError, match="altered"):
        sealer(OLD).unseal(*place, sealed)


def test_no_bit_can_be_flipped() -> None:
    sealed = sealer(OLD).seal(OLD.name, *PLACE, b"x")
    for position in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[position // 8] ^= 1 << position % 8
        with pytest.raises(StoreError):
            sealer(OLD).unseal(*PLACE, bytes(flipped))


@pytest.mark.parametrize("length", range(20))
def test_what_is_cut_short_does_not_open(length: int) -> None:
    sealed = sealer(OLD).seal(OLD.name, *PLACE, b"x")
    with pytest.raises(StoreError):
        sealer(OLD).unseal(*PLACE, sealed[:length])


def test_another_master_key_does_not_open_it() -> None:
    sealed = sealer(OLD).seal(OLD.name, *PLACE, b"x")
    with pytest.raises(MasterKeyError, match="another master key"):
        sealer(NEW).unseal(*PLACE, sealed)
    assert sealer(NEW, OLD).unseal(*PLACE, sealed) == b"x"


def test_a_key_that_came_later_is_learned() -> None:
    keys = [OLD]
    one = Sealer(lambda: keys, Seeded())
    assert one.unseal(*PLACE, sealer(OLD).seal(OLD.name, *PLACE, b"x")) == b"x"
    keys[:] = [NEW]
    assert one.unseal(*PLACE, sealer(NEW).seal(NEW.name, *PLACE, b"y")) == b"y"


def test_a_secret_copied_to_another_row_of_the_store_does_not_open(tmp_path: Path) -> None:
    with open_store(tmp_path) as database, database.write() as txn:
        account = txn.accounts.create().id
        first, second = txn.access_keys.create(account), txn.access_keys.create(account)
    with sqlite3.connect(tmp_path / "daypass.db") as connection:
        connection.execute(
            "UPDATE access_keys SET sealed_secret = (SELECT sealed_secret FROM access_keys WHERE id = ?)",
            (first.id,),
        )
    connection.close()
    with open_store(tmp_path) as database, database.read() as txn:
        assert txn.access_keys.find(first.id) == first
        with pytest.raises(StoreError, match=f"row {second.id} was altered"):
            txn.access_keys.find(second.id)
