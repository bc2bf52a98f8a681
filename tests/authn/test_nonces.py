"""A nonce counts once, for every process of the machine, and no one can make it count again."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from daypass.authn.nonces import BUCKET_SECONDS, NonceStore
from daypass.errors import ApiError
from daypass.signing import TIMESTAMP_LEEWAY

NOW = 1_795_449_600  # starts a bucket
ACCOUNT, KEY = "1234567890123456", "LTAI5tMADEUPexample01"
SPAWN = multiprocessing.get_context("spawn")


class Opener:
    """Opens the store of one directory, and closes what is open at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: list[NonceStore] = []

    def __call__(self, now: int = NOW, **settings: Any) -> NonceStore:
        self.close()
        self._open.append(NonceStore.open(self.path, now=now, **{"boot_id": "boot-1", **settings}))
        return self._open[-1]

    def close(self) -> None:
        while self._open:
            self._open.pop().close()


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Opener]:
    opener = Opener(tmp_path / "nonces")
    yield opener
    opener.close()


def _code(store: NonceStore, nonce: str, *, at: int = NOW, now: int = NOW, **who: str) -> str:
    try:
        store.use(who.get("account", ACCOUNT), who.get("key", KEY), nonce, at, now)
    except ApiError as error:
        return f"{error.status} {error.code}"
    return "used"


USED = "400 SignatureNonceUsed"
EXPIRED = "400 InvalidTimeStamp.Expired"
SPENT = "400 Throttling.User"
FULL = "503 ServiceUnavailable"


def test_a_nonce_counts_once(open_store: Opener) -> None:
    store = open_store()
    assert [_code(store, "n"), _code(store, "n"), _code(store, "m")] == ["used", USED, "used"]


def test_a_nonce_counts_once_per_access_key(open_store: Opener) -> None:
    store = open_store()
    assert _code(store, "n", key="LTAI-1") == "used"
    assert _code(store, "n", key="LTAI-2") == "used"
    assert _code(store, "n", key="LTAI-2") == USED


@pytest.mark.parametrize("nonce", ["", "n" * 100_000, "中\0é", "\n"])
def test_a_nonce_may_be_any_text(open_store: Opener, nonce: str) -> None:
    store = open_store()
    assert [_code(store, nonce), _code(store, nonce)] == ["used", USED]


@pytest.mark.parametrize("at", [NOW - TIMESTAMP_LEEWAY, NOW - 1, NOW, NOW + 1, NOW + TIMESTAMP_LEEWAY])
def test_a_nonce_is_remembered_as_long_as_its_timestamp_is_acceptable(open_store: Opener, at: int) -> None:
    store = open_store()
    assert _code(store, "n", at=at) == "used"
    last = at + TIMESTAMP_LEEWAY
    assert {_code(store, "n", at=at, now=now) for now in range(NOW, last + 1)} == {USED}
    assert _code(store, "n", at=at, now=last + 1) == EXPIRED


@pytest.mark.parametrize("apart", [-TIMESTAMP_LEEWAY - 1, TIMESTAMP_LEEWAY + 1, -(10**9), 10**9])
def test_a_timestamp_that_is_not_acceptable_leaves_no_trace(open_store: Opener, apart: int) -> None:
    store = open_store()
    assert _code(store, "n", at=NOW + apart) == EXPIRED
    assert _code(store, "n") == "used"


@pytest.mark.parametrize("apart", [-TIMESTAMP_LEEWAY, -600, -1, 1, 600, TIMESTAMP_LEEWAY])
def test_a_nonce_counts_whatever_acceptable_timestamp_it_comes_with(open_store: Opener, apart: int) -> None:
    store = open_store()
    assert _code(store, "n", at=NOW + apart) == "used"
    assert _code(store, "n") == USED
    assert _code(store, "n", at=NOW - apart) == USED


def test_files_are_deleted_once_nothing_in_them_can_be_replayed(open_store: Opener) -> None:
    store = open_store()
    for now in range(NOW, NOW + 8 * BUCKET_SECONDS, 60):
        assert _code(store, "n", at=now, now=now, key=f"LTAI-{now}") == "used"
        assert len(list(open_store.path.glob("*.mdb"))) <= 3
        assert _code(store, "n", at=now, now=now, key=f"LTAI-{now}") == USED


def test_what_is_forgotten_stays_refused_when_the_clock_steps_back(open_store: Opener) -> None:
    store = open_store()
    assert _code(store, "n") == "used"
    later = NOW + 4 * BUCKET_SECONDS
    assert _code(store, "m", at=later, now=later) == "used"
    assert _code(store, "n") == EXPIRED
    assert _code(store, "fresh") == EXPIRED
    assert _code(open_store(), "n") == EXPIRED


