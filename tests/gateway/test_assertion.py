"""The key of assertions is made once, kept to its owner, and said in a form that others read."""

from __future__ import annotations

import base64
import hashlib
import json
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from daypass.gateway.assertion import AssertionKeyError, Claims, headers_of, open_signer

CLAIMS = Claims("daypass", "aud", "acs:ram::1:user/a", 1, 61, "id", "1", "oss:GetObject", "acs:oss:*:1:b/é")


def _decoded(text: bytes | str) -> bytes:
    plain = text if isinstance(text, str) else text.decode()
    return base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "gateway.key"
    made, opened = open_signer(file), open_signer(file)
    assert made.public_keys() == opened.public_keys()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_assertion_is_checked_with_the_public_key_alone(tmp_path: Path) -> None:
    signer = open_signer(tmp_path / "gateway.key")
    (key,) = signer.public_keys()["keys"]
    head, payload, signature = signer.sign(CLAIMS).split(b".")
    public = Ed25519PublicKey.from_public_bytes(_decoded(key["x"]))
    public.verify(_decoded(signature), head + b"." + payload)
    assert json.loads(_decoded(head)) == {"alg": "EdDSA", "kid": key["kid"], "typ": "daypass+jwt"}
    assert json.loads(_decoded(payload))["resource"] == "acs:oss:*:1:b/é"


def test_the_id_of_the_key_is_its_thumbprint(tmp_path: Path) -> None:
    (key,) = open_signer(tmp_path / "gateway.key").public_keys()["keys"]
    said = json.dumps({name: key[name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
    digest = base64.urlsafe_b64encode(hashlib.sha256(said.encode()).digest()).rstrip(b"=")
    assert key["kid"] == digest.decode()


def test_a_file_that_holds_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gateway.key").write_bytes(b"short")
    with pytest.raises(AssertionKeyError, match="does not hold"):
        open_signer(tmp_path / "gateway.key")
    with pytest.raises(AssertionKeyError, match="cannot use"):
        open_signer(tmp_path / "none" / "gateway.key")


def test_what_is_not_ascii_is_encoded_in_headers() -> None:
    claims = Claims(
        "daypass", "aud", "acs:ram::1:user/é\n%", 1, 61, "id", "1", "a", "r", source_identity="b c"
    )
    said = dict(headers_of(claims, b"signed"))
    assert said[b"x-daypass-principal"] == b"acs:ram::1:user/%C3%A9%0A%25"
    assert said[b"x-daypass-source-identity"] == b"b c"
    assert b"x-daypass-session-name" not in said
