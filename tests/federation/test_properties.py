"""Whatever is done to a good token or response: it is refused as such, or says what it said."""

from __future__ import annotations

import base64
import contextlib
import functools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from daypass.errors import ApiError
from daypass.federation.assertions import Assertion, read_response
from daypass.federation.discovery import read_configuration, read_keys
from daypass.federation.metadata import read_encoded_metadata, read_metadata
from daypass.federation.tokens import Claims, UnknownKeyError, accept, read_token, verify
from tests.federation import saml
from tests.federation.tokens import AUDIENCE, ISSUER, claims, ec_key, public, rsa_key, token

NOW = 1_800_000_000
PAIR = "acs:ram::1234567890123456:role/Reader,acs:ram::1234567890123456:saml-provider/idp"


@functools.cache
def good_token() -> str:
    return token(claims(NOW), rsa_key("k1"))


@functools.cache
def good_response() -> bytes:
    return etree.tostring(saml.response(saml.signed(saml.assertion(NOW, [PAIR]))))


def believed(text: str) -> Claims | None:
    keys = read_keys(json.dumps(public(rsa_key("k1"))).encode())
    try:
        presented = read_token(text)
        verify(presented, keys)
        accept(presented.claims, (AUDIENCE,), 12, NOW)
    except (ApiError, UnknownKeyError):
        return None
    return presented.claims


def asserted(document: bytes) -> Assertion | None:
    try:
        return read_response(base64.b64encode(document).decode(), read_metadata(saml.metadata()), NOW)
    except ApiError:
        return None


@st.composite
def bent(draw: st.DrawFn, good: bytes) -> bytes:
    """Cut something out of it, put something in, or both."""
    start = draw(st.integers(0, len(good)))
    end = draw(st.integers(start, min(len(good), start + draw(st.sampled_from([0, 1, 40, 400])))))
    put = draw(st.one_of(st.binary(max_size=3), st.just(good[start : start + 200]), st.sampled_from(PIECES)))
    return good[:start] + put + good[end:]


PIECES = (
    b"<!---->",
    b"<?x?>",
    b"<![CDATA[x]]>",
    b"&#65;",
    b"&amp;",
    b' ID="_a1"',
    b' xmlns:saml="urn:x"',
    b"<saml:NameID>root</saml:NameID>",
    b"\xef\xbb\xbf",
)


def test_the_good_ones_are_good() -> None:
    assert believed(good_token()) is not None
    assert asserted(good_response()) is not None


@given(bent(good_token().encode()))
def test_a_bent_token_is_refused_or_says_what_it_said(data: bytes) -> None:
    read = believed(data.decode("latin-1"))
    assert read is None or read == believed(good_token())


@given(bent(good_response()))
def test_a_bent_response_is_refused_or_says_what_it_said(data: bytes) -> None:
    read = asserted(data)
    assert read is None or read == asserted(good_response())


@given(st.text(max_size=200))
def test_no_text_is_a_token(text: str) -> None:
    assert believed(text) is None


NAMES = (
    *("keys", "kty", "kid", "n", "e", "crv", "x", "y", "use", "alg", "key_ops"),
    *("issuer", "jwks_uri", "iss", "exp"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=12,
)


@given(JSON)
def test_whatever_an_issuer_publishes_is_read_or_refused(published: object) -> None:
    body = json.dumps(published).encode()
    for read in (read_keys, lambda given: read_configuration(given, ISSUER)):
        with contextlib.suppress(ApiError):
            read(body)


@given(
    st.binary(min_size=0, max_size=300),
    st.one_of(st.binary(max_size=8), st.sampled_from([b"\x01\x00\x01", b"\x01", b"\x00", b"\x02"])),
    st.sampled_from(["RSA", "EC"]),
)
def test_whatever_a_key_is_made_of_it_believes_no_token_it_did_not_sign(
    large: bytes, small: bytes, kind: str
) -> None:
    text = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (large, small)]
    of = {"n": text[0], "e": text[1], "crv": "P-256", "x": text[0], "y": text[1]}
    keys = read_keys(json.dumps({"keys": [{"kty": kind, "kid": "k1", **of}]}).encode())
    for key, algorithm in ((rsa_key("k1"), "RS256"), (ec_key("k1"), "ES256")):
        with pytest.raises((ApiError, UnknownKeyError)):
            verify(read_token(token(claims(NOW), key, algorithm)), keys)


@given(st.dictionaries(st.sampled_from(("iss", "sub", "aud", "exp", "iat", "nbf", "jti")), JSON))
def test_whatever_a_signed_token_claims_is_read_or_refused(payload: dict[str, object]) -> None:
    for whole in (payload, {**claims(NOW), **payload}):
        read = believed(token(json.dumps(whole).encode(), rsa_key("k1")))
        assert read is None or (read.expires_at > NOW and AUDIENCE in read.audiences)


@given(st.one_of(st.text(max_size=300), bent(saml.metadata()).map(saml.encoded)))
def test_whatever_is_given_as_metadata_is_read_or_refused(text: str) -> None:
    try:
        read = read_encoded_metadata(text)
    except ValueError:
        return
    assert read.entity_id
    assert 1 <= len(read.certificates) <= 2
