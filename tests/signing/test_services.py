"""What holds for the schemes of Log Service, Message Service, Tablestore, DataHub and OSS."""

from __future__ import annotations

import base64
import hashlib
import hmac
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daypass.errors import ApiError
from daypass.signing import (
    Presented,
    Protocol,
    WireRequest,
    check_url_life,
    protocol_of,
    read_one_of,
    sign_answer,
)
from tests.signing import plain_services as plain
from tests.signing.naive import KEY, SECRET
from tests.signing.test_properties import BODIES, CHAOS

SCHEMES = sorted(plain.SIGNERS)
OSS_URLS = ["OSS V1 in a URL", "OSS V4 in a URL"]
PROTOCOLS: list[Protocol] = ["sls", "mns", "ots", "datahub", "oss"]
TOKENS = st.none() | st.just("CAIS+/=token")
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="&=?\n\r\0"), max_size=8)
QUERIES = st.dictionaries(st.sampled_from(["prefix", "acl", "uploadId", "size", "line"]), WORDS, max_size=4)
PATHS = st.sampled_from(["/", "/a", "/logstores/store-1/shards", "/queues/q/messages"])


def _accepted(protocol: Protocol, request: WireRequest) -> Presented | None:
    with suppress(ApiError):
        found = read_one_of(protocol, request)
        found.verify(SECRET)
        return found
    return None


@pytest.mark.parametrize("scheme", SCHEMES)
@given(path=PATHS, query=QUERIES, body=st.binary(max_size=20), token=TOKENS)
def test_what_the_plain_signer_signs_is_what_is_read(
    scheme: str, path: str, query: dict[str, str], body: bytes, token: str | None
) -> None:
    protocol, sign = plain.SIGNERS[scheme]
    request = sign(path, list(query.items()), body, token)
    assert protocol_of(request) == protocol
    found = read_one_of(protocol, request)
    found.verify(SECRET)
    assert found.scheme == scheme.removesuffix(" in a URL")
    assert (found.access_key_id, found.security_token) == (KEY, token)
    assert (found.nonce, found.action) == ("", "")
    if "V1" in scheme:
        query = {name: value for name, value in query.items() if name in {"acl", "uploadId"}}
    if protocol != "ots":
        assert found.parameters == query


@pytest.mark.parametrize("scheme", SCHEMES)
@given(query=QUERIES, data=st.data(), token=TOKENS)
def test_a_changed_request_is_refused_or_means_the_same(
    scheme: str, query: dict[str, str], data: st.DataObject, token: str | None
) -> None:
    protocol, sign = plain.SIGNERS[scheme]
    request = sign("/logstores/a", list(query.items()), b"body", token)
    original = read_one_of(protocol, request)
    found = _accepted(protocol, _changed(request, data))
    if found is not None:
        # The key's id need not be signed: another one has another secret.
        same = ("scheme", "timestamp", "expires_at", "parameters")
        assert [getattr(found, name) for name in same] == [getattr(original, name) for name in same]
        if scheme != "MNS":
            assert (found.security_token or None) == token


def _changed(request: WireRequest, data: st.DataObject) -> WireRequest:
    """Change one character of the path, the query or a header."""
    where = data.draw(st.sampled_from(["path", "query", *range(len(request.headers))]))
    other = data.draw(st.characters(max_codepoint=255, exclude_categories=()))
    if isinstance(where, str):
        return msgspec.structs.replace(request, **{where: _bent(getattr(request, where), other, data)})
    headers = list(request.headers)
    name, value = headers[where]
    headers[where] = (name, _bent(value, other, data))
    return msgspec.structs.replace(request, headers=headers)


def _bent(text: str, other: str, data: st.DataObject) -> str:
    at = data.draw(st.integers(0, len(text)))
    return text[:at] + other + text[at + data.draw(st.integers(0, 1)) :]


