"""What makes a token worth believing, check by check."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import RSAKey

from daypass.errors import ApiError
from daypass.federation.discovery import MAX_KEYS, IssuerKeys, read_configuration, read_keys
from daypass.federation.tokens import MAX_TOKEN, UnknownKeyError, accept, read_token, verify
from daypass.federation.urls import HttpsUrl, discovery_url
from tests.federation.tokens import (
    AUDIENCE,
    ISSUER,
    SUBJECT,
    claims,
    ec_key,
    part,
    public,
    rsa_key,
    token,
)

NOW = 1_800_000_000
INVALID = "AuthenticationFail.OIDCToken.Invalid"
EXPIRED = "AuthenticationFail.OIDCToken.Expired"
SIGNATURE = "AuthenticationFail.OIDCToken.InvalidSignature"
NOT_OURS = "AuthenticationFail.OIDCToken.AudienceNotMatch"
URL = "AuthenticationFail.OIDCToken.HttpsUrlInvalid"


def keys(*of: Any, **more: Any) -> IssuerKeys:
    return read_keys(json.dumps(public(*(of or (rsa_key("k1"),)), **more)).encode())


def believed(text: str, known: IssuerKeys | None = None, *, hours: int = 12) -> None:
    presented = read_token(text)
    presented.claims.require_issuer(ISSUER)
    verify(presented, keys() if known is None else known)
    accept(presented.claims, (AUDIENCE, "other"), hours, NOW)


def refused(text: str, known: IssuerKeys | None = None, *, hours: int = 12) -> str:
    with pytest.raises(ApiError) as refusal:
        believed(text, known, hours=hours)
    assert refusal.value.status == 401
    assert text not in refusal.value.message
    return refusal.value.code


def good(**changes: Any) -> str:
    return token(claims(NOW, **changes), rsa_key("k1"))


def test_a_right_token_is_believed_and_read() -> None:
    text = good(aud=["other", "third"])
    believed(text)
    read = read_token(text).claims
    assert (read.issuer, read.subject, read.audiences) == (ISSUER, SUBJECT, ("other", "third"))
    assert (read.issued_at, read.expires_at) == (NOW, NOW + 300)


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
def test_every_rsa_signature_is_checked(algorithm: str) -> None:
    text = token(claims(NOW), rsa_key("k1"), algorithm)
    believed(text)
    assert refused(text[:-4] + ("AAAA" if text[-4:] != "AAAA" else "BBBB")) == SIGNATURE


@pytest.mark.parametrize(("algorithm", "curve"), [("ES256", "P-256"), ("ES384", "P-384"), ("ES512", "P-521")])
def test_every_elliptic_signature_is_checked(algorithm: str, curve: str) -> None:
    text = token(claims(NOW), ec_key("e", curve), algorithm)
    believed(text, keys(ec_key("e", curve)))
    other = token(claims(NOW, sub="root"), ec_key("e", curve), algorithm)
    head, _, signature = text.split(".")
    assert refused(".".join((head, other.split(".")[1], signature)), keys(ec_key("e", curve))) == SIGNATURE


def test_a_token_without_signature_is_refused() -> None:
    header, payload, _ = good().split(".")
    for algorithm in ("none", "None", "NONE", "nOnE"):
        assert refused(f"{part({'alg': algorithm, 'typ': 'JWT'})}.{payload}.") == INVALID
        assert refused(f"{part({'alg': algorithm})}.{payload}.AAAA") == INVALID
    assert refused(f"{header}.{payload}.") == INVALID


def test_the_public_key_makes_no_signature() -> None:
    pem = rsa_key("k1").public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for material in (pem, pem.strip()):
        signed = f"{part({'alg': 'HS256', 'kid': 'k1'})}.{part(claims(NOW))}"
        forged = hmac.digest(material, signed.encode(), "sha256")
        assert refused(f"{signed}.{base64.urlsafe_b64encode(forged).decode().rstrip('=')}") == INVALID


def test_another_key_of_the_same_name_makes_no_signature() -> None:
    forged = token(claims(NOW), rsa_key("attacker"), kid="k1")
    assert refused(forged) == SIGNATURE


@pytest.mark.parametrize(
    "header",
    [
        {"jwk": rsa_key("attacker").as_dict(private=False)},
        {"jku": "https://attacker.example.com/keys"},
        {"x5u": "https://attacker.example.com/chain"},
    ],
)
def test_a_key_that_the_token_brings_along_counts_for_nothing(header: dict[str, Any]) -> None:
    assert refused(token(claims(NOW), rsa_key("attacker"), kid="k1", **header)) == SIGNATURE


def test_an_unknown_key_is_told_apart_from_a_wrong_signature() -> None:
    with pytest.raises(UnknownKeyError):
        believed(token(claims(NOW), rsa_key("k2")))


def test_a_token_without_key_name_means_the_only_key() -> None:
    nameless = token(claims(NOW), rsa_key("k1"), kid=None)
    believed(nameless)
    believed(nameless, keys(rsa_key("k1"), ec_key("e")))
    with pytest.raises(UnknownKeyError):
        believed(nameless, keys(rsa_key("k1"), rsa_key("k2")))


@pytest.mark.parametrize("more", [{"use": "enc"}, {"alg": "RS512"}, {"key_ops": ["sign"]}, {"kty": "oct"}])
def test_a_key_for_something_else_is_no_key(more: dict[str, Any]) -> None:
    with pytest.raises(UnknownKeyError):
        believed(good(), keys(**more))


def test_weak_and_monstrous_keys_are_no_keys() -> None:
    modulus = (1 << 1023 | 1).to_bytes(128)
    weak = base64.urlsafe_b64encode(modulus).decode().rstrip("=")
    assert len(read_keys(json.dumps({"keys": [{"kty": "RSA", "e": "AQAB", "n": weak}]}).encode())) == 0
    assert len(keys(RSAKey.generate_key(2048))) == 1
    huge = {"kty": "RSA", "kid": "huge", "e": "AQAB", "n": "f" + "A" * 2000}
    assert len(read_keys(json.dumps({"keys": [huge]}).encode())) == 0


def test_a_point_that_is_not_on_its_curve_is_no_key() -> None:
    broken = {"kty": "EC", "kid": "e", "crv": "P-256", "x": "AAAA", "y": "AAAA"}
    known = read_keys(json.dumps({"keys": [broken]}).encode())
    with pytest.raises(UnknownKeyError):
        believed(token(claims(NOW), ec_key("e"), "ES256"), known)


WRONG_CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "expired this second": ({"exp": NOW}, EXPIRED),
    "long expired": ({"iat": NOW - 900, "exp": NOW - 600}, EXPIRED),
    "issued too long ago": ({"iat": NOW - 12 * 3600 - 1, "exp": NOW + 60}, EXPIRED),
    "from the future": ({"iat": NOW + 61}, INVALID),
    "not valid yet": ({"nbf": NOW + 61}, INVALID),
    "of another issuer": ({"iss": "https://issuer.example.com/"}, INVALID),
    "without issuer": ({"iss": None}, INVALID),
    "without subject": ({"sub": None}, INVALID),
    "with an empty subject": ({"sub": ""}, INVALID),
    "without expiry": ({"exp": None}, INVALID),
    "without time of issue": ({"iat": None}, INVALID),
    "without audience": ({"aud": None}, INVALID),
    "with no audience": ({"aud": []}, INVALID),
    "with an audience that is a number": ({"aud": [1]}, INVALID),
    "with an expiry that is text": ({"exp": str(NOW + 300)}, INVALID),
    "with an expiry that is true": ({"exp": True}, INVALID),
    "with an endless expiry": ({"exp": 1e300}, INVALID),
    "with a negative time": ({"iat": -1}, INVALID),
    "that expires in the year 10000": ({"exp": 253_402_300_800}, INVALID),
    "for somebody else": ({"aud": "elsewhere"}, NOT_OURS),
    "for nearly us": (
        {"aud": [f"{AUDIENCE}/", AUDIENCE.upper()]},
        NOT_OURS,
    ),
}


@pytest.mark.parametrize(("changes", "code"), WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
def test_a_token_with_wrong_claims_is_refused(changes: dict[str, Any], code: str) -> None:
    assert refused(good(**changes)) == code


def test_clocks_may_be_a_minute_apart_when_a_token_is_new() -> None:
    believed(good(iat=NOW + 60, nbf=NOW + 60))
    believed(good(exp=NOW + 1))
    believed(good(exp=253_402_300_799))
    believed(good(iat=NOW - 3600), hours=1)
    assert refused(good(iat=NOW - 3601), hours=1) == EXPIRED


MALFORMED = {
    "empty": "",
    "one part": "abc",
    "two parts": "a.b",
    "four parts": "a.b.c.d",
    "five parts, as of an encrypted one": "a.b.c.d.e",
    "no Base64": "!!!.???.###",
    "a header that is no JSON": "YWJj." + part({}) + ".YWJj",
    "a header that is a list": part([]) + "." + part({}) + ".YWJj",
    "a header without algorithm": part({"typ": "JWT"}) + "." + part({}) + ".YWJj",
    "an algorithm that is a list": part({"alg": ["RS256"]}) + "." + part({}) + ".YWJj",
    "claims that are no JSON": part({"alg": "RS256"}) + ".YWJj.YWJj",
    "claims that are text": part({"alg": "RS256"}) + "." + part("x") + ".YWJj",
    "a nested payload": part({"alg": "RS256"}) + "." + part(json.loads("[" * 500 + "]" * 500)) + ".YWJj",
    "a hundred thousand characters": "a" * 99_998 + ".b.c",
    "not ASCII": "\u00e9.\u00e9.\u00e9",
    "lone surrogates": "\ud800.\ud800.\ud800",
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(ApiError) as refusal:
        read_token(text)
    assert refusal.value.code == INVALID


def test_the_longest_token_is_read_and_no_longer_one() -> None:
    room = MAX_TOKEN - len(good(padding="")) - 100
    text = good(padding="x" * (room * 3 // 4))
    assert MAX_TOKEN - 200 < len(text) <= MAX_TOKEN
    believed(text)
    assert refused(good(padding="x" * MAX_TOKEN)) == INVALID


def test_an_extension_that_must_be_understood_is_refused() -> None:
    header, payload, signature = good().split(".")
    assert (
        refused(f"{part({'alg': 'RS256', 'kid': 'k1', 'crit': ['b64'], 'b64': False})}.{payload}.{signature}")
        == INVALID
    )
    assert header


def test_the_configuration_says_where_the_keys_are() -> None:
    body = json.dumps(
        {"issuer": ISSUER, "jwks_uri": "https://keys.example.com:8443/k?v=2", "more": [1]}
    ).encode()
    assert read_configuration(body, ISSUER) == HttpsUrl("keys.example.com", 8443, "/k?v=2")
    assert discovery_url(f"{ISSUER}/").target == "/.well-known/openid-configuration"
    assert discovery_url(f"{ISSUER}/a/b").target == "/a/b/.well-known/openid-configuration"


CONFIGURATIONS: dict[str, Any] = {
    "of another issuer": {"issuer": f"{ISSUER}/", "jwks_uri": "https://a.example.com"},
    "without issuer": {"jwks_uri": "https://a.example.com"},
    "without keys": {"issuer": ISSUER},
    "with keys over HTTP": {"issuer": ISSUER, "jwks_uri": "http://a.example.com"},
    "with keys in a file": {"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"},
    "with a user": {"issuer": ISSUER, "jwks_uri": "https://a@b.example.com"},
    "with line breaks": {"issuer": ISSUER, "jwks_uri": "https://a.example.com/\r\nHost: b"},
    "that is a list": [],
}


@pytest.mark.parametrize("configuration", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_configuration_that_cannot_be_used_is_refused(configuration: Any) -> None:
    with pytest.raises(ApiError) as refusal:
        read_configuration(json.dumps(configuration).encode(), ISSUER)
    assert refusal.value.code == URL


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys": {}}',
        b"\xff\xfe",
        b'{"keys": [' + b"{}," * MAX_KEYS + b"{}]}",
        b"[" * 100_000,
    ],
)
def test_keys_that_cannot_be_used_are_refused(body: bytes) -> None:
    with pytest.raises(ApiError) as refusal:
        read_keys(body)
    assert refusal.value.code == URL


def test_keys_of_unknown_kinds_are_passed_over() -> None:
    known = {"keys": [1, [], {"kty": 1}, {"kty": "OKP", "crv": "Ed25519"}, *public(rsa_key("k1"))["keys"]]}
    believed(good(), read_keys(json.dumps(known).encode()))
