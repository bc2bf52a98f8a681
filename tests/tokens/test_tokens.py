"""What holds for every session, key and token."""

from __future__ import annotations

import base64
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daypass.errors import ApiError
from daypass.secret import Secret
from daypass.tokens import ENTROPY_BYTES, MAX_TOKEN, KeyRing, Session, TokenKey, mint, open_token
from daypass.tokens.keys import NoPrimaryKeyError
from daypass.tokens.text import decode, encode

NOW = 1_795_449_600
RING = KeyRing([TokenKey(7, b"7" * 32, "primary"), TokenKey(2**32 - 1, b"8" * 32, "retired")])
ENTROPY = st.binary(min_size=ENTROPY_BYTES, max_size=ENTROPY_BYTES)
TIMES = st.integers(0, 2**40)
SHORT = st.text(max_size=64)

SESSIONS = st.builds(
    Session,
    kind=st.sampled_from(["role", "user"]),
    account_id=SHORT,
    role_id=SHORT,
    role_name=SHORT,
    session_name=SHORT,
    user_id=SHORT,
    user_name=SHORT,
    mfa=st.booleans(),
    authenticated_at=TIMES,
    issued_at=TIMES,
    expires_at=st.integers(NOW + 1, 2**40),
    session_id=SHORT,
    issuer_access_key_id=SHORT,
    issuer=SHORT,
    session_policy=st.none() | st.text(max_size=2048),
    source_identity=st.none() | SHORT,
)


def _marked(data: bytes) -> str:
    """Return a text that starts as a token under a key of the ring does."""
    return encode(b"\x08\x02\x12\x01\0\0\0\x07" + data)


def _session(policy: str | None = None, *, name: str = "alice") -> Session:
    """Return a session with every name as long as RAM lets it be."""
    return Session(
        kind="role",
        account_id="1234567890123456",
        role_id="3" * 20,
        role_name="r" * 64,
        session_name=name,
        user_name="u" * 64,
        authenticated_at=NOW,
        issued_at=NOW,
        expires_at=NOW + 3600,
        session_id="a" * 32,
        issuer_access_key_id="STS." + "N" * 25,
        issuer=f"acs:ram::1234567890123456:assumed-role/{'r' * 64}/{'s' * 64}",
        session_policy=policy,
        source_identity="i" * 64,
    )


@given(session=SESSIONS, entropy=ENTROPY)
def test_what_is_minted_opens_to_the_same_session_and_secret(session: Session, entropy: bytes) -> None:
    credentials = mint(session, RING, entropy=entropy)
    opened = open_token(credentials.security_token, credentials.access_key_id, RING, NOW, kind=session.kind)
    assert opened.session == session
    assert opened.secret == credentials.access_key_secret
    assert credentials.expires_at == session.expires_at


@given(entropy=ENTROPY, data=st.data())
def test_any_one_changed_byte_is_refused(entropy: bytes, data: st.DataObject) -> None:
    credentials = mint(_session("{}"), RING, entropy=entropy)
    sealed = decode(credentials.security_token)
    assert sealed is not None
    at = data.draw(st.integers(0, len(sealed) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != sealed[at]))
    changed = encode(sealed[:at] + bytes([byte]) + sealed[at + 1 :])
    with pytest.raises(ApiError, match=r"InvalidSecurityToken\.Malformed"):
        open_token(changed, credentials.access_key_id, RING, NOW)


@given(entropy=ENTROPY, data=st.data())
def test_any_one_changed_character_is_refused(entropy: bytes, data: st.DataObject) -> None:
    credentials = mint(_session("{}"), RING, entropy=entropy)
    token = credentials.security_token
    at = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.characters().filter(lambda character: character != token[at]))
    with pytest.raises(ApiError, match=r"InvalidSecurityToken\.Malformed"):
        open_token(token[:at] + character + token[at + 1 :], credentials.access_key_id, RING, NOW)


@given(token=st.text() | st.binary(max_size=200).map(encode) | st.binary(max_size=200).map(_marked))
def test_whatever_is_presented_is_refused_by_a_declared_error(token: str) -> None:
    with pytest.raises(ApiError, match=r"InvalidSecurityToken\.Malformed"):
        open_token(token, "STS.N", RING, NOW)


@given(text=st.text("ABgQw8-_+/= \n", max_size=9))
def test_a_text_decodes_only_if_it_is_how_its_bytes_are_written(text: str) -> None:
    data = decode(text)
    assert data is None or encode(data) == text


