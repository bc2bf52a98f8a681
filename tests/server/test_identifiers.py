"""Randomness in blocks: nothing is handed out twice, on any number of threads."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

from daypass.server.identifiers import RandomBytes, new_request_id


def test_draws_have_their_length_across_the_ends_of_blocks() -> None:
    draw = RandomBytes()
    for count in (1, 30, 8000, 8192, 9000, 16, 0):
        assert len(draw(count)) == count


def test_threads_never_get_the_same_bytes() -> None:
    draw = RandomBytes()
    with ThreadPoolExecutor(8) as threads:
        drawn = list(threads.map(lambda _: [draw(16) for _ in range(2000)], range(8)))
    flat = [piece for pieces in drawn for piece in pieces]
    assert len(set(flat)) == len(flat)


def test_a_request_id_looks_like_a_uuid_in_upper_case() -> None:
    assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", new_request_id())


def test_threads_never_get_the_same_request_id() -> None:
    with ThreadPoolExecutor(8) as threads:
        drawn = list(threads.map(lambda _: [new_request_id() for _ in range(2000)], range(8)))
    flat = [request_id for ids in drawn for request_id in ids]
    assert len(set(flat)) == len(flat)