HEADER_NAMES = st.sampled_from(
    [
        *("authorization", "host", "date", "content-type", "content-md5", "security-token"),
        *("x-log-date", "x-log-content-sha256", "x-log-signaturemethod", "x-acs-security-token"),
        *("x-ots-accesskeyid", "x-ots-date", "x-ots-contentmd5", "x-ots-signature", "x-ots-signaturev4"),
        *("x-ots-signdate", "x-ots-signregion", "x-oss-date", "x-oss-content-sha256", "x-oss-security-token"),
        *("x-datahub-client-version", "x-mns-version", "x-oss-meta-a"),
    ]
)
CREDENTIAL = "Credential=k/20261123/r/sls/aliyun_v4_request"
HEADER_VALUES = st.sampled_from(
    [
        *("", "LOG k:s", "LOG :", "MNS k:s", "DATAHUB k:s", "OSS k:s", "OSS", "SLS4-HMAC-SHA256"),
        *(f"SLS4-HMAC-SHA256 {CREDENTIAL},Signature=s", f"OSS4-HMAC-SHA256 {CREDENTIAL},Signature=s"),
        *(
            "OSS4-HMAC-SHA256 Credential=k/20261123/\ud800/oss/aliyun_v4_request, Signature=é",
            "UNSIGNED-PAYLOAD",
        ),
        *(plain.DATE, plain.BASIC, "20261123T1600\ud800", "20261399T000000Z", "2026-11-23T16:00:00.000Z"),
        *(
            "1B2M2Y8AsgTpgAmY7PhCfg==",
            hashlib.sha256(b"").hexdigest(),
            "hmac-sha1",
            "\n",
            "é",
            "中",
            "\ud800",
        ),
    ]
)
HEADERS = st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=12)
URLS = st.lists(
    st.sampled_from(
        [
            *("OSSAccessKeyId=k", "Expires=1795449600", "Expires=x", "Signature=s", "security-token=t"),
            *("x-oss-signature-version=OSS4-HMAC-SHA256", "x-oss-signature-version=", "x-oss-expires=60"),
            *(
                "x-oss-date=20261123T160000Z",
                "x-oss-date=%ff",
                "x-oss-expires=-1",
                "x-oss-expires=99999999999",
            ),
            *("x-oss-credential=k%2F20261123%2Fr%2Foss%2Faliyun_v4_request", "x-oss-signature=s", "acl", "%"),
            "x-oss-additional-headers=host%3Bx-nothing",
        ]
    ),
    max_size=9,
).map("&".join)


@given(
    protocol=st.sampled_from(PROTOCOLS),
    request_=st.builds(
        WireRequest,
        st.sampled_from(["GET", "POST", "", "é", "中\ud800"]),
        st.just("/") | CHAOS,
        URLS | CHAOS,
        HEADERS,
        BODIES,
    ),
    bucket=st.none() | st.sampled_from(["b", "", "é\ud7ff"]),
)
def test_whatever_arrives_is_read_or_refused_by_a_declared_error(
    protocol: Protocol, request_: WireRequest, bucket: str | None
) -> None:
    error = _refusal(protocol, request_, bucket)
    if error is not None:
        assert 400 <= error.status < 500
        assert error.message.isprintable() or error.code == "SignatureDoesNotMatch"


def _refusal(protocol: Protocol, request: WireRequest, bucket: str | None) -> ApiError | None:
    try:
        protocol_of(request)
        read_one_of(protocol, request, bucket).verify("secret")
    except ApiError as error:
        return error
    return None


@pytest.mark.parametrize("scheme", ["SLS v1", "SLS v4", "MNS", "OTS v2", "OTS v4"])
def test_another_body_is_refused(scheme: str) -> None:
    protocol, sign = plain.SIGNERS[scheme]
    request = msgspec.structs.replace(sign("/a", [], b"body", None), body=b"other")
    with pytest.raises(ApiError, match="NotMatched"):
        read_one_of(protocol, request)


def test_a_body_that_log_service_v1_does_not_sign_is_refused() -> None:
    request = msgspec.structs.replace(plain.sls_v1("/a", [], b"", None), body=b"added")
    with pytest.raises(ApiError, match="The body is not signed"):
        read_one_of("sls", request)


@pytest.mark.parametrize("name", ["x?acl", "x?uploadId=1", "x?acl&a"])
def test_a_name_that_v1_signs_as_it_would_sign_a_sub_resource_is_refused_and_v4_takes_it(name: str) -> None:
    with pytest.raises(ApiError, match="Sign with V4"):
        read_one_of("oss", plain.oss_v1(f"/{name}", [], b"", None))
    read_one_of("oss", plain.oss_v4(f"/{name}", [], b"", None)).verify(SECRET)


def test_a_bucket_named_by_the_host_is_signed_as_one_named_by_the_path() -> None:
    for sign in (plain.oss_v1, plain.oss_v4, plain.oss_v1_presigned, plain.oss_v4_presigned):
        request = sign("/dir/name", [], b"", None)
        hosted = msgspec.structs.replace(request, path="/dir/name")
        read_one_of("oss", hosted, "b").verify(SECRET)
        with pytest.raises(ApiError, match="SignatureDoesNotMatch"):
            read_one_of("oss", hosted, "other").verify(SECRET)


