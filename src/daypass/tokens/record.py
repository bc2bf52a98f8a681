"""Format 1 of the sealed record: a MessagePack array whose positions never change meaning.

A later format is another class, chosen by the version byte in the token's clear header;
this one stays as long as tokens of it may live. Decoding is strict: exactly these
fields, of exactly these types.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from daypass.tokens.session import Kind, Session

_KINDS: Final[dict[Kind, Literal[1, 2]]] = {"role": 1, "user": 2}
_NAMES: Final[dict[Literal[1, 2], Kind]] = {number: kind for kind, number in _KINDS.items()}

_UTF_8: Final = b"\0"
_UTF_16: Final = b"\1"
_POINTS: Final = b"\2"
_POINT_BITS: Final = 21
_LONG: Final = 4096
"""Bytes of UTF-8 from which on a denser form of a policy is looked for."""


class _Record(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    kind: Literal[1, 2]  # 0
    account_id: str  # 1
    role_id: str  # 2
    role_name: str  # 3
    session_name: str  # 4
    user_id: str  # 5
    user_name: str  # 6
    mfa: bool  # 7
    authenticated_at: int  # 8
    issued_at: int  # 9
    expires_at: int  # 10
    session_id: str  # 11
    issuer_access_key_id: str  # 12
    issuer: str  # 13
    session_policy: bytes | None  # 14
    source_identity: str | None  # 15


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(_Record).decode


def write_record(session: Session) -> bytes:
    """Write a session as a record of format 1."""
    policy = session.session_policy
    return _encode(
        _Record(
            _KINDS[session.kind],
            session.account_id,
            session.role_id,
            session.role_name,
            session.session_name,
            session.user_id,
            session.user_name,
            session.mfa,
            session.authenticated_at,
            session.issued_at,
            session.expires_at,
            session.session_id,
            session.issuer_access_key_id,
            session.issuer,
            None if policy is None else _pack(policy),
            session.source_identity,
        )
    )


def read_record(data: bytes) -> Session:
    """Read a record of format 1.

    Raises:
        ValueError: it is none.
    """
    record = _decode(data)
    policy = record.session_policy
    return Session(
        kind=_NAMES[record.kind],
        account_id=record.account_id,
        role_id=record.role_id,
        role_name=record.role_name,
        session_name=record.session_name,
        user_id=record.user_id,
        user_name=record.user_name,
        mfa=record.mfa,
        authenticated_at=record.authenticated_at,
        issued_at=record.issued_at,
        expires_at=record.expires_at,
        session_id=record.session_id,
        issuer_access_key_id=record.issuer_access_key_id,
        issuer=record.issuer,
        session_policy=None if policy is None else _unpack(policy),
        source_identity=record.source_identity,
    )


def _pack(text: str) -> bytes:
    """Write a policy as a form byte and the text.

    UTF-8 unless that is long. Then 2,048 characters must still fit a token, whatever they
    are: UTF-16 needs 2 bytes for most, 21 bits a character never need more than 5,376.
    """
    plain = text.encode()
    if len(plain) <= _LONG:
        return _UTF_8 + plain
    wide = text.encode("utf-16-le")
    bits = len(text) * _POINT_BITS
    if len(wide) * 8 <= bits:
        return _UTF_16 + wide
    length = (bits + 7) // 8
    points = "".join([f"{ord(character):021b}" for character in text])
    return _POINTS + (int(points, 2) << (length * 8 - bits)).to_bytes(length, "big")


def _unpack(packed: bytes) -> str:
    form, data = packed[:1], packed[1:]
    if form == _UTF_8:
        return data.decode()
    if form == _UTF_16:
        return data.decode("utf-16-le")
    if form != _POINTS:
        raise ValueError("unknown form of a session policy")
    bits = f"{int.from_bytes(data, 'big'):0{len(data) * 8}b}"
    ends = range(_POINT_BITS, len(bits) + 1, _POINT_BITS)
    return "".join([chr(int(bits[end - _POINT_BITS : end], 2)) for end in ends])
