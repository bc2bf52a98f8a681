"""What holds for every request: it is read or refused, and what was signed is what is read."""

from __future__ import annotations

import base64
import hashlib
import re
from contextlib import suppress
from random import Random

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from daypass.errors import ApiError
from daypass.signing import Presented, WireRequest, read, requested_format, sign_acs3, sign_rpc_v1
from daypass.signing.encoding import percent_decode, percent_encode
from daypass.signing.parameters import read_parameters
from daypass.signing.request import SYSTEM_PARAMETERS
from tests.signing import naive

TEXT = st.text(max_size=12)
NAMES = st.text(max_size=8).filter(lambda name: name not in SYSTEM_PARAMETERS)
BUSINESS = st.dictionaries(NAMES, TEXT, max_size=6)
NOW = 1_795_449_600

PIECES = st.sampled_from(
    [
        *SYSTEM_PARAMETERS,
        *(
            "&",
            "=",
            "+",
            "%",
            "%41",
            "%FF",
            "%c3%a9",
            "%00",
            "\\",
            "é",
            "中",
            "\ud800",
            "\n",
            " ",
            "A",
            "a.1",
        ),
        *(
            "AccessKeyId=a&Signature=b",
            "SignatureMethod=HMAC-SHA1",
            "SignatureVersion=1.0",
            "SignatureNonce=n",
        ),
        *("Timestamp=2026-11-23T16:00:00Z", "Action=A", "Version=1", "Format=json", "SignatureType="),
    ]
)
CHAOS = st.lists(PIECES, max_size=12).map("".join) | st.lists(PIECES, max_size=12).map("&".join) | st.text()
HEADER_NAMES = st.sampled_from(
    [
        *("authorization", "host", "accept", "date", "content-type", "content-md5", "x-acs-action"),
        *("x-acs-version", "x-acs-date", "x-acs-content-sha256", "x-acs-signature-nonce"),
        *("x-acs-security-token", "x-acs-signature-method", "x-acs-bearer-token", "x-custom"),
    ]
)
SIGNED = "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
HEADER_VALUES = st.sampled_from(
    [
        *("", "acs k:s", "acs :", "ACS3-HMAC-SHA256", f"ACS3-HMAC-SHA256 Credential=k,{SIGNED},Signature=s"),
        *("ACS3-HMAC-SM3 Credential=k,Signature=s", "ACS3-RSA-SHA256 x", "Basic x", "application/json"),
        *(
            naive.FORM,
            f"{naive.FORM}; charset=gbk",
            "text/xml",
            "2026-11-23T16:00:00Z",
            "\n",
            "é",
            "中",
            "\ud800",
        ),
        *("Mon, 23 Nov 2026 16:00:00 GMT", naive.digest("", b""), "1B2M2Y8AsgTpgAmY7PhCfg==", "n"),
    ]
)
HEADERS = st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=12) | st.lists(
    st.tuples(st.text(), st.text())
)
BODIES = st.binary(max_size=40) | CHAOS.map(lambda text: text.encode("utf-8", "replace"))