def test_a_request_signed_twice_is_refused() -> None:
    url = plain.oss_v1_presigned("/a", [], b"", None)
    twice = msgspec.structs.replace(url, headers=[*url.headers, ("authorization", f"OSS {KEY}:x")])
    with pytest.raises(ApiError, match=r"in its URL and in Authorization"):
        read_one_of("oss", twice)
    ots = plain.ots_v2("/GetRow", [], b"", None)
    both = msgspec.structs.replace(ots, headers=[*ots.headers, ("x-ots-signaturev4", "x")])
    with pytest.raises(ApiError, match="Exactly one"):
        read_one_of("ots", both)


@pytest.mark.parametrize("scheme", OSS_URLS)
def test_a_presigned_url_is_good_until_its_last_second(scheme: str) -> None:
    found = read_one_of("oss", plain.SIGNERS[scheme][1]("/a", [], b"", None))
    assert found.expires_at == plain.NOW + 60
    check_url_life(found.timestamp, found.expires_at, plain.NOW + 60)
    with pytest.raises(ApiError, match=r"InvalidTimeStamp\.Expired"):
        check_url_life(found.timestamp, found.expires_at, plain.NOW + 61)


def test_a_url_signed_ahead_of_the_clock_is_refused() -> None:
    found = read_one_of("oss", plain.oss_v4_presigned("/a", [], b"", None))
    assert found.expires_at is not None
    check_url_life(found.timestamp, found.expires_at, plain.NOW - 900)
    with pytest.raises(ApiError, match=r"InvalidTimeStamp\.Expired"):
        check_url_life(found.timestamp, found.expires_at, plain.NOW - 901)


@pytest.mark.parametrize("life", ["0", "604801", "x", "-1", "1e3"])
def test_a_url_lives_a_week_at_most(life: str) -> None:
    request = plain.oss_v4_presigned("/a", [], b"", None)
    query = request.query.replace("x-oss-expires=60", f"x-oss-expires={life}")
    with pytest.raises(ApiError, match=r"InvalidTimeStamp\.Expires"):
        read_one_of("oss", msgspec.structs.replace(request, query=query))


@pytest.mark.parametrize("scheme", ["SLS v4", "OSS V4"])
@pytest.mark.parametrize(
    ("credential", "bent"),
    [(plain.DAY, "20261124"), ("/sls/", "/oss/"), ("/oss/", "/sls/"), ("aliyun_v4_request", "x")],
)
def test_a_key_is_for_its_day_and_product_only(scheme: str, credential: str, bent: str) -> None:
    protocol, sign = plain.SIGNERS[scheme]
    request = sign("/a", [], b"", None)
    headers = [(n, v.replace(credential, bent, 1) if n == "authorization" else v) for n, v in request.headers]
    if headers != list(request.headers):
        with pytest.raises(ApiError, match="IncompleteSignature"):
            read_one_of(protocol, msgspec.structs.replace(request, headers=headers))


@pytest.mark.parametrize("scheme", ["SLS v4", "OSS V4"])
def test_a_parameter_without_a_name_is_refused_as_it_would_go_unsigned(scheme: str) -> None:
    protocol, sign = plain.SIGNERS[scheme]
    with pytest.raises(ApiError, match="has no name"):
        read_one_of(protocol, msgspec.structs.replace(sign("/a", [], b"", None), query="="))


@given(body=st.binary(max_size=40), v4=st.booleans())
def test_an_answer_of_tablestore_is_signed_as_its_client_computes_it(body: bytes, v4: bool) -> None:
    request = (plain.ots_v4 if v4 else plain.ots_v2)("/GetRow", [], b"", None)
    headers = sign_answer(request, SECRET, body, request_id="r-1", now=plain.NOW)
    signed = sorted(f"{name}:{value}" for name, value in headers.items() if name.startswith("x-ots-"))
    key = plain.ots_v4_key() if v4 else SECRET.encode()
    digest = hmac.new(key, "\n".join([*signed, "/GetRow"]).encode(), hashlib.sha1).digest()
    assert headers["authorization"] == f"OTS {KEY}:{base64.b64encode(digest).decode()}"
    assert headers["x-ots-date"] == "2026-11-23T16:00:00.000Z"
