"""The response format, also of requests that cannot be read."""

from __future__ import annotations

import pytest

from daypass.signing import WireRequest, requested_format


@pytest.mark.parametrize(
    ("query", "accept", "body", "expected"),
    [
        ("Format=JSON", None, b"", "JSON"),
        ("A=%FF&Format=xml&B=%", None, b"", "XML"),
        ("A=1", None, b"Format=Json&A=%FF", "JSON"),
        ("Format=JSON", "application/xml", b"", "JSON"),
        ("Format=yaml", "application/xml", b"", "XML"),
        ("MyFormat=JSON&Format=JSONP", None, b"", None),
        ("", "text/xml;charset=utf-8", b"", "XML"),
        ("", "application/json, text/xml", b"", "JSON"),
        ("", "*/*", b"\xff\xfe", None),
        ("", None, b"", None),
    ],
)
def test_the_format_is_found_without_reading_the_request(
    query: str, accept: str | None, body: bytes, expected: str | None
) -> None:
    headers = [("accept", accept)] if accept is not None else []
    assert requested_format(WireRequest("POST", "/", query, headers, body)) == expected
