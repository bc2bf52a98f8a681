"""The message of ``SignatureDoesNotMatch``, which clients take apart."""

from __future__ import annotations

import pytest

from daypass.errors import ApiError
from daypass.signing import Presented, WireRequest, read, sign_acs3, sign_rpc_v1
from tests.signing import naive

WORDS = "Specified signature is not matched with our calculation. server string to sign is"
TOKEN = "CAIS:made-up-token"


def _refusal(request: WireRequest) -> ApiError:
    presented = read(request)
    assert isinstance(presented, Presented)
    with pytest.raises(ApiError) as refusal:
        presented.verify("wrong")
    return refusal.value


def test_rpc_clients_find_their_own_string_to_sign_after_the_one_colon() -> None:
    pairs = [("Note", "a:b c"), *naive.rpc_system(), ("SecurityToken", TOKEN)]
    query = naive.wire([*pairs, ("Signature", naive.rpc_signature("GET", pairs))])
    error = _refusal(WireRequest("GET", "/", query, [], b""))
    assert (error.code, error.status) == ("SignatureDoesNotMatch", 400)
    assert error.message.split(":") == [WORDS, naive.rpc_string_to_sign("GET", pairs)]


def test_acs3_clients_find_the_hashed_canonical_request_after_the_one_colon() -> None:
    signed = sign_acs3(
        "GetUser",
        "2015-05-01",
        {"UserName": "a:b"},
        host="127.0.0.1:8620",
        access_key_id=naive.KEY,
        secret=naive.SECRET,
        timestamp=1_795_449_600,
        nonce="n",
        security_token=TOKEN,
    )
    headers = [(name.lower(), value) for name, value in signed.headers.items()]
    message = _refusal(WireRequest("POST", "/", signed.query, headers, b"")).message
    words, text = message.split(":")
    assert words == WORDS
    assert text.startswith("ACS3-HMAC-SHA256\n")


def test_roa_strings_to_sign_are_shown_without_colons_and_without_the_token() -> None:
    headers = naive.roa_headers(**{"x-acs-security-token": TOKEN})
    headers["authorization"] = naive.roa_authorization("GET", "/a", [], headers)
    message = _refusal(WireRequest("GET", "/a", "", list(headers.items()), b"")).message
    words, text = message.split(":")
    assert words == WORDS
    assert TOKEN.partition(":")[2] not in text
    assert "x-acs-signature-nonce%3Anaive-nonce\n" in text


def test_nothing_sensitive_is_in_a_representation() -> None:
    query = sign_rpc_v1(
        "CreateLoginProfile",
        "2015-05-01",
        {"Password": "hunter22"},
        access_key_id=naive.KEY,
        secret=naive.SECRET,
        timestamp=1_795_449_600,
        nonce="n",
        security_token=TOKEN,
    )
    request = WireRequest("POST", "/", query, [], b"")
    presented = read(request)
    unsigned = WireRequest("GET", "/", "Action=A&Version=1&OIDCToken=hunter22", [], b"")
    shown = f"{request!r} {presented!r} {presented} {read(unsigned)!r}"
    assert "hunter22" not in shown
    assert "made-up-token" not in shown
    assert "CreateLoginProfile" in shown
