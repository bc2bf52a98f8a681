"""A request that repeats an earlier one is read as if it were the first."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from daypass.errors import ApiError
from daypass.signing import Anonymous, Presented, WireRequest, sign_rpc_v1
from daypass.signing.dispatch import _read_parameters
from daypass.signing.repeats import Repeats

NOW = 1_795_449_600
FIXED = "AccessKeyId=k&Action=A&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&Version=1"
HEADERS = (("host", "sts"), ("accept", "text/xml"))

PIECES = st.sampled_from(
    [
        *("Format=JSON", "Format=xml", "Format=", "format=JSON", "SecurityToken=t%2F1", "SecurityToken="),
        *("BearerToken=b", "Policy=%7B%22a%22%3A%20%5B%5D%7D", "Policy=a+b", "a=%41", "%61=1", "a", "a=b=c"),
        *("Signature=other", "SignatureNonce=other", "Timestamp=x", "%53ignature=1", "é=%C3%A9", "b=%c3%a9"),
        *("a=\x02", "SignatureType=", "SignatureNoncee=1", "Timestamp1=2", "Zone=%C3%A9", "", "a=%01"),
    ]
)
LISTS = st.lists(PIECES, max_size=5)
MOMENTS = st.sampled_from(
    [
        *("2026-11-23T16%3A00%3A00Z", "2026-11-23T16:00:00Z", "2026-11-23T16%3a00%3A00Z", "2026", "", "%"),
        *("2026-11-23T16%3A00%3A01Z", "2026-11-23T24%3A00%3A00Z", "é"),
    ]
)
NONCES = st.sampled_from(
    ["n1", "a-b.c_d~e", "%6E", "n%20n", "n+n", "é", "", "%", "\x01", "n" * 300]
) | st.text(alphabet="ab%&=+\x02é", max_size=4)
SIGNATURES = st.sampled_from(
    ["s", "a%2Bb%2Fc%3D", "a+b/c=", "a%2bb", "%", "%41", "é", "", "%C3%A9", "\ud800"]
)
TIMES = st.tuples(SIGNATURES, NONCES, MOMENTS)


def _query(lists: list[list[str]], times: tuple[str, str, str]) -> str:
    signature, nonce, moment = times
    before, between, behind = lists
    varying = [f"SignatureNonce={nonce}", f"Timestamp={moment}", f"Signature={signature}"]
    return "&".join([*before, FIXED, varying[0], *between, varying[1], *behind, varying[2]])


def _request(query: str) -> WireRequest:
    return WireRequest("GET", "/", query, HEADERS, b"")


def _outcome(presented: Presented | Anonymous) -> dict[str, Any]:
    said = {name: getattr(presented, name) for name in presented.__struct_fields__}
    proof = said.pop("proof", None)
    said.pop("kept", None)
    return said | ({"claimed": proof.claimed, "texts": proof.texts} if proof else {})


def _from_scratch(request: WireRequest) -> dict[str, Any] | str:
    try:
        return _outcome(_read_parameters(request, None))
    except ApiError as error:
        return str(error)


def _warm(repeats: Repeats, request: WireRequest, times: int = 2) -> None:
    for _ in range(times):
        presented, rest = repeats.read(request)
        if presented is None and rest is not None:
            with suppress(ApiError):
                repeats.note(rest, _read_parameters(request, None))


LATER = "2026-11-23T16%3A00%3A01Z"
PLAIN = ("s", "n1", "2026-11-23T16%3A00%3A00Z")


@given(st.lists(LISTS, min_size=3, max_size=3), TIMES, TIMES)
@example(
    [[], ["Format=JSON"], ["Policy=%7B%20%7D"]], PLAIN, ("a%2Bb%2Fc%3D", "n2", "2026-11-23T16%3A00%3A01Z")
)
@example([["Format=JSON"], [], []], PLAIN, ("é", "n2", "2026-11-23T16%3A00%3A01Z"))
def test_a_repetition_says_what_reading_it_from_scratch_says(
    lists: list[list[str]], first: tuple[str, str, str], second: tuple[str, str, str]
) -> None:
    repeats = Repeats()
    for times in (PLAIN, first):
        _warm(repeats, _request(_query(lists, times)))
    request = _request(_query(lists, second))

    presented, _ = repeats.read(request)

    if presented is not None:
        assert _outcome(presented) == _from_scratch(request)


def test_the_third_request_alike_is_a_repetition_and_its_signature_counts() -> None:
    repeats = Repeats()

    def signed(number: int, secret: str = "secret") -> WireRequest:  # noqa: S107 (made up)
        said = {"Policy": '{"a b": "é+&="}', "RegionId": "x"}
        query = sign_rpc_v1(
            "A",
            "1",
            said,
            access_key_id="k",
            secret=secret,
            timestamp=NOW + number,
            nonce=f"n{number}",
            method="GET",
        )
        return _request(query)

    for number in (1, 2):
        presented, rest = repeats.read(signed(number))
        assert presented is None
        assert rest is not None
        repeats.note(rest, _read_parameters(signed(number), None))
    presented, _ = repeats.read(signed(3))

    assert presented is not None
    presented.verify("secret")
    assert (presented.nonce, presented.timestamp) == ("n3", NOW + 3)
    forged, _ = repeats.read(signed(4, "another"))
    assert forged is not None
    with pytest.raises(ApiError, match="SignatureDoesNotMatch"):
        forged.verify("secret")


def test_an_answer_form_that_a_header_decides_is_not_kept() -> None:
    repeats = Repeats()
    request = _request(_query([[], [], []], PLAIN))
    _warm(repeats, request, 3)
    assert repeats.read(request)[0] is None


def test_the_method_is_part_of_what_is_said() -> None:
    repeats = Repeats()
    request = _request(_query([["Format=JSON"], [], []], PLAIN))
    _warm(repeats, request)
    assert repeats.read(request)[0] is not None
    assert repeats.read(WireRequest("POST", "/", request.query, HEADERS, b""))[0] is None


def test_what_is_kept_is_bounded() -> None:
    repeats = Repeats(most_chars=1000)
    requests = [_request(_query([["Format=JSON", f"a={n}"], [], []], PLAIN)) for n in range(50)]
    for request in requests:
        _warm(repeats, request)
    kept = [request for request in requests if repeats.read(request)[0] is not None]
    assert 0 < sum(len(request.query) for request in kept) < 2000
    assert repeats._chars <= 1000
    assert kept[-1] is requests[-1]
