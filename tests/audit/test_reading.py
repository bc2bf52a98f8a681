"""Reading a decision log back: both ways, across rotation, by time, in bounded steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daypass.audit.decisions import DecisionLog, DecisionRecord
from daypass.audit.reading import BLOCK, DecisionReader, Position, Scan, Want

NAME = "decisions.jsonl"


def _time(number: int) -> str:
    return (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _record(number: int, principal: str = "", resource: str = "") -> DecisionRecord:
    request_id = f"R-{number:06}"
    return DecisionRecord(_time(number), request_id, "allow", principal=principal, resource=resource)


def _fill(directory: Path, count: int, *, max_bytes: int = 1 << 30, resource: str = "") -> DecisionReader:
    log = DecisionLog(directory / NAME, max_bytes=max_bytes, keep=1000, batch=1)
    for number in range(count):
        log.append(_record(number, resource=resource))
    log.close()
    return DecisionReader(directory / NAME)


def _numbers(scan: Scan) -> list[int]:
    return [int(found.record.request_id[2:]) for found in scan]


@pytest.mark.parametrize("max_bytes", [1 << 30, 3000, 400])
def test_records_are_read_both_ways_whatever_files_they_are_in(tmp_path: Path, max_bytes: int) -> None:
    reader = _fill(tmp_path, 100, max_bytes=max_bytes)
    assert _numbers(reader.backwards(Want())) == list(range(99, -1, -1))
    assert _numbers(reader.forwards(Want())) == list(range(100))


def test_a_log_larger_than_a_block_is_read_whole(tmp_path: Path) -> None:
    reader = _fill(tmp_path, 3000, resource="x" * 500)
    assert (tmp_path / NAME).stat().st_size > 5 * BLOCK
    assert _numbers(reader.backwards(Want())) == list(range(2999, -1, -1))
    assert _numbers(reader.forwards(Want())) == list(range(3000))


def test_a_line_longer_than_a_block_is_read_too(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / NAME)
    for number in range(3):
        log.append(_record(number, resource="x" * (2 * BLOCK)))
    log.close()
    reader = DecisionReader(tmp_path / NAME)
    assert _numbers(reader.backwards(Want())) == [2, 1, 0]
    assert _numbers(reader.forwards(Want())) == [0, 1, 2]


def test_only_records_that_hold_all_texts_are_found_whatever_their_case(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / NAME)
    for number in range(300):
        who = 'Alice "the" ä' if number % 3 == 0 else "Bob"
        log.append(_record(number, principal=who, resource="Reader" if number % 2 == 0 else "writer"))
    log.close()
    reader = DecisionReader(tmp_path / NAME)
    want = Want(texts=('alice "THE" ä', "reader"))
    assert _numbers(reader.backwards(want)) == list(range(294, -1, -6))
    assert _numbers(reader.forwards(want)) == list(range(0, 300, 6))
    assert _numbers(reader.forwards(Want(texts=("carol",)))) == []


@pytest.mark.parametrize("max_bytes", [1 << 30, 20_000])
@pytest.mark.parametrize("budget", [1, 10_000, 1 << 20])
def test_a_look_goes_on_where_its_budget_ended_it(tmp_path: Path, budget: int, max_bytes: int) -> None:
    reader = _fill(tmp_path, 1500, max_bytes=max_bytes, resource="y" * 400)
    for wanted, look in ((list(range(1499, -1, -1)), reader.backwards), (list(range(1500)), reader.forwards)):
        seen: list[int] = []
        scan = look(Want(), None, budget)
        seen += _numbers(scan)
        steps = 1
        while scan.position is not None and steps < 100 and len(seen) < 1500:
            scan = look(Want(), scan.position, budget)
            seen += _numbers(scan)
            steps += 1
        assert seen == wanted
        assert steps > 1 or budget > 1_000_000 or max_bytes < 1 << 30


def test_a_look_goes_on_behind_any_record(tmp_path: Path) -> None:
    reader = _fill(tmp_path, 60, max_bytes=2000)
    for found in reader.backwards(Want()):
        number = int(found.record.request_id[2:])
        assert _numbers(reader.backwards(Want(), found.beyond)) == list(range(number - 1, -1, -1))
    for found in reader.forwards(Want()):
        number = int(found.record.request_id[2:])
        assert _numbers(reader.forwards(Want(), found.beyond)) == list(range(number + 1, 60))


def test_a_position_outlives_rotation_and_new_records(tmp_path: Path) -> None:
    reader = _fill(tmp_path, 50)
    first = next(iter(reader.backwards(Want())))
    (tmp_path / NAME).rename(tmp_path / f"{NAME}.1")
    log = DecisionLog(tmp_path / NAME)
    log.append(_record(50))
    log.close()
    assert _numbers(reader.backwards(Want(), first.beyond)) == list(range(48, -1, -1))
    end = reader.forwards(Want(), first.beyond)
    assert _numbers(end) == [49, 50]
    log = DecisionLog(tmp_path / NAME)
    log.append(_record(51))
    log.close()
    assert _numbers(reader.forwards(Want(), end.position)) == [51]


def test_what_was_rotated_away_is_the_end(tmp_path: Path) -> None:
    reader = _fill(tmp_path, 50)
    assert _numbers(reader.backwards(Want(), Position(1, 1000))) == []
    assert _numbers(reader.backwards(Want(), Position((tmp_path / NAME).stat().st_ino, 1 << 40)))[0] == 49


@pytest.mark.parametrize("max_bytes", [1 << 30, 5000])
@pytest.mark.parametrize(("since", "until"), [(1000, 2000), (0, 5), (2990, 9999), (1500, 1500), (5000, 6000)])
def test_a_time_is_found_in_whatever_file_it_is(
    tmp_path: Path, max_bytes: int, since: int, until: int
) -> None:
    reader = _fill(tmp_path, 3000, max_bytes=max_bytes)
    want = Want(since=_time(since), until=_time(until))
    wanted = list(range(since, min(until, 2999) + 1))
    assert _numbers(reader.forwards(want)) == wanted
    assert _numbers(reader.backwards(want)) == wanted[::-1]


def test_records_that_stand_a_little_out_of_order_are_found_by_time(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / NAME)
    order = sorted(range(2000), key=lambda number: number + (number * 7919) % 100)
    for number in order:
        log.append(_record(number))
    log.close()
    reader = DecisionReader(tmp_path / NAME)
    want = Want(since=_time(700), until=_time(900))
    assert sorted(_numbers(reader.forwards(want))) == list(range(700, 901))
    assert sorted(_numbers(reader.backwards(want))) == list(range(700, 901))


def test_what_the_time_passes_over_costs_no_budget(tmp_path: Path) -> None:
    reader = _fill(tmp_path, 20_000, resource="z" * 300)
    assert (tmp_path / NAME).stat().st_size > 20 * BLOCK
    old = Want(since=_time(100), until=_time(110))
    scan = reader.backwards(old, None, 2 * BLOCK)
    assert _numbers(scan) == list(range(110, 99, -1))
    assert scan.position is None
    new = Want(since=_time(19_990))
    assert _numbers(reader.forwards(new, None, 2 * BLOCK)) == list(range(19_990, 20_000))


def test_damaged_and_unfinished_lines_are_passed_over(tmp_path: Path) -> None:
    reader = _fill(tmp_path, 3)
    with (tmp_path / NAME).open("ab") as file:
        file.write(b'{"time":"2026-01-01T00:00:03Z","requ\x00\xff\n{"time":1}\n\n{"time":"2026-01-01T00:0')
    assert _numbers(reader.backwards(Want())) == [2, 1, 0]
    assert _numbers(reader.forwards(Want())) == [0, 1, 2]
    assert _numbers(reader.backwards(Want(until=_time(1)))) == [1, 0]


def test_there_may_be_no_log_yet(tmp_path: Path) -> None:
    reader = DecisionReader(tmp_path / NAME)
    assert _numbers(reader.backwards(Want())) == []
    assert _numbers(reader.forwards(Want(since=_time(1)))) == []
