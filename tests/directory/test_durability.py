"""What was acknowledged is there, whatever happens to the process that wrote it."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from daypass.directory import sqlite
from daypass.directory.records import AuditEvent
from tests.directory.stores import open_store

if TYPE_CHECKING:
    from pathlib import Path

WRITER = """
import sys, pathlib
from daypass.directory.records import AuditEvent
from tests.directory.stores import open_store

folder, seed = pathlib.Path(sys.argv[1]), int(sys.argv[2])
with open_store(folder, seed=seed) as store:
    with store.write() as txn:
        account = txn.accounts.create().id
    for number in range(1_000_000):
        with store.write() as txn:
            user = txn.users.create(account, f"user-{number}")
            txn.access_keys.create(account, user.name)
            txn.attachments.attach(account, "User", user.name, "System", "ReadOnlyAccess")
            txn.audit.append(AuditEvent(
                0, f"{account}/{user.name}", account, "p", "", "Ram", "CreateUser", (), "Success", ""))
        print(account, user.name, flush=True)
"""


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_every_acknowledged_write_survives_kill_9(tmp_path: Path, seed: int) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        acknowledged = [process.stdout.readline() for _ in range(10 * seed)]
        process.send_signal(signal.SIGKILL)
        acknowledged += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    whole = [line.split() for line in acknowledged if line.endswith("\n")]
    assert len(whole) >= 10 * seed
    with open_store(tmp_path, seed=1) as store, store.read() as txn:
        assert sqlite.integrity(txn.connection) == "ok"
        for account, name in whole:
            assert len(txn.access_keys.list(account, name)) == 1
            assert len(txn.attachments.of_principal(account, "User", name)) == 1
            assert len(txn.audit.list(request_id=f"{account}/{name}").items) == 1


def test_writers_in_several_processes_lose_nothing(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(seed)], stdout=subprocess.PIPE, text=True
        )
        for seed in (21, 22)
    ]
    acknowledged: list[list[str]] = []
    for process in started:
        assert process.stdout is not None
        acknowledged += [process.stdout.readline().split() for _ in range(25)]
    for process in started:
        process.kill()
        process.communicate()
    with open_store(tmp_path) as store, store.read() as txn:
        assert sqlite.integrity(txn.connection) == "ok"
        for account, name in acknowledged:
            assert txn.users.find(account, name) is not None


def test_a_change_is_never_there_without_its_record(tmp_path: Path) -> None:
    event = AuditEvent(0, "R-1", "", "p", "", "Ram", "CreateUser", (), "Success", "")
    with open_store(tmp_path) as store:
        with store.write() as txn:
            txn.accounts.create("1000000000000100")
            txn.audit.append(event)
        with store.read() as txn:
            (found,) = txn.audit.list().items
    assert found.request_id == "R-1"
