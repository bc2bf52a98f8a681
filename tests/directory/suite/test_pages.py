from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daypass.directory.pages import make_marker, page_of, read_marker, within
from tests.directory.stores import refused


@given(st.text(alphabet=st.characters(exclude_characters="\n", codec="utf-8")), st.text())
def test_a_marker_is_url_safe_and_reads_back(listing: str, key: str) -> None:
    key = key.encode(errors="replace").decode()
    marker = make_marker(listing, key)
    assert re.fullmatch(r"[A-Za-z0-9_-]*", marker)
    assert read_marker(listing, marker) == key


def test_no_marker_starts_at_the_beginning() -> None:
    assert read_marker("users", None) is None


@pytest.mark.parametrize(
    "marker",
    [
        "",
        "a",
        "====",
        "not base64!",
        "é",
        make_marker("groups", "x"),
        make_marker("users", "x") + "=",
        make_marker("users", "x") + "\n",
        base64.urlsafe_b64encode(b"users").decode().rstrip("="),
        base64.urlsafe_b64encode(b"users\n\xff").decode().rstrip("="),
        "x" * 100_000,
    ],
)
def test_anything_else_is_refused(marker: str) -> None:
    with refused("InvalidParameter.Marker"):
        read_marker("users", marker)


def test_a_page_that_ends_the_list_has_no_marker() -> None:
    assert page_of("users", ["a", "b"], 2, str).marker is None
    assert page_of("users", ["a", "b", "c"], 2, str).marker == make_marker("users", "b")


@pytest.mark.parametrize(("asked", "given"), [(-1, 1), (0, 1), (1, 1), (1000, 1000), (10**9, 1000)])
def test_a_page_has_one_to_a_thousand_entries(asked: int, given: int) -> None:
    assert within(asked) == given
