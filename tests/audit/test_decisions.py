"""The decision log on a real disk: batches, rotation, several writers."""

from __future__ import annotations

import json
import multiprocessing
import threading
from pathlib import Path

import pytest

from daypass.audit.decisions import DecisionLog, DecisionRecord


def _record(number: int, text: str = "") -> DecisionRecord:
    return DecisionRecord("2026-01-01T00:00:00Z", f"R-{number}", "allow", principal=text)


def _lines(directory: Path) -> list[dict[str, str]]:
    files = sorted(directory.glob("decisions.jsonl*"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def test_records_are_lines_of_json_without_empty_members(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / "decisions.jsonl")
    log.append(_record(1))
    log.close()
    assert _lines(tmp_path) == [{"time": "2026-01-01T00:00:00Z", "requestId": "R-1", "outcome": "allow"}]


def test_records_wait_for_a_flush_or_a_full_batch(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / "decisions.jsonl", batch=12)
    log.append(_record(1))
    assert _lines(tmp_path) == []
    assert log.backlog > 0
    for number in range(20):
        log.append(_record(number))
    assert len(_lines(tmp_path)) > 10
    log.close()
    assert len(_lines(tmp_path)) == 21


def test_the_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    DecisionLog(tmp_path / "decisions.jsonl").close()
    assert (tmp_path / "decisions.jsonl").stat().st_mode & 0o077 == 0


def test_a_full_file_is_rotated_and_only_so_many_are_kept(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / "decisions.jsonl", max_bytes=2000, keep=3)
    for number in range(200):
        log.append(_record(number))
        log.flush()
    log.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["decisions.jsonl", "decisions.jsonl.1", "decisions.jsonl.2", "decisions.jsonl.3"]
    assert json.loads((tmp_path / "decisions.jsonl").read_text().splitlines()[-1])["requestId"] == "R-199"


def test_a_file_that_another_process_has_just_renamed_is_not_renamed_again(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / "decisions.jsonl", max_bytes=1)
    log.append(_record(1))
    (tmp_path / "decisions.jsonl").replace(tmp_path / "decisions.jsonl.1")
    log._rotate()
    log.close()
    assert len(_lines(tmp_path)) == 1


def _write(path: Path, name: str, count: int) -> None:
    log = DecisionLog(path, max_bytes=20_000, keep=50, batch=7)
    for number in range(count):
        log.append(_record(number, name))
    log.close()


def test_several_processes_lose_no_line_and_tear_none_across_rotations(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [
        context.Process(target=_write, args=(tmp_path / "decisions.jsonl", name, 500)) for name in "abc"
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    lines = _lines(tmp_path)
    for name in "abc":
        mine = [line["requestId"] for line in lines if line["principal"] == name]
        assert sorted(mine) == sorted(f"R-{number}" for number in range(500))


def test_a_disk_that_refuses_keeps_the_backlog(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / "decisions.jsonl")
    log.append(_record(1))
    (tmp_path / "decisions.jsonl").unlink()
    log._path = Path("/dev/full")  # type: ignore[misc] # the disk that is always full
    with pytest.raises(OSError, match="No space left"):
        log.flush()
    assert log.backlog > 0


def test_what_is_appended_while_another_thread_writes_is_neither_lost_nor_torn(tmp_path: Path) -> None:
    wanted, enough = threading.Event(), threading.Event()
    log = DecisionLog(
        tmp_path / "decisions.jsonl", max_bytes=50_000, keep=100, batch=10, when_full=wanted.set
    )

    def write() -> None:
        while not enough.is_set():
            wanted.wait(1)
            wanted.clear()
            log.flush()

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(5000):
        log.append(_record(number))
    enough.set()
    wanted.set()
    writer.join()
    log.close()
    assert sorted(line["requestId"] for line in _lines(tmp_path)) == sorted(f"R-{n}" for n in range(5000))
    assert log.backlog == 0


def test_a_full_batch_is_told_of_and_not_written_by_who_appends(tmp_path: Path) -> None:
    told: list[bool] = []
    log = DecisionLog(tmp_path / "decisions.jsonl", batch=5, when_full=lambda: told.append(True))
    for number in range(20):
        log.append(_record(number))
    assert told
    assert _lines(tmp_path) == []
    log.close()
    assert len(_lines(tmp_path)) == 20