@given(
    method=st.sampled_from(["GET", "POST", "", "é", "中\ud800"]),
    path=st.just("/") | CHAOS,
    query=CHAOS,
    headers=HEADERS,
    body=BODIES,
)
def test_whatever_arrives_is_read_or_refused_by_a_declared_error(
    method: str, path: str, query: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    request = WireRequest(method, path, query, headers, body)
    assert requested_format(request) in {"JSON", "XML", None}
    error = _refusal(request)
    if error is not None:
        assert 400 <= error.status < 500
        assert error.message.isprintable() or error.code == "SignatureDoesNotMatch"


def _refusal(request: WireRequest) -> ApiError | None:
    try:
        found = read(request)
        if isinstance(found, Presented):
            found.verify("secret")
    except ApiError as error:
        return error
    return None


@given(
    values=BUSINESS,
    method=st.sampled_from(["GET", "POST"]),
    in_form=st.booleans(),
    space=st.sampled_from(["+", "%20"]),
)
def test_what_the_plain_rpc_signer_signs_is_what_is_read(
    values: dict[str, str], method: str, in_form: bool, space: str
) -> None:
    pairs = [*values.items(), *naive.rpc_system()]
    sent = naive.wire([*pairs, ("Signature", naive.rpc_signature(method, pairs))]).replace("%20", space)
    request = (
        WireRequest(method, "/", "", [("content-type", naive.FORM)], sent.encode())
        if in_form
        else WireRequest(method, "/", sent, [], b"")
    )
    presented = read(request)
    assert isinstance(presented, Presented)
    presented.verify(naive.SECRET)
    assert presented.parameters == values
    assert (presented.timestamp, presented.nonce, presented.action) == (NOW, "naive-nonce", "QueryProduct")


@given(values=BUSINESS, algorithm=st.sampled_from(["ACS3-HMAC-SHA256", "ACS3-HMAC-SM3"]), body=st.binary())
def test_what_the_plain_acs3_signer_signs_is_what_is_read(
    values: dict[str, str], algorithm: str, body: bytes
) -> None:
    pairs = list(values.items())
    headers = naive.acs3_headers(body, algorithm=algorithm)
    headers["authorization"] = naive.acs3_authorization("POST", "/", pairs, headers, algorithm=algorithm)
    presented = read(WireRequest("POST", "/", naive.wire(pairs), list(headers.items()), body))
    assert isinstance(presented, Presented)
    presented.verify(naive.SECRET)
    assert presented.parameters == values


@given(values=BUSINESS, bare=st.booleans())
def test_what_the_plain_roa_signer_signs_is_what_is_read_or_could_mean_something_else(
    values: dict[str, str], bare: bool
) -> None:
    pairs = list(values.items())
    headers = naive.roa_headers()
    headers["authorization"] = naive.roa_authorization("GET", "/a", pairs, headers, bare_empty=bare)
    request = WireRequest("GET", "/a", naive.wire(pairs), list(headers.items()), b"")
    presented = _accepted(request)
    if presented is None:
        assert any("&" in name or "=" in name or "&" in value for name, value in pairs)
    else:
        assert presented.parameters == values


@given(values=BUSINESS, method=st.sampled_from(["GET", "POST"]), token=st.none() | st.just("CAIS+/="))
def test_our_own_rpc_requests_are_accepted_and_signed_like_the_plain_ones(
    values: dict[str, str], method: str, token: str | None
) -> None:
    sent = sign_rpc_v1(
        "QueryProduct",
        "2018-01-20",
        values,
        access_key_id=naive.KEY,
        secret=naive.SECRET,
        timestamp=NOW,
        nonce="naive-nonce",
        security_token=token,
        method=method,
    )
    presented = read(WireRequest(method, "/", sent, [], b""))
    assert isinstance(presented, Presented)
    presented.verify(naive.SECRET)
    assert (presented.parameters, presented.security_token) == (values, token)
    pairs = [*values.items(), *naive.rpc_system(), *([("SecurityToken", token)] if token else [])]
    assert presented.proof.claimed == naive.rpc_signature(method, pairs)


@given(
    values=BUSINESS,
    body=st.binary(),
    token=st.none() | st.just("CAIS+/="),
    path=st.sampled_from(["/", "/a%20b"]),
)
def test_our_own_acs3_requests_are_accepted(
    values: dict[str, str], body: bytes, token: str | None, path: str
) -> None:
    signed = sign_acs3(
        "QueryProduct",
        "2018-01-20",
        values,
        host="127.0.0.1:8620",
        access_key_id=naive.KEY,
        secret=naive.SECRET,
        timestamp=NOW,
        nonce="n",
        security_token=token,
        path=path,
        body=body,
        content_type="application/octet-stream" if body else None,
    )
    headers = [(name.lower(), value) for name, value in signed.headers.items()]
    presented = read(WireRequest("POST", path, signed.query, headers, body))
    assert isinstance(presented, Presented)
    presented.verify(naive.SECRET)
    assert (presented.parameters, presented.security_token) == (values, token)
    assert (presented.action, presented.version, presented.format) == ("QueryProduct", "2018-01-20", "JSON")


@given(values=BUSINESS, data=st.data())
def test_any_changed_byte_of_a_signed_query_is_refused_or_changes_nothing(
    values: dict[str, str], data: st.DataObject
) -> None:
    pairs = [*values.items(), *naive.rpc_system()]
    sent = naive.wire([*pairs, ("Signature", naive.rpc_signature("GET", pairs))])
    at = data.draw(st.integers(0, len(sent) - 1))
    changed = sent[:at] + chr(data.draw(st.integers(0, 255))) + sent[at + 1 :]
    found = _accepted(WireRequest("GET", "/", changed, [], b""))
    if found is not None:
        assert (found.parameters, found.action) == (values, "QueryProduct")


def _accepted(request: WireRequest) -> Presented | None:
    with suppress(ApiError):
        found = read(request)
        if isinstance(found, Presented):
            found.verify(naive.SECRET)
            return found
    return None


@given(text=st.text())
def test_decoding_undoes_encoding(text: str) -> None:
    assert percent_decode(percent_encode(text)) == text
    assert percent_encode(text) == naive.encode(text)


@given(data=st.binary())
@example(b"=41=\n=")
@example(b"a\r\n=20\r\n")
def test_bytes_decode_as_utf_8_or_not_at_all(data: bytes) -> None:
    spelled = "".join(f"%{byte:02x}" for byte in data)
    try:
        expected = data.decode()
    except UnicodeDecodeError:
        with pytest.raises(ApiError):
            percent_decode(spelled)
    else:
        assert percent_decode(spelled) == expected


@given(values=BUSINESS, seed=st.randoms(use_true_random=False))
def test_every_spelling_of_a_query_is_read_alike(values: dict[str, str], seed: Random) -> None:
    pairs = list(values.items())
    canonical = naive.wire(pairs)
    seed.shuffle(pairs)
    spelled = "&".join(f"{_spelled(name, seed)}={_spelled(value, seed)}" for name, value in pairs)
    assume(spelled or not values)
    one, other = read_parameters(canonical), read_parameters(spelled)
    assert (one.values, one.pairs) == (other.values, other.pairs) == (values, one.pairs)


def _spelled(text: str, seed: Random) -> str:
    return "".join(_octet(byte, seed) for byte in text.encode())


def _octet(byte: int, seed: Random) -> str:
    literal = chr(byte) if re.fullmatch(r"[A-Za-z0-9._~!*'()-]", chr(byte)) else f"%{byte:02X}"
    return str(seed.choice([literal, f"%{byte:02x}", f"%{byte:02X}"]))


def test_a_thousand_parameters_are_read_and_one_more_is_refused() -> None:
    thousand = "&".join(f"P{i}=1" for i in range(1000))
    assert len(read_parameters(thousand).values) == 1000
    with pytest.raises(ApiError, match=r"InvalidParameter\.TooMany"):
        read_parameters(f"{thousand}&Q=1")


@pytest.mark.parametrize("scheme", ["ACS3", "ROA v1"])
def test_query_and_form_count_together(scheme: str) -> None:
    query = "&".join(f"P{i}=1" for i in range(600))
    body = "&".join(f"Q{i}=1" for i in range(401)).encode()
    pairs = [(f"P{i}", "1") for i in range(600)]
    if scheme == "ACS3":
        headers = naive.acs3_headers(body, **{"content-type": naive.FORM})
        headers["authorization"] = naive.acs3_authorization("POST", "/", pairs, headers)
    else:
        headers = naive.roa_headers(**{"content-type": naive.FORM, "content-md5": _md5(body)})
        headers["authorization"] = naive.roa_authorization("POST", "/", pairs, headers)
    with pytest.raises(ApiError, match=r"InvalidParameter\.TooMany"):
        read(WireRequest("POST", "/", query, list(headers.items()), body))


def _md5(body: bytes) -> str:
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
