"""How many requests an account may make in a second. A real file, and a clock that is told."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daypass.authn.pace import AHEAD, MOST, TOO_FAST, Pace
from daypass.errors import ApiError

NOW = 1_700_000_000 * 10**9
ACCOUNT, OTHER = "1000000000000001", "1000000000000002"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pace.mdb"


@pytest.fixture
def pace(path: Path) -> Iterator[Pace]:
    opened = Pace.open(path, 5)
    yield opened
    opened.close()


def taken(pace: Pace, now_ns: int, account: str = ACCOUNT) -> bool:
    try:
        pace.take(account, now_ns)
    except ApiError as error:
        if error.declared is not TOO_FAST:
            raise
        return False
    return True


def test_a_seconds_worth_is_taken_at_once_and_no_more(pace: Pace) -> None:
    assert [taken(pace, NOW) for _ in range(7)] == [True] * 5 + [False] * 2


def test_another_account_has_a_rate_of_its_own(pace: Pace) -> None:
    assert [taken(pace, NOW) for _ in range(6)][-1] is False
    assert taken(pace, NOW, OTHER)


def test_after_the_time_that_is_told_a_request_is_taken(pace: Pace) -> None:
    while taken(pace, NOW):
        pass
    with pytest.raises(ApiError) as refused:
        pace.take(ACCOUNT, NOW)
    wait = int(refused.value.headers["x-acs-retry-after"])
    assert wait == 200
    assert not taken(pace, NOW + (wait - 1) * 10**6)
    assert taken(pace, NOW + wait * 10**6)


@pytest.mark.parametrize("ahead", [AHEAD // 2, AHEAD, 2 * AHEAD, 3600 * AHEAD])
def test_a_clock_that_was_ahead_shuts_nobody_out_for_two_seconds(pace: Pace, ahead: int) -> None:
    while taken(pace, NOW + ahead):
        pass
    assert any(taken(pace, NOW + fifth * AHEAD // 5) for fifth in range(7))


def test_a_clock_that_steps_back_a_little_gives_nothing_away(pace: Pace) -> None:
    while taken(pace, NOW):
        pass
    assert not taken(pace, NOW - AHEAD // 10)


@given(
    rate=st.integers(1, 50),
    gaps=st.lists(st.integers(0, 2 * AHEAD), min_size=1, max_size=60),
)
def test_no_stretch_of_time_takes_more_than_a_seconds_worth_and_its_rate(rate: int, gaps: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pace = Pace.open(Path(folder) / "pace.mdb", rate)
        now, times = NOW, []
        for gap in gaps:
            now += gap
            if taken(pace, now):
                times.append(now)
        pace.close()
    each = AHEAD // rate
    for first, start in enumerate(times):
        for count, end in enumerate(times[first:], 1):
            assert (count - 1) * each <= end - start + AHEAD - each


def _take(path: Path, times: int, results: multiprocessing.Queue[int]) -> None:
    pace = Pace.open(path, 100)
    results.put(sum(taken(pace, NOW) for _ in range(times)))
    pace.close()


def test_processes_share_an_accounts_rate(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[int] = context.Queue()
    workers = [context.Process(target=_take, args=(path, 80, results)) for _ in range(3)]
    for worker in workers:
        worker.start()
    counts = [results.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    results.close()
    results.join_thread()
    assert sum(counts) == 100


def test_more_accounts_than_there_is_room_for_start_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daypass.authn.pace._FILE_BYTES", 64 * 1024)
    small = Pace.open(path.with_name("small.mdb"), 5)
    assert all(taken(small, NOW, f"{number:016}") for number in range(5_000))
    assert all(taken(small, NOW, "0000000000004999") for _ in range(2))
    small.close()


def test_a_damaged_file_starts_anew(path: Path) -> None:
    path.write_bytes(b"\xff" * 65536)
    pace = Pace.open(path, 5)
    assert taken(pace, NOW)
    pace.close()


@pytest.mark.parametrize("rate", [1, 2, 3, 7, 999, 10_007, MOST])
def test_at_once_exactly_a_seconds_worth_is_taken(path: Path, rate: int) -> None:
    pace = Pace.open(path, rate)
    assert sum(taken(pace, NOW) for _ in range(rate + 3)) == rate
    pace.close()


def test_a_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=str(tmp_path)):
        Pace.open(tmp_path / "missing" / "pace.mdb", 5)
