from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from daypass.directory import rotation, totp
from daypass.directory.database import Database
from daypass.directory.errors import MasterKeyError
from daypass.directory.master_key import KeyFile, KeyText
from daypass.directory.rotation import rotate_master_key
from daypass.directory.sealing import MasterKey
from daypass.secret import Secret
from tests.directory.stores import Clock, Seeded, open_store, sqlite_url

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT = "1000000000000100"
MATERIAL = bytes(range(224, 256))


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(MATERIAL).decode(),
        base64.urlsafe_b64encode(MATERIAL).decode(),
        base64.urlsafe_b64encode(MATERIAL).decode().rstrip("="),
        f"  {base64.b64encode(MATERIAL).decode()}\n",
    ],
)
def test_a_key_is_read_from_base64_of_either_kind(text: str) -> None:
    assert MasterKey.from_text(text).to_text() == base64.b64encode(MATERIAL).decode()


def test_a_key_prints_its_name_only() -> None:
    key = MasterKey(MATERIAL)
    assert repr(key) == f"MasterKey({key.name.hex()})"


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_has_32_bytes(length: int) -> None:
    with pytest.raises(MasterKeyError, match="32 bytes"):
        MasterKey.from_text(base64.b64encode(b"k" * length).decode())


def test_a_key_file_is_never_written_over(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "master.key")
    (made,) = file.create(Seeded())
    with pytest.raises(MasterKeyError, match="File exists"):
        file.create(Seeded(2))
    assert [key.name for key in file.load()] == [made.name]


def test_a_key_from_the_environment_opens_a_store_and_leaves_no_file(tmp_path: Path) -> None:
    source = KeyText(Secret(MasterKey(MATERIAL).to_text()))

    def opened() -> Database:
        return Database.open(sqlite_url(tmp_path), master_key=source, clock=Clock(), entropy=Seeded())

    with opened() as database, database.write() as txn:
        txn.accounts.create(ACCOUNT)
        key = txn.access_keys.create(ACCOUNT)
    with opened() as database, database.read() as txn:
        assert txn.access_keys.list(ACCOUNT) == (key,)
    assert not (tmp_path / "master.key").exists()


def test_an_empty_environment_value_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyError, match="DAYPASS_MASTER_KEY holds no master key"):
        Database.open(
            sqlite_url(tmp_path),
            master_key=KeyText(Secret(""), "DAYPASS_MASTER_KEY"),
            clock=Clock(),
            entropy=Seeded(),
        )


def test_after_rotation_everything_opens_under_the_new_key_alone(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "master.key")
    with open_store(tmp_path) as database:
        with database.write() as txn:
            txn.accounts.create(ACCOUNT)
            key = txn.access_keys.create(ACCOUNT)
            alice = txn.users.create(ACCOUNT, "alice")
            device, seed = txn.mfa_devices.create(ACCOUNT, "phone")
            ring = (txn.token_keys.create("primary"), txn.token_keys.create())
            txn.token_keys.kill(txn.token_keys.create().id)
        (old,) = file.load()
        new = rotate_master_key(database, file, Seeded(7))
    assert [one.name for one in file.load()] == [new.name] != [old.name]
    assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600
    with open_store(tmp_path) as database, database.write() as txn:
        assert txn.access_keys.list(ACCOUNT) == (key,)
        assert txn.token_keys.list() == ring
        step = txn.now // totp.STEP_SECONDS
        txn.mfa_devices.bind(device, alice, totp.code_at(seed, step), totp.code_at(seed, step + 1))


def test_a_server_that_runs_through_a_rotation_reads_and_seals_under_the_new_key(tmp_path: Path) -> None:
    with open_store(tmp_path) as running, open_store(tmp_path, seed=2) as other:
        with running.write() as txn:
            txn.accounts.create(ACCOUNT)
            before = txn.access_keys.create(ACCOUNT)
        rotate_master_key(other, KeyFile(tmp_path / "master.key"), Seeded(7))
        with running.write() as txn:
            assert txn.access_keys.list(ACCOUNT) == (before,)
            after = txn.access_keys.create(ACCOUNT)
    with open_store(tmp_path) as reopened, reopened.read() as txn:
        assert set(map(repr, txn.access_keys.list(ACCOUNT))) == {repr(before), repr(after)}
        assert txn.access_keys.find(after.id) == after


def test_a_rotation_that_breaks_off_can_be_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = KeyFile(tmp_path / "master.key")
    with open_store(tmp_path) as database:
        with database.write() as txn:
            txn.accounts.create(ACCOUNT)
            key = txn.access_keys.create(ACCOUNT)

        def crash(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as broken:
            broken.setattr(rotation, "reseal", crash)
            with pytest.raises(KeyboardInterrupt):
                rotate_master_key(database, file, Seeded(7))
    assert len(file.load()) == 2
    with open_store(tmp_path) as database:
        with database.read() as txn:
            assert txn.access_keys.list(ACCOUNT) == (key,)
        rotate_master_key(database, file, Seeded(8))
    assert len(file.load()) == 1
    with open_store(tmp_path) as database, database.read() as txn:
        assert txn.access_keys.list(ACCOUNT) == (key,)