@given(data=st.binary())
def test_every_value_has_a_text(data: bytes) -> None:
    assert decode(encode(data)) == data
    assert encode(data) == base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize(
    ("first", "last"),
    [(0x20, 0x7E), (0x4E00, 0x9FFF), (0x20000, 0x2A6DF), (0x10000, 0x10FFFF)],
    ids=["ASCII", "common Chinese", "rare Chinese", "anything beyond 16 bits"],
)
def test_a_policy_of_2048_random_characters_fits(first: int, last: int) -> None:
    seed = random.Random(first)  # noqa: S311 - no secret, a repeatable text
    policy = "".join(chr(seed.randint(first, last)) for _ in range(2048))
    credentials = mint(_session(policy), RING, entropy=bytes(30))
    assert len(credentials.security_token) <= MAX_TOKEN == 8192
    opened = open_token(credentials.security_token, credentials.access_key_id, RING, NOW)
    assert opened.session.session_policy == policy


def test_a_session_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ApiError, match=r"^InvalidParameter\.PolicySize: .* 8192 characters") as refusal:
        mint(_session("x" * 6145), RING, entropy=bytes(30))
    assert refusal.value.status == 400


def test_credentials_look_like_those_of_sts() -> None:
    credentials = mint(_session(), RING, entropy=b"\xff" * 30)
    assert re.fullmatch(r"STS\.N[A-Za-z0-9]{24}", credentials.access_key_id)
    assert re.fullmatch(r"[A-Za-z0-9]{43}", credentials.access_key_secret.reveal())
    assert re.fullmatch(r"CAIS[A-Za-z0-9_-]+", credentials.security_token)


def test_sessions_of_other_entropy_share_nothing() -> None:
    one, other = (mint(_session(), RING, entropy=bytes([fill]) * 30) for fill in (1, 2))
    assert one.access_key_id != other.access_key_id
    assert one.access_key_secret != other.access_key_secret
    with pytest.raises(ApiError, match="MismatchWithAccessKey"):
        open_token(one.security_token, other.access_key_id, RING, NOW)


def test_the_policys_text_has_no_say_in_the_secret() -> None:
    secrets = {
        mint(_session(policy, name=policy or "n"), RING, entropy=bytes(30)).access_key_secret.reveal()
        for policy in (None, "{}", "{ }")
    }
    assert len(secrets) == 1


def test_only_the_primary_key_mints() -> None:
    waiting = KeyRing([TokenKey(1, b"1" * 32, "staged"), TokenKey(2, b"2" * 32, "retired")])
    with pytest.raises(NoPrimaryKeyError):
        mint(_session(), waiting, entropy=bytes(30))


@pytest.mark.parametrize(
    "keys",
    [
        [TokenKey(1, b"1" * 32, "primary"), TokenKey(1, b"2" * 32, "retired")],
        [TokenKey(1, b"1" * 32, "primary"), TokenKey(2, b"2" * 32, "primary")],
    ],
    ids=["one id twice", "two primary keys"],
)
def test_a_ring_that_contradicts_itself_is_refused(keys: list[TokenKey]) -> None:
    with pytest.raises(ValueError, match="two token keys"):
        KeyRing(keys)


@pytest.mark.parametrize(("number", "material"), [(-1, b"1" * 32), (2**32, b"1" * 32), (1, b"1" * 31)])
def test_a_key_of_the_wrong_size_is_refused(number: int, material: bytes) -> None:
    with pytest.raises(ValueError, match="a token key"):
        TokenKey(number, material, "primary")


@pytest.mark.parametrize("size", [0, 29, 31])
def test_minting_takes_exactly_the_entropy_it_names(size: int) -> None:
    with pytest.raises(ValueError, match="30 bytes"):
        mint(_session(), RING, entropy=bytes(size))


def test_no_representation_shows_a_key_a_secret_or_a_token() -> None:
    key = TokenKey(7, b"7" * 32, "primary")
    credentials = mint(_session(), RING, entropy=bytes(30))
    opened = open_token(credentials.security_token, credentials.access_key_id, RING, NOW)
    shown = f"{key!r} {credentials!r} {opened!r}"
    for hidden in ("7777", credentials.access_key_secret.reveal(), credentials.security_token):
        assert hidden not in shown
    assert isinstance(opened.secret, Secret)