def test_a_restart_forgets_nothing(open_store: Opener) -> None:
    first = open_store()
    assert _code(first, "n") == "used"
    again = open_store(expected=first.store_id)
    assert again.not_before == 0
    assert _code(again, "n") == USED


def test_a_fresh_installation_is_no_loss(open_store: Opener) -> None:
    store = open_store()
    assert store.not_before == 0
    assert _code(store, "n", at=NOW - TIMESTAMP_LEEWAY) == "used"


def _delete_all(path: Path) -> None:
    shutil.rmtree(path)


def _delete_the_description(path: Path) -> None:
    (path / "store.json").unlink()


def _spoil_the_description(path: Path) -> None:
    (path / "store.json").write_bytes(b"{")


def _delete_a_bucket(path: Path) -> None:
    next(path.glob("*.mdb")).unlink()


LOSSES = [_delete_all, _delete_the_description, _spoil_the_description, _delete_a_bucket]


@pytest.mark.parametrize("lose", LOSSES)
def test_after_a_loss_timestamps_up_to_it_are_refused(open_store: Opener, lose: Any) -> None:
    first = open_store()
    assert _code(first, "n") == "used"
    open_store.close()
    lose(open_store.path)
    store = open_store(NOW + 5, expected=first.store_id)
    assert store.not_before == NOW + 5
    assert _code(store, "n", now=NOW + 5) == EXPIRED
    assert _code(store, "new", at=NOW + 5, now=NOW + 5) == EXPIRED
    assert _code(store, "new", at=NOW + 6, now=NOW + 5) == "used"
    kept = open_store(NOW + 7, expected=store.store_id)
    assert kept.not_before == NOW + 5
    assert _code(kept, "new", at=NOW + 6, now=NOW + 7) == USED


@pytest.mark.parametrize("lose", LOSSES[:3])
def test_a_running_process_notices_a_loss_with_the_next_second(open_store: Opener, lose: Any) -> None:
    store = open_store()
    assert _code(store, "n") == "used"
    lose(open_store.path)
    assert _code(store, "n", now=NOW + 1) == EXPIRED
    assert _code(store, "m", at=NOW + 2, now=NOW + 2) == "used"


def test_a_description_that_was_there_counts_as_lost_even_if_nobody_remembers(open_store: Opener) -> None:
    open_store()
    _spoil_the_description(open_store.path)
    assert open_store().not_before == NOW


def test_a_restart_of_the_machine_is_a_loss_as_nothing_was_flushed(open_store: Opener) -> None:
    first = open_store()
    assert _code(first, "n") == "used"
    store = open_store(NOW + 1, expected=first.store_id, boot_id="boot-2")
    assert store.store_id == first.store_id
    before = set(open_store.path.glob("*.mdb"))
    assert _code(store, "n", now=NOW + 1) == EXPIRED
    assert before.isdisjoint(open_store.path.glob("*.mdb"))


def test_another_store_in_its_place_is_a_loss_but_keeps_what_it_knows(open_store: Opener) -> None:
    first = open_store()
    assert _code(first, "n", at=NOW + 10) == "used"
    store = open_store(expected="another")
    assert store.not_before == NOW
    assert _code(store, "n", at=NOW + 10) == USED


def test_where_no_boot_can_be_told_every_use_is_flushed_and_survives(open_store: Opener) -> None:
    first = open_store(boot_id="")
    assert _code(first, "n") == "used"
    assert _code(open_store(boot_id="", expected=first.store_id), "n") == USED


def test_an_account_that_spent_its_share_is_refused_and_others_are_not(open_store: Opener) -> None:
    store = open_store(capacity=60, account_share=0.5)
    assert [_code(store, f"n{i}") for i in range(11)] == ["used"] * 10 + [SPENT]
    assert _code(store, "n0") == USED
    assert [_code(store, f"n{i}", account="2", key="k") for i in range(10)] == ["used"] * 10
    later = NOW + BUCKET_SECONDS
    assert _code(store, "n10", at=later, now=later) == "used"


def test_a_refusal_says_how_long_to_wait_and_uses_no_nonce(open_store: Opener) -> None:
    store = open_store(capacity=3, account_share=1.0)
    assert _code(store, "n") == "used"
    with pytest.raises(ApiError) as refusal:
        store.use(ACCOUNT, KEY, "m", NOW + 100, NOW + 100)
    assert refusal.value.headers == {"x-acs-retry-after": str((BUCKET_SECONDS - 100) * 1000)}
    assert _code(store, "m", account="2") == "used"


def test_the_share_holds_over_a_restart(open_store: Opener) -> None:
    settings: dict[str, Any] = {"capacity": 60, "account_share": 0.5}
    assert [_code(open_store(**settings), f"n{i}") for i in range(11)] == ["used"] * 10 + [SPENT]


