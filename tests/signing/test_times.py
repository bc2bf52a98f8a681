"""Timestamps: two forms, read strictly, and a window of 15 minutes each way."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daypass.errors import ApiError
from daypass.signing import TIMESTAMP_LEEWAY, check_timestamp
from daypass.signing.times import iso, read_http_date, read_iso

MOMENTS = st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - hypothesis wants it bare
    lambda moment: int(moment.timestamp())
)


@given(moment=MOMENTS)
def test_what_is_written_is_read(moment: int) -> None:
    assert read_iso(iso(moment)) == moment


@given(moment=MOMENTS)
def test_dates_of_http_are_read_as_the_standard_library_writes_them(moment: int) -> None:
    written = format_datetime(datetime.fromtimestamp(moment, UTC), usegmt=True)
    assert read_http_date(written) == moment


@given(text=st.text() | st.from_regex(r"\A[0-9W:-]{10}T[0-9:]{8}Z\Z"))
def test_any_other_text_is_a_declared_error_or_written_back_alike(text: str) -> None:
    for reader in (read_iso, read_http_date):
        try:
            moment = reader(text)
        except ApiError as error:
            code = error.code
            assert code == "InvalidTimeStamp.Format"
        else:
            assert iso(moment) == text


@pytest.mark.parametrize("apart", [-TIMESTAMP_LEEWAY, -1, 0, 1, TIMESTAMP_LEEWAY])
def test_a_timestamp_within_the_leeway_passes(apart: int) -> None:
    check_timestamp(1_000_000 + apart, 1_000_000)


@pytest.mark.parametrize("apart", [-TIMESTAMP_LEEWAY - 1, TIMESTAMP_LEEWAY + 1, 10**12])
def test_a_timestamp_beyond_the_leeway_has_expired(apart: int) -> None:
    with pytest.raises(ApiError, match=r"^InvalidTimeStamp\.Expired: .* by [0-9]+ seconds\. At most 900"):
        check_timestamp(1_000_000 + apart, 1_000_000)
