"""One-time codes: the published vectors, and what holds for every seed and time."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from daypass.directory import totp

# RFC 6238, appendix B: the last six digits of the codes with SHA-1.
SEED = b"12345678901234567890"
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]

SEEDS = st.binary(min_size=totp.SEED_BYTES, max_size=totp.SEED_BYTES)
TIMES = st.integers(1_000_000_000, 4_000_000_000)
STEPS = st.integers(-4, 4)


@pytest.mark.parametrize(("moment", "code"), VECTORS)
def test_codes_are_the_published_ones(moment: int, code: str) -> None:
    assert totp.code_at(SEED, moment // 30) == code
    assert totp.step_of(SEED, code, moment) == moment // 30


@given(seed=SEEDS, now=TIMES, off=STEPS)
def test_a_code_is_taken_while_the_clock_is_one_step_off_at_most(seed: bytes, now: int, off: int) -> None:
    step = now // 30 + off
    near = {totp.code_at(seed, now // 30 + drift) for drift in (-1, 0, 1)}
    assume(abs(off) <= 1 or totp.code_at(seed, step) not in near)  # codes repeat by chance
    found = totp.step_of(seed, totp.code_at(seed, step), now)
    assert (found is not None) == (abs(off) <= 1)


@given(seed=SEEDS, now=TIMES, off=st.integers(-1, 1), used=st.integers(-3, 3))
def test_no_code_is_taken_of_a_step_that_is_used_up(seed: bytes, now: int, off: int, used: int) -> None:
    after = now // 30 + used
    found = totp.step_of(seed, totp.code_at(seed, now // 30 + off), now, after)
    assert found is None or found > after
    assert found is not None or off <= used


@given(seed=SEEDS, now=TIMES, off=STEPS, apart=st.integers(-2, 3))
def test_two_codes_have_to_follow_each_other(seed: bytes, now: int, off: int, apart: int) -> None:
    second = now // 30 + off
    given_codes = (totp.code_at(seed, second - apart), totp.code_at(seed, second))
    right = {
        (totp.code_at(seed, step - 1), totp.code_at(seed, step))
        for step in range(now // 30 - 1, now // 30 + 2)
    }
    found = totp.step_of_two(seed, *given_codes, now)
    assert (found is not None) == (given_codes in right)
    if apart == 1 and abs(off) <= 1:
        assert found is not None
        assert totp.step_of_two(seed, *given_codes, now, second - 1) != second


@given(seed=SEEDS, code=st.from_regex(r"[0-9]{6}", fullmatch=True), now=TIMES)
def test_any_other_code_is_refused(seed: bytes, code: str, now: int) -> None:
    right = {totp.code_at(seed, now // 30 + drift) for drift in (-1, 0, 1)}
    assert (totp.step_of(seed, code, now) is not None) == (code in right)


@given(seed=SEEDS)
def test_devices_are_told_everything_by_the_address(seed: bytes) -> None:
    address = urlsplit(totp.provisioning_uri(seed, "alice@corp", "daypass"))
    told = parse_qs(address.query)
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path) == "/daypass:alice@corp"
    assert base64.b32decode(told["secret"][0]) == seed == base64.b32decode(totp.seed_text(seed))
    assert (told["digits"], told["period"], told["algorithm"]) == (["6"], ["30"], ["SHA1"])