def test_a_full_store_refuses_what_is_new_and_still_knows_what_is_old(open_store: Opener) -> None:
    store = open_store(capacity=3 * 1000, account_share=1.0)
    numbers = iter(range(10**9))
    while _code(store, f"n{(last := next(numbers))}", account=str(last)) == "used":
        pass
    assert last >= 1000
    assert _code(store, f"n{last}", account=str(last)) == FULL
    assert _code(store, "n0") == USED
    assert sum(file.stat().st_size for file in open_store.path.glob("*.mdb")) < 4 << 20
    later = NOW + BUCKET_SECONDS
    assert _code(store, "new", at=later, now=later) == "used"


def test_at_least_the_capacity_fits_at_any_size(open_store: Opener) -> None:
    store = open_store(capacity=3 * 50_000, account_share=1.0)
    assert {_code(store, str(number)) for number in range(50_000)} == {"used"}


def test_a_disk_without_room_refuses(open_store: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store()
    monkeypatch.setattr("daypass.authn.nonces._FREE_BYTES", 1 << 80)
    assert _code(store, "n", now=NOW + 1) == FULL
    monkeypatch.undo()
    assert _code(store, "n", now=NOW + 1) == "used"


def test_a_directory_that_cannot_be_used_refuses(open_store: Opener) -> None:
    store = open_store()
    shutil.rmtree(open_store.path)
    open_store.path.write_text("in the way")
    assert _code(store, "n") == FULL


def test_a_file_that_is_no_store_of_nonces_refuses(open_store: Opener) -> None:
    first = open_store(capacity=300)
    assert _code(first, "n") == "used"
    open_store.close()
    next(open_store.path.glob("*.mdb")).write_bytes(b"x" * 65_536)
    assert _code(open_store(capacity=300), "n") == FULL


def test_a_file_that_fails_in_use_refuses(open_store: Opener) -> None:
    store = open_store()
    assert _code(store, "n") == "used"
    store._buckets[NOW // BUCKET_SECONDS]._environment.close()
    assert _code(store, "m") == FULL


def test_the_boot_of_this_machine_stays_the_same_while_it_runs(open_store: Opener) -> None:
    first = open_store(boot_id=None)
    assert _code(first, "n") == "used"
    assert _code(open_store(boot_id=None, expected=first.store_id), "n") == USED


def test_what_is_on_disk_shows_no_nonce_and_is_private(open_store: Opener) -> None:
    store = open_store(capacity=300)
    assert _code(store, "telling-nonce") == "used"
    open_store.close()
    for path in open_store.path.iterdir():
        assert b"telling-nonce" not in path.read_bytes()
        assert KEY.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    assert open_store.path.stat().st_mode & 0o077 == 0


def _use_all(path: Path, nonces: int, start: Connection, wins: Connection) -> None:
    store = NonceStore.open(path, now=NOW, boot_id="boot-1")
    start.recv()
    wins.send([number for number in range(nonces) if _code(store, str(number)) == "used"])
    store.close()


def test_of_several_processes_exactly_one_wins_each_nonce(tmp_path: Path) -> None:
    nonces, channels, processes = 5000, [], []
    for _ in range(4):
        start, started = SPAWN.Pipe()
        wins, sender = SPAWN.Pipe()
        process = SPAWN.Process(target=_use_all, args=(tmp_path, nonces, started, sender))
        process.start()
        processes.append(process)
        channels.append((start, wins))
    for start, _ in channels:
        start.send(None)
    won = [number for _, wins in channels for number in wins.recv()]
    for process in processes:
        process.join()
    assert sorted(won) == list(range(nonces))


def _use_until_killed(path: Path, report: Connection) -> None:
    store = NonceStore.open(path, now=NOW, boot_id="boot-1")
    number = 0
    while True:
        store.use(ACCOUNT, KEY, f"victim-{number}", NOW, NOW)
        report.send_bytes(number.to_bytes(8, "big"))
        number += 1


def _started(path: Path) -> tuple[BaseProcess, Connection]:
    report, sender = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=_use_until_killed, args=(path, sender))
    process.start()
    sender.close()
    return process, report


@pytest.mark.parametrize("uses", [1, 300, 1000])
def test_a_process_killed_in_the_middle_leaves_the_store_whole(open_store: Opener, uses: int) -> None:
    store = open_store()
    process, report = _started(open_store.path)
    while (done := int.from_bytes(report.recv_bytes(), "big")) < uses:
        pass
    assert _code(store, "own") == "used"
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    with suppress(EOFError):
        while True:
            done = int.from_bytes(report.recv_bytes(), "big")
    assert {_code(store, f"victim-{number}") for number in range(done + 1)} == {USED}
    assert _code(store, f"victim-{done + 2}") == "used"
    assert _code(open_store(), f"victim-{done + 2}") == USED
